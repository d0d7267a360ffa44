"""The layers: which libraries a room of the house brings along. Who may import whom inside the kit, `make lint` asks import-linter.

Ranks 0 to 2 decide what may be said about people. They get nothing that could make the same tally come out differently twice: no
clock, no chance, no file, no environment, no network.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import grimp

KIT: Final = Path(__file__).parents[1] / "workshop_kit"
# A list of what is pure can be read to its end; a list of what is not cannot.
PURE: Final = set(
    ["__future__", "abc", "collections", "dataclasses", "enum", "fractions", "functools", "hashlib", "itertools", "math", "re", "typing"]
)
CORE: Final = ("errors", "polls", "disclosure", "workshop", "instruments")
LIBRARIES: Final = {
    # markupsafe is where Jinja2 keeps the type of a text that needs no escaping.
    "words": {"babel", "jinja2", "markupsafe"},
    "material": {"pydantic", "yaml"},
    "disk": {"cryptography", "sqlalchemy"},
    "charts": {"matplotlib"},
    "processes": {"platformdirs", "psutil"},
    "server": {"starlette", "uvicorn", "jinja2", "markupsafe", "segno"},
    "client": {"httpx", "matplotlib", "pandas"},
    "jupyter": {"jupyter_core", "jupyter_server", "jupyterlab", "tornado", "traitlets"},
    "after": {"fpdf", "markupsafe", "matplotlib", "mistune", "pandas", "scipy"},
    "cards": {"ipywidgets", "markupsafe"},
    "cockpit": {"ipywidgets", "markupsafe", "mistune", "segno"},
    "guest": {"ipywidgets", "markupsafe", "jupyter_server", "tornado", "traitlets", "voila"},
    "study": {"ipywidgets", "markupsafe"},
    "notebook": {"IPython", "ipywidgets", "markupsafe", "mistune"},
    "cli": {"segno", "typer"},
}


def test_a_room_brings_along_only_the_libraries_that_it_is_for() -> None:
    """Nothing but the table comes from outside the standard library, also inside functions; what the core imports is pure, and it asks nobody."""
    graph = grimp.build_graph("workshop_kit", include_external_packages=True, cache_dir=None)
    imported: dict[str, set[str]] = {}
    for module in graph.modules:
        if module.startswith("workshop_kit."):
            outside = {each for each in graph.find_modules_directly_imported_by(module) if not each.startswith("workshop_kit")}
            imported.setdefault(module.split(".")[1], set()).update(outside)
    odd = {room: names - set(sys.stdlib_module_names) - LIBRARIES.get(room, set()) for room, names in imported.items()}
    files = [file for room in CORE for file in (KIT / f"{room}.py", *(KIT / room).rglob("*.py")) if file.is_file()]
    calls = {file.name: re.findall(r"\b(?:open|print|input|eval|exec|__import__)\(", file.read_text(encoding="utf-8")) for file in files}

    assert {room: names for room, names in odd.items() if names} == {}
    assert set().union(*(imported[room] for room in CORE)) - PURE == set()
    assert {name: found for name, found in calls.items() if found} == {}


def test_every_test_says_what_it_promises() -> None:
    """A test without a docstring leaves its reader to guess what would be lost if it failed."""
    trees = {file.name: ast.parse(file.read_text(encoding="utf-8")) for file in Path(__file__).parent.rglob("test_*.py")}
    tests = [
        (name, node) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert [(name, node.name) for name, node in tests if node.name.startswith("test_") and not ast.get_docstring(node)] == []


def test_the_room_server_carries_no_jupyter_and_no_chart_library() -> None:
    """Importing all of the room server loads, even by detours, nothing that could run code for a visitor or slow a start."""
    parts = [f"import workshop_kit.server.{file.stem}" for file in (KIT / "server").glob("*.py") if not file.stem.startswith("__")]
    unwanted = {"IPython", "ipykernel", "ipywidgets", "jupyter_client", "jupyter_server", "matplotlib", "numpy", "pandas", "voila"}
    program = "\n".join([*parts, "import sys", f"print(sorted({unwanted} & set(sys.modules)))"])

    loaded = subprocess.run([sys.executable, "-c", program], cwd=KIT.parent, capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"
