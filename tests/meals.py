"""A small world inside this process: a room in which a meal is talked about, and people who answer in it.

Whoever tries the rules of a room without a server opens one with `opened`, seats people by their `SEATS`, and looks into
what it keeps with `reachable` and `strings_with`.
"""

import gc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import Any, Final

from tests.world import new_seats
from workshop_kit.disclosure import ROOM, Published
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.memory import Seats
from workshop_kit.polls import Poll
from workshop_kit.room import opening
from workshop_kit.room.opening import Wanted
from workshop_kit.room.room import Room
from workshop_kit.workshop import Block, Plan, Section, Workshop

MANY: Final = {
    "id": "many",
    "kind": "multi",
    "question": "Which?",
    "options": [{"id": "a", "label": "Apples"}, {"id": "b", "label": "Bread"}, {"id": "c", "label": "Cheese"}],
    "section": "01",
}
POLLS: Final = {
    each["id"]: Poll.from_dict(each)
    for each in (
        MANY,
        {**MANY, "id": "one", "kind": "single"},
        {**MANY, "id": "scale", "kind": "scale", "options": ["Low", "Middle", "High"], "section": "02"},
        {**MANY, "id": "heavy", "kind": "single", "intensity": 3, "section": "02"},
        {**MANY, "id": "slider", "kind": "slider", "low": "Not at all", "high": "Wholly", "section": "02"},
        {**MANY, "id": "rank", "kind": "rank", "section": "02"},
        {**MANY, "id": "text", "kind": "text", "section": "02"},
    )
}
WORKSHOP: Final = Workshop(
    "meal",
    "A meal",
    tuple(Section(id, id, f"{id}.ipynb", ("A",), tuple(poll for poll in POLLS.values() if poll.section == id)) for id in ("01", "02")),
    (Plan("lunch", "Lunch", 60, ((Block("section", 60, "01", ("many",)),),)), Plan("feast", "A feast", 90, (), texts=True)),
)
TUESDAY: Final = RoomRecord("K7PMQ4", "meal", date(2025, 11, 4), ROOM, 60, plan="feast", key="5e" * 16)
SEATS: Final = new_seats(Random(3), 40)
# Polls that are asked together, and what people write who are asked for a comment.
BLOCK: Final = ("one", "scale", "rank")
COMMENTS: Final = tuple(f"Comment {letter}" for letter in "abcdefghijkl")


def opened(folder: Path, seed: int = 1, **different: Any) -> Room:
    """Return a room in a folder: the one that was cut short there, taken up as a server does it, or else a new one."""
    results = Results(folder)
    is_there = results.room(TUESDAY.code) is not None
    record = opening.opened(Wanted(ROOM), WORKSHOP, results, Random(seed)) if is_there else replace(TUESDAY, **different)
    return Room(WORKSHOP, results, record, Random(seed))


def seated(room: Room, people: int = 12) -> Room:
    """Return a room after some people have taken their seats in it, or came back to them, and were counted."""
    for seat in SEATS[:people]:
        room.take_seat(seat, ticket_of(room, seat))
    room.door.set("locked")
    room.door.count(people)
    return room


def ticket_of(room: Room, seat: str) -> str:
    """Return the ticket that a page of this room was given with its seat."""
    return Seats(1, room.record.key).take(seat)


def answer(room: Room, *answers: object, run: int = 1) -> None:
    """Let one seat after the other answer."""
    for seat, each in zip(SEATS, answers, strict=False):
        room.cast(run, seat, each)


def closed(room: Room, run: int = 1) -> Published:
    """Close a run whose answers need not be read first, and return its result."""
    published = room.runs.close(run)
    assert published is not None
    return published


def after_ticks(room: Room, ticks: int) -> Room:
    """Return a room some seconds later."""
    for _ in range(ticks):
        room.tick()
    return room


def known(folder: Path, room: Room) -> dict[str, Any]:
    """Return all that a room knows and that is kept of it, but for answers and seats."""
    results = Results(folder)
    return {
        "state": room.state,
        "room": (room.record, room.locked, room.evening.scene, room.evening.can_undo),
        "runs": [(run, room.runs.lines(run.number)) for run in room.runs.asked],
        "holds": room.holds(),
        "disk": (results.room(room.record.code), results.runs(room.record.code)),
    }


def reachable(*starts: object) -> Iterator[object]:
    """Yield every object that can be reached from some, but for code and modules."""
    seen, waiting = {id(start) for start in starts}, list(starts)
    while waiting:
        each = waiting.pop()
        yield each
        for further in gc.get_referents(each):
            if id(further) not in seen and not isinstance(further, (type, ModuleType, FunctionType)):
                seen.add(id(further))
                waiting.append(further)


def strings_with(trace: str, objects: Iterable[object]) -> set[str]:
    """Return the texts among some objects, bytes included, that hold a trace; the trace itself does not count."""
    objects = list(objects)
    found = {each for each in objects if isinstance(each, str) and trace in each}
    found |= {each.decode(errors="replace") for each in objects if isinstance(each, (bytes, bytearray)) and trace.encode() in each}
    return found - {trace}
