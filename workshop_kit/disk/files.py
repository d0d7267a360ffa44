"""Whole files: one that only its owner may read is written whole or not at all, and the bytes of the one before are overwritten."""

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from workshop_kit.errors import SetupError


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and overwrite the bytes of the one it replaces.

    Raises
    ------
    SetupError
        If it cannot be written; what was there is there still.
    """
    temporary = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        _take_place(temporary, file)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise SetupError("disk.not_written", file=file) from None


def blank(file: BinaryIO) -> None:
    """Overwrite a file that is open for writing with zeros, as far as it goes, and force them to the disk."""
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    file.write(bytes(size))
    file.flush()
    os.fsync(file.fileno())


def _take_place(temporary: Path, file: Path) -> None:
    if os.name != "posix" or not file.exists():
        # Windows replaces no file that is held open, so there the old bytes are only let go.
        temporary.replace(file)
        return
    with file.open("r+b") as before:
        temporary.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        # A second name for the same bytes is somebody's backup, and not ours to empty.
        if os.fstat(before.fileno()).st_nlink == 0:
            blank(before)
