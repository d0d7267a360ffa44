"""Every act by which a room is led: its name, where it is asked for, what it takes, and which method does it.

The control app answers to these and the Python client speaks them, so an act is added here, once. This is pure data and
imports nothing of the kit: `does` names a method, from the `Room` on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["words", "names", "number", "minutes"]

LARGEST_NUMBER: Final = 1_000_000
LONGEST_NAME: Final = 200
LONGEST_NOTE: Final = 1000
LONGEST_TIMER_MIN: Final = 180


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an act is told.

    `kind` is ``words`` (a text of up to `most` characters), ``names`` (a list of such texts), ``number`` (a whole one, up to `most`
    either way) or ``minutes`` (above 0, up to `most`). What is not `needed` may be left out, or be null.
    """

    name: str
    kind: Kind
    most: int
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `says` is what the room answers where it was not told what it needs, and `timed` acts are told the time, too."""

    name: str
    path: str
    does: str
    fields: tuple[Field, ...] = ()
    says: str = ""
    timed: bool = False


def _name(name: str, *, needed: bool = True) -> Field:
    return Field(name, "words", LONGEST_NAME, needed)


def _number(name: str, *, needed: bool = True) -> Field:
    return Field(name, "number", LARGEST_NUMBER, needed)


_THRESHOLDS: Final = (_number("floor", needed=False), _number("cell", needed=False))
_RUN: Final = "/runs/{run}"

ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act(
            *("ask", "/runs", "runs.ask", (_name("poll"), *_THRESHOLDS, _number("before", needed=False))),
            'Say which poll to ask, as in {"poll": "fears"}; a floor, a cell and an earlier run are whole numbers.',
        ),
        Act(
            *("ask_together", "/runs/together", "runs.ask_together", (Field("polls", "names", LONGEST_NAME, needed=True), *_THRESHOLDS)),
            'Say which polls to ask, as in {"polls": ["fears", "pulse"]}; a floor and a cell are whole numbers.',
        ),
        Act("close", _RUN + "/close", "runs.close"),
        Act("reveal", _RUN + "/reveal", "runs.reveal"),
        Act("hide", _RUN + "/hide", "runs.hide"),
        Act("discard", _RUN + "/discard", "runs.discard"),
        Act(
            *("decide", _RUN + "/lines/{line}", "runs.decide", (_name("decision"), Field("words", "words", LONGEST_NOTE))),
            "A line can be approved, rewritten or declined. Choose one of the three.",
        ),
        Act("publish_lines", _RUN + "/publish", "runs.publish_lines"),
        Act(
            *("set_up", "/setup", "evening.set_up"),
            (
                *(_name("plan"), _number("meeting", needed=False), _name("policy")),
                *(_name("country", needed=False), Field("contact", "words", LONGEST_NAME)),
            ),
            f"Say by which plan the room is led and who comes; the contact near by is a line of up to {LONGEST_NAME} characters.",
        ),
        Act(
            *("bend_agenda", "/agenda", "evening.bend", (_name("act"), _number("place"))),
            "Name what to do and the place of the part, the first being 0.",
            timed=True,
        ),
        Act(
            *("add_section", "/agenda/add", "evening.add_section", (_name("section"), _number("after"))),
            "Name the section, and the place of the part after which it comes, the first being 0.",
        ),
        Act("undo_agenda", "/agenda/undo", "evening.undo_agenda"),
        Act(
            *("note", "/notes", "evening.keep_note", (_name("section"), Field("words", "words", LONGEST_NOTE, needed=True))),
            f"A note has up to {LONGEST_NOTE} characters. Please make it shorter.",
        ),
        Act("door", "/door", "set_door", (_name("state"),), 'The door is either {"state": "open"} or {"state": "locked"}.'),
        Act("go_to", "/section", "evening.go_to", (_name("id"),), "Name the section to go to."),
        Act("show_on_stage", "/stage", "evening.show_on_stage", (_name("show"),), "Name what the stage is to show."),
        Act(
            *("set_timer", "/timer", "evening.set_timer", (Field("minutes", "minutes", LONGEST_TIMER_MIN),)),
            f"The timer runs for some minutes, up to {LONGEST_TIMER_MIN}. Name a number; to take the timer away, name none.",
            timed=True,
        ),
        Act("acknowledge_pauses", "/pauses/acknowledge", "acknowledge_pauses"),
    )
}
