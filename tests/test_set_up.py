"""Set-up: `make` fills .venv whatever pip was told on this computer; what is installed is what it says it is, and leaves a clone clean."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.test_cli import COMMANDS
from tests.test_house import PROJECT as KIT
from tests.world import ROOT
from workshop_kit import __version__

PROJECT: Final = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "kettle"
version = "1.0"
dependencies = ["teapot"]
"""
BACKEND: Final = """
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, "kettle", "Requires-Dist: teapot")
def wheel(folder, name, *lines):
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{about}/METADATA": "\\n".join(["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *lines, ""]),
        f"{about}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{about}/RECORD": f"{name}.py,,\\n",
    }
    with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return f"{name}-1.0-py3-none-any.whl"
"""
# What a user, or an employer, may have told pip once, for another purpose.
BENT: Final = """
[global]
user = true
quiet = 3
no-index = true
find-links = {links}
[install]
target = {elsewhere}
prefix = {elsewhere}
"""


@pytest.mark.prove
@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("make"), reason="There is no make here.")
def test_set_up_says_what_is_in_its_way_and_is_not_bent_by_what_pip_was_told(tmp_path: Path) -> None:
    """Without a network it asks whether there is one, otherwise pip's own words tell; then all is found where pip was told, and put into .venv."""
    here, links, elsewhere = (tmp_path / name for name in ("here", "links", "elsewhere"))
    shutil.copytree(ROOT / "tools", here / "tools")
    shutil.copy(ROOT / "Makefile", here)
    for name, text in {"pyproject.toml": PROJECT, "backend.py": BACKEND, "constraints.txt": ""}.items():
        (here / name).write_text(text)
    links.mkdir()
    (tmp_path / "pip.conf").write_text(BENT.format(links=links, elsewhere=elsewhere))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "MAKE"))}
    plain |= {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1"}

    def made(**variables: str) -> "subprocess.CompletedProcess[str]":
        command = ["make", ".venv/.ready-start", f"PYTHON={sys.executable}"]
        return subprocess.run(command, cwd=here, env={**plain, **variables}, capture_output=True, text=True)

    offline = made(PIP_INDEX_URL="http://127.0.0.1:9/")
    missing = made(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(links))
    runpy.run_path(str(here / "backend.py"))["wheel"](links, "teapot")
    bent = made(PIP_CONFIG_FILE=str(tmp_path / "pip.conf"), PIP_USER="1", PIP_TARGET=str(elsewhere), PIP_REQUIRE_VIRTUALENV="1")

    asks, tells = "Is this computer online?", "No matching distribution found for teapot"
    assert (offline.returncode != 0, asks in offline.stderr) == (True, True), offline.stderr
    assert (missing.returncode != 0, asks in missing.stderr, tells in missing.stderr) == (True, False, True), missing.stderr
    assert (bent.returncode, bent.stderr, "Installing 2 packages" in bent.stdout) == (0, "", True), bent.stderr
    assert not elsewhere.exists()
    subprocess.run([here / ".venv/bin/python", "-c", "import teapot"], env=plain, check=True)


def test_what_is_installed_says_what_it_is() -> None:
    """Types travel with it, systems and versions are those on which it was run, and the change log begins with its version."""
    systems = [each.rpartition(" ")[2] for each in KIT["classifiers"] if each.startswith("Operating System")]
    versions = [each.rpartition(" ")[2] for each in KIT["classifiers"] if re.fullmatch(r"Programming .* 3\.\d+", each)]
    rows = (ROOT / "docs" / "install.md").read_text(encoding="utf-8").partition("## What was run where")[2].splitlines()
    run = [row for row in rows if "all tests" in row]
    heading = re.search(r"^## (\S+?),", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert ("Typing :: Typed" in KIT["classifiers"], (ROOT / "workshop_kit" / "py.typed").is_file()) == (True, True)
    assert (systems, versions) == (["Linux"], [row.split("|")[2].strip() for row in run])
    assert KIT["keywords"] != []
    assert heading is not None
    assert heading[1] == __version__


def test_what_commands_write_where_they_are_typed_is_nothing_to_git(tmp_path: Path) -> None:
    """In a clone in which somebody has rehearsed, written a report and so on, without naming a place, `git status` is clean."""
    written = {str(each.default) for command in COMMANDS.values() for each in command.params if isinstance(each.default, Path)}
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in written:
        file = tmp_path / name if Path(name).suffix else tmp_path / name / "report.html"
        file.parent.mkdir(exist_ok=True)
        file.touch()

    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert (status, written >= {"rehearsal", "report"}) == ("?? .gitignore\n", True)
