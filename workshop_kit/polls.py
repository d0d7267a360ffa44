"""Polls: what a group is asked, what counts as an answer, and how answers are counted.

A `Poll` is a question of one kind with a handful of options. People answer in one of these forms, the same on the wire,
in memory and in the tests:

* ``{"pass": true}`` to any poll: passing is an answer, never a missing one;
* an option's id to a ``single`` poll;
* a list of option ids to a ``multi`` poll, in any order. An empty list is an answer too: it says "none of these", which
  is not the same as not wanting to say;
* a whole number to a ``scale`` poll: the id of one labelled point;
* a whole number from 0 to 10 to a ``slider`` poll. It is counted by the stretch of the slider in which it falls, never by
  itself, so a slider's options are those stretches.

A `Tally` is what remains when answers are counted: how many answered, how many passed, how many chose each option. It
holds nothing about who chose which options together, so combinations cannot leak later: they are gone.

A Tally is exact, and exact counts of a small group point at people. It is meant to live for the blink between closing a
poll and publishing it (see `disclosure`), and it keeps its numbers out of its own ``repr`` so that no log or traceback
shows them by accident.

This module knows nothing of rooms, seats, time or files. A further kind of poll adds its name to `Kind` and a reader of
its answers to `_READERS`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

from workshop_kit.errors import InvalidAnswer, MaterialError

Kind: TypeAlias = Literal["single", "multi", "scale", "slider"]
OptionId: TypeAlias = str | int
Answer: TypeAlias = Mapping[str, bool] | OptionId | list[OptionId]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
PASS: Final[Mapping[str, bool]] = {"pass": True}
INTENSITIES: Final = (1, 2, 3)
# Each at least two wide, so that no shown stretch is one value, and the same from either end.
STRETCHES: Final = ((0, 1), (2, 3), (4, 6), (7, 8), (9, 10))
HIGHEST: Final = STRETCHES[-1][1]


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
        for its two ends.

        Raises
        ------
        MaterialError
            If a key is missing, the kind is unknown, or the options are fewer than two, repeated, or (for a ``scale``)
            not numbered upwards in whole numbers.
        """
        for key in ("id", "kind", "question"):
            if not mapping.get(key):
                raise MaterialError(f"A poll has no '{key}'. Every poll needs an id, a kind and a question.")
        name, kind = str(mapping["id"]), mapping["kind"]
        if kind not in KINDS:
            raise MaterialError(f"The poll '{name}' has a kind that is not known here. Choose one of: {', '.join(KINDS)}.")
        intensity = mapping.get("intensity", 1)
        if type(intensity) is not int or intensity not in INTENSITIES:
            raise MaterialError(
                f"The poll '{name}' has an intensity other than 1, 2 or 3. Write 1 for a light question, 3 for a heavy one."
            )
        if kind == "slider" and not (mapping.get("low") and mapping.get("high")):
            raise MaterialError(f"The slider '{name}' needs 'low' and 'high', the words for its two ends.")
        return cls(
            id=name,
            kind=kind,
            question=str(mapping["question"]),
            options=_stretches() if kind == "slider" else _options(name, kind, mapping.get("options")),
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

    def chosen(self, answer: object) -> frozenset[OptionId] | None:
        """Return the ids of the options that an answer chooses, or None where it passes.

        Raises
        ------
        InvalidAnswer
            If the answer has not the form of the poll's kind, or names an option that the poll does not have.
        """
        if isinstance(answer, Mapping):
            if set(answer) != set(PASS) or answer["pass"] is not True:
                raise InvalidAnswer("That answer could not be read. Please choose again, or pass.")
            return None
        chosen = _READERS[self.kind](answer)
        if not chosen <= {option.id for option in self.options}:
            raise InvalidAnswer("That is not one of the options of this poll. Please choose again, or pass.")
        return chosen


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact counts of one run. Lives between closing and publishing, and nowhere else.

    `counts` stands in the order of the poll's options; `answered` counts everyone who did not pass.
    """

    poll: Poll
    answered: int = field(repr=False)
    passed: int = field(repr=False)
    counts: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, poll: Poll, answers: Iterable[object]) -> "Tally":
        """Return the counts of some answers to a poll; the order of the answers leaves no trace.

        Raises
        ------
        InvalidAnswer
            If any answer does not fit the poll.
        """
        counts = {option.id: 0 for option in poll.options}
        answered = passed = 0
        for answer in answers:
            chosen = poll.chosen(answer)
            if chosen is None:
                passed += 1
                continue
            answered += 1
            for option in chosen:
                counts[option] += 1
        return cls(poll, answered, passed, tuple(counts.values()))


def _options(poll: str, kind: Kind, written: object) -> tuple[Option, ...]:
    if not isinstance(written, (list, tuple)) or len(written) < 2:
        raise MaterialError(f"The poll '{poll}' needs a list of at least two options.")
    options = tuple(_option(poll, kind, place, entry) for place, entry in enumerate(written, start=1))
    ids = [option.id for option in options]
    if len(set(ids)) < len(ids):
        raise MaterialError(f"The poll '{poll}' gives two options the same id. Give each option its own.")
    if kind == "scale" and ids != sorted(ids, key=int):
        raise MaterialError(f"The points of the scale '{poll}' are not in rising order. Write the smallest number first.")
    return options


def _stretches() -> tuple[Option, ...]:
    return tuple(Option(low, f"{low} to {high}") for low, high in STRETCHES)


def _option(poll: str, kind: Kind, place: int, entry: object) -> Option:
    if isinstance(entry, str):
        return Option(place if kind == "scale" else entry, entry)
    if not isinstance(entry, Mapping) or not {"id", "label"} <= set(entry):
        raise MaterialError(f"Option {place} of the poll '{poll}' needs an 'id' and a 'label'.")
    if kind == "scale" and type(entry["id"]) is not int:
        raise MaterialError(f"Option {place} of the scale '{poll}' needs a whole number as its id.")
    return Option(entry["id"] if kind == "scale" else str(entry["id"]), str(entry["label"]))


def _one_id(answer: object) -> frozenset[OptionId]:
    if not isinstance(answer, str):
        raise InvalidAnswer("This poll takes one option. Please choose one, or pass.")
    return frozenset([answer])


def _several_ids(answer: object) -> frozenset[OptionId]:
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        raise InvalidAnswer("This poll takes a list of options. Please choose again, or pass.")
    if len(set(answer)) < len(answer):
        raise InvalidAnswer("An option was chosen twice. Please choose each one once, or pass.")
    return frozenset(answer)


def _one_point(answer: object) -> frozenset[OptionId]:
    # True and False are whole numbers to Python; nobody means them as a point on a scale.
    if type(answer) is not int:
        raise InvalidAnswer("This poll takes one point of the scale. Please choose one, or pass.")
    return frozenset([answer])


def _one_value(answer: object) -> frozenset[OptionId]:
    if type(answer) is not int or not 0 <= answer <= HIGHEST:
        raise InvalidAnswer(f"This poll takes one number from 0 to {HIGHEST}. Please choose one, or pass.")
    return frozenset(low for low, high in STRETCHES if low <= answer <= high)


_READERS: Final[Mapping[Kind, Callable[[object], frozenset[OptionId]]]] = {
    "single": _one_id,
    "multi": _several_ids,
    "scale": _one_point,
    "slider": _one_value,
}
