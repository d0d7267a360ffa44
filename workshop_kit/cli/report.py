"""`workshop-kit report`: what a group takes home, or what whoever led it keeps."""

from collections.abc import Sequence
from pathlib import Path

from workshop_kit import material
from workshop_kit.after import report
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.errors import Unknown
from workshop_kit.processes.children import tell
from workshop_kit.processes.connection import user_folder
from workshop_kit.words.catalog import language


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
    workshop = material.read()
    html, pdf = report.write(room, results.runs(room.code), workshop, out, facilitator=facilitator, replace=replace, tell=tell)
    say = language(workshop.language)
    tell(say("cli.report.done_own" if facilitator else "cli.report.done", code=room.code, html=html, pdf=pdf))


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
        raise Unknown("cli.report.no_room_yet")
    day = max(room.opened_on for room in rooms)
    of_that_day = [room for room in rooms if room.opened_on == day]
    meant = [room for room in rooms if not room.ended] or [room for room in of_that_day if not room.simulated] or of_that_day
    if len(meant) > 1:
        raise Unknown("cli.report.several", codes=[room.code for room in meant])
    return meant[0]


def _named(results: Results, code: str) -> RoomRecord:
    room = results.room(code.upper())
    if room is None:
        raise Unknown("cli.report.no_room_of_code")
    return room
