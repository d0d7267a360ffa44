"""Words: what a chart is called, what stands below it in small print, and what is said to people who do not see it.

Where the middle of the answers to a slider lies is said below the chart and not drawn into it: a mark would look like a person.

Each sentence is true whatever was held back: where a number is known only as a band, nothing is said that a count within
the band could make false. The tests go through all small tallies and ask somebody who knows the counts.
"""

from collections.abc import Iterator

from workshop_kit.disclosure import STEPS, Comparison, Published, spread, step
from workshop_kit.words import comparisons
from workshop_kit.words.catalog import Language
from workshop_kit.words.tables import ROWS, Shown, headcount, is_rest, label_of, names, ordered, standings, table


def finding(shown: Shown, say: Language) -> str:
    """Return the title of a chart: what stands out, in one neutral line that is true whatever is held back."""
    if isinstance(shown, Comparison):
        return comparisons.finding(shown, say)
    if shown.outcome != "shown":
        return say(f"results.silent.{shown.outcome}")
    if shown.poll.kind == "text":
        return say("results.lines", n=len(shown.texts))
    return _first_in_order(shown, say) if shown.poll.kind == "rank" else _most_frequent(shown, say)


def note(shown: Shown, say: Language) -> str:
    """Return the small print for below a chart or table: how many answered, how to read it, why some numbers are missing."""
    if isinstance(shown, Comparison):
        return comparisons.note(shown, say)
    kind = shown.poll.kind
    if shown.outcome == "too_few":
        return say("results.shown_from", n=shown.policy.fewest_for(shown.poll))
    if shown.outcome == "too_alike":
        return " ".join([say("results.answered", n=shown.answered), say(f"results.too_alike.{'lines' if kind == 'text' else 'choices'}")])
    how = say("results.read") if kind == "text" else " ".join(_how_to_read(shown, say))
    return " ".join([headcount(shown, say), *_where_the_middle_lies(shown, say), how, *_about_the_meeting(shown)])


def alt_text(shown: Shown, say: Language) -> str:
    """Return what the chart shows, in at most two sentences, for people who do not see it."""
    if isinstance(shown, Comparison):
        return comparisons.alt_text(shown, say)
    question, n = shown.poll.question, shown.answered
    if shown.outcome != "shown":
        return say(f"results.described.{shown.outcome}", question=question, n=n, finding=finding(shown, say))
    if shown.poll.kind == "text":
        return say("results.described.text", question=question, n=len(shown.texts))
    (first, first_told, *_), *_, (last, last_told, *_) = table(shown, say).rows
    ends = {"first": first, "first_told": first_told, "last": last, "last_told": last_told}
    return say(f"results.described.{shown.poll.kind}", question=question, n=n, **ends)


def so_many(people: int, say: Language) -> str:
    """Return how many have come or answered so far, in steps too coarse to tell one person from the next."""
    reached = step(people)
    return say("results.so_many.reached", people=reached) if reached else say("results.so_many.under", people=STEPS[0])


def _most_frequent(published: Published, say: Language) -> str:
    is_row, buckets = published.poll.kind in ROWS, ordered(published)
    rest = sum(bucket.fewest for bucket in buckets if is_rest(published, bucket))
    named = [bucket for bucket in buckets if not is_rest(published, bucket)]
    most = max(bucket.fewest for bucket in named)
    leading = [bucket for bucket in named if bucket.fewest == most]
    band, who = leading[0].band, names([label_of(bucket.options, published.poll, say) for bucket in leading], say)
    facts = {"options": who, "people": most, "answered": published.answered, "rest": rest}
    if leading == buckets:
        return say(f"results.even.{band or ('shares' if is_row else 'options')}", **facts)
    # An option among the others may have been chosen just as often, so nothing is called the most frequent.
    beside_rest = leading == named and rest >= most
    what = "beside_rest" if beside_rest else "largest_share" if is_row else "almost_everyone" if band else "most_often"
    return say(f"results.{what}.{('several', 'one', 'two')[len(who)]}", **facts)


def _first_in_order(published: Published, say: Language) -> str:
    stand = standings(published)
    leading = [each.label for each in stand if each.best == 1]
    who = names(leading, say)
    if len(leading) == len(stand):
        return say("results.order.level")
    return say(f"results.order.{('several', 'first', 'two')[len(who)]}", options=who)


def _where_the_middle_lies(published: Published, say: Language) -> Iterator[str]:
    middle, half = spread(published)
    if middle is None:
        return
    what = "alone" if half is None else "is_half" if half == middle else "and_half"
    low, high = half or middle
    yield say(f"results.middle.{what}", low=middle[0], high=middle[1], half_low=low, half_high=high)


def _about_the_meeting(published: Published) -> Iterator[str]:
    # A question of no section is about the meeting itself. Its hint says what kind of measure it is, and that holds for its result.
    if published.poll.section is None and published.poll.hint:
        yield published.poll.hint


def _how_to_read(published: Published, say: Language) -> Iterator[str]:
    kind = published.poll.kind
    if kind == "rank":
        yield say("results.called_level")
    if kind == "rank" and not published.means:
        yield say("results.order_alone")
    else:
        yield say(f"results.held_back.{kind}", n=published.policy.cell)
    yield from comparisons.uncertainty(published.answered, say)
