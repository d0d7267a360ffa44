"""The layers: which module may import which, and which libraries it may bring along.

A module imports only modules of a lower rank, so whoever reads one never has to look upwards. The table below is the rule;
the rest of this file reads every import in `workshop_kit`, also those inside functions, and compares.

Ranks 0 to 2 decide what may be said about people. They get nothing that could make the same tally come out differently
twice: no clock, no chance, no file, no environment, no network.

At the end stands a smaller rule, kept in the same way: every test says in one sentence what it promises.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[1]
KIT: Final = "workshop_kit"

# module or package: (rank, libraries it may import beside the standard library)
LAYERS: Final[dict[str, tuple[int, set[str]]]] = {
    "__init__": (0, set()),
    "errors": (0, set()),
    "polls": (1, set()),
    "disclosure": (2, set()),
    "workshop": (2, set()),
    "instruments": (2, set()),
    "agenda": (3, set()),
    "tether": (3, set()),
    "reliability": (3, {"pandas", "scipy"}),
    "material": (3, {"pydantic", "yaml"}),
    "ballots": (3, set()),
    "moderation": (3, set()),
    "results": (3, {"sqlalchemy", "pandas"}),
    "charts": (3, {"matplotlib"}),
    "connection": (3, {"platformdirs"}),
    "journal": (3, {"cryptography"}),
    "room": (4, set()),
    # markupsafe is where Jinja2 keeps the type of a text that needs no escaping.
    "server": (5, {"starlette", "uvicorn", "jinja2", "markupsafe", "segno"}),
    "client": (5, {"httpx", "matplotlib", "pandas"}),
    "rehearsal": (6, set()),
    "export": (6, {"pandas"}),
    "erasing": (6, set()),
    "report": (6, {"fpdf", "jinja2", "markupsafe", "matplotlib"}),
    "notebook": (7, {"ipywidgets", "IPython", "mistune", "platformdirs", "segno"}),
    # Jupyter and Voilà only where their own classes are adapted: in kernels and guest_pages, which run inside of them.
    "cli": (8, {"typer", "segno", "jupyter_core", "jupyter_server", "tornado", "traitlets", "voila"}),
}

CORE: Final = 2
# What the core may take from the standard library. A list of what is pure can be read to its end; a list of what is not cannot.
PURE: Final = {
    "__future__",
    "abc",
    "collections",
    "dataclasses",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "itertools",
    "math",
    "re",
    "typing",
}
IMPURE_CALLS: Final = {"__import__", "input", "open", "print"}
# Slow to import, and not needed until a chart is drawn, a table or a figure asked for, prose shown or a journal locked.
LATE: Final = {"cryptography", "matplotlib", "mistune", "pandas", "scipy"}


class Import(NamedTuple):
    """One imported name: where it stands, and whether importing the module already runs it."""

    name: str
    line: int
    at_once: bool


def modules(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the rank-bearing name and the path of every module in a package."""
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder).with_suffix("").parts[0], path


def breaches(name: str, path: Path) -> Iterator[str]:
    """Yield a sentence for every line of a module that breaks the table."""
    if name not in LAYERS:
        yield f"{name} has no rank. Give it one in LAYERS in tests/test_layers.py, and say which libraries it may import."
        return
    rank, _ = LAYERS[name]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for each in imports(tree):
        fault = _fault(name, each)
        if fault:
            yield f"{path.name}, line {each.line}: {fault}"
    if rank <= CORE:
        for call in _impure_calls(tree):
            yield f"{path.name}, line {call.lineno}: calls {ast.unparse(call.func)}, but the core touches nothing outside its arguments"


def imports(node: ast.AST, at_once: bool = True) -> Iterator[Import]:
    """Yield every import below a node of a syntax tree."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            yield from (Import(f"{base}.{alias.name}", child.lineno, at_once) for alias in child.names)
        else:
            yield from imports(child, at_once and not _runs_later(child))


def _fault(name: str, imported: Import) -> str | None:
    rank, libraries = LAYERS[name]
    top, *below = imported.name.split(".")
    if imported.name.startswith("."):
        return f"imports relatively. Write out {KIT} and the module."
    if top == KIT:
        return _fault_inside(name, below[0] if below else "__init__")
    if top in sys.stdlib_module_names:
        if rank <= CORE and top not in PURE:
            return f"imports {top}, which the core does without. If it has no clock, chance, file, environment or network, add it to PURE."
        return None
    if top not in libraries:
        return f"imports {top}, which {name} may not. Use a module that may, or argue for it in docs/decisions and change LAYERS."
    if top in LATE and imported.at_once:
        return f"imports {top} at the top. Import it in the function that needs it."
    return None


def _fault_inside(name: str, target: str) -> str | None:
    rank, _ = LAYERS[name]
    if target in ("__init__", "__version__", name):
        return None
    if target not in LAYERS:
        return f"imports {KIT}.{target}, which has no rank"
    if LAYERS[target][0] >= rank:
        return f"imports {target} of rank {LAYERS[target][0]}, but {name} has rank {rank} and may look only below"
    return None


def _runs_later(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _impure_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield node


@pytest.mark.parametrize(("name", "path"), [pytest.param(name, path, id=str(path.relative_to(ROOT))) for name, path in modules(ROOT / KIT)])
def test_a_module_looks_only_downwards(name: str, path: Path) -> None:
    """A module imports lower ranks, the libraries that the table grants it, and the standard library."""
    assert list(breaches(name, path)) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("polls.py", "from workshop_kit.room import Room", "imports room of rank 4"),
        ("disclosure.py", "from workshop_kit import workshop", "imports workshop of rank 2"),
        ("room.py", "def ask():\n    import workshop_kit.server.public", "line 2: imports server of rank 5"),
        ("room.py", "from workshop_kit.elsewhere import x", "workshop_kit.elsewhere, which has no rank"),
        ("server/public.py", "from .control import x", "imports relatively"),
        ("server/public.py", "import jupyter_server", "imports jupyter_server, which server may not"),
        ("server/public.py", "def draw():\n    import matplotlib", "imports matplotlib, which server may not"),
        ("disclosure.py", "import random", "imports random, which the core does without"),
        ("polls.py", "def now():\n    from datetime import date", "imports datetime, which the core does without"),
        ("errors.py", "print('an answer')", "calls print"),
        ("charts.py", "from matplotlib.figure import Figure", "imports matplotlib at the top"),
        ("client.py", "try:\n    import pandas\nexcept ImportError:\n    pass", "imports pandas at the top"),
        ("utils.py", "", "utils has no rank"),
    ],
)
def test_a_breach_is_found_and_named(tmp_path: Path, module: str, source: str, complaint: str) -> None:
    """Whatever breaks the table is reported in one sentence with the line it stands in."""
    file = tmp_path / KIT / module
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")

    [(name, path)] = modules(tmp_path / KIT)
    [found] = breaches(name, path)

    assert complaint in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("client.py", "from workshop_kit import __version__\nimport workshop_kit.connection\nimport httpx\nimport os"),
        ("charts.py", "def figure():\n    from matplotlib.figure import Figure"),
        ("charts.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from matplotlib.figure import Figure"),
        ("server/public.py", "from workshop_kit.server.guard import guarded"),
        ("polls.py", "from collections.abc import Mapping\nfrom workshop_kit.errors import InvalidAnswer"),
    ],
)
def test_what_the_table_grants_is_not_reported(tmp_path: Path, module: str, source: str) -> None:
    """A granted library, a lower rank, the own package and a late import of a slow library all pass."""
    file = tmp_path / KIT / module
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")

    [(name, path)] = modules(tmp_path / KIT)

    assert list(breaches(name, path)) == []


def test_the_room_server_carries_no_jupyter_and_no_chart_library() -> None:
    """Importing all of the room server loads, even by detours, nothing that could run code for a visitor or slow a start."""
    parts = [".".join(path.relative_to(ROOT).with_suffix("").parts) for name, path in modules(ROOT / KIT) if name == "server"]
    lines = [f"import {part}" for part in parts if not part.endswith(("__init__", "__main__"))]
    unwanted = {"IPython", "ipykernel", "ipywidgets", "jupyter_client", "jupyter_server", "matplotlib", "numpy", "pandas", "voila"}
    program = "\n".join([*lines, "import sys", f"print(sorted({unwanted} & set(sys.modules)))"])

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


def untold(path: Path) -> Iterator[str]:
    """Yield the name of every test in a file that has no docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
            yield f"{path.name}: {node.name}"


def test_every_test_says_what_it_promises() -> None:
    """A test without a docstring leaves its reader to guess what would be lost if it failed."""
    assert [name for path in sorted((ROOT / "tests").rglob("*.py")) for name in untold(path)] == []


def test_a_test_without_a_promise_is_found(tmp_path: Path) -> None:
    """Only the test that has no docstring is named, not the one that has, and not a helper."""
    file = tmp_path / "test_some.py"
    file.write_text('def helper(): ...\ndef test_a(): "It holds."\nclass TestB:\n    async def test_b(self): ...', encoding="utf-8")

    assert list(untold(file)) == ["test_some.py: test_b"]
