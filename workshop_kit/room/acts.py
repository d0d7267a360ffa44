"""Every act by which a room is led: its name, where it is asked for, what it takes, and which method does it.

The control app answers to these and the Python client speaks them, so an act is added here, once. This is pure data and
imports nothing of the kit: `does` names a method, from the `Room` on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    """One act; `timed` ones are told the time, too. The sentence ``acts.`` and its name says what it needs to be told.

    What an act keeps on the disk may take its time. What it has to do before anybody can answer once more, it `seals` first. What it
    returns is told under the name that `gives` says.
    """

    name: str
    path: str
    does: str
    fields: tuple[Field, ...] = ()
    timed: bool = False
    seals: str | None = None
    gives: str | None = None


def _name(name: str, *, needed: bool = True) -> Field:
    return Field(name, "words", LONGEST_NAME, needed)


def _number(name: str, *, needed: bool = True) -> Field:
    return Field(name, "number", LARGEST_NUMBER, needed)


_THRESHOLDS: Final = (_number("floor", needed=False), _number("cell", needed=False))
_SET_UP: Final = (
    *(_name("plan"), _number("meeting", needed=False), _name("policy")),
    *(_name("country", needed=False), Field("contact", "words", LONGEST_NAME)),
)
_RUN: Final = "/runs/{run}"

_SEVERAL: Final = Field("polls", "names", LONGEST_NAME, needed=True)
_WORDS: Final = Field("words", "words", LONGEST_NOTE)

ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act("ask", "/runs", "runs.ask", (_name("poll"), *_THRESHOLDS, _number("before", needed=False)), gives="run"),
        Act("ask_together", "/runs/together", "runs.ask_together", (_SEVERAL, *_THRESHOLDS), gives="runs"),
        Act("close", _RUN + "/close", "runs.close", seals="runs.seal"),
        Act("reveal", _RUN + "/reveal", "runs.reveal"),
        Act("hide", _RUN + "/hide", "runs.hide"),
        Act("discard", _RUN + "/discard", "runs.discard"),
        Act("decide", _RUN + "/lines/{line}", "runs.decide", (_name("decision"), _WORDS)),
        Act("publish_lines", _RUN + "/publish", "runs.publish_lines", seals="runs.seal_lines"),
        Act("set_up", "/setup", "evening.set_up", _SET_UP),
        Act("bend_agenda", "/agenda", "evening.bend", (_name("act"), _number("place")), timed=True),
        Act("add_section", "/agenda/add", "evening.add_section", (_name("section"), _number("after"))),
        Act("undo_agenda", "/agenda/undo", "evening.undo_agenda"),
        Act("note", "/notes", "evening.keep_note", (_name("section"), replace(_WORDS, needed=True))),
        Act("door", "/door", "door.set", (_name("state"),)),
        Act("count", "/heads", "door.count", (_number("heads"),)),
        Act("count_again", "/heads/again", "door.count_again"),
        Act("one_more", "/heads/one-more", "door.one_more", gives="card"),
        Act("nobody_more", "/heads/nobody-more", "door.nobody_more"),
        Act("make_larger", "/capacity", "door.make_larger", (_number("seats"),)),
        Act("enter_by", "/entry", "door.enter_by", (_name("entry"),)),
        Act("print_cards", "/cards", "door.print_cards", (_number("cards"),), gives="key"),
        Act("void_cards", "/cards/void", "door.void_cards"),
        Act("announce", "/address", "address.announce", (_name("address"),)),
        Act("go_to", "/section", "evening.go_to", (_name("id"),)),
        Act("show_on_stage", "/stage", "evening.show_on_stage", (_name("show"),)),
        Act("set_timer", "/timer", "evening.set_timer", (Field("minutes", "minutes", LONGEST_TIMER_MIN),), timed=True),
        Act("acknowledge_pauses", "/pauses/acknowledge", "acknowledge_pauses"),
    )
}
