"""A lock: one room at a time in one folder.

Two servers on one folder would each take up the same room, and the second close would write over what the first has published. So
a server holds the folder's lock from before it reads what is kept there until it has ended. The system gives the lock up with the
process, however that ends, and what the process starts does not inherit it: nobody ever has to remove it by hand.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from workshop_kit.errors import SetupError
from workshop_kit.processes.connection import written_in

FILE: Final = "folder.lock"


class FolderLock:
    """The right to have a room in a folder, held until it is closed or this process ends.

    Raises
    ------
    SetupError
        If a room is open in that folder already; the sentence says where. Or if there can be no lock in it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        try:
            self._handle: int | None = self._taken()
        except OSError:
            raise SetupError("processes.not_written", file=self._file) from None
        if self._handle is None:
            open_there = written_in(folder)
            if open_there is None:
                raise SetupError("processes.room_opening")
            raise SetupError("processes.room_open", code=open_there.code, address=open_there.public_url)

    def close(self) -> None:
        """Let the next one have it; a second time it does nothing."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        # Removed while it is held, so that it is nobody else's; where the system does not allow that, it stays, and does no harm.
        with suppress(OSError):
            self._file.unlink()
        # Before it is closed, because a process that is being started at this moment may still have a copy of the handle.
        _unlock(handle)
        os.close(handle)

    def _taken(self) -> int | None:
        while True:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                is_ours = _lock(handle)
            except OSError:
                os.close(handle)
                raise
            if is_ours and self._is(handle):
                return handle
            os.close(handle)
            if not is_ours:
                return None
            # Whoever held it has removed it since it was opened here, and the next one may have made its own.

    def _is(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self._file.stat())
        except FileNotFoundError:
            return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
