"""Published: all that is ever shown of a result, as codes and numbers; `words.results` says it to readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

from workshop_kit.disclosure.policy import Policy
from workshop_kit.polls import OptionId, Poll

Outcome: TypeAlias = Literal["shown", "too_few", "too_alike"]
Band: TypeAlias = Literal["few", "most"]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One shown line of a result: some options, and how many people they stand for.

    The number of people lies between `fewest` and `most`; where the two are equal the number is exact. `band` is ``few`` where it
    may be nobody, and ``most`` where it may be everyone.
    """

    options: tuple[OptionId, ...]
    fewest: int
    most: int
    band: Band | None = None

    @property
    def count(self) -> int | None:
        """The exact number of people, or None where only a band is shown."""
        return self.fewest if self.band is None else None


@dataclass(frozen=True, slots=True)
class Published:
    """All that is ever shown of a result.

    `outcome` is ``shown``, ``too_few`` (nothing further is said) or ``too_alike`` (the number of answers, nothing more).
    `answered` counts people who did not pass; `passed` is ``few``, perhaps nobody, or ``several``. Buckets stand in the order of the poll's options,
    those of ``single`` and ``rank`` polls with "other answers" last.

    Of a ``rank``, `order` has the options best first, those that are level together; `buckets` and `means` tell first
    choices and the mean place of each option (1 is best; in the order of the poll's options), where they may be told.
    Of a ``text`` poll, `texts` are the lines to be shown.
    """

    poll: Poll
    policy: Policy
    outcome: Outcome
    answered: int | None = None
    passed: Literal["few", "several"] | None = None
    buckets: tuple[Bucket, ...] = ()
    order: tuple[tuple[OptionId, ...], ...] = ()
    means: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: all that is ever shown of it, and nothing else."""
        return {
            "poll": self.poll.to_dict(),
            "policy": {"floor": self.policy.floor, "cell": self.policy.cell},
            "outcome": self.outcome,
            "answered": self.answered,
            "passed": self.passed,
            "buckets": [
                {"options": list(bucket.options), "fewest": bucket.fewest, "most": bucket.most, "band": bucket.band}
                for bucket in self.buckets
            ],
            "order": [list(level) for level in self.order],
            "means": list(self.means),
            "texts": list(self.texts),
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
            order=tuple(tuple(level) for level in mapping["order"]),
            means=tuple(mapping["means"]),
            texts=tuple(mapping["texts"]),
        )
