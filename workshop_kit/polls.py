"""Polls: what a group is asked, what counts as an answer, and how answers are counted.

A `Poll` is a question of one kind with a handful of options. People answer in one of these forms, the same on the wire,
in memory and in the tests:

* ``{"pass": true}`` to any poll: passing is an answer, never a missing one;
* an option's id to a ``single`` poll;
* a list of option ids to a ``multi`` poll, in any order. An empty list is an answer too: it says "none of these", which
  is not the same as not wanting to say;
* a whole number to a ``scale`` poll: the id of one labelled point;
* a whole number from 0 to 10 to a ``slider`` poll. It is counted by the stretch of the slider in which it falls, never by
  itself, so a slider's options are those stretches, each by its lowest number and without a label;
* a list of all option ids to a ``rank`` poll, best first;
* a line of text to a ``text`` poll, at most 140 characters long.

A `Tally` is what remains when answers are counted: how many answered, how many passed, how many chose each option; of a
``rank`` poll, how many put each option first and the sum of the places it was given; of a ``text`` poll, the lines
themselves, in an order that has nothing to do with their arrival. It holds nothing about who chose which options together,
so combinations cannot leak later: they are gone.

A Tally is exact, and exact counts of a small group point at people. It is meant to live for the blink between closing a
poll and publishing it (see `disclosure`), and it keeps its numbers out of its own ``repr`` so that no log or traceback
shows them by accident. Only lines of text live a little longer: until the facilitator has read them.

This module knows nothing of rooms, seats, time or files. A further kind of poll adds its name to `Kind` and a reader of
its answers to `_READERS`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

from workshop_kit.errors import InvalidAnswer, MaterialError

Kind: TypeAlias = Literal["single", "multi", "scale", "slider", "rank", "text"]
OptionId: TypeAlias = str | int
Answer: TypeAlias = Mapping[str, bool] | OptionId | list[OptionId]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
PASS: Final[Mapping[str, bool]] = {"pass": True}
INTENSITIES: Final = (1, 2, 3)
# Each at least two wide, so that no shown stretch is one value, and the same from either end.
STRETCHES: Final = ((0, 1), (2, 3), (4, 6), (7, 8), (9, 10))
HIGHEST: Final = STRETCHES[-1][1]
LONGEST_TEXT: Final = 140
# Signs that steer a terminal, turn the direction of writing, or cannot be written to a file.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Signs that leave no mark: with one of them a line would be empty and not look it, or look like another and be shown beside it.
_NO_MARK: Final = re.compile(
    "[\xad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Signs that join others, as in some scripts and pictures; by themselves they leave no mark either.
_JOINERS: Final = "\u200c\u200d\u2800\ufe0e\ufe0f "
# Two options in order are a choice of one.
FEWEST_OPTIONS: Final[Mapping[str, int]] = {"single": 2, "multi": 2, "scale": 2, "rank": 3}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: an id for the wire, a label for people."""

    id: OptionId
    label: str


@dataclass(frozen=True, slots=True)
class Poll:
    """A question of one kind, with its options in the order in which their author wrote them.

    `intensity` says how much the question may stir, from 1 (light) to 3 (heavy); heavier questions need more answers
    before anything is shown. `low` and `high` say in words what the two ends of a ``slider`` mean.
    """

    id: str
    kind: Kind
    question: str
    options: tuple[Option, ...]
    intensity: int = 1
    section: str | None = None
    hint: str | None = None
    low: str | None = None
    high: str | None = None

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> "Poll":
        """Return the poll that a mapping describes: one entry of `polls.yaml`, or what `to_dict` gave.

        An option is a mapping with `id` and `label`. It may also be a plain string: then the string is both, or, in a
        ``scale``, the label of the next point, counted from 1. A ``slider`` has no options but `low` and `high`, the words
        for its two ends; a ``text`` poll has none at all.

        Raises
        ------
        MaterialError
            If a key is missing, the kind is unknown, or the options are fewer than two (for ``rank`` three), repeated, or
            (for a ``scale``) not numbered upwards in whole numbers.
        """
        for key in ("id", "kind", "question"):
            if not mapping.get(key):
                raise MaterialError("polls.no_key", key=key)
        name, kind = str(mapping["id"]), mapping["kind"]
        if kind not in KINDS:
            raise MaterialError("polls.no_kind", poll=name, kinds=KINDS)
        intensity = mapping.get("intensity", 1)
        if type(intensity) is not int or intensity not in INTENSITIES:
            raise MaterialError("polls.no_intensity", poll=name)
        if kind == "slider" and not (mapping.get("low") and mapping.get("high")):
            raise MaterialError("polls.no_ends", poll=name)
        return cls(
            id=name,
            kind=kind,
            question=str(mapping["question"]),
            options=_UNWRITTEN[kind] if kind in _UNWRITTEN else _options(name, kind, mapping.get("options")),
            intensity=intensity,
            section=mapping.get("section"),
            hint=mapping.get("hint"),
            low=mapping.get("low"),
            high=mapping.get("high"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the poll as plain data, in the schema of `polls.yaml`."""
        return {
            "id": self.id,
            "kind": self.kind,
            "question": self.question,
            "options": [{"id": option.id, "label": option.label} for option in self.options],
            "intensity": self.intensity,
            "section": self.section,
            "hint": self.hint,
            "low": self.low,
            "high": self.high,
        }

    def chosen(self, answer: object) -> tuple[OptionId, ...] | None:
        """Return what an answer chooses, or None where it passes: ids of options (of a ``rank`` best first), or the text.

        Raises
        ------
        InvalidAnswer
            If the answer has not the form of the poll's kind, or names an option that the poll does not have.
        """
        if isinstance(answer, dict):
            if set(answer) != set(PASS) or answer["pass"] is not True:
                raise InvalidAnswer("polls.unreadable")
            return None
        chosen = _READERS[self.kind](answer)
        if self.kind != "text" and not set(chosen) <= {option.id for option in self.options}:
            raise InvalidAnswer("polls.no_option")
        if self.kind == "rank" and len(chosen) < len(self.options):
            raise InvalidAnswer("polls.order_incomplete")
        return chosen


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact counts of one run. Lives between closing and publishing, and nowhere else.

    `counts` stands in the order of the poll's options, and counts first places where the poll is a ``rank``; so does
    `places`, the sum of the places that each option of a ``rank`` was given, 1 for the best. `texts` are the answers to a
    ``text`` poll in alphabetical order. `answered` counts everyone who did not pass.
    """

    poll: Poll
    answered: int = field(repr=False)
    passed: int = field(repr=False)
    counts: tuple[int, ...] = field(repr=False)
    places: tuple[int, ...] = field(default=(), repr=False)
    texts: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, poll: Poll, answers: Iterable[object]) -> "Tally":
        """Return the counts of some answers to a poll; the order of the answers leaves no trace.

        Raises
        ------
        InvalidAnswer
            If any answer does not fit the poll.
        """
        all_chosen = [poll.chosen(answer) for answer in answers]
        said = [chosen for chosen in all_chosen if chosen is not None]
        passed = len(all_chosen) - len(said)
        if poll.kind == "text":
            return cls(poll, len(said), passed, (), texts=tuple(sorted(str(text) for [text] in said)))
        ids = [option.id for option in poll.options]
        if poll.kind == "rank":
            firsts = tuple(sum(order[0] == each for order in said) for each in ids)
            return cls(poll, len(said), passed, firsts, places=tuple(sum(order.index(each) + 1 for order in said) for each in ids))
        return cls(poll, len(said), passed, tuple(sum(each in chosen for chosen in said) for each in ids))


def _options(poll: str, kind: Kind, written: object) -> tuple[Option, ...]:
    fewest = FEWEST_OPTIONS[kind]
    if not isinstance(written, (list, tuple)) or len(written) < fewest:
        raise MaterialError("polls.too_few_options", poll=poll, fewest=fewest)
    options = tuple(_option(poll, kind, place, entry) for place, entry in enumerate(written, start=1))
    ids = [option.id for option in options]
    if len(set(ids)) < len(ids):
        raise MaterialError("polls.same_ids", poll=poll)
    if kind == "scale" and ids != sorted(ids, key=int):
        raise MaterialError("polls.not_rising", poll=poll)
    return options


def _option(poll: str, kind: Kind, place: int, entry: object) -> Option:
    if isinstance(entry, str):
        return Option(place if kind == "scale" else entry, entry)
    if not isinstance(entry, Mapping) or not {"id", "label"} <= set(entry):
        raise MaterialError("polls.option_incomplete", poll=poll, place=place)
    if kind == "scale" and type(entry["id"]) is not int:
        raise MaterialError("polls.point_without_number", poll=poll, place=place)
    return Option(entry["id"] if kind == "scale" else str(entry["id"]), str(entry["label"]))


def _one_id(answer: object) -> tuple[OptionId, ...]:
    if not isinstance(answer, str):
        raise InvalidAnswer("polls.takes_one")
    return (answer,)


def _several_ids(answer: object) -> tuple[OptionId, ...]:
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        raise InvalidAnswer("polls.takes_several")
    if len(set(answer)) < len(answer):
        raise InvalidAnswer("polls.chosen_twice")
    return tuple(answer)


def _one_point(answer: object) -> tuple[OptionId, ...]:
    # True and False are whole numbers to Python; nobody means them as a point on a scale.
    if type(answer) is not int:
        raise InvalidAnswer("polls.takes_a_point")
    return (answer,)


def _one_value(answer: object) -> tuple[OptionId, ...]:
    if type(answer) is not int or not 0 <= answer <= HIGHEST:
        raise InvalidAnswer("polls.takes_a_number", highest=HIGHEST)
    return tuple(low for low, high in STRETCHES if low <= answer <= high)


def _one_line(answer: object) -> tuple[OptionId, ...]:
    # One line, so that nobody is known by the way they break theirs.
    line = " ".join(_UNSEEN.sub(" ", _NO_MARK.sub("", answer)).split()) if isinstance(answer, str) else ""
    if not line.strip(_JOINERS):
        raise InvalidAnswer("polls.takes_words")
    if len(line) > LONGEST_TEXT:
        raise InvalidAnswer("polls.too_long", longest=LONGEST_TEXT)
    return (line,)


_UNWRITTEN: Final[Mapping[Kind, tuple[Option, ...]]] = {
    "slider": tuple(Option(low, "") for low, _ in STRETCHES),
    "text": (),
}
_READERS: Final[Mapping[Kind, Callable[[object], tuple[OptionId, ...]]]] = {
    "single": _one_id,
    "multi": _several_ids,
    "scale": _one_point,
    "slider": _one_value,
    "rank": _several_ids,
    "text": _one_line,
}
