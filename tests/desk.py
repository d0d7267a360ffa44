"""A desk: somebody's computer with a copy of the kit, folders that are new, and `workshop-kit study` running there.

Every setting of Jupyter that this person has, or whose employer has made for them, opens it to the world, and leaves a mark
when it is read. The kit runs from a copy, because saving a notebook writes to it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
from playwright.sync_api import ViewportSize

from tests.world import PATIENCE_SECONDS, ROOT, environment, wait_for
from workshop_kit.processes.addresses import LOOPBACK
from workshop_kit.processes.connection import FOLDER_VARIABLE

SCREEN: Final[ViewportSize] = {"width": 1280, "height": 1000}
COMMAND: Final = (sys.executable, "-m", "workshop_kit.cli", "study", "--no-browser")
READY: Final = "Keep this window open"
JUPYTER: Final = "workshop_kit.jupyter.lab_pages"
# What an owner of a shared server may have written once. Whoever runs it leaves a mark, so that it is seen to have been run.
HOSTILE: Final = """
import pathlib
c = get_config()
pathlib.Path({marks!r}, pathlib.Path(__file__).name).touch()
for name, value in {settings!r}.items():
    setattr(c.ServerApp, name, value)
c.IdentityProvider.token = ""
c.PasswordIdentityProvider.hashed_password = ""
c.VoilaConfiguration.file_allowlist = [".*"]
"""
OPEN: Final[dict[str, Any]] = {
    "ip": "0.0.0.0",
    "token": "",
    "password": "",
    "disable_check_xsrf": True,
    "allow_origin": "*",
    "allow_remote_access": True,
    "allow_unauthenticated_access": True,
    "allow_root": True,
    "open_browser": False,
    "base_url": "/open/",
    "root_dir": "/",
}
# Modules that somebody keeps where they work, of names that others have too.
NAMESAKES: Final = ("secrets", "random", "yaml", "IPython")
EXTENSIONS: Final = {"ServerApp": {"jpserver_extensions": {"jupyter_server_terminals": True, "jupyter_lsp": True}}}
NAMES: Final = ("jupyter_config", "jupyter_server_config", "jupyter_lab_config", "voila")


class Desk:
    """`workshop-kit study` in a process of its own, on the computer of somebody whose settings are hostile.

    Parameters
    ----------
    place
        A folder for all that this person has.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.home, self.kit = place, place / "home", place / "kit"
        self.here, self.temporary, self.notebooks = place / "here", place / "temporary", place / "tree" / "notebooks"
        self._marks, self._output = place / "marks", place / "output"
        for folder in (self.home, self.here, self.temporary):
            folder.mkdir()
        for name in ("workshop_kit", "data", "notebooks"):
            shutil.copytree(ROOT / name, place / "tree" / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.pyc.*"))
        for folder in (self.here, self.notebooks):
            plant_namesakes(folder, self._marks)
        self.variables = {**self._made_hostile(), "PYTHONPATH": str(place / "tree")}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                COMMAND, env=self.variables, cwd=self.here, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.end()

    @property
    def said(self) -> str:
        """What the command has said so far."""
        return self._output.read_text(encoding="utf-8")

    @property
    def settings_read(self) -> list[str]:
        """The names of this person's settings that were read, or programs that were run."""
        return sorted(file.name for file in self._marks.iterdir())

    @property
    def address(self) -> str:
        """The address that opens JupyterLab, once the command has said that all is ready."""

        def look() -> str | None:
            assert self._process is not None
            assert self._process.poll() is None, f"It ended by itself: {self.said}"
            return self.said if READY in self.said else None

        found = re.search(r"^ *JupyterLab +(\S+)$", wait_for(look, "the command to be ready"), re.MULTILINE)
        assert found is not None, self.said
        return found[1]

    @property
    def token(self) -> str:
        """The token that opens Jupyter."""
        return str(httpx.URL(self.address).params["token"])

    @property
    def port(self) -> int:
        """The port on which Jupyter answers."""
        return httpx.URL(self.address).port or 0

    def dashboard(self, notebook: str) -> str:
        """Return an address that opens a notebook as a dashboard."""
        return re.sub(r"/lab/tree/\S*", f"/voila/render/{notebook}", self.address)

    def client(self, *, signed_in: bool = True) -> httpx.Client:
        """Return a client of Jupyter: its owner's, or a stranger's."""
        headers = {"Authorization": f"token {self.token}"} if signed_in else {}
        return httpx.Client(base_url=f"http://{LOOPBACK}:{self.port}", headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)

    def end(self) -> int:
        """Press Ctrl-C; return how the command ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """Wait until the command has ended; return how."""
        assert self._process is not None
        return self._process.wait(PATIENCE_SECONDS)

    def process(self, word: str) -> int:
        """Return the one process, of all that the command has started, whose command line names something."""
        assert self._process is not None
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [(int(pid), int(parent), args) for pid, parent, args in (line.split(None, 2) for line in listed.splitlines())]
        family = [self._process.pid]
        for member in family:
            family.extend(pid for pid, parent, _ in rows if parent == member)
        [pid] = [pid for pid, _, args in rows if pid in family[1:] and word in args]
        return pid

    def files_with(self, *words: str, below: str = "") -> list[str]:
        """Return the files of this person in which any of some words stands, as programs write them or as browsers do."""
        needles = [word.encode(code) for word in words for code in ("utf-8", "utf-16-le")]
        files = [file for file in sorted((self.place / below).rglob("*")) if file.is_file() and not file.is_symlink()]
        return [str(file.relative_to(self.place)) for file in files if any(needle in _content(file) for needle in needles)]

    def _made_hostile(self) -> dict[str, str]:
        moved, also, marks = self.place / "moved", self.place / "also", str(self._marks)
        kernel = {"argv": ["touch", f"{marks}/kernel", "{connection_file}"], "display_name": "Python 3", "language": "python"}
        for folder in (self.home / ".jupyter", moved, also, self.here):
            _write(folder / "jupyter_server_config.json", json.dumps({"ServerApp": OPEN}))
            _write(folder / "jupyter_server_config.d" / "more.json", json.dumps(EXTENSIONS))
            for name in NAMES:
                _write(folder / f"{name}.py", HOSTILE.format(marks=marks, settings=OPEN))
        for folder in (self.home / ".ipython", moved / "ipython"):
            _write(folder / "profile_default" / "startup" / "00.py", f"import pathlib; pathlib.Path({marks!r}, 'startup').touch()")
        for folder in (self.home / ".local" / "share" / "jupyter", moved / "data"):
            _write(folder / "kernels" / "python3" / "kernel.json", json.dumps(kernel))
        programs = self.place / "programs"
        _write(programs / "node", f"#!/bin/sh\ntouch {marks}/node\n")
        (programs / "node").chmod(0o700)
        kept = {name: value for name, value in environment().items() if not name.startswith(("JUPYTER", "XDG_", "MPLCONFIGDIR"))}
        return {
            **kept,
            "HOME": str(self.home),
            "PATH": f"{programs}{os.pathsep}{kept['PATH']}",
            "TMPDIR": str(self.temporary),
            FOLDER_VARIABLE: str(self.kit),
            "JUPYTER_CONFIG_DIR": str(moved),
            "JUPYTER_CONFIG_PATH": str(also),
            "JUPYTER_DATA_DIR": str(moved / "data"),
            "JUPYTER_PATH": str(moved / "data"),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "JUPYTER_TOKEN": "",
            "JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS": "true",
            # Set aside for documents (RFC 5737): with it, kernels would be asked of another computer.
            "JUPYTER_GATEWAY_URL": "http://192.0.2.7",
            "IPYTHONDIR": str(moved / "ipython"),
        }


def plant_namesakes(folder: Path, marks: Path) -> None:
    """Write modules into a folder that leave a mark when they are run, and stop whoever runs them."""
    marks.mkdir(exist_ok=True)
    for name in NAMESAKES:
        _write(folder / f"{name}.py", f"import pathlib; pathlib.Path({str(marks)!r}, {name!r}).touch(); raise SystemExit({name!r})")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        # Browsers and Jupyter make and remove files all the time.
        return b""
