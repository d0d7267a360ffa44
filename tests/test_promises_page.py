"""The page of promises: each promise of the design stands on it, with whom it holds against, where it ends, and tests that exist."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.world import ROOT

PAGE: Final = ROOT / "docs" / "promises.md"
PROMISES: Final = ("P-RAM", "P-ONE", "P-GUARD", "P-UNLINK", "P-HELD", "P-LOCAL", "P-WALL", "P-HONEST", "P-ACCESS")
ADVERSARIES: Final = (
    "The person beside you",
    "The borrowed laptop",
    "The stolen disk",
    "The Wi-Fi neighbour",
    "A hostile phone",
    "A curious facilitator",
)
PARTS: Final = ("*Holds against:*", "*Limits:*", "*Tried by:*")
_LINK: Final = re.compile(r"\[`(\w+\.py)::(\w+)`\]\(\.\./tests/(\w+\.py)\)")


def sections(page: str) -> dict[str, str]:
    """Return what stands under each heading of a page."""
    _, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
    return {heading.strip(): body for heading, _, body in (part.partition("\n") for part in parts)}


def missing(page: str, folder: Path) -> list[str]:
    """Return the tests that a page names and that are not in a folder, or to which its link does not lead."""
    return [f"{file}::{name}" for file, name, target in _LINK.findall(page) if file != target or name not in passing_in(folder / file)]


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


def test_every_test_that_is_named_exists() -> None:
    """Whoever follows a link finds the test of that name in that file, and none that is known to fail."""
    page = PAGE.read_text(encoding="utf-8")

    assert missing(page, ROOT / "tests") == []
    # A name in another form than that of a link would not be looked for.
    assert len(_LINK.findall(page)) == len(re.findall(r"test_\w+\.py::", page))


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_is_there_with_its_limits_and_its_tests(promise: str) -> None:
    """A promise says against whom it holds, where it ends and what tries it: in this order, and none of them is empty."""
    body = sections(PAGE.read_text(encoding="utf-8"))[promise]
    places = [body.index(part) for part in PARTS]

    assert body.strip().startswith("**")
    assert places == sorted(places)
    assert len(body[places[0] : places[1]]) > len(PARTS[0]) + 10
    assert "\n- " in body[places[1] : places[2]]
    assert len(_LINK.findall(body[places[2] :])) >= 3


def test_there_is_no_promise_beside_those_of_the_design() -> None:
    """The page promises what was agreed, in the order in which it was agreed, and nothing more."""
    assert [heading for heading in sections(PAGE.read_text(encoding="utf-8")) if heading.startswith("P-")] == list(PROMISES)


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_every_adversary_is_met_by_a_promise(adversary: str) -> None:
    """Whoever one has to reckon with stands in the table, with promises that lead to their place on the page."""
    [row] = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| **{adversary}** |")]
    links = re.findall(r"\[(P-[A-Z]+)\]\(#([a-z-]+)\)", row)

    assert links != []
    assert [promise for promise, target in links if promise not in PROMISES or target != promise.lower()] == []


def test_a_test_that_is_gone_would_be_missed(tmp_path: Path) -> None:
    """A renamed test, a missing file, a link to another file and a test that is known to fail are each named."""
    (tmp_path / "test_a.py").write_text("def test_there(): ...\n@pytest.mark.xfail(reason='')\ndef test_failing(): ...\nTestModel = 1\n")
    named = [("a", "test_there", "a"), ("a", "TestModel", "a"), ("a", "test_gone", "a"), ("b", "test_there", "b"), ("a", "test_there", "b")]
    page = " ".join(f"[`test_{file}.py::{name}`](../tests/test_{target}.py)" for file, name, target in [*named, ("a", "test_failing", "a")])

    assert missing(page, tmp_path) == ["test_a.py::test_gone", "test_b.py::test_there", "test_a.py::test_there", "test_a.py::test_failing"]
