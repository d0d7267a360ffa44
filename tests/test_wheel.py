"""The wheel: what people install is enough to open a room, without this tree beside it.

The wheel is built from the source archive, so that one is tried too. This is by far the slowest test: it fills a virtual
environment from nothing, as a new user's computer would.
"""

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

ROOT: Final = Path(__file__).parents[1]
PATIENCE_SECONDS: Final = 60
MINUTES: Final = 60

# Where a folder of this tree ends up in an installed kit.
SHIPPED: Final = {
    "data": "workshop_kit/shipped/data",
    "notebooks": "workshop_kit/shipped/notebooks",
    "workshop_kit": "workshop_kit",
}


def tracked(folder: str) -> set[str]:
    """Return the files under a folder that belong to the project, by what git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return {line for line in listed if (ROOT / line).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, and the wheel from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], cwd=folder, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh virtual environment with nothing in it but the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    inside = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip: list[str | Path] = [
        inside,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        ROOT / "constraints.txt",
    ]
    subprocess.run([*pip, wheel], cwd=folder, env=lonely_environment(), check=True)
    return inside


def lonely_environment() -> dict[str, str]:
    """Return this process's environment without what could lead Python back to this tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WORKSHOP_KIT"))}


@contextmanager
def running_room(python: Path, folder: Path) -> Iterator[httpx.Client]:
    """Run the room server of an installed kit and give a browser's view of it: a client at its public address."""
    command: list[str | Path] = [python, "-m", "workshop_kit.server", "--host", "127.0.0.1", "--port", "0", "--folder", folder]
    server = subprocess.Popen(command, cwd=folder, env=lonely_environment())
    try:
        with httpx.Client(base_url=_address(server, folder / "connection.json"), follow_redirects=True, trust_env=False) as client:
            yield client
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def _address(server: "subprocess.Popen[bytes]", connection: Path) -> str:
    # The server writes this file when it is ready; with port 0 nobody knows the address before.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not connection.exists():
        assert server.poll() is None, "the room server ended before it was ready"
        assert time.monotonic() < deadline, "the room server was not ready in time"
        time.sleep(0.1)
    return str(json.loads(connection.read_text(encoding="utf-8"))["public_url"])


def test_the_wheel_holds_every_file_of_the_kit(wheel: Path) -> None:
    """Code, templates, static files, material and notebooks are all inside, and nothing that git would not keep."""
    expected = {place + file.removeprefix(folder) for folder, place in SHIPPED.items() for file in tracked(folder)}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert expected
    assert held == expected


def test_the_wheel_names_its_licence(wheel: Path) -> None:
    """The text of the licence travels with the code."""
    with zipfile.ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith("/LICENSE")]

        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.timeout(20 * MINUTES)
def test_an_installed_kit_serves_a_room(python: Path, tmp_path: Path) -> None:
    """From the wheel alone, the room server finds its material and hands out its page and the page's script."""
    with running_room(python, tmp_path) as phone:
        page = phone.get("/")
        scripts = re.findall(r'src="(/static/[^"]+)"', phone.get(_room_path(tmp_path)).text)
        script = phone.get(scripts[0])

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (script.status_code, script.text) == (200, (ROOT / "workshop_kit/server/static/room.js").read_text(encoding="utf-8"))


def _room_path(folder: Path) -> str:
    return "/" + str(json.loads((folder / "connection.json").read_text(encoding="utf-8"))["code"])
