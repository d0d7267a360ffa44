"""Words for results and comparisons: table, title, note and description say the same, are true, and tell nothing that was held back."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from matplotlib.colors import to_hex

from tests import shown as samples
from tests.shown import EVERY_COMPARISON, EVERY_SORT, FEARS, ranking, result, small_results, tallies, tallies_of_one_poll, texts
from tests.world import SAY
from workshop_kit import charts
from workshop_kit.charts import Shown
from workshop_kit.client import Result
from workshop_kit.disclosure import ROOM, TOGETHER, Comparison, Policy, Published, compare, publish
from workshop_kit.polls import Tally
from workshop_kit.words.catalog import Language
from workshop_kit.words.tables import label_of

SMALL_GROUP: Final = "In a group of this size, a difference of one or two people says little."
BOTH_TIMES: Final = "Different people may have answered each time, so this is about the group and nobody in it."
REST: Final = f"Other answers: {FEARS[2]}; {FEARS[3]}; {FEARS[4]}"

# ---- the table -----------------------------------------------------------------------------------------------------------

CHOICE: Final = ("Answer", "People")
COMPARED: Final = ("Answer", "Before", "After")
TABLES: Final = {
    "options come by size, with the range that a band stands for": (
        samples.BANDED,
        CHOICE,
        [
            (FEARS[1], "almost everyone (10 to 12)"),
            (FEARS[0], "7"),
            (FEARS[3], "5"),
            (FEARS[2], "few or none (0 to 2)"),
            (FEARS[4], "few or none (0 to 2)"),
        ],
    ),
    "a merged rest comes last, however many it is": (samples.SINGLE, CHOICE, [(FEARS[0], "5"), (FEARS[1], "3"), (REST, "6")]),
    "points of a scale keep their order": (samples.SCALE, CHOICE, [("Never", "3"), ("Rarely to Sometimes", "4"), ("Often to Always", "6")]),
    "and so do stretches of a slider": (
        samples.SLIDER,
        CHOICE,
        [("0 to 3 (Not at ease)", "4"), ("4 to 6", "5"), ("7 to 10 (Very much at ease)", "4")],
    ),
    "a ranking stands in the group's order, and levels share their places": (
        samples.TOGETHER_FIRST,
        ("Option", "Place in the group's order", "Mean place", "First choice of"),
        [
            (FEARS[0], "level: 1st to 2nd", "2.1", "18"),
            (FEARS[1], "level: 1st to 2nd", "2.1", "18"),
            (FEARS[2], "level: 3rd to 4th", "2.9", "4 (with 1 other)"),
            (FEARS[3], "level: 3rd to 4th", "2.9", "4 (with 1 other)"),
        ],
    ),
    "a ranking of which only the order is told has no column of dashes": (
        samples.ORDER_ALONE,
        ("Option", "Place in the group's order"),
        [(FEARS[0], "level: 1st to 2nd"), (FEARS[1], "level: 1st to 2nd"), (FEARS[2], "3rd"), (FEARS[3], "4th")],
    ),
    "lines stand in the order of publication": (samples.TEXTS, ("In people's own words",), [(text,) for text in samples.TEXTS.texts]),
    "a comparison has a column for each result, in the order of the poll": (
        samples.MOVED,
        COMPARED,
        [
            (FEARS[0], "7", "3"),
            (FEARS[1], "almost everyone (10 to 12)", "almost everyone (13 to 15)"),
            (FEARS[2], "few or none (0 to 2)", "4"),
            (FEARS[3], "5", "9"),
            (FEARS[4], "few or none (0 to 2)", "8"),
        ],
    ),
    "rankings are compared in the order in which they stood before": (
        EVERY_COMPARISON["orders"],
        COMPARED,
        [
            (FEARS[0], "level: 1st to 2nd", "1st"),
            (FEARS[1], "level: 1st to 2nd", "2nd"),
            (FEARS[2], "3rd", "level: 3rd to 4th"),
            (FEARS[3], "4th", "level: 3rd to 4th"),
        ],
    ),
    "what one of two results does not show is said to be not shown": (
        EVERY_COMPARISON["only after"],
        COMPARED,
        [(FEARS[0], "not shown", "7"), (FEARS[1], "not shown", "5")],
    ),
    "also where both show something that cannot be put side by side": (
        EVERY_COMPARISON["cut apart"],
        COMPARED,
        [
            ("Never", "3", "not shown"),
            ("Rarely to Sometimes", "3", "not shown"),
            ("Often to Always", "3", "not shown"),
            ("Never to Rarely", "not shown", "4"),
            ("Sometimes to Always", "not shown", "5"),
        ],
    ),
}


@pytest.mark.parametrize(("shown", "head", "rows"), TABLES.values(), ids=TABLES)
def test_a_table_speaks_in_words_and_in_the_order_of_its_chart(shown: Shown, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Each row begins with its answer and says in words for how many it stands."""
    assert charts.table(shown, SAY) == (head, tuple(rows))


def test_where_nothing_is_shown_the_table_is_empty() -> None:
    """No rows, not even rows of options without numbers; and of a ranking that only one time shows, no row for that time."""
    for shown in (samples.TOO_FEW, samples.TOO_ALIKE, ranking((0, 1, 2)), texts("No"), EVERY_COMPARISON["neither"]):
        assert charts.table(shown, SAY).rows == ()
    assert {cell for _, cell, _ in charts.table(EVERY_COMPARISON["one order"], SAY).rows} == {"not shown"}


def test_a_frame_has_a_row_for_each_bucket_or_for_each_option_in_the_order_of_the_group() -> None:
    """Exact numbers as numbers; of a band only its ends; options that are level share the best place; what is not told is missing, not zero."""
    frame = Result.told(samples.BANDED, SAY).frame()

    assert list(frame.columns) == ["answer", "people", "band", "fewest", "most"]
    assert (list(frame["answer"]), list(frame["people"].fillna(-1))) == (list(FEARS), [7, -1, -1, 5, -1])
    assert (list(frame["fewest"]), list(frame["most"])) == ([7, 10, 0, 5, 0], [7, 12, 2, 5, 2])
    assert list(Result.told(samples.SCALE, SAY).frame()["answer"]) == ["Never", "Rarely to Sometimes", "Often to Always"]

    frame, untold = Result.told(samples.TOGETHER_FIRST, SAY).frame(), Result.told(samples.ORDER_ALONE, SAY).frame()

    assert (list(frame["answer"]), list(frame["place"]), list(untold["place"])) == (list(FEARS[:4]), [1, 1, 3, 3], [1, 1, 3, 4])
    assert (list(frame["mean_place"]), list(frame["first_choices"].fillna(-1))) == ([2.1, 2.1, 2.9, 2.9], [18, 18, -1, -1])
    assert untold[["mean_place", "first_choices"]].isna().all(axis=None)
    for each in (frame, untold):
        assert list(each.columns) == ["answer", "place", "mean_place", "first_choices"]
        assert [str(kind) for kind in each.dtypes[1:]] == ["int64", "float64", "Int64"]
    assert Result.told(samples.TEXTS, SAY).frame().to_dict("list") == {"text": list(samples.TEXTS.texts)}
    for name, published in samples.EVERY_RESULT.items():
        assert len(Result.told(published, SAY).frame()) == len(charts.table(published, SAY).rows), name


def test_a_result_in_a_notebook_draws_and_describes_itself() -> None:
    """In each theme, size and style, as the charts do."""
    shown, own = samples.FIVE_POINTS, Result.told(samples.FIVE_POINTS, SAY)

    assert to_hex(own.figure(dark=True).get_facecolor()) == to_hex(charts.figure(shown, SAY, dark=True).get_facecolor())
    assert tuple(own.figure(size="print").get_size_inches()) == tuple(charts.figure(shown, SAY, size="print").get_size_inches())
    assert len(own.figure(style="stacked").axes[0].patches) == len(charts.figure(shown, SAY, style="stacked").axes[0].patches)
    assert own.alt_text == charts.alt_text(shown, SAY)


# ---- title, note and description -----------------------------------------------------------------------------------------

TITLES: Final[list[tuple[Shown, str]]] = [
    (result("multi", 12, 7, 1), "Most often: “Opening up ends in hurt” (7 of 12)"),
    (samples.BANDED, "Most often: “I lose myself in the other” (almost everyone)"),
    (result("multi", 12, 6, 6, 1), f"Most often: “{FEARS[0]}” and “{FEARS[1]}” (6 of 12 each)"),
    (result("multi", 12, 6, 6, 6, 1), "Most often: several options (6 of 12 each)"),
    (result("multi", 12, 1, 1, 6, 1, 6), "Most often: several options (6 of 12 each)"),  # two, with long names
    (result("multi", 12, 0, 2), "No option stands out: each was chosen by few or none"),
    (result("multi", 12, 12, 10), "No option stands out: each was chosen by almost everyone"),
    (result("multi", 12, 5, 5), "All options were chosen equally often (5 of 12 each)"),
    (result("single", 7, 3, 3, 1), "Of 7 answers, 3 went to “Opening up ends in hurt” and 4 to other answers"),
    (samples.SCALE, "Largest share: “Often to Always” (6 of 13)"),
    (samples.SLIDER, "Largest share: “4 to 6” (5 of 13)"),
    (result("scale", 12, 6, 6, labels=samples.POINTS), "The answers fall into equal shares (6 of 12 each)"),
    (samples.TOLD, f"First in the group's order: “{FEARS[0]}”"),
    (samples.ORDER_ALONE, f"Level at the top of the group's order: “{FEARS[0]}” and “{FEARS[1]}”"),
    (ranking(*5 * [(0, 1, 2, 3), (2, 1, 0, 3)]), "Level at the top of the group's order: several options"),
    (samples.ALL_LEVEL, "No option stands out: all are level"),
    (samples.TEXTS, "What people wrote: 7 different lines"),
    (samples.TOO_FEW, "Not enough answers to show"),
    (samples.TOO_ALIKE, "These answers cannot be shown without pointing at someone"),
    (samples.MOVED, f"Moved most visibly: “{FEARS[0]}”, from 7 of 12 to 3 of 15"),
    (EVERY_COMPARISON["large and small"], "Moved most visibly: “Being controlled”, from 33 of 1,400 to almost everyone"),
    (compare(result("single", 10, 6, 4), result("single", 10, 3, 7)), f"Moved most visibly: “{FEARS[1]}”, from 4 of 10 to 7 of 10"),
    (compare(result("multi", 20, 5, 5), result("multi", 20, 10, 10)), f"Moved most visibly: “{FEARS[0]}” and “{FEARS[1]}”"),
    (EVERY_COMPARISON["scales compared"], "Hardly any change to be seen"),
    (EVERY_COMPARISON["orders"], "The group's order hardly changed"),
    (compare(ranking(*9 * [(0, 1, 2)]), ranking(*9 * [(0, 2, 1)])), "The group's order changed, though not at the top"),
    (compare(ranking(*9 * [(0, 1, 2)]), ranking(*9 * [(1, 0, 2)])), f"First in the group's order: “{FEARS[0]}” before, “{FEARS[1]}” after"),
    (
        compare(
            ranking(*9 * [(0, 1, 2, 3), (1, 0, 2, 3)], labels=samples.LONG), ranking(*9 * [(2, 3, 0, 1), (3, 2, 0, 1)], labels=samples.LONG)
        ),
        "The group's order changed, also at the top",
    ),
    (compare(result("single", 12, 8, 2, 2), result("single", 12, 3, 4, 5)), "Moved most visibly: other answers, from 4 of 12 to 9 of 12"),
    (EVERY_COMPARISON["only before"], "Only the first of the two results can be shown"),
    (EVERY_COMPARISON["only after"], "Only the second of the two results can be shown"),
    (EVERY_COMPARISON["neither"], "Neither of the two results can be shown"),
    (EVERY_COMPARISON["cut apart"], "The two results cannot be put side by side answer by answer"),
]
NOTES: Final[list[tuple[Shown, str]]] = [
    (samples.TOO_FEW, "Shown from 5 answers on, so that nobody can be picked out."),
    (result("multi", 6, 6, 0, policy=TOGETHER), "Shown from 7 answers on, so that nobody can be picked out."),
    (samples.TOO_ALIKE, "12 people answered. Any way of splitting them up would leave too few people on one side."),
    (texts("No"), "12 people answered. Too few different lines were left to be shown, so that nobody can be picked out."),
    (
        samples.BANDED,
        "12 people answered. Passed: few or none. Each could choose more than one. Numbers close to none or to everyone are shown "
        f"as a range, hatched in the chart, so that nobody can be picked out. {SMALL_GROUP}",
    ),
    (
        samples.SINGLE,
        "14 people answered. Passed: several. Options chosen by fewer than 3 people are put together, "
        f"so that nobody can be picked out. {SMALL_GROUP}",
    ),
    (
        samples.SCALE,
        "13 people answered. Passed: few or none. Points chosen by fewer than 3 people are joined with their neighbours, "
        f"so that nobody can be picked out. {SMALL_GROUP}",
    ),
    (
        samples.ORDER_ALONE,
        "17 people answered. Passed: few or none. Options within an eighth of a place of the next are called level. "
        f"First choices and mean places are not told here: with these answers, they could point at someone. {SMALL_GROUP}",
    ),
    (
        samples.TOLD,
        "34 people answered. Passed: few or none. Options within an eighth of a place of the next are called level. "
        "Options that few people put first have their first choices counted together, so that nobody can be picked out.",
    ),
    (
        samples.TEXTS,
        "12 people answered. Passed: few or none. Each line stands here once, in no particular order. "
        "The facilitator read each line before it was shown; some may have been reworded or left out.",
    ),
    (samples.MOVED, f"12 people answered before, 15 people answered after. {BOTH_TIMES} {SMALL_GROUP}"),
    (EVERY_COMPARISON["only before"], f"14 people answered before, too few answered after. {BOTH_TIMES}"),
    (EVERY_COMPARISON["means"], f"34 people answered before, 40 people answered after. {BOTH_TIMES}"),
]
DESCRIPTIONS: Final[list[tuple[Shown, str]]] = [
    (
        samples.BANDED,
        "Bar chart of what 12 people answered to “Which of these do you know?”. It runs from “I lose myself in the other”, almost "
        "everyone (10 to 12), at the top to “What I feel is wrong & <shameful>, and costs $5 or $6”, few or none (0 to 2), at the bottom.",
    ),
    (
        samples.FIVE_POINTS,
        "One bar, split up, of what 20 people answered to “Which of these do you know?”. "
        "It runs from “Never”, 3, at one end to “Always”, 3, at the other.",
    ),
    (
        samples.TOLD,
        "Dot chart of how 34 people ranked the options of “In which order do they appeal to you?”. It runs from "
        "“Opening up ends in hurt”, 1st, at the top to “Being controlled”, level: 3rd to 4th, at the bottom.",
    ),
    (samples.TEXTS, "List of 7 lines that people wrote in answer to “What would you try?”. The table holds all of them."),
    (samples.TOO_FEW, "No chart is drawn for “Which of these do you know?”. Not enough answers to show."),
    (
        samples.MOVED,
        "Two charts side by side of the answers to “Which of these do you know?”: 12 people answered before, 15 people answered after. "
        "Moved most visibly: “Opening up ends in hurt”, from 7 of 12 to 3 of 15.",
    ),
]


@pytest.mark.parametrize(("words_for", "due"), [(charts.finding, TITLES), (charts.note, NOTES), (charts.alt_text, DESCRIPTIONS)])
def test_what_is_said_is_neutral_and_plain(words_for: Callable[[Shown, Language], str], due: list[tuple[Shown, str]]) -> None:
    """The title says in a line no more than the bands allow, the note why numbers are missing, the description top and bottom."""
    assert [(said, words) for shown, words in due if (said := words_for(shown, SAY)) != words] == []


def test_title_and_table_are_true_of_the_answers_behind_them() -> None:
    """Over every small tally: whoever knew the counts would agree with the title, and what few or almost all chose has one wording whatever its count."""
    for tally, published in small_results():
        title, n, cell = charts.finding(published, SAY), tally.answered, published.policy.cell
        counts = dict(zip("ABCD", tally.counts, strict=False))
        assert tally.poll.kind == "slider" or is_true(title, counts, n, published), f"{title}: {counts}"
        if tally.poll.kind == "multi" and published.outcome == "shown":
            few, most = f"few or none (0 to {cell - 1})", f"almost everyone ({n - cell + 1} to {n})"
            due = [(name, few if count < cell else most if count > n - cell else str(count)) for name, count in counts.items()]
            assert sorted(charts.table(published, SAY).rows) == due


@given(tallies(["rank"]))
def test_the_title_of_a_ranking_is_true_and_no_number_of_it_appears_that_was_not_published(tally: Tally) -> None:
    """Who is called first has the best mean place, who is level hardly differs from it; means and first choices stand only where told."""
    published = publish(tally, ROOM)
    places = dict(zip("ABCDEF", tally.places, strict=False))
    named = re.findall("“(.+?)”", charts.finding(published, SAY))

    if published.outcome == "shown":
        best = sorted(places, key=places.__getitem__)[: len(named)]
        assert sorted(named) == sorted(best)
        assert len(named) != 1 or min(place for name, place in places.items() if name not in named) > places[named[0]]

    options = len(tally.poll.options)
    ordinals = {f"{place}{ending}" for place in range(1, options + 1) for ending in ("st", "nd", "rd", "th")}
    bucket_mates = {str(len(bucket.options) - 1) for bucket in published.buckets}
    known = told_numbers(published) | ordinals | {f"{mean:.1f}" for mean in published.means} | bucket_mates

    assert set(re.findall(r"\d[\w.]*\w|\d", all_that_is_said(published))) <= known


@given(tallies_of_one_poll(["multi", "single", "scale", "slider"]))
def test_the_title_of_a_comparison_is_true_and_no_number_of_it_appears_that_was_not_published(runs: list[Tally]) -> None:
    """What is said to have moved has moved by a fifth of the group, whatever the bands hide; no number is more than a sum of shown ones."""
    before, after = runs
    comparison = compare(publish(before, ROOM), publish(after, ROOM))
    title = charts.finding(comparison, SAY)

    assert title.startswith("Moved") == (comparison.moved is True)
    for name in re.findall("“(.+?)”", title) if comparison.moved else []:
        [pair] = [pair for pair in comparison.pairs if label_of(pair.after.options, comparison.poll, SAY) == name]
        earlier, later = (share_of(tally, pair.before.options) for tally in (before, after))
        assert abs(later - earlier) > 0.19999

    pairs = [bucket for pair in comparison.pairs for bucket in (pair.before, pair.after)]
    joined = replace(comparison.before, buckets=tuple(pairs))
    known = told_numbers(comparison.before) | told_numbers(comparison.after) | told_numbers(joined)

    assert set(re.findall(r"\d+", all_that_is_said(comparison))) <= known


def share_of(tally: Tally, options: Sequence[object]) -> float:
    """Return which share of those who answered chose one of some options."""
    return sum(count for option, count in zip(tally.poll.options, tally.counts, strict=True) if option.id in options) / tally.answered


def is_true(title: str, counts: dict[str, int], n: int, published: Published) -> bool:
    """Read a title as a person would who has the exact counts in hand."""
    cell, numbers = published.policy.cell, [int(number) for number in re.findall(r"\d+", title)]
    if published.outcome != "shown":
        return not numbers
    if title.startswith("No option stands out"):
        return all(count < cell if "few or none" in title else count > n - cell for count in counts.values())
    if title.startswith("All options were chosen equally often"):
        return [[count, n] for count in counts.values()] == [numbers] * len(counts)
    if published.poll.kind == "scale":
        labels = [label_of(bucket.options, published.poll, SAY) for bucket in published.buckets]
        shares = {label: sum(counts[letter] for letter in "ABCD" if letter in spelled(label)) for label in labels}
        leading = leaders(title, shares)
        return numbers == [max(shares.values()), n] and all((shares[name] == numbers[0]) == (name in leading) for name in shares)
    leading = leaders(title, counts)
    others = [count for name, count in counts.items() if name not in leading]
    if title.startswith("Of "):
        return numbers == [n, counts[leading[0]], sum(others)] and len({counts[name] for name in leading}) == 1
    if "almost everyone" in title:
        return all(counts[name] > n - cell for name in leading) and all(count <= n - cell for count in others)
    return all([counts[name], n] == numbers and counts[name] > max(others) for name in leading)


def spelled(label: str) -> str:
    """Return the points of a scale that a label such as "B to D" covers."""
    first, last = label[0], label[-1]
    return "".join(letter for letter in "ABCD" if first <= letter <= last)


def leaders(title: str, counts: dict[str, int]) -> list[str]:
    """Return whom a title is about: those it names, or else those on top."""
    named = re.findall("“(.+?)”", title)
    # "several options" and "equal shares" name nobody: they must mean exactly those on top, and more than one.
    on_top = [name for name, count in counts.items() if count == max(counts.values())]
    assert named or len(on_top) > 1
    return named or on_top


def test_the_note_of_a_poll_with_too_few_answers_names_the_number_that_suffices() -> None:
    """With exactly as many answers as the note asks for, something is shown."""
    for kind in ("multi", "single", "scale", "rank", "text"):
        for policy in (ROOM, TOGETHER, Policy(floor=8), Policy(floor=11, cell=11)):
            note = charts.note(publish(a_tally(kind, 0), policy), SAY)
            [needed] = map(int, re.findall(r"\d+", note))

            assert [publish(a_tally(kind, number), policy).outcome == "too_few" for number in (needed - 1, needed)] == [True, False]


def a_tally(kind: str, answered: int) -> Tally:
    """Return a tally in which all said the same."""
    poll = result(kind, 0, 0, 0, 0).poll
    return Tally(poll, answered, 0, (answered, 0, 0), (answered, 2 * answered, 3 * answered), ("Yes",) * answered)


def test_a_small_group_is_told_how_little_a_difference_says_and_a_comparison_that_it_is_about_nobody() -> None:
    """From thirty answers on the first would be too cautious; the second is said with every comparison, shown or not."""
    assert SMALL_GROUP in charts.note(result("single", 29, 15, 14), SAY)
    assert SMALL_GROUP not in charts.note(result("single", 30, 15, 15), SAY)
    assert all(BOTH_TIMES in charts.note(each, SAY) for each in EVERY_COMPARISON.values())


def test_the_description_is_short_and_agrees_with_the_table() -> None:
    """Two sentences at most, not counting what is quoted; both ends are the first and the last row, and without a table it is the finding."""
    for name, shown in EVERY_SORT.items():
        description, rows = charts.alt_text(shown, SAY), charts.table(shown, SAY).rows
        assert 1 <= len(re.findall(r"[.!?](?: |$)", re.sub("“.*?”", "", description))) <= 2, name
        if isinstance(shown, Comparison) or not rows:
            assert charts.finding(shown, SAY) in description, name
        elif shown.poll.kind != "text":
            assert f"from “{rows[0][0]}”, {rows[0][1]}, at " in description, name
            assert f"to “{rows[-1][0]}”, {rows[-1][1]}, at " in description, name


def all_that_is_said(shown: Shown) -> str:
    """Return everything that is said of a result or a comparison."""
    cells = [cell for row in charts.table(shown, SAY).rows for cell in row]
    return " ".join([*cells, charts.finding(shown, SAY), charts.alt_text(shown, SAY), charts.note(shown, SAY)])


def told_numbers(published: Published) -> set[str]:
    """Return the numbers that a result tells, as they are written."""
    buckets, policy = published.buckets, published.policy
    known = {published.answered, policy.floor, policy.cell, policy.fewest_for(published.poll), len(published.texts)}
    known |= {bucket.fewest for bucket in buckets} | {bucket.most for bucket in buckets}
    labels = [label_of(each.options, published.poll, SAY) for each in buckets]
    return {str(number) for number in known} | set(re.findall(r"\d+", " ".join(labels)))


def test_no_number_appears_that_was_not_published() -> None:
    """Over every small tally: table, title, note and description hold only numbers of the Published result."""
    for _, published in small_results():
        said = all_that_is_said(published)
        assert set(re.findall(r"\d+", said)) <= told_numbers(published), said


def test_a_result_holds_codes_and_no_words() -> None:
    """Of every kind and outcome: beside its poll and what people wrote, a result as data has nothing that a reader would have to translate."""
    for name, shown in EVERY_SORT.items():
        told, of_the_poll = shown.to_dict(), {option.id for option in shown.poll.options}
        for one in (told["before"], told["after"]) if isinstance(shown, Comparison) else (told,):
            del one["poll"], one["texts"]
        values = set(re.findall(r'(?<=[\[ ])"([^"]*)"(?=[,}\]])', json.dumps(told, ensure_ascii=False)))
        assert values - of_the_poll <= {"shown", "too_few", "too_alike", "few", "several", "most"}, name
