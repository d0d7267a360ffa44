"""The wheel, built from the source archive: what people install is enough to open a room, without this tree beside it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.test_house import files_in, files_of_the_kit
from tests.world import PATIENCE_SECONDS, ROOT, wait_for

MINUTES: Final = 60

pytestmark = pytest.mark.prove


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
    pip = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, str(wheel)], cwd=folder, env=lonely_environment(), check=True)
    return inside


def lonely_environment() -> dict[str, str]:
    """Return this process's environment without what could lead Python back to this tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WORKSHOP_KIT"))}


@contextmanager
def running_room(python: Path, folder: Path) -> Iterator[tuple[httpx.Client, str]]:
    """Run the room server of an installed kit; yield a browser's view of it, a client at its public address, and its code."""
    command = [str(python), "-m", "workshop_kit.server", "--host", "127.0.0.1", "--port", "0", "--folder", str(folder)]
    server = subprocess.Popen(command, cwd=folder, env=lonely_environment())
    written = folder / "connection.json"
    try:
        # The server writes this file when it is ready; with port 0 nobody knows the address before.
        wait_for(lambda: written.exists() or server.poll() is not None, "the room server of the installed kit")
        assert server.poll() is None, "the room server ended before it was ready"
        room = json.loads(written.read_text(encoding="utf-8"))
        with httpx.Client(base_url=room["public_url"], follow_redirects=True, trust_env=False) as client:
            yield client, room["code"]
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def test_the_wheel_of_the_source_archive_holds_every_file_of_the_kit(wheel: Path) -> None:
    """Nothing is lost on the way through the source archive, and nothing is added."""
    assert files_in(wheel) == files_of_the_kit()


@pytest.mark.timeout(20 * MINUTES)
def test_an_installed_kit_serves_a_room(python: Path, tmp_path: Path) -> None:
    """From the wheel alone, material and notebooks are whole; the room server hands out its page and the page's script."""
    check = [str(python), "-m", "workshop_kit.cli", "check"]
    checked = subprocess.run(check, cwd=tmp_path, env=lonely_environment(), capture_output=True, text=True)
    assert (checked.returncode, checked.stdout.splitlines()[-1][:12]) == (0, "All is well:")
    with running_room(python, tmp_path) as (phone, code):
        page = phone.get("/")
        [address, *_] = re.findall(r'src="(/static/[^"]+)"', phone.get(f"/{code}").text)
        script = phone.get(address)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert script.status_code == 200
    assert script.text.endswith((ROOT / "workshop_kit/server/static/room.js").read_text(encoding="utf-8"))
