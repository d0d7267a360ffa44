"""How the kit's processes on one computer find each other: the user's data folder and the connection file in it.

The room server writes the file when it is ready, readable by its owner only, because it holds the secret that lets a
notebook lead the room. Whoever can read that file can lead; nobody else can.
"""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import platformdirs

from workshop_kit.errors import SetupError

FOLDER_VARIABLE: Final = "WORKSHOP_KIT_FOLDER"
# The room's public address with its code, and the language in which it speaks: all that a guest's notebook is told of the room.
GUEST_ROOM_VARIABLE: Final = "WORKSHOP_KIT_GUEST_ROOM"
GUEST_LANGUAGE_VARIABLE: Final = "WORKSHOP_KIT_GUEST_LANGUAGE"
FILE: Final = "connection.json"


def user_folder(wanted: Path | None = None) -> Path:
    """Return the folder that keeps rooms and results, made on first use and open to its owner only.

    It is the one that is wanted, or the one that the environment variable WORKSHOP_KIT_FOLDER names, or the platform's
    user data folder.

    Raises
    ------
    SetupError
        If the folder cannot be made or written.
    """
    folder = wanted or Path(os.environ.get(FOLDER_VARIABLE) or platformdirs.user_data_path("workshop_kit", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise SetupError("processes.folder_closed", folder=folder, variable=FOLDER_VARIABLE) from None
    return folder


def reports_folder() -> Path:
    """Return the folder for reports: in the user's documents, where people look for what they want to print."""
    return platformdirs.user_documents_path() / "workshop_kit"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a running room is, and the secret that lets a process on this computer lead it."""

    control_url: str
    secret: str
    public_url: str
    code: str

    def __repr__(self) -> str:
        """Return a description without the secret."""
        return f"Connection({self.control_url!r}, code={self.code!r})"

    def write(self, folder: Path) -> None:
        """Write the connection file into a folder, whole or not at all, readable by its owner only.

        Raises
        ------
        SetupError
            If it cannot be written; nothing of it is left behind.
        """
        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".connection-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(self), file)
            Path(temporary).replace(folder / FILE)
        except OSError:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            raise SetupError("processes.not_written", file=folder / FILE) from None

    def forget(self, folder: Path) -> None:
        """Remove the connection file, unless another room has written its own meanwhile."""
        if _read(folder) == self:
            (folder / FILE).unlink(missing_ok=True)


def find_room(folder: Callable[[], Path] = user_folder) -> Connection:
    """Return the connection to the room that runs on this computer.

    Raises
    ------
    SetupError
        If no room is running.
    """
    found = _read(folder())
    if found is None:
        raise SetupError("processes.no_room")
    return found


def _read(folder: Path) -> Connection | None:
    try:
        return Connection(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
