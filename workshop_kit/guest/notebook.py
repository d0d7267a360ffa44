"""The guest notebook: the group's polls for people who sit at laptops, served on the local network.

Each guest's page has a kernel, a program on this computer that runs as its owner. So guests come to a process of their own,
apart from the owner's Jupyter: it has one notebook, runs nothing that a page sends, and is told of the room no more than
stands on the wall. It has neither the owner's folder, nor the secret that leads the room, nor most of the environment.
"""

import json
import shutil
import socket
from pathlib import Path
from typing import Final

from workshop_kit import material
from workshop_kit.jupyter.exposure import ask
from workshop_kit.jupyter.server import clean_variables, dashboards
from workshop_kit.processes.addresses import listen_within, url
from workshop_kit.processes.children import Child, until_it_answers
from workshop_kit.processes.connection import FOLDER_VARIABLE, GUEST_LANGUAGE_VARIABLE, GUEST_ROOM_VARIABLE
from workshop_kit.words.catalog import FOLDER_VARIABLE as LANGUAGES_VARIABLE
from workshop_kit.words.catalog import Language

NOTEBOOK: Final = "guest.ipynb"
GUEST_PORTS: Final = range(8866, 8966)
# Measured with ten guests who had voted and seen the result: 86 MB of memory of its own for each page (PSS, Linux, Python 3.11).
MEGABYTES_A_GUEST: Final = 90
# A laptop that was closed or left in a hurry keeps its place this long.
LOOK_SECONDS: Final = 5
ABSENCE_SECONDS: Final = 15
# What a Python program needs to start, to write letters right, and to find fonts and words. Anything else could be a secret.
NEEDED: Final = {"PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "HOME", "LANG", "LANGUAGE", "TZ", "SYSTEMROOT"}


class GuestNotebook:
    """The guest notebook as a process of its own.

    Parameters
    ----------
    place
        An empty folder, away from the owner's, that only the owner may read; removed by whoever made it.
    host
        This computer's address on the local network.
    room
        The room's public address with its code.
    most
        Most guests at a time.
    say
        The language in which the room speaks.
    """

    def __init__(self, place: Path, host: str, room: str, most: int, say: Language) -> None:
        self._listening = listen_within(GUEST_PORTS, host)
        self._host, self._port = host, self._listening.getsockname()[1]
        self.most = most
        self.url = url("http", host, self._port)
        (place / "voila.json").write_text(json.dumps(_settings(place, self._listening, most, say)), encoding="utf-8")
        notebook = Path(shutil.copy(material.shipped("notebooks") / NOTEBOOK, _made(place / "notebook")))
        variables = {
            **clean_variables(place),
            "HOME": str(place),
            FOLDER_VARIABLE: str(_made(place / "nothing")),
            GUEST_ROOM_VARIABLE: room,
            GUEST_LANGUAGE_VARIABLE: say.tag,
        }
        self.child = Child(
            "workshop_kit.guest.pages", [str(notebook)], variables, inherits=_is_needed, cwd=place, listening=self._listening
        )

    async def start(self) -> None:
        """Start it; it is ready once `answered` returns."""
        await self.child.start()

    async def stop(self) -> None:
        """End it and the kernels of all guests, for good."""
        await self.child.stop()
        self._listening.close()

    async def answered(self) -> bool:
        """Wait until it answers, and return True.

        Raises
        ------
        SetupError
            If it ends instead, or takes too long.
        """
        # Not the guests' page, which would cost a kernel.
        await until_it_answers(self.child, lambda: ask(self._port, "/nothing", host=self._host).status > 0, "guest_notebook")
        return True


def _settings(place: Path, listening: socket.socket, most: int, say: Language) -> dict[str, dict[str, object]]:
    host, port = listening.getsockname()[:2]
    return {
        "Voila": {"ip": host, "port": port, "open_browser": False, "connection_dir_root": str(place)},
        "GuestPages": {"listening": listening.fileno()},
        "Application": {"log_level": "ERROR"},
        "VoilaConfiguration": {**dashboards(say), "multi_kernel_manager_class": "workshop_kit.jupyter.kernels.GuestKernels"},
        "GuestKernels": {"most": most},
        "MappingKernelManager": {"cull_interval": LOOK_SECONDS, "cull_idle_timeout": ABSENCE_SECONDS},
    }


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _is_needed(name: str) -> bool:
    return name.upper() in {*NEEDED, LANGUAGES_VARIABLE} or name.upper().startswith("LC_")
