"""Tallies to try the rules of disclosure on: some written out by hand, others drawn by chance."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import strategies as st

from tests.disclosure.adversary import LINES, Ranking, ranked_by, written
from workshop_kit.disclosure import Policy, Published
from workshop_kit.polls import FEWEST_OPTIONS, KINDS, STRETCHES, Kind, Option, Poll, Tally
from workshop_kit.words.catalog import language
from workshop_kit.words.tables import label_of

policies = st.builds(Policy, floor=st.integers(5, 12), cell=st.integers(3, 7))


def poll_of(kind: Kind, options: int = 0, intensity: int = 1) -> Poll:
    """Return a poll whose options are a, b, c and so on; on a scale, points 1, 2, 3 labelled that way; or a slider; or for texts."""
    if kind == "slider":
        return Poll.from_dict({"id": "p", "kind": kind, "question": "Which?", "low": "Low", "high": "High", "intensity": intensity})
    assert options >= FEWEST_OPTIONS.get(kind, 0), "so few options are no such poll"
    letters = "" if kind == "text" else "abcdefgh"[:options]
    ids: Sequence[str | int] = range(1, options + 1) if kind == "scale" else letters
    return Poll("p", kind, "Which?", tuple(Option(each, letter) for each, letter in zip(ids, letters, strict=True)), intensity)


def tally(kind: Kind, *counts: int, answered: int | None = None, passed: int = 0) -> Tally:
    """Return a tally with these counts of a poll of choices; only a multi poll needs to be told how many answered."""
    return Tally(poll_of(kind, len(counts)), sum(counts) if answered is None else answered, passed, counts)


def rankings(*answers: str) -> Tally:
    """Return the tally of answers such as "3 cab": three people who rank c before a before b."""
    people = [(int(number), order) for number, order in (answer.split() for answer in answers)]
    return Tally.of(poll_of("rank", len(people[0][1])), [list(order) for number, order in people for _ in range(number)])


def texts(*lines: str, passed: int = 0) -> Tally:
    """Return the tally of some lines as people sent them."""
    return Tally.of(poll_of("text"), [*lines, *[{"pass": True}] * passed])


def lines(published: Published) -> list[tuple[str, int, int, str | None]]:
    """Return the shown lines of a result: label, fewest, most, band."""
    return [(label_of(each.options, published.poll, language()), each.fewest, each.most, each.band) for each in published.buckets]


def ranked(published: Published) -> str:
    """Return the published order as "c ab": c first, then a and b, which are level."""
    return " ".join("".join(map(str, level)) for level in published.order)


def group(chance: Random, options: int, people: int, clear: float) -> list[Ranking]:
    """Return what some people rank who lean to the earlier options, the more so the clearer the matter is."""
    return [tuple(sorted(range(options), key=lambda option: clear * option + chance.gauss(0, 1))) for _ in range(people)]


@st.composite
def tallies(draw: st.DrawFn, kinds: Sequence[str] = KINDS, most: int = 40, options: int | None = None) -> Tally:
    """Return a tally of any kind, with so many options or two to six of them, and up to `most` answers."""
    kind: Kind = draw(st.sampled_from(kinds))
    options = len(STRETCHES) if kind == "slider" else options or draw(st.integers(FEWEST_OPTIONS.get(kind, 0), 6))
    poll, answered, passed = poll_of(kind, options), draw(st.integers(0, most)), draw(st.integers(0, 12))
    if kind == "multi":
        return Tally(poll, answered, passed, tuple(draw(st.lists(st.integers(0, answered), min_size=options, max_size=options))))
    if kind == "rank":
        chance, clear = Random(draw(st.integers(0, 10**6))), draw(st.sampled_from((0, 0.1, 0.3, 1, 5)))
        return replace(ranked_by(poll, group(chance, options, answered, clear)), passed=passed)
    spread = len(LINES) if kind == "text" else options
    cuts = draw(st.lists(st.integers(0, answered), min_size=spread - 1, max_size=spread - 1))
    counts = tuple(end - start for start, end in pairwise((0, *sorted(cuts), answered)))
    return replace(written(poll, LINES, counts), passed=passed) if kind == "text" else Tally(poll, answered, passed, counts)
