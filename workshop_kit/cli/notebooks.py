"""The notebooks: JupyterLab and its dashboards, on this computer only, for as long as somebody leads or studies.

Jupyter listens on this computer and asks for a token. The token reaches it in a file that only its owner may read, never on
a command line, where others on the computer could see it, and never in the environment, which every notebook inherits.
Whatever a notebook is saved with, its outputs and the state of its widgets are not.
"""

import asyncio
import http.client
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from workshop_kit import material
from workshop_kit.cli.processes import Child
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.errors import SetupError
from workshop_kit.journal import QUIET_VARIABLE

JUPYTER_PORTS: Final = range(8888, 8988)
LOOPBACK: Final = "127.0.0.1"
JUPYTER_FOLDER: Final = Path(__file__).parents[1] / "jupyter"
READY_SECONDS: Final = 90.0


class Notebooks:
    """Jupyter as a process of its own.

    Parameters
    ----------
    folder
        The user's data folder, where notebooks find a running room and keep a journal.
    private
        A folder that only its owner may read, for Jupyter's settings; removed by whoever made it.
    """

    def __init__(self, folder: Path, private: Path) -> None:
        self._port, self._token = free_port(JUPYTER_PORTS, LOOPBACK), secrets.token_urlsafe(24)
        settings = jupyter_settings(private, self._token, self._port)
        self.child = Child("jupyterlab", [f"--config={settings}"], _variables(folder))

    async def start(self) -> None:
        """Start Jupyter; it is ready once `answered` returns."""
        await self.child.start()

    async def stop(self) -> None:
        """End Jupyter and the notebooks that it runs."""
        await self.child.stop()

    async def answered(self) -> bool:
        """Wait until Jupyter answers, and return True.

        Raises
        ------
        SetupError
            If it ends instead, or takes too long.
        """
        for _ in range(int(READY_SECONDS * 10)):
            await asyncio.sleep(0.1)
            if not self.child.is_running:
                await self.child.ended()
                raise SetupError(f"The notebooks could not be started. Jupyter's last words were:\n{self.child.last_words}")
            if await asyncio.to_thread(jupyter_answers, self._port, self._token):
                return True
        raise SetupError("The notebooks did not start in time. Is this computer very busy? Please try again.")

    def lab(self, notebook: str) -> str:
        """Return an address that opens a notebook in JupyterLab."""
        return arrival(self._port, self._token, f"/lab/tree/{notebook}")

    def dashboard(self, notebook: str) -> str:
        """Return an address that opens a notebook as a dashboard."""
        return arrival(self._port, self._token, f"/voila/render/{notebook}")


def arrival(port: int, token: str, page: str) -> str:
    """Return an address that signs the browser in and goes on to a page without the token, so that no kernel sees it."""
    return f"http://{LOOPBACK}:{port}/login?token={token}&next={quote(page)}"


def jupyter_settings(private: Path, token: str, port: int) -> Path:
    """Write Jupyter's settings to a file that only its owner may read; return the file.

    Jupyter is kept on this computer, behind a token, strict about pages that forgot to ask for it, and away from the
    internet. Whatever a notebook is saved with, its outputs are not.
    """
    settings = {
        "ServerApp": {
            "ip": LOOPBACK,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(material.shipped("notebooks")),
            "allow_root": True,
            "allow_remote_access": False,
            "allow_unauthenticated_access": False,
            "disable_check_xsrf": False,
            # The language servers of jupyter_lsp start programs of their own and write to the home folder.
            "jpserver_extensions": {"voila.server_extension": True, "jupyter_lsp": False},
            "log_level": "ERROR",
        },
        "IdentityProvider": {"token": token},
        "ContentsManager": {"pre_save_hook": "workshop_kit.notebook.saving.without_outputs"},
        "LabApp": {"extension_manager": "readonly", "log_level": "ERROR"},
        "LabServerApp": {"app_settings_dir": str(JUPYTER_FOLDER / "lab_settings")},
        # Voilà serves pictures under its root to anyone who asks; this allows none.
        "VoilaConfiguration": {"template": "workshop", "file_allowlist": ["(?!)"], "show_tracebacks": False},
    }
    file = private / "jupyter_settings.json"
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as handle:
        json.dump(settings, handle)
    return file


def jupyter_answers(port: int, token: str) -> bool:
    """Return whether Jupyter has come up."""
    asking = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        asking.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def free_port(ports: range, host: str) -> int:
    """Return the first port of a range that nobody uses.

    Raises
    ------
    SetupError
        If all are taken, or the address is not one of this computer's.
    """
    for port in ports:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trying:
            if sys.platform != "win32":
                trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind((host, port))
            return port
    raise SetupError(
        f"No port from {ports.start} to {ports.stop - 1} can be used on {host}. Name an address of this computer with --host, or a port with --port."
    )


def _variables(folder: Path) -> Mapping[str, str]:
    paths = [str(JUPYTER_FOLDER), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {FOLDER_VARIABLE: str(folder), QUIET_VARIABLE: "1", "JUPYTER_PATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
