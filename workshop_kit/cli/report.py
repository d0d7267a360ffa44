"""`workshop-kit report`: what a group takes home, or what whoever led it keeps."""

from collections.abc import Sequence
from pathlib import Path

from workshop_kit import material
from workshop_kit.after import report
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.errors import Unknown
from workshop_kit.processes.children import say
from workshop_kit.processes.connection import user_folder


def write_report(code: str | None, out: Path, *, facilitator: bool, replace: bool) -> None:
    """Write the report of a room, by default of the latest one, and say where it is.

    Raises
    ------
    Unknown
        If there is no such room, none at all, or more than one that could be meant.
    SetupError
        If the results cannot be read, the folder cannot be written, or a report is there already.
    """
    results = Results(user_folder())
    room = _named(results, code) if code else latest(results.rooms())
    written = report.write(room, results.runs(room.code), material.read(), out, facilitator=facilitator, replace=replace, say=say)
    whose = "the facilitator’s edition, not for handing out" if facilitator else "the group’s edition"
    say(f"Done: room {room.code}, {whose}.\n  To read, also by ear   {written.html}\n  To print               {written.pdf}")


def latest(rooms: Sequence[RoomRecord]) -> RoomRecord:
    """Return the room that is meant where none is named: the one that runs, or the one of the latest day.

    Of one day only the day is kept, so where it had several rooms the real one is meant, and of several real ones somebody must
    say which.

    Raises
    ------
    Unknown
        If there is no room, or more than one that could be meant.
    """
    if not rooms:
        raise Unknown("There is no room on this computer yet. Open one with: workshop-kit start")
    day = max(room.opened_on for room in rooms)
    of_that_day = [room for room in rooms if room.opened_on == day]
    meant = [room for room in rooms if not room.ended] or [room for room in of_that_day if not room.simulated] or of_that_day
    if len(meant) > 1:
        raise Unknown(f"Several rooms were opened on the latest day. Say which one with --room: {', '.join(room.code for room in meant)}.")
    return meant[0]


def _named(results: Results, code: str) -> RoomRecord:
    room = results.room(code.upper())
    if room is None:
        raise Unknown("There is no room with this code on this computer. Leave --room out to take the latest one.")
    return room
