"""What is kept of an evening: polls of every kind, the runs of a room and their results, as `Results` writes them to the disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from workshop_kit.disclosure import ROOM, Policy, Published, publish
from workshop_kit.disk.rooms import FILE, Phase, RoomRecord, Run
from workshop_kit.polls import Poll, Tally

FEARS: Final = Poll.from_dict(
    {
        "id": "fears",
        "kind": "multi",
        "question": "Which of these feel familiar?",
        "options": [
            {"id": "hurt", "label": "Getting hurt"},
            {"id": "self", "label": "Losing myself"},
            {"id": "other", "label": "Some other"},
        ],
        "intensity": 2,
        "section": "06",
        "hint": "As many as you like.",
    }
)
LOUDEST: Final = replace(FEARS, id="loudest", kind="single", hint=None)
GUARDING: Final = Poll.from_dict(
    {"id": "guarding", "kind": "scale", "question": "How much?", "options": ["None", "Some", "“Quite” a lot – é"]}
)
FAR: Final = Poll.from_dict({"id": "far", "kind": "slider", "question": "How far?", "low": "Here", "high": "There"})
WEIGHT: Final = replace(FEARS, id="weight", kind="rank", hint=None)
WISH: Final = Poll.from_dict({"id": "wish", "kind": "text", "question": "What would help?"})
KINDS: Final = (FEARS, LOUDEST, GUARDING, FAR, WEIGHT, WISH)
COMMENTS: Final = ("A walk", "“Quiet”, mostly – é", "Time; or 1\u202f000 kisses", "Nothing'); DROP TABLE runs; --")
TUESDAY: Final = RoomRecord("K7PMQ4", "intimacy", date(2025, 11, 4), ROOM, 60)


def published(random: Random, poll: Poll, policy: Policy = ROOM, people: int = 12) -> Published:
    """Return what a group that answers by chance gets to see."""
    return publish(Tally.of(poll, [an_answer(random, poll) for _ in range(people)]), policy)


def asked(number: int, poll: Poll, policy: Policy = ROOM, phase: Phase = "open", published: Published | None = None) -> Run:
    """Return a run that was asked by itself."""
    return Run(number, poll, policy, number, phase, published=published)


@contextmanager
def disk_that_refuses_run(folder: Path, number: int) -> Iterator[None]:
    """Let the results in a folder take everything but one run, as if the disk were full just there."""
    act = f"ON runs WHEN NEW.number = {number} BEGIN SELECT RAISE(ABORT, 'full'); END"
    with closing(sqlite3.connect(folder / FILE)) as file:
        for when in ("INSERT", "UPDATE"):
            file.execute(f"CREATE TRIGGER full_{when} BEFORE {when} {act}")
    try:
        yield
    finally:
        with closing(sqlite3.connect(folder / FILE)) as file:
            for when in ("INSERT", "UPDATE"):
                file.execute(f"DROP TRIGGER full_{when}")


def an_answer(random: Random, poll: Poll) -> object:
    """Return what somebody answers by chance."""
    ids = [option.id for option in poll.options]
    if poll.kind == "multi":
        return [each for each in ids if random.random() < 0.5]
    if poll.kind == "rank":
        return random.sample(ids, len(ids))
    return random.choice(COMMENTS if poll.kind == "text" else ids)
