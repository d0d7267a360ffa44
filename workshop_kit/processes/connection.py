"""How the kit's processes on one computer find each other: the user's data folder and the connection file in it.

The room server writes the file when it is ready, readable by its owner only, because it holds the secret that lets a
notebook lead the room. Whoever can read that file can lead; nobody else can.
"""

import json
import os
import re
import shlex
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import platformdirs

from workshop_kit.errors import SetupError

FOLDER_VARIABLE: Final = "WORKSHOP_KIT_FOLDER"
# The room's public address with its code, and the language in which it speaks: all that a guest's notebook is told of the room.
GUEST_ROOM_VARIABLE: Final = "WORKSHOP_KIT_GUEST_ROOM"
GUEST_LANGUAGE_VARIABLE: Final = "WORKSHOP_KIT_GUEST_LANGUAGE"
FILE: Final = "connection.json"
# What a room writes into it looks like this; a file that holds anything else leads nowhere.
_FORMS: Final[Mapping[str, str]] = {
    "control_url": r"http://127\.0\.0\.1:[0-9]{1,5}",
    "secret": r"[A-Za-z0-9_-]+",
    "public_url": r"https?://(\[[^\]\s]+\]|[^\[\]\s/:@]+):[0-9]{1,5}",
    "code": r"[A-Z0-9]+",
}
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def user_folder(wanted: Path | None = None) -> Path:
    """Return the folder that keeps rooms and results, made on first use and open to its owner only.

    It is the one that is wanted, or the one that the environment variable WORKSHOP_KIT_FOLDER names, or the platform's
    user data folder.

    Raises
    ------
    SetupError
        If the folder cannot be made or written, or others can change what is in it.
    """
    folder = wanted or Path(os.environ.get(FOLDER_VARIABLE) or platformdirs.user_data_path("workshop_kit", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise SetupError("processes.folder_closed", folder=folder, variable=FOLDER_VARIABLE) from None
    _refuse_what_others_may_change(folder)
    return folder


def _refuse_what_others_may_change(folder: Path) -> None:
    """See that nobody else can put a room, a result or an entry of the journal into a folder that was there already.

    Windows keeps the folders of one user from the others by itself.
    """
    if not hasattr(os, "getuid"):
        return
    # A link has an owner of its own beside that of the folder to which it leads.
    if {folder.lstat().st_uid, folder.stat().st_uid} - {os.getuid(), 0}:
        raise SetupError("processes.folder_of_others", folder=folder, variable=FOLDER_VARIABLE)
    for each in (folder, *folder.iterdir()):
        # What is being written at this moment may be gone again.
        with suppress(FileNotFoundError):
            if each.stat().st_mode & _OTHERS_MAY_WRITE:
                raise SetupError("processes.folder_open", folder=folder, command=f"chmod -R go-w {shlex.quote(str(folder.resolve()))}")


def reports_folder() -> Path:
    """Return the folder for reports: in the user's documents, where people look for what they want to print."""
    return platformdirs.user_documents_path() / "workshop_kit"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a running room is, the secret that lets a process on this computer lead it, and the id of its server's process."""

    control_url: str
    secret: str
    public_url: str
    code: str
    process: int = field(default_factory=os.getpid)

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
        if written_in(folder) == self:
            (folder / FILE).unlink(missing_ok=True)


def find_room(folder: Callable[[], Path] = user_folder) -> Connection:
    """Return the connection to the room that runs on this computer, as its file has it; a room that was killed leaves its file behind.

    Raises
    ------
    SetupError
        If no room is running.
    """
    found = written_in(folder())
    if found is None:
        raise SetupError("processes.no_room")
    return found


def written_in(folder: Path) -> Connection | None:
    """Return the connection that a folder's file holds; None where there is no file, or one that no room can have written."""
    try:
        found = Connection(**json.loads((folder / FILE).read_text(encoding="utf-8")))
        is_well = type(found.process) is int and all(re.fullmatch(form, getattr(found, name)) for name, form in _FORMS.items())
        # Python says so of a number that is no port.
        ports = [urlsplit(url).port for url in (found.control_url, found.public_url)]
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return found if is_well and all(ports) else None
