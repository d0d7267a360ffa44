"""What is installed: environment.yml says the same as pyproject.toml, and constraints.txt has a fitting version for all of it."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT: Final[dict[str, Any]] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PINS: Final = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]

RUNTIME: Final = [Requirement(each) for each in PROJECT["dependencies"]]
DEV: Final = [Requirement(each) for each in PROJECT["optional-dependencies"]["dev"]]


def bounds(requirements: list[Requirement]) -> dict[str, str]:
    """Return the version bounds of some requirements by name, both written in the one canonical way."""
    return {canonicalize_name(each.name): str(each.specifier) for each in requirements}


def test_conda_installs_what_pip_installs() -> None:
    """Names and bounds agree; what only some systems can have is left to pip, which knows the system."""
    for_conda = bounds([Requirement(each) for each in ENVIRONMENT["dependencies"] if isinstance(each, str) and each != "pip"])
    for_pip = bounds([each for each in RUNTIME if each.marker is None])

    assert for_conda == {"python": PROJECT["requires-python"], **for_pip}


def test_conda_leaves_the_rest_to_pip() -> None:
    """One environment, from one channel, in which pip installs this tree, last."""
    assert ENVIRONMENT["name"] == PROJECT["name"]
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    assert "pip" in ENVIRONMENT["dependencies"]
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    """For each package that users or developers need, constraints.txt names one version, and pyproject.toml allows it."""
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}

    versions = {str(each): pinned.get(canonicalize_name(each.name)) for each in [*RUNTIME, *DEV]}
    unfit = [text for text, version in versions.items() if version is None or version not in Requirement(text).specifier]

    assert unfit == []


def test_constraints_are_versions_and_nothing_else() -> None:
    """A pin is a name and an exact version, once each: no address, no file, no option, and not the kit itself."""
    names = [canonicalize_name(line.split("==")[0]) for line in PINS]

    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)] == []
    assert len(set(names)) == len(names)
    assert canonicalize_name(PROJECT["name"]) not in names
