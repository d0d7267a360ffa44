"""The rules of disclosure, one function for each kind of poll; the essay above the package says why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import combinations, pairwise
from typing import Final

from workshop_kit.disclosure.policy import Policy
from workshop_kit.disclosure.published import Bucket, Published
from workshop_kit.polls import Kind, OptionId, Poll, Tally

FEW: Final = "few"
MOST: Final = "most"
SEVERAL: Final = "several"
# Mean places no more than an eighth apart are called level.
LEVEL_WITHIN: Final = 8


def publish(tally: Tally, policy: Policy) -> Published:
    """Return what may be shown of a tally under a policy.

    References
    ----------
    The rules are those of this module's essay; their reasons and what they cost stand in docs/decisions/0002-disclosure.md.
    """
    poll, n = tally.poll, tally.answered
    if n < policy.fewest_for(poll):
        return Published(poll, policy, "too_few")
    shown = Published(poll, policy, "shown", n, FEW if tally.passed < policy.cell else SEVERAL)
    if poll.kind == "rank":
        return _ranked(shown, tally)
    if poll.kind == "text":
        shown = replace(shown, texts=_each_line_once(tally.texts))
        enough = len(shown.texts) >= policy.cell
    else:
        shown = replace(shown, buckets=tuple(_BUCKETS[poll.kind](tally, policy.cell)))
        enough = len(shown.buckets) > 1
    return shown if enough else Published(poll, policy, "too_alike", n, shown.passed)


def _each_option(tally: Tally, cell: int) -> Iterator[Bucket]:
    n = tally.answered
    for option, count in zip(tally.poll.options, tally.counts, strict=True):
        if count < cell:
            yield Bucket((option.id,), 0, cell - 1, FEW)
        elif count > n - cell:
            yield Bucket((option.id,), n - cell + 1, n, MOST)
        else:
            yield Bucket((option.id,), count, count)


def _rarest_merged(tally: Tally, cell: int) -> Iterator[Bucket]:
    options, counts = tally.poll.options, tally.counts
    others = {place for place, count in enumerate(counts) if count < cell}
    by_rarity = sorted(set(range(len(counts))) - others, key=lambda place: (counts[place], -place))
    while others and by_rarity and sum(counts[place] for place in others) < cell:
        others.add(by_rarity.pop(0))
    for place in sorted(by_rarity):
        yield Bucket((options[place].id,), counts[place], counts[place])
    if others:
        total = sum(counts[place] for place in others)
        yield Bucket(_ids(tally.poll, others), total, total)


def _neighbours_merged(tally: Tally, cell: int) -> Iterator[Bucket]:
    for start, end in finest_cut(tally.counts, cell):
        total = sum(tally.counts[start:end])
        yield Bucket(_ids(tally.poll, range(start, end)), total, total)


def finest_cut(counts: Sequence[int], cell: int) -> list[tuple[int, int]]:
    """Cut a row of counts into the most stretches that each hold at least `cell`, cutting as early as possible."""
    places = range(1, len(counts))
    for cuts in range(len(counts) - 1, 0, -1):
        for chosen in combinations(places, cuts):
            stretches = list(pairwise((0, *chosen, len(counts))))
            if all(sum(counts[start:end]) >= cell for start, end in stretches):
                return stretches
    return []


def _ranked(shown: Published, tally: Tally) -> Published:
    ordered = replace(shown, order=tuple(_levels(tally)))
    firsts = tuple(_rarest_merged(tally, shown.policy.cell))
    if len(firsts) < 2 or not _leaves_room(tally, firsts, shown.policy.cell):
        return ordered
    return replace(ordered, buckets=firsts, means=tuple(round(place / tally.answered, 1) for place in tally.places))


def _levels(tally: Tally) -> Iterator[tuple[OptionId, ...]]:
    """Yield the options best first, those together of which each is hardly apart from the next."""
    places = sorted(range(len(tally.places)), key=lambda place: tally.places[place])
    level = [places[0]]
    for better, place in pairwise(places):
        if LEVEL_WITHIN * (tally.places[place] - tally.places[better]) > tally.answered:
            yield _ids(tally.poll, level)
            level = []
        level.append(place)
    yield _ids(tally.poll, level)


def _ids(poll: Poll, places: Iterable[int]) -> tuple[OptionId, ...]:
    return tuple(poll.options[place].id for place in sorted(places))


def _leaves_room(tally: Tally, firsts: Sequence[Bucket], cell: int) -> bool:
    """Return whether a coalition and one person more could have ranked as they please behind these very numbers.

    A set of options is ranked best when everyone puts it first, as far as their first choice lets them; the sum of its
    places is then the least there can be. One person can be away from that least by no more than `swing`. Where every set
    is `cell` - 1 swings above its least, that many people may rank it in any way and leave the rest a way to make up the sum.
    First choices that are only told together are counted as lying outside the set, unless all of them lie inside: that
    least is the highest, so whatever hides among them, there is room.

    References
    ----------
    Sums of places that some people can make are the whole points of a sum of permutohedra, which sets of options bound from
    below without a gap (A. Postnikov, Permutohedra, associahedra, and beyond, 2009). docs/decisions/0007-ranks-and-texts.md.
    """
    many, n = len(tally.places), tally.answered
    everything = range(many)
    place_of = {option.id: place for place, option in enumerate(tally.poll.options)}
    told = [({place_of[option] for option in bucket.options}, bucket.fewest) for bucket in firsts]
    for size in range(1, many):
        swing = max((size - 1) * (many - size), size * (many - 1 - size))
        for some in combinations(everything, size):
            inside = sum(people for options, people in told if options <= set(some))
            least = inside * size * (size + 1) // 2 + (n - inside) * size * (size + 3) // 2
            if sum(tally.places[place] for place in some) - least < (cell - 1) * swing:
                return False
    return True


def distinct_lines(texts: Iterable[str]) -> list[str]:
    """Return each line once, whatever its capitals, however often it was written."""
    return list({text.casefold(): text for text in sorted(texts, reverse=True)}.values())


def _each_line_once(texts: Sequence[str]) -> tuple[str, ...]:
    # The alphabet would put lines that begin alike together; this order says nothing at all.
    return tuple(sorted(distinct_lines(texts), key=lambda text: sha256(text.encode()).digest()))


_BUCKETS: Final[Mapping[Kind, Callable[[Tally, int], Iterator[Bucket]]]] = {
    "multi": _each_option,
    "single": _rarest_merged,
    "scale": _neighbours_merged,
    "slider": _neighbours_merged,
}
