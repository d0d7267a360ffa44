"""Tables: a result in rows of words, the same rows that its chart draws.

Every other face of a result is made from what stands here, so chart, table, title and description cannot disagree: they
share one sorting rule and one choice of words.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from workshop_kit.disclosure import Bucket, Comparison, Outcome, Published
from workshop_kit.polls import OptionId

Shown: TypeAlias = Published | Comparison

# Kinds whose answers have an order of their own.
ROWS: Final = ("scale", "slider")
NOT_SHOWN: Final = "not shown"
LONGEST_PAIR: Final = 70  # letters: two names longer than this would make a title of half a phone's height
SILENT: Final[Mapping[Outcome, str]] = {
    "too_few": "Not enough answers to show",
    "too_alike": "These answers cannot be shown without pointing at someone",
}


class Table(NamedTuple):
    """A result as a table: the words above its columns, and its rows, each beginning with its own heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Standing(NamedTuple):
    """Where one option of a ``rank`` poll stands in the group's order.

    The places from `best` to `worst` belong to all options of its level together; they are equal where it stands alone.
    `mean` and `firsts` are None where they are not told; `firsts` may stand for several options.
    """

    option: OptionId
    label: str
    best: int
    worst: int
    mean: float | None
    firsts: Bucket | None

    @property
    def place(self) -> str:
        """The place in words."""
        if self.best == self.worst:
            return ordinal(self.best)
        return f"level: {ordinal(self.best)} to {ordinal(self.worst)}"

    @property
    def first_alone(self) -> int | None:
        """For how many people it came first, where that is told for this option and no other."""
        return self.firsts.count if self.firsts and len(self.firsts.options) == 1 else None

    @property
    def first_choices(self) -> str:
        """For how many people it came first, in words; nothing where that is not told."""
        if self.firsts is None:
            return ""
        others = len(self.firsts.options) - 1
        return f"{self.firsts.fewest} (with {others} {'other' if others == 1 else 'others'})" if others else people(self.firsts)


class Line(NamedTuple):
    """One answer before and after; None where it is not shown."""

    label: str
    before: Bucket | None
    after: Bucket | None


def table(shown: Shown) -> Table:
    """Return the table of a result or a comparison, in the order of its chart; without rows where nothing is shown.

    Answers to choose from come largest first, with "other answers" last; points of a scale or slider keep their order, and
    options that were ranked stand in the order of the group. A comparison has a column for each of its two results, and
    says "not shown" where one of them has nothing to say.
    """
    if isinstance(shown, Comparison):
        return Table(("Answer", "Before", "After"), tuple(_compared(shown)))
    if shown.poll.kind == "text":
        return Table(("In people's own words",), tuple((text,) for text in shown.texts))
    if shown.poll.kind == "rank":
        return _ranked(shown)
    return Table(("Answer", "People"), tuple((bucket.label, people(bucket)) for bucket in ordered(shown)))


def standings(published: Published) -> list[Standing]:
    """Return where the options of a ``rank`` poll stand, in the order of the group."""
    label = {option.id: option.label for option in published.poll.options}
    means = dict(zip(label, published.means, strict=True)) if published.means else {}
    firsts = {option: bucket for bucket in published.buckets for option in bucket.options}
    stand, best = [], 1
    for level in published.order:
        worst = best + len(level) - 1
        stand += [Standing(each, label[each], best, worst, means.get(each), firsts.get(each)) for each in level]
        best = worst + 1
    return stand


def ordered(published: Published) -> list[Bucket]:
    """Return the buckets in the order of chart and table."""
    # The bands fall into place by themselves: "almost everyone" starts above every exact number, "few or none" at nobody.
    if published.poll.kind in ROWS:
        return list(published.buckets)
    return sorted(published.buckets, key=lambda bucket: (is_rest(published, bucket), -bucket.fewest))


def lines(comparison: Comparison) -> list[Line]:
    """Return the answers of a comparison, also where its two results have no answer in common."""
    if comparison.pairs:
        return [Line(pair.label, pair.before, pair.after) for pair in comparison.pairs]
    before = [Line(bucket.label, bucket, None) for bucket in ordered(comparison.before)]
    return before + [Line(bucket.label, None, bucket) for bucket in ordered(comparison.after)]


def compared_standings(comparison: Comparison) -> list[tuple[str, Standing | None, Standing | None]]:
    """Return the options of a ranking with where they stood before and after, in the order in which they stood first."""
    before, after = ({each.option: each for each in standings(result)} for result in (comparison.before, comparison.after))
    known = before or after
    return [(known[option].label, before.get(option), after.get(option)) for option in known]


def is_rest(published: Published, bucket: Bucket) -> bool:
    """Return whether a bucket is what was put together as "other answers"."""
    return published.poll.kind == "single" and len(bucket.options) > 1


def people(bucket: Bucket) -> str:
    """Return how many people a bucket stands for, in words."""
    return f"{bucket.band} ({bucket.fewest} to {bucket.most})" if bucket.band else str(bucket.fewest)


def headcount(published: Published) -> str:
    """Return how many people answered, in words."""
    return f"{published.answered} people answered. Passed: {published.passed}."


def names(labels: Sequence[str]) -> str:
    """Return some answers by name, or only that they are several where the names would fill a title."""
    quoted = " and ".join(f"“{label}”" for label in labels)
    return quoted if len(labels) == 1 or (len(labels) == 2 and len(quoted) <= LONGEST_PAIR) else "several options"


def ordinal(place: int) -> str:
    """Return a place as people say it.

    Examples
    --------
    >>> ordinal(1), ordinal(22), ordinal(13)
    ('1st', '22nd', '13th')
    """
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _ranked(published: Published) -> Table:
    head, stand = ("Option", "Place in the group's order"), standings(published)
    if not published.means:
        return Table(head, tuple((each.label, each.place) for each in stand))
    rows = ((each.label, each.place, f"{each.mean:.1f}", each.first_choices) for each in stand)
    return Table((*head, "Mean place", "First choice of"), tuple(rows))


def _compared(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    if comparison.after.poll.kind == "rank":
        for label, *both in compared_standings(comparison):
            yield label, *(each.place if each else NOT_SHOWN for each in both)
        return
    for line in lines(comparison):
        yield line.label, *(people(each) if each else NOT_SHOWN for each in (line.before, line.after))
