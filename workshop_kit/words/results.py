"""Words: what a chart is called, what stands below it in small print, and what is said to people who do not see it.

Where the middle of the answers to a slider lies is said below the chart and not drawn into it: a mark would look like a person.

Each sentence is true whatever was held back: where a number is known only as a band, nothing is said that a count within
the band could make false. The tests go through all small tallies and ask somebody who knows the counts.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from workshop_kit.disclosure import Comparison, Published, spread
from workshop_kit.polls import Kind
from workshop_kit.words import comparisons
from workshop_kit.words.tables import ROWS, SILENT, Shown, headcount, is_rest, names, ordered, standings, table

_SO_THAT: Final = "so that nobody can be picked out"
_CHART: Final[Mapping[Kind, str]] = {
    "multi": "Bar chart of what",
    "single": "Bar chart of what",
    "slider": "Bar chart of what",
    "scale": "One bar, split up, of what",
    "rank": "Dot chart of how",
}
_HELD_BACK: Final[Mapping[Kind, str]] = {
    "multi": "Each could choose more than one. Numbers close to none or to everyone are shown as a range, hatched in the chart",
    "single": "Options chosen by fewer than {cell} people are put together",
    "scale": "Points chosen by fewer than {cell} people are joined with their neighbours",
    "slider": "Stretches chosen by fewer than {cell} people are joined with their neighbours",
    "rank": "Options that few people put first have their first choices counted together",
}
_READ: Final = "The facilitator read each line before it was shown; some may have been reworded or left out."
_LEVEL: Final = "Options within an eighth of a place of the next are called level."
_ORDER_ALONE: Final = "First choices and mean places are not told here: with these answers, they could point at someone."


def finding(shown: Shown) -> str:
    """Return the title of a chart: what stands out, in one neutral line that is true whatever is held back."""
    if isinstance(shown, Comparison):
        return comparisons.finding(shown)
    if shown.outcome != "shown":
        return SILENT[shown.outcome]
    if shown.poll.kind == "text":
        return f"What people wrote: {len(shown.texts)} different lines"
    return _first_in_order(shown) if shown.poll.kind == "rank" else _most_frequent(shown)


def note(shown: Shown) -> str:
    """Return the small print for below a chart or table: how many answered, how to read it, why some numbers are missing."""
    if isinstance(shown, Comparison):
        return comparisons.note(shown)
    if shown.outcome == "too_few":
        return f"Shown from {shown.policy.fewest_for(shown.poll)} answers on, {_SO_THAT}."
    if shown.outcome == "too_alike":
        return f"{shown.answered} people answered. {_too_alike(shown)}."
    how = f"Each line stands here once, in no particular order. {_READ}" if shown.poll.kind == "text" else _how_to_read(shown)
    return " ".join([headcount(shown), *_where_the_middle_lies(shown), how, *_about_the_meeting(shown)])


def alt_text(shown: Shown) -> str:
    """Return what the chart shows, in at most two sentences, for people who do not see it."""
    if isinstance(shown, Comparison):
        return comparisons.alt_text(shown)
    question = f"“{shown.poll.question}”"
    if shown.outcome != "shown":
        by = f", answered by {shown.answered} people" if shown.answered else ""
        return f"No chart is drawn for {question}{by}. {finding(shown)}."
    if shown.poll.kind == "text":
        return f"List of {len(shown.texts)} lines that people wrote in answer to {question}. The table holds all of them."
    did = "ranked the options of" if shown.poll.kind == "rank" else "answered to"
    return f"{_CHART[shown.poll.kind]} {shown.answered} people {did} {question}. {_from_end_to_end(shown)}."


def _from_end_to_end(published: Published) -> str:
    (first, first_told, *_), *_, (last, last_told, *_) = table(published).rows
    start, end = ("one end", "the other") if published.poll.kind == "scale" else ("the top", "the bottom")
    return f"It runs from “{first}”, {first_told}, at {start} to “{last}”, {last_told}, at {end}"


def _most_frequent(published: Published) -> str:
    n, is_row, buckets = published.answered, published.poll.kind in ROWS, ordered(published)
    rest = sum(bucket.fewest for bucket in buckets if is_rest(published, bucket))
    named = [bucket for bucket in buckets if not is_rest(published, bucket)]
    most = max(bucket.fewest for bucket in named)
    leading = [bucket for bucket in named if bucket.fewest == most]
    band, each, who = leading[0].band, " each" if len(leading) > 1 else "", names([bucket.label for bucket in leading])
    if leading == buckets:
        if band:
            return f"No option stands out: each was chosen by {band}"
        return f"{'The answers fall into equal shares' if is_row else 'All options were chosen equally often'} ({most} of {n} each)"
    if leading == named and rest >= most:
        # An option among the others may have been chosen just as often, so nothing is called the most frequent.
        return f"Of {n} answers, {most}{each} went to {who} and {rest} to other answers"
    return f"{'Largest share' if is_row else 'Most often'}: {who} ({band or f'{most} of {n}'}{each})"


def _first_in_order(published: Published) -> str:
    stand = standings(published)
    leading = [each.label for each in stand if each.best == 1]
    if len(leading) == len(stand):
        return "No option stands out: all are level"
    if len(leading) > 1:
        return f"Level at the top of the group's order: {names(leading)}"
    return f"First in the group's order: {names(leading)}"


def _where_the_middle_lies(published: Published) -> Iterator[str]:
    middle, half = spread(published)
    if middle is None:
        return
    row, lies = "With all answers in a row from low to high, their middle", f"between {middle[0]} and {middle[1]}"
    if half == middle:
        yield f"{row} and the middle half of them lie {lies}."
    elif half:
        yield f"{row} lies {lies}, and the middle half of them between {half[0]} and {half[1]}."
    else:
        yield f"{row} lies {lies}."


def _about_the_meeting(published: Published) -> Iterator[str]:
    # A question of no section is about the meeting itself. Its hint says what kind of measure it is, and that holds for its result.
    if published.poll.section is None and published.poll.hint:
        yield published.poll.hint


def _too_alike(published: Published) -> str:
    if published.poll.kind == "text":
        return f"Too few different lines were left to be shown, {_SO_THAT}"
    return "Any way of splitting them up would leave too few people on one side"


def _how_to_read(published: Published) -> str:
    kind, sentences = published.poll.kind, []
    if kind == "rank":
        sentences.append(_LEVEL)
    if kind == "rank" and not published.means:
        sentences.append(_ORDER_ALONE)
    else:
        sentences.append(f"{_HELD_BACK[kind].format(cell=published.policy.cell)}, {_SO_THAT}.")
    return " ".join([*sentences, *comparisons.uncertainty(published.answered)])
