"""Tables: a result in rows of words, the same rows that its chart draws.

Every other face of a result is made from what stands here, so chart, table, title and description cannot disagree: they
share one sorting rule and one choice of words.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final, NamedTuple, TypeAlias

from babel.numbers import format_decimal

from workshop_kit.disclosure import Bucket, Comparison, Published
from workshop_kit.polls import HIGHEST, STRETCHES, OptionId, Poll
from workshop_kit.words.catalog import Language

Shown: TypeAlias = Published | Comparison

# Kinds whose answers have an order of their own.
ROWS: Final = ("scale", "slider")
LONGEST_PAIR: Final = 65  # letters: two names longer than this would make a title of half a phone's height


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
    def first_alone(self) -> int | None:
        """For how many people it came first, where that is told for this option and no other."""
        return self.firsts.count if self.firsts and len(self.firsts.options) == 1 else None


class Line(NamedTuple):
    """One answer before and after; None where it is not shown."""

    label: str
    before: Bucket | None
    after: Bucket | None


def table(shown: Shown, say: Language) -> Table:
    """Return the table of a result or a comparison, in the order of its chart; without rows where nothing is shown.

    Answers to choose from come largest first, with "other answers" last; points of a scale or slider keep their order, and
    options that were ranked stand in the order of the group. A comparison has a column for each of its two results, and
    says "not shown" where one of them has nothing to say.
    """
    if isinstance(shown, Comparison):
        return Table(_head(say, "answer", "before", "after"), tuple(_compared(shown, say)))
    if shown.poll.kind == "text":
        return Table(_head(say, "texts"), tuple((text,) for text in shown.texts))
    if shown.poll.kind == "rank":
        return _ranked(shown, say)
    rows = ((label_of(bucket.options, shown.poll, say), people(bucket, say)) for bucket in ordered(shown))
    return Table(_head(say, "answer", "people"), tuple(rows))


def label_of(options: Sequence[OptionId], poll: Poll, say: Language) -> str:
    """Return what to call an option of a poll, or some that are shown as one."""
    if poll.kind == "slider":
        return _stretch(int(options[0]), dict(STRETCHES)[int(options[-1])], poll, say)
    labels = [option.label for option in poll.options if option.id in options]
    if len(labels) == 1:
        return labels[0]
    if poll.kind == "scale":
        return say("results.label.points", first=labels[0], last=labels[-1])
    listed = reduce(lambda some, another: say("results.label.and_another", some=some, another=another), labels)
    return say("results.label.others", options=listed)


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


def lines(comparison: Comparison, say: Language) -> list[Line]:
    """Return the answers of a comparison, also where its two results have no answer in common."""
    poll = comparison.poll
    if comparison.pairs:
        return [Line(label_of(pair.after.options, poll, say), pair.before, pair.after) for pair in comparison.pairs]
    before = [Line(label_of(bucket.options, poll, say), bucket, None) for bucket in ordered(comparison.before)]
    return before + [Line(label_of(bucket.options, poll, say), None, bucket) for bucket in ordered(comparison.after)]


def compared_standings(comparison: Comparison) -> list[tuple[str, Standing | None, Standing | None]]:
    """Return the options of a ranking with where they stood before and after, in the order in which they stood first."""
    before, after = ({each.option: each for each in standings(result)} for result in (comparison.before, comparison.after))
    known = before or after
    return [(known[option].label, before.get(option), after.get(option)) for option in known]


def is_rest(published: Published, bucket: Bucket) -> bool:
    """Return whether a bucket is what was put together as "other answers"."""
    return published.poll.kind == "single" and len(bucket.options) > 1


def people(bucket: Bucket, say: Language) -> str:
    """Return how many people a bucket stands for, in words."""
    return say(f"results.people.{bucket.band or 'exact'}", fewest=bucket.fewest, most=bucket.most)


def headcount(published: Published, say: Language) -> str:
    """Return how many people answered, in words."""
    return say(f"results.headcount.{published.passed}", n=published.answered)


def names(labels: Sequence[str], say: Language) -> list[str]:
    """Return some answers by name, quoted; none of them where the names would fill a title."""
    quoted = [say("words.quoted", text=label) for label in labels]
    return quoted if len(quoted) == 1 or (len(quoted) == 2 and len("".join(quoted)) <= LONGEST_PAIR) else []


def place_of(stand: Standing, say: Language) -> str:
    """Return the place of an option in words."""
    if stand.best == stand.worst:
        return ordinal(stand.best, say)
    return say("results.level", best=ordinal(stand.best, say), worst=ordinal(stand.worst, say))


def ordinal(place: int, say: Language) -> str:
    """Return a place as people say it, such as 1st, 22nd and 13th."""
    return say(f"results.place.{say.locale.ordinal_form(place)}", place=place)


def mean_place(mean: float, say: Language) -> str:
    """Return a mean place to a tenth, a whole one as well."""
    return str(format_decimal(mean, "0.0", locale=say.locale))


def _head(say: Language, *columns: str) -> tuple[str, ...]:
    return tuple(say(f"results.column.{each}") for each in columns)


def _stretch(low: int, high: int, poll: Poll, say: Language) -> str:
    if low == 0 or high == HIGHEST:
        return say("results.label.end", low=low, high=high, meaning=poll.low if low == 0 else poll.high)
    return say("results.label.stretch", low=low, high=high)


def _ranked(published: Published, say: Language) -> Table:
    stand = standings(published)
    if not published.means:
        return Table(_head(say, "option", "place"), tuple((each.label, place_of(each, say)) for each in stand))
    rows = ((each.label, place_of(each, say), mean_place(each.mean or 0, say), _first_choices(each, say)) for each in stand)
    return Table(_head(say, "option", "place", "mean", "firsts"), tuple(rows))


def _first_choices(stand: Standing, say: Language) -> str:
    if stand.firsts is None:
        return ""
    others = len(stand.firsts.options) - 1
    return say("results.people.with_others", people=stand.firsts.fewest, n=others) if others else people(stand.firsts, say)


def _compared(comparison: Comparison, say: Language) -> Iterator[tuple[str, ...]]:
    not_shown = say("results.not_shown")
    if comparison.after.poll.kind == "rank":
        for label, *both in compared_standings(comparison):
            yield label, *(place_of(each, say) if each else not_shown for each in both)
        return
    for line in lines(comparison, say):
        yield line.label, *(people(each, say) if each else not_shown for each in (line.before, line.after))
