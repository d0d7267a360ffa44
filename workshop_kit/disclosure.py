"""Disclosure: what may be said about a small group without saying it about a person.

In a room of eight, "eight of eight" names everyone, "seven of eight" tells the eighth what all others said, and "one"
sets people guessing. So a `Tally` is never shown. It is turned, once, into a `Published` result by `publish`, under a
`Policy` that was fixed when the poll opened, and then dropped. Everything anyone sees is drawn from that object.

Two numbers make a policy:

* the **floor**: with fewer answers than this, nothing is said but that;
* the **cell**: the fewest people that a shown number may stand for, and the fewest that may stand outside it.

What follows from them:

* In a ``multi`` poll each option speaks for itself. Its count is shown if at least `cell` chose it and at least `cell`
  did not. Otherwise a band is shown: "few or none" or "almost everyone". Nobody and one person look alike, and so do
  everyone and everyone but one. With fewer than ``2 * cell - 1`` answers the two bands would overlap, and how an overlap
  was settled would give away the very count it hides, so nothing is shown.
* In a ``single``, ``scale`` or ``slider`` poll the counts add up to the whole, so one hidden number could be worked out from
  the rest. Options are therefore merged until every shown bucket holds at least `cell` people: neighbouring points of a
  scale or stretches of a slider, the rarest options of a single choice (as "other answers"). Two buckets are the least
  that says anything, so fewer than ``2 * cell`` answers are too few; and where not even two can be had, all that is said
  is that these answers cannot be shown without pointing at someone.
* Passing is shown as a band only.

Why `cell` stands for people *and* their friends: whoever answered knows one answer, a couple that pools knows two. Behind
a number of at least `cell` stand two people or more whom ``cell - 2`` insiders cannot tell apart. The tests do not take our
word for it: they enumerate every tally of up to twelve people and every coalition of up to ``cell - 2``, and look for
anyone whose answer has become certain.

One result is looked at, not two. The same answers published under two different cells may be cut in two places, and the
difference between the cuts is somebody's answer; so whoever asks a poll again must keep its cell. And if one person comes or
goes between two runs while all others repeat themselves, the difference is that person's answer; no rule about single
results can prevent it.

What is not hidden: how many answered (the group can count heads), and therefore, where the number of people is known,
how many did not. Under a policy with cell 3, two people who pool their answers are outside the promise: that is what
cell 4 is for.

This module is pure: the same tally and policy always give the same result. It draws nothing, stores nothing and shows
nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any, Final, Literal, Self, TypeAlias

from workshop_kit.errors import PolicyTooLow
from workshop_kit.polls import HIGHEST, Option, OptionId, Poll, Tally

LOWEST_FLOOR: Final = 5
LOWEST_CELL: Final = 3
HEAVY_FLOOR: Final = 8
HEAVY: Final = 3

FEW: Final = "few or none"
MOST: Final = "almost everyone"
SEVERAL: Final = "several"
STEPS: Final = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

Outcome: TypeAlias = Literal["shown", "too_few", "too_alike"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds by which a tally is published; fixed when a run opens.

    Parameters
    ----------
    floor
        Fewest answers, in people, passes not counted, with which anything is shown.
    cell
        Fewest people that a shown number may stand for, and fewest that may stand outside it.

    Raises
    ------
    PolicyTooLow
        If the floor is under 5 or the cell under 3.

    References
    ----------
    A floor of 5 is the common default of engagement surveys, 11 that of health statistics which leave the house (CMS
    cell size policy, resdac.org/node/1506). A cell of 3 outlasts one insider, a cell of 4 a couple: the enumeration in
    `tests/test_disclosure.py` shows both. See docs/decisions/0002-disclosure.md.
    """

    floor: int = LOWEST_FLOOR
    cell: int = LOWEST_CELL

    def __post_init__(self) -> None:
        # Asked this way round, a number that is no number is refused as well.
        if not (self.floor >= LOWEST_FLOOR and self.cell >= LOWEST_CELL):
            raise PolicyTooLow(
                f"A result needs at least {LOWEST_FLOOR} answers and numbers of at least {LOWEST_CELL} people. Choose those or higher."
            )

    def suited_to(self, poll: Poll) -> "Policy":
        """Return this policy with the higher floor that a heavy question asks for."""
        return replace(self, floor=max(self.floor, HEAVY_FLOOR)) if poll.intensity >= HEAVY else self

    def fewest_for(self, poll: Poll) -> int:
        """Return with how many answers a result of this poll can show anything at all, in people."""
        return max(self.floor, 2 * self.cell - 1 if poll.kind == "multi" else 2 * self.cell)

    def raised(self, *, floor: int | None = None, cell: int | None = None) -> "Policy":
        """Return this policy with a higher floor or cell.

        Raises
        ------
        PolicyTooLow
            If either would be lower than it is.
        """
        wanted = Policy(self.floor if floor is None else floor, self.cell if cell is None else cell)
        if wanted.floor < self.floor or wanted.cell < self.cell:
            raise PolicyTooLow(
                f"This room shows results from {self.floor} answers, in numbers of at least {self.cell} people. Both may be raised, never lowered."
            )
        return wanted


ROOM: Final = Policy()
TOGETHER: Final = Policy(cell=4)
WEBINAR: Final = Policy(floor=11, cell=11)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One shown line of a result: some options, and how many people they stand for.

    The number of people lies between `fewest` and `most`; where the two are equal the number is exact.
    """

    options: tuple[OptionId, ...]
    label: str
    fewest: int
    most: int
    band: str | None = None

    @property
    def count(self) -> int | None:
        """The exact number of people, or None where only a band is shown."""
        return self.fewest if self.band is None else None


@dataclass(frozen=True, slots=True)
class Published:
    """All that is ever shown of a result.

    `outcome` is ``shown``, ``too_few`` (nothing further is said) or ``too_alike`` (the number of answers, nothing more).
    `answered` counts people who did not pass; `passed` is a band in words. Buckets stand in the order of the poll's options,
    those of ``single`` polls with "other answers" last.
    """

    poll: Poll
    policy: Policy
    outcome: Outcome
    answered: int | None = None
    passed: str | None = None
    buckets: tuple[Bucket, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: all that is ever shown of it, and nothing else."""
        return {
            "poll": self.poll.to_dict(),
            "policy": {"floor": self.policy.floor, "cell": self.policy.cell},
            "outcome": self.outcome,
            "answered": self.answered,
            "passed": self.passed,
            "buckets": [
                {
                    "options": list(bucket.options),
                    "label": bucket.label,
                    "fewest": bucket.fewest,
                    "most": bucket.most,
                    "band": bucket.band,
                }
                for bucket in self.buckets
            ],
        }

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the result that `to_dict` described."""
        return cls(
            poll=Poll.from_dict(mapping["poll"]),
            policy=Policy(**mapping["policy"]),
            outcome=mapping["outcome"],
            answered=mapping["answered"],
            passed=mapping["passed"],
            buckets=tuple(Bucket(**{**bucket, "options": tuple(bucket["options"])}) for bucket in mapping["buckets"]),
        )


def publish(tally: Tally, policy: Policy) -> Published:
    """Return what may be shown of a tally under a policy.

    References
    ----------
    The rules are those of this module's essay; their reasons and what they cost stand in docs/decisions/0002-disclosure.md.
    """
    poll, n = tally.poll, tally.answered
    if n < policy.fewest_for(poll):
        return Published(poll, policy, "too_few")
    passed = FEW if tally.passed < policy.cell else SEVERAL
    buckets = tuple(_BUCKETS[poll.kind](tally, policy.cell))
    if len(buckets) < 2:
        return Published(poll, policy, "too_alike", n, passed)
    return Published(poll, policy, "shown", n, passed, buckets)


def step(ballots: int) -> str:
    """Return how many have answered in steps too coarse to tell one person from the next.

    Examples
    --------
    >>> step(3), step(5), step(12)
    ('under 5', '5+', '10+')
    """
    reached = [each for each in STEPS if each <= ballots]
    return f"{reached[-1]}+" if reached else f"under {STEPS[0]}"


def _each_option(tally: Tally, cell: int) -> Iterator[Bucket]:
    n = tally.answered
    for option, count in zip(tally.poll.options, tally.counts, strict=True):
        if count < cell:
            yield Bucket((option.id,), option.label, 0, cell - 1, FEW)
        elif count > n - cell:
            yield Bucket((option.id,), option.label, n - cell + 1, n, MOST)
        else:
            yield Bucket((option.id,), option.label, count, count)


def _rarest_merged(tally: Tally, cell: int) -> Iterator[Bucket]:
    options, counts = tally.poll.options, tally.counts
    others = {place for place, count in enumerate(counts) if count < cell}
    by_rarity = sorted(set(range(len(counts))) - others, key=lambda place: (counts[place], -place))
    while others and by_rarity and sum(counts[place] for place in others) < cell:
        others.add(by_rarity.pop(0))
    for place in sorted(by_rarity):
        yield Bucket((options[place].id,), options[place].label, counts[place], counts[place])
    if others:
        merged = [options[place] for place in sorted(others)]
        total = sum(counts[place] for place in others)
        label = "Other answers: " + "; ".join(option.label for option in merged)
        yield Bucket(tuple(option.id for option in merged), label, total, total)


def _neighbours_merged(tally: Tally, cell: int) -> Iterator[Bucket]:
    options = tally.poll.options
    for start, end in _finest_cut(tally.counts, cell):
        merged = options[start:end]
        total = sum(tally.counts[start:end])
        yield Bucket(tuple(option.id for option in merged), _span(tally.poll, merged), total, total)


def _span(poll: Poll, merged: Sequence[Option]) -> str:
    first, last = merged[0].label, merged[-1].label
    if poll.kind == "slider":
        low, high = first.partition(" ")[0], last.rpartition(" ")[2]
        end = {"0": f" ({poll.low})", str(HIGHEST): f" ({poll.high})"}
        return f"{low} to {high}{end.get(low) or end.get(high, '')}"
    return first if len(merged) == 1 else f"{first} to {last}"


def _finest_cut(counts: Sequence[int], cell: int) -> list[tuple[int, int]]:
    """Cut a row of counts into the most stretches that each hold at least `cell`, cutting as early as possible."""
    places = range(1, len(counts))
    for cuts in range(len(counts) - 1, 0, -1):
        for chosen in combinations(places, cuts):
            stretches = list(pairwise((0, *chosen, len(counts))))
            if all(sum(counts[start:end]) >= cell for start, end in stretches):
                return stretches
    return []


_BUCKETS: Final = {"multi": _each_option, "single": _rarest_merged, "scale": _neighbours_merged, "slider": _neighbours_merged}
