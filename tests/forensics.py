"""Forensics: which files a program wrote, and whether something that should be in none of them is in one all the same.

The list of written files comes from strace, which sees every file that a process and its children open for writing, wherever it
is and however soon it is deleted again. Where there is no strace, or none is allowed, the list is empty (`CANNOT_BE_WATCHED`), and
only what still lies in the folders of whoever runs the program can be searched.

A canary is a text that nobody else would write. It is searched for in the forms in which programs write texts down, in files as they
lie on the disk, byte for byte, and within what is compressed in them. What this cannot find: anything encrypted, and the last
contents of files that are gone; of those there is only the name.
"""

import codecs
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from tests.world import ROOT, RunningRoom, environment

# Suites that have a long form play it when this is set, as `make prove` does.
THOROUGH: Final = bool(os.environ.get("WORKSHOP_KIT_PROVE"))
CANNOT_BE_WATCHED: Final = (
    "strace is missing here or not allowed: of the files that were written, only those that still lie in this user's folders are searched."
)

# What stands in every comment that is let through, in every one that is not, in every seat, and in a journal that is not saved.
KEPT, DROPPED, SEAT, UNSAVED = "Zilpzälp 4711", "Girlitz „leise“ 9", "5ea7ca4a27f1c0de", "Wendehals 83 fliegt"
SEATS: Final = [f"{SEAT}{number:016x}" for number in range(12)]
PERSONAL: Final = {"a comment that was left out": DROPPED, "a seat": SEAT, "a journal that was not saved": UNSAVED}

_CREATING: Final = ("open", "openat", "openat2", "creat", "rename", "renameat", "renameat2", "link", "linkat", "truncate")
# Ways of writing that leave no trace in the calls above. Nothing in the kit uses them; if something did, the list would lie.
_BEHIND_THE_BACK: Final = ("io_uring_setup", "open_by_handle_at")
_OPENED: Final = re.compile(r"^(?:open|openat|openat2|creat)\(.* = \d+<(.*)>$")
_FOR_WRITING: Final = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^creat")
_MOVED: Final = re.compile(
    r'^(?:rename|link|truncate)\w*\(.*?"((?:[^"\\]|\\.)*)"(?:, \d+|, (?:AT_FDCWD<(.*?)>, )?"((?:[^"\\]|\\.)*)".*)\) *= 0$'
)
_AT: Final = re.compile(r"AT_FDCWD<(.*?)>")
_DELETED: Final = re.compile(r"(?: \(deleted\))+$")
# Not on any disk: devices, and what the system tells of its processes.
_NO_FILES: Final = ("/dev/", "/proc/", "/sys/")
_PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_MOST_UNPACKED: Final = 16 * 1024 * 1024


# ---- what is searched for -----------------------------------------------------------------------------------------------


@cache
def forms(canary: str) -> Mapping[str, bytes]:
    """Return a text in the forms in which it might have been written down, by their names."""
    plain = canary.encode()
    found = {
        "plain": plain,
        "in small letters": canary.lower().encode(),
        "in capitals": canary.upper().encode(),
        "latin-1": canary.encode("latin-1", "replace"),
        "utf-16": canary.encode("utf-16-le"),
        "utf-16 the other way round": canary.encode("utf-16-be"),
        "utf-32": canary.encode("utf-32-le"),
        "hex": plain.hex().encode(),
        "capital hex": plain.hex().upper().encode(),
        "json": json.dumps(canary)[1:-1].encode(),
        "json in json": json.dumps(json.dumps(canary)[1:-1])[1:-1].encode(),
        "python": ascii(canary)[1:-1].encode(),
        "html": escape(canary).encode("ascii", "xmlcharrefreplace"),
        "url": quote(canary).encode(),
        "form": quote_plus(canary).encode(),
        "backwards": plain[::-1],
    }
    for name, content in (("", plain), (" of utf-16", canary.encode("utf-16-le"))):
        found |= {f"base64{name}, {place}": each for place, each in enumerate(_in_base64(content))}
    with_digits = re.fullmatch(r"(?:[0-9a-f]{2})+", canary)
    return {**found, "bytes": bytes.fromhex(canary)} if with_digits else found


def traces(canaries: Mapping[str, str], content: bytes) -> Iterator[str]:
    """Yield which canary is found in which form, in a content and in what is compressed in it."""
    for layer in (content, *_unpacked(content)):
        for name, canary in canaries.items():
            yield from (f"{name} ({form})" for form, needle in forms(canary).items() if needle in layer)


def tell_tales(files: Iterable[Path], canaries: Mapping[str, str]) -> list[str]:
    """Return where which canary is found: in a file's content or in its name."""
    return [
        f"{trace}: {file}"
        for file in sorted(set(files))
        for trace in dict.fromkeys([*traces(canaries, content_of(file)), *traces(canaries, str(file).encode(errors="replace"))])
    ]


def files_below(*folders: Path) -> set[Path]:
    """Return every regular file below some folders."""
    return {
        Path(place, name)
        for folder in folders
        for place, _, names in os.walk(folder)
        for name in names
        if not Path(place, name).is_symlink() and Path(place, name).is_file()
    }


def content_of(file: Path) -> bytes:
    """Return a file's content; none, where it has gone since it was listed."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def _in_base64(content: bytes) -> Iterator[bytes]:
    """Yield what a content looks like in base64 at each place within its groups of three, without the torn ends."""
    for shift in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(b"." * shift + content)[4 : (shift + len(content)) // 3 * 4]


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what can be unpacked in a content: replies as they came over the line, compressed logs, pictures."""
    view = memoryview(content)
    for start in _PACKED.finditer(content):
        try:
            yield zlib.decompressobj(47).decompress(view[start.start() :], _MOST_UNPACKED)
        except zlib.error:
            continue


# ---- which files were written -------------------------------------------------------------------------------------------


@cache
def can_be_watched() -> bool:
    """Return whether strace is here and may look at processes."""
    strace = shutil.which("strace") or "false"
    # The kit's own processes let no one but root look into them, so one of these is tried.
    program = "from workshop_kit.processes.tether import no_core_dumps as none; none(); open('seen', 'w')"
    with tempfile.TemporaryDirectory() as place:
        log = Path(place, "log")
        watched = [strace, "-f", "-qqq", "-y", "-e", "trace=openat", "-o", str(log), sys.executable, "-c", program]
        is_allowed = subprocess.run(watched, cwd=place, env=environment(), capture_output=True).returncode == 0
        # As a grandchild, as it is used below, it needs to be allowed more.
        by_a_child = [strace, "-D", "-f", "--seccomp-bpf", "-o", f"{place}/more", "true"]
        return is_allowed and f"<{place}/seen>" in log.read_text() and subprocess.run(by_a_child, capture_output=True).returncode == 0


class Trail:
    """Which files a command and everything that it starts have written, noted by strace in a folder that is made for it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir()

    def command(self, *command: str) -> list[str]:
        """Return the command with which another is to be run, so that it leaves a trail."""
        if not can_be_watched():
            return list(command)
        calls = ",".join((*_CREATING, *_BEHIND_THE_BACK))
        # As a grandchild, so that the process which is started is the command's own, with its own exit code and signals.
        watched = ["strace", "-D", "-ff", "--seccomp-bpf", "-qqq", "-y", "-s", "4096", "-e", f"trace={calls}"]
        return [*watched, "-e", "status=successful", "-e", "signal=none", "-o", str(self._place / "log"), *command]

    def written(self) -> set[Path]:
        """Return the files that were written so far, those that are gone included."""
        return {file for log in self._place.iterdir() for file in _written_in(log.read_text(encoding="utf-8", errors="replace"))}


def _written_in(log: str) -> Iterator[Path]:
    """Yield the files that one process has opened for writing, or moved to, by the calls that strace noted."""
    at = "/"
    for line in log.splitlines():
        assert not line.startswith(_BEHIND_THE_BACK), f"This way of writing is not followed: {line}"
        at = (_AT.findall(line) or [at])[-1]
        opened, moved = _OPENED.match(line), _MOVED.match(line)
        if opened and _FOR_WRITING.search(line):
            yield from _as_file(opened[1])
        elif moved:
            target = moved[1] if moved[3] is None else moved[3]
            yield from _as_file(os.path.join(_plain(moved[2] or at), _plain(target)))


def _as_file(name: str) -> Iterator[Path]:
    path = _DELETED.sub("", _plain(name))
    if (path.startswith("/") and not path.startswith(_NO_FILES)) or path.startswith("/dev/shm/"):
        yield Path(os.path.normpath(path))


def _plain(quoted: str) -> str:
    # strace writes what is not ASCII as C does.
    return os.fsdecode(codecs.escape_decode(quoted.encode("latin-1", "replace"))[0])


# ---- where it happens ---------------------------------------------------------------------------------------------------


def everyone_answers(room: RunningRoom, run: int, answers: Sequence[object], at_first: Sequence[object]) -> None:
    """Let people sit down in `SEATS`, think again, need a moment and answer; one takes the answer back for a while."""
    seats = SEATS[: len(answers)]
    room.sit(*seats)
    for seat, first, answer in zip(seats, at_first, answers, strict=True):
        room.cast(run, seat, first).raise_for_status()
        room.cast(run, seat, answer).raise_for_status()
        room.public.post(room.path("/pause"), json={"seat": seat}).raise_for_status()
    room.withdraw(run, seats[-1]).raise_for_status()
    room.cast(run, seats[-1], answers[-1]).raise_for_status()


def copy_of_the_kit(place: Path, *more: str) -> Path:
    """Return a folder with a copy of the kit that may be written to, and of some more of the repository."""
    for name in ("workshop_kit", "data", "notebooks", *more):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            shutil.copy(ROOT / name, place / name)
    return place
