"""The notebooks: JupyterLab and its dashboards, on this computer only, for as long as somebody leads or studies.

Jupyter listens on this computer and asks for a token. The token reaches it in a file that only its owner may read, never on
a command line, where others on the computer could see it, and never in the environment, which every notebook inherits.
Whatever a notebook is saved with, its outputs and the state of its widgets are not.

Jupyter reads none of the settings that somebody may have made for it elsewhere on this computer: they could open it to the
network, and they may run programs of their own. What holds here is what stands in this module, on every computer alike.
"""

import asyncio
import json
import os
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from workshop_kit import material
from workshop_kit.disk.journal import QUIET_VARIABLE
from workshop_kit.errors import SetupError
from workshop_kit.jupyter.exposure import ask, exposures
from workshop_kit.processes.addresses import LOOPBACK, elsewhere, listen_within
from workshop_kit.processes.children import Child, until_it_answers
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.words.catalog import Language

# The notebook from which all others can be found.
FIRST: Final = "start_here.ipynb"
JUPYTER_PORTS: Final = range(8888, 8988)
JUPYTER_FOLDER: Final = Path(__file__).parent
# A dashboard whose page is gone is looked for this often, and ends after this long.
LOOK_SECONDS: Final = 10
ABSENCE_SECONDS: Final = 40
# The names by which Jupyter, IPython and Voilà take settings from the environment; some of them send kernels elsewhere.
SETTINGS_IN_THE_ENVIRONMENT: Final = ("JUPYTER", "JPY_", "IPYTHON", "VOILA_", "KERNEL_")


class Notebooks:
    """Jupyter as a process of its own.

    Parameters
    ----------
    folder
        The user's data folder, where notebooks find a running room and keep a journal.
    private
        An empty folder that only its owner may read, for all that Jupyter writes; removed by whoever made it.
    say
        The language of the workshop, in which the pages around the notebooks speak.
    """

    def __init__(self, folder: Path, private: Path, say: Language) -> None:
        self._say = say
        self._elsewhere = elsewhere()
        self._listening = listen_within(JUPYTER_PORTS, LOOPBACK, silent_at=self._elsewhere)
        self._port: int = self._listening.getsockname()[1]
        self._token = secrets.token_urlsafe(24)
        settings = jupyter_settings(private, self._token, self._listening, say)
        variables = {FOLDER_VARIABLE: str(folder), QUIET_VARIABLE: "1", **clean_variables(private)}
        # It starts in its own folder, because it would read settings from wherever it starts.
        self.child = Child(
            "workshop_kit.jupyter.lab_pages",
            [f"--config={settings}"],
            variables,
            inherits=is_no_setting,
            cwd=private,
            listening=self._listening,
        )

    async def start(self) -> None:
        """Start Jupyter; it is ready once `answered` returns."""
        await self.child.start()

    async def stop(self) -> None:
        """End Jupyter and the notebooks that it runs, for good."""
        await self.child.stop()
        self._listening.close()

    async def answered(self) -> bool:
        """Wait until Jupyter answers, see that it answers nobody else, and return True.

        Raises
        ------
        SetupError
            If it ends instead, takes too long, or is open to others.
        """
        await until_it_answers(self.child, lambda: jupyter_answers(self._port, self._token), "notebooks")
        await asyncio.to_thread(refuse_if_exposed, self._port, self._token, self._elsewhere, self._say)
        return True

    def lab(self, notebook: str) -> str:
        """Return an address that opens a notebook in JupyterLab."""
        return arrival(self._port, self._token, f"/lab/tree/{notebook}")

    def dashboard(self, notebook: str) -> str:
        """Return an address that opens a notebook as a dashboard."""
        return arrival(self._port, self._token, f"/voila/render/{notebook}")


def arrival(port: int, token: str, page: str) -> str:
    """Return an address that signs the browser in and goes on to a page without the token, so that no kernel sees it."""
    return f"http://{LOOPBACK}:{port}/login?token={token}&next={quote(page)}"


def dashboards(say: Language) -> dict[str, object]:
    """Return the settings of Voilà, with the words of its pages in a language.

    It would serve pictures under its root to anyone who asks, and let a page's address choose templates that ask the internet
    for fonts; these allow neither.
    """
    words = {"preparing": say("jupyter.preparing"), **say.block("jupyter.script.")}
    return {
        "template": "workshop",
        "file_allowlist": ["(?!)"],
        "show_tracebacks": False,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "resources": {"workshop": {"lang": say.tag, "dir": say.direction, "words": words}},
    }


def jupyter_settings(private: Path, token: str, listening: socket.socket, say: Language) -> Path:
    """Write Jupyter's settings to a file that only its owner may read, with the socket on which it answers; return the file.

    Jupyter is kept on this computer, behind a token, strict about pages that forgot to ask for it, and away from the
    internet. Whatever a notebook is saved with, its outputs are not.
    """
    settings = {
        "ServerApp": {
            "ip": LOOPBACK,
            "port": listening.getsockname()[1],
            "open_browser": False,
            "root_dir": str(material.shipped("notebooks")),
            "allow_root": True,
            "allow_remote_access": False,
            "allow_unauthenticated_access": False,
            "disable_check_xsrf": False,
            "allow_origin": "",
            "allow_origin_pat": "",
            "allow_credentials": False,
            # Dashboards and nothing else: no terminals, and no language servers, which start programs of their own.
            "jpserver_extensions": {"voila.server_extension": True},
            "kernel_manager_class": "workshop_kit.jupyter.kernels.WatchedKernels",
            "log_level": "ERROR",
        },
        "LabPages": {"listening": listening.fileno(), "language": say.tag},
        "MappingKernelManager": {"cull_interval": LOOK_SECONDS, "cull_idle_timeout": ABSENCE_SECONDS},
        "IdentityProvider": {"token": token},
        "PasswordIdentityProvider": {"hashed_password": "", "allow_password_change": False},
        "ContentsManager": {"pre_save_hook": "workshop_kit.jupyter.saving.without_outputs"},
        "LabApp": {"extension_manager": "readonly", "log_level": "ERROR"},
        "LabServerApp": {"app_settings_dir": str(JUPYTER_FOLDER / "lab_settings")},
        "VoilaConfiguration": dashboards(say),
    }
    file = private / "jupyter_settings.json"
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as handle:
        json.dump(settings, handle)
    return file


def jupyter_answers(port: int, token: str) -> bool:
    """Return whether Jupyter has come up."""
    return ask(port, "/api/status", {"Authorization": f"token {token}"}).status == 200


def refuse_if_exposed(port: int, token: str, elsewhere: Sequence[str], say: Language) -> None:
    """See that Jupyter keeps to this computer and to its owner.

    Raises
    ------
    SetupError
        If it does not.
    """
    ways = [say(f"jupyter.exposed.{way}", **facts) for way, facts in exposures(port, token, elsewhere)]
    if ways:
        raise SetupError("jupyter.exposed", ways=ways)


def is_no_setting(name: str) -> bool:
    """Return whether a variable of the environment is none by which Jupyter could be set up differently."""
    return not name.upper().startswith(SETTINGS_IN_THE_ENVIRONMENT)


def clean_variables(private: Path) -> dict[str, str]:
    """Return the environment in which Jupyter reads no settings but the kit's, and writes only to a folder of its own.

    Parameters
    ----------
    private
        That folder; only its owner may read it, and whoever made it removes it.
    """
    return {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": str(JUPYTER_FOLDER),
        "JUPYTER_DATA_DIR": str(private / "data"),
        # IPython runs what it finds in its folder, and keeps a history of every cell in it.
        "IPYTHONDIR": str(private / "ipython"),
        # Told to read no settings, Jupyter makes an empty folder for them, and leaves it behind.
        "TMPDIR": str(private),
        "PYTHONUNBUFFERED": "1",
    }
