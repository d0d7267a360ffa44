"""The house: what is installed, what is shipped, what is promised and how the bench is judged say the same wherever they are written."""

import ast
import re
import subprocess
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.check import worse
from bench.goals import Measured
from tests.world import ROOT

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT: Final[dict[str, Any]] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PINS: Final = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
RUNTIME: Final = [Requirement(each) for each in PROJECT["dependencies"]]
DEV: Final = [Requirement(each) for each in PROJECT["optional-dependencies"]["dev"]]

# Where a folder of this tree ends up in an installed kit.
SHIPPED: Final = {"data": "workshop_kit/shipped/data", "notebooks": "workshop_kit/shipped/notebooks", "workshop_kit": "workshop_kit"}

PAGE: Final = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
PROMISES: Final = ("P-RAM", "P-ONE", "P-GUARD", "P-HEAD", "P-UNLINK", "P-HELD", "P-LOCAL", "P-WALL", "P-HONEST", "P-ACCESS")
ADVERSARIES: Final = (
    "The person beside you",
    "The borrowed laptop",
    "The stolen disk",
    "The Wi-Fi neighbour",
    "A hostile phone",
    "A curious facilitator",
)
PARTS: Final = ("*Holds against:*", "*Limits:*", "*Tried by:*")
_LINK: Final = re.compile(r"\[`([\w/]+\.py)::(\w+)`\]\(\.\./tests/([\w/]+\.py)\)")

FAST: Final = Measured("ballots", 0.8, ">= 0.7", "times", 0.78, 0.83)
SMALL: Final = Measured("memory", 1.0, "<= 1.3", "times", 0.9, 1.1)


# What is installed


def bounds(requirements: list[Requirement]) -> dict[str, str]:
    """Return the version bounds of some requirements by name, both written in the one canonical way."""
    return {canonicalize_name(each.name): str(each.specifier) for each in requirements}


def test_conda_installs_what_pip_installs() -> None:
    """Names and bounds agree, in one environment from one channel; what only some systems can have is left to pip, which comes last."""
    for_conda = [Requirement(each) for each in ENVIRONMENT["dependencies"] if isinstance(each, str) and each != "pip"]
    for_pip = [each for each in RUNTIME if each.marker is None]

    assert bounds(for_conda) == {"python": PROJECT["requires-python"], **bounds(for_pip)}
    assert (ENVIRONMENT["name"], ENVIRONMENT["channels"]) == (PROJECT["name"], ["conda-forge"])
    assert "pip" in ENVIRONMENT["dependencies"]
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    """Constraints are exact versions, once each, and nothing else, the kit neither; each package that is needed has one that pyproject.toml allows."""
    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)] == []
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}

    versions = {str(each): pinned.get(canonicalize_name(each.name)) for each in [*RUNTIME, *DEV]}

    assert [text for text, version in versions.items() if version is None or version not in Requirement(text).specifier] == []
    assert len(pinned) == len(PINS)
    assert canonicalize_name(PROJECT["name"]) not in pinned


# What is shipped


def files_of_the_kit() -> set[str]:
    """Return what is to be in a wheel: the files that belong to the project by what git keeps or would keep, where they end up."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *SHIPPED]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    kept = [Path(line) for line in listed if (ROOT / line).is_file()]
    return {f"{SHIPPED[file.parts[0]]}/{Path(*file.parts[1:]).as_posix()}" for file in kept}


def files_in(wheel: Path) -> set[str]:
    """Return what a wheel holds of the kit; and see that the text of the licence travels with it."""
    with zipfile.ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_every_file_of_the_kit(tmp_path: Path) -> None:
    """Code, templates, static files, material and notebooks are all inside, and nothing that git would not keep."""
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])

    assert files_in(Path(wheel)) == files_of_the_kit()


# What is promised


def missing(page: str, folder: Path) -> list[str]:
    """Return the tests that a page names and that are not in a folder, or to which its link does not lead."""
    links = _LINK.findall(page)
    return [f"{file}::{name}" for file, name, to in links if not f"/{to}".endswith(f"/{file}") or name not in passing_in(folder / to)]


@cache
def passing_in(file: Path) -> set[str]:
    """Return the names of the tests in a file that are expected to pass."""
    if not file.exists():
        return set()
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found |= {node.name} - ({node.name} if any("xfail" in ast.unparse(mark) for mark in node.decorator_list) else set())
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name) and target.id.startswith("Test")}
    return found


def test_no_page_and_no_docstring_names_what_is_not_there() -> None:
    """A module or a file of the kit that is named exists, everywhere but in a decision that was superseded."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "workshop_kit").rglob("*.py")]
    gone = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if "Superseded" in text:
            continue
        gone += [(page.name, name) for name in re.findall(r"\bworkshop_kit(?:\.[a-z_]+)+", text) if not is_in_the_kit(name)]
        files = re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|js|css|ipynb))`", text)
        gone += [(page.name, file) for file in files if not any(each.is_file() for each in (ROOT / file, ROOT / "workshop_kit" / file))]
    assert gone == []


def is_in_the_kit(name: str) -> bool:
    """Return whether a dotted name is a module of the kit, or is said in one."""
    whole = ROOT / name.replace(".", "/")
    parts = [whole.with_suffix(".py"), whole / "__init__.py"]
    says = [each for each in (whole.parent.with_suffix(".py"), whole.parent / "__init__.py") if each.is_file()]
    return any(each.is_file() for each in parts) or any(re.search(rf"\b{whole.name}\b", each.read_text(encoding="utf-8")) for each in says)


def test_every_test_that_is_named_exists() -> None:
    """Whoever follows a link finds the test of that name in that file, and none that is known to fail."""
    assert missing(PAGE, ROOT / "tests") == []
    # A name in another form than that of a link would not be looked for.
    assert len(_LINK.findall(PAGE)) == len(re.findall(r"test_\w+\.py::", PAGE))


def test_a_test_that_is_gone_would_be_missed(tmp_path: Path) -> None:
    """A renamed test, a missing file, a link to another file and a test that is known to fail are each named."""
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "test_a.py").write_text(
        "def test_there(): ...\n@pytest.mark.xfail(reason='')\ndef test_failing(): ...\nTestModel = 1\n"
    )
    there = ["test_there", "TestModel", "test_gone", "test_failing"]
    links = [("room/test_a.py", name, "room/test_a.py") for name in there]
    links += [("test_a.py", "test_there", "room/test_a.py"), ("test_b.py", "test_there", "test_b.py")]
    links += [("test_a.py", "test_there", "room/test_b.py"), ("test_a.py", "test_there", "test_a.py")]
    page = " ".join(f"[`{file}::{name}`](../tests/{to})" for file, name, to in links)

    gone = ["room/test_a.py::test_gone", "room/test_a.py::test_failing", "test_b.py::test_there", *2 * ["test_a.py::test_there"]]
    assert missing(page, tmp_path) == gone


def test_every_promise_is_there_with_its_limits_and_its_tests() -> None:
    """The page has what was agreed in its order; each says against whom it holds, where it ends and what tries it, and none of them is empty."""
    _, *parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    bodies = {heading.strip(): body for heading, _, body in (part.partition("\n") for part in parts) if heading.startswith("P-")}

    assert tuple(bodies) == PROMISES
    for promise, body in bodies.items():
        places = [body.index(part) for part in PARTS]
        assert body.strip().startswith("**"), promise
        assert places == sorted(places), promise
        assert len(body[places[0] : places[1]]) > len(PARTS[0]) + 10, promise
        assert "\n- " in body[places[1] : places[2]], promise
        assert len(_LINK.findall(body[places[2] :])) >= 3, promise


def test_every_adversary_is_met_by_a_promise() -> None:
    """Whoever one has to reckon with stands in the table, with promises that lead to their place on the page."""
    for adversary in ADVERSARIES:
        [row] = [line for line in PAGE.splitlines() if line.startswith(f"| **{adversary}** |")]
        links = re.findall(r"\[(P-[A-Z]+)\]\(#([a-z-]+)\)", row)

        assert links != [], adversary
        assert [promise for promise, target in links if promise not in PROMISES or target != promise.lower()] == []


# How the bench is judged


@pytest.mark.parametrize(
    ("now", "complaints"),
    [
        ([Measured("ballots", 0.69, ">= 0.7", "times", 0.6, 0.9), SMALL], ["was met and is not any more"]),
        ([Measured("ballots", 0.71, ">= 0.7", "times", 0.70, 0.72), SMALL], ["0.8 before, 0.71 times now"]),
        ([FAST, Measured("memory", 1.25, "<= 1.3", "times", 1.2, 1.3)], ["1 before, 1.25 times now"]),
        ([FAST], ["memory: not measured any more."]),
        ([Measured("ballots", 0.72, ">= 0.7", "times", 0.7, 0.8), Measured("memory", 0.5, "<= 1.3", "times", 0.5, 0.5)], []),
    ],
    ids=["missed", "slower", "larger", "left out", "noise"],
)
def test_a_figure_that_got_worse_is_named(now: list[Measured], complaints: list[str]) -> None:
    """A goal that is missed now or not measured, and a figure wholly beyond the rounds of before, is said; noise is not; each is read as written."""
    found = list(worse(now, [FAST, SMALL]))

    assert len(found) == len(complaints)
    assert [complaint for complaint, sentence in zip(complaints, found, strict=True) if complaint not in sentence] == []
    assert Measured.from_dict(FAST.to_dict()) == FAST
