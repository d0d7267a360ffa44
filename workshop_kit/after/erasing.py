"""Erasing: rooms, results and the journal, each by itself, and a look afterwards whether they are gone.

What is about to be erased is first cut into pieces. Then it is overwritten and removed, and every file in the user's data
folder is searched for the pieces: where one is found, the file is named. A piece that also belongs to something that is to be
kept is not searched for, and neither are the words of a poll, which stand in the material.

Nothing is erased while a room is running, because its server would write it again. And nothing is touched but the files that
the kit keeps itself: the folder may hold other things too.
"""

import json
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from workshop_kit import client
from workshop_kit.disk import rooms
from workshop_kit.disk.files import write_whole
from workshop_kit.disk.journal import Journal
from workshop_kit.disk.rooms import Results, RoomRecord, Run
from workshop_kit.errors import NotNow, SetupError, Unknown, WorkshopError
from workshop_kit.processes import connection
from workshop_kit.processes.connection import find_room
from workshop_kit.processes.lock import FolderLock

# Sections finished alone. `study.progress` writes it, of a rank that this module cannot see; a test keeps the two alike.
PROGRESS: Final = "progress.json"
# A piece is long enough to be nobody else's, and short enough to survive where a row is torn by the edge of a page.
PIECE: Final = 20
SHORTEST: Final = 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be erased.

    `codes` are the rooms, or None for all of them; `rooms` is for what is known of them and `results` for what was published in
    them. `journal` is for what was written in self-study, and which sections were marked as finished in it.
    """

    codes: Collection[str] | None = ()
    rooms: bool = False
    results: bool = False
    journal: bool = False

    @property
    def whole_file(self) -> bool:
        """Whether nothing stays of the file that keeps rooms and results."""
        return self.codes is None and self.rooms and self.results

    def takes(self, room: RoomRecord) -> bool:
        """Return whether a room is one of those chosen."""
        return self.codes is None or room.code in self.codes


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept in a folder: rooms, each with the number of its results, and whether there is anything of self-study.

    `readable` is False where the file of rooms and results is there and cannot be read.
    """

    rooms: tuple[tuple[RoomRecord, int], ...] = ()
    journal: bool = False
    progress: bool = False
    readable: bool = True

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to erase."""
        return self.readable and not (self.rooms or self.journal or self.progress)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what a search for it found afterwards.

    `found` are files that still hold a piece of it, `unread` such as could not be searched.
    """

    before: Kept
    found: tuple[Path, ...]
    unread: tuple[Path, ...]


def kept(folder: Path) -> Kept:
    """Return what is kept in a folder, damaged or not."""
    journal, progress = Journal(folder).exists, (folder / PROGRESS).exists()
    try:
        rooms = tuple((room, sum(run.published is not None for run in runs)) for room, runs in _rooms(folder))
    except SetupError:
        return Kept((), journal, progress, readable=False)
    return Kept(rooms, journal, progress)


def erase(folder: Path, chosen: Chosen) -> Erased:
    """Erase what was chosen, and search every file in the folder for it.

    Raises
    ------
    NotNow
        If a room is running; nothing is erased then.
    Unknown
        If there is no room of a chosen code.
    SetupError
        If a file cannot be erased, or holds rooms that are to be kept and cannot be read.
    """
    refuse_while_running(folder)
    # And none begins meanwhile.
    with closing(FolderLock(folder)):
        before = kept(folder)
        if not before.readable and (chosen.rooms or chosen.results) and not chosen.whole_file:
            list(_rooms(folder))  # which says what is wrong with the file
        if not set(chosen.codes or ()) <= {room.code for room, _ in before.rooms}:
            raise Unknown("erase.no_room_of_code")
        pieces = _pieces(folder, chosen, readable=before.readable)
        _remove(folder, chosen, before)
        return Erased(before, *_searched(folder, pieces))


def erase_older(folder: Path, day: date, *, but: str | None = None) -> int:
    """Erase the rooms, and their results, that have ended and were opened before a day; return how many there were.

    Parameters
    ----------
    folder
        Where they are kept.
    day
        Rooms opened before this day go.
    but
        The code of a room that is about to go on, and stays.

    Raises
    ------
    NotNow, SetupError
        As for `erase`.
    """
    if not (folder / rooms.FILE).exists():
        return 0
    codes = {room.code for room in Results(folder).older_than(day)} - {but}
    if codes:
        erase(folder, Chosen(codes, rooms=True, results=True))
    return len(codes)


def refuse_while_running(folder: Path) -> None:
    """Refuse to go on while a room is running.

    Raises
    ------
    NotNow
        If one is.
    """
    try:
        with closing(client.connect(lambda: find_room(lambda: folder))) as running:
            code = running.code
    except WorkshopError:
        return
    raise NotNow("erase.room_running", code=code)


def _rooms(folder: Path) -> Iterator[tuple[RoomRecord, list[Run]]]:
    # Looking for results must not make a file for them.
    if (folder / rooms.FILE).exists():
        found = Results(folder)
        yield from ((room, found.runs(room.code)) for room in found.rooms())


def _remove(folder: Path, chosen: Chosen, before: Kept) -> None:
    if chosen.whole_file:
        _overwrite(folder, rooms.FILE, f"{rooms.FILE}-journal", f".{rooms.FILE}-*", connection.FILE, ".connection-*")
        # What Jupyter wrote for an evening goes when the evening ends, but not where the computer itself went down first.
        for left in folder.glob("workshop_kit_*"):
            shutil.rmtree(left, ignore_errors=True)
    elif before.rooms and (chosen.rooms or chosen.results):
        codes = [room.code for room, _ in before.rooms if chosen.takes(room)]
        Results(folder).forget(*codes, rooms=chosen.rooms, results=chosen.results)
        # A room that was killed has left the way to it behind, with its code.
        _overwrite(folder, connection.FILE, ".connection-*")
    if chosen.journal:
        Journal(folder).erase()
        _overwrite(folder, PROGRESS, f".{PROGRESS}-*")


def _overwrite(folder: Path, *names: str) -> None:
    """Overwrite and remove the files of some names."""
    for file in [file for name in names for file in folder.glob(name)]:
        write_whole(file, b"")
        try:
            file.unlink()
        except OSError:
            raise SetupError("erase.not_removed", file=file) from None


def _pieces(folder: Path, chosen: Chosen, *, readable: bool) -> frozenset[bytes]:
    """Return what must not be found any more: pieces of what goes, but for those that belong to what stays, too."""
    goes: list[bytes] = []
    stays: list[bytes] = []
    for room, runs in _rooms(folder) if readable else ():
        room_goes, results_go = (part and chosen.takes(room) for part in (chosen.rooms, chosen.results))
        (goes if room_goes else stays).extend(_written_of(room))
        (goes if results_go else stays).extend(_published_in(runs))
        (goes if room_goes and results_go else stays).append(room.code.encode())
    for file in (Journal(folder).file, folder / PROGRESS):
        (goes if chosen.journal else stays).append(_content(file) or b"")
    pieces = frozenset(piece for each in goes for piece in _cut(each))
    return pieces.difference(_held(b"\0".join(stays), pieces))


def _written_of(room: RoomRecord) -> Iterator[bytes]:
    """Yield what was written about a room, as it stands in the file."""
    yield from (json.dumps(part).encode() for part in (room.local_contact, dict(room.notes), room.agenda) if part)
    # And as somebody would have copied it.
    yield (room.local_contact or "").encode(errors="replace")


def _published_in(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield what was published, without the words of the polls and the policy, which is the room's too, as it stands in the file."""
    for run in runs:
        published = run.published.to_dict() if run.published else {}
        said = {name: part for name, part in published.items() if name not in ("poll", "policy")}
        yield json.dumps(said).strip("{}").encode()


def _cut(content: bytes) -> Iterator[bytes]:
    """Yield pieces of one length; of something shorter the whole of it, unless it is so short that it may stand anywhere."""
    if SHORTEST <= len(content) < PIECE:
        yield content
    yield from (content[start : start + PIECE] for start in range(0, len(content) - PIECE + 1, PIECE))


def _searched(folder: Path, pieces: frozenset[bytes]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files in a folder that hold a piece, and those that cannot be read."""
    found, unread = [], []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        content = _content(file)
        if content is None:
            unread.append(file)
        elif any(_held(content, pieces)):
            found.append(file)
    return tuple(found), tuple(unread)


def _held(content: bytes, pieces: frozenset[bytes]) -> Iterator[bytes]:
    """Yield the pieces that can be found in a content."""
    yield from (piece for piece in pieces if len(piece) < PIECE and piece in content)
    # A look at each stretch of the content, since there may be far more pieces than that.
    stretches = (content[start : start + PIECE] for start in range(len(content) - PIECE + 1))
    yield from (stretch for stretch in stretches if stretch in pieces)


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
