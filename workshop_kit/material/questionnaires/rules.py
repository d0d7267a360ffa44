"""Rules: how the parts of an instrument's file fit together.

`PARTS` come first. Once they hold there is an instrument, and `FIGURES` look at the numbers in its bands and norms.
"""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from workshop_kit.instruments import Instrument, Subscale
from workshop_kit.material.documents import Document, Place
from workshop_kit.material.faults import Fault
from workshop_kit.material.questionnaires.shapes import InstrumentFile, TextsFile

# As many buttons as stand in a row and can be told apart.
MOST_ANSWERS: Final = 11
# Fewer words than these say neither whose the texts are nor who may use them.
FEWEST_WORDS: Final = 4

Key: TypeAlias = Document[InstrumentFile]
AnyDocument: TypeAlias = Document[InstrumentFile] | Document[TextsFile]


def answers_rise(key: Key) -> Iterator[Fault]:
    """The answers go upwards, and fit into a row."""
    low, high = key.shape.answers.low, key.shape.answers.high
    if not low < high:
        yield key.fault(("answers", "high"), f"the highest answer should be greater than the lowest, which is {low}.")
    elif high - low >= MOST_ANSWERS:
        sentence = f"these are {high - low + 1} answers to each item, and the kit offers at most {MOST_ANSWERS}. Use paper for this one."
        yield key.fault(("answers", "high"), sentence)
    else:
        yield from labels_fit(key, ("answers", "labels"), key.shape.answers.labels, low, high)


def labels_fit(document: AnyDocument, place: Place, labels: list[str], low: int, high: int) -> Iterator[Fault]:
    """There are words for every answer, for the two ends, or for none."""
    if len(labels) not in (0, 2, high - low + 1):
        sentence = f"there are {len(labels)} labels. Write {high - low + 1}, one for each answer from {low} to {high}, or two for the ends."
        yield document.fault(place, sentence)


def items_are_there(key: Key) -> Iterator[Fault]:
    """Every number in a list is an item, and stands there once."""
    lists: list[tuple[Place, list[int]]] = [(("reversed",), key.shape.reversed), (("risk",), key.shape.risk)]
    lists += [(("subscales", nth, "items"), each.items) for nth, each in enumerate(key.shape.subscales)]
    last = key.shape.count
    for place, numbers in lists:
        for nth, number in enumerate(numbers):
            if not 1 <= number <= last:
                yield key.fault((*place, nth), f"there is no item {number}. The items are numbered from 1 to {last}.")
            elif number in numbers[:nth]:
                yield key.fault((*place, nth), f"item {number} stands in this list a second time. Keep one of the two.")


def subscales_differ(key: Key) -> Iterator[Fault]:
    """No two subscales share an id."""
    ids = [each.id for each in key.shape.subscales]
    for nth, name in enumerate(ids):
        if name in ids[:nth]:
            yield key.fault(("subscales", nth, "id"), f"another subscale is called '{name}' too. Give this one an id of its own.")


def something_is_answered(key: Key) -> Iterator[Fault]:
    """No subscale has a score where everything was left blank."""
    for nth, each in enumerate(key.shape.subscales):
        if each.may_be_blank >= len(each.items):
            sentence = f"all of its items could be left blank, and there would be no score. Write {len(each.items) - 1} or less."
            yield key.fault(("subscales", nth, "may_be_blank"), sentence)


def what_is_turned_counts(key: Key) -> Iterator[Fault]:
    """An item that is reversed belongs to a subscale."""
    counted = {item for each in key.shape.subscales for item in each.items}
    for nth, item in enumerate(key.shape.reversed):
        if item not in counted:
            sentence = f"item {item} is reversed, but no subscale counts it. Add it to its subscale, or take it out here."
            yield key.fault(("reversed", nth), sentence)


def texts_have_permission(key: Key) -> Iterator[Fault]:
    """Where texts stand, it is said by whose leave."""
    if key.shape.permission is not None:
        yield from permission_is_said(key, key.shape.permission)
    elif isinstance(key.shape.items, list):
        sentence = "texts belong to somebody. Add a line that begins with 'permission:' and says in a sentence by whose leave you use them."
        yield key.fault(("items",), sentence)


def permission_is_said(document: AnyDocument, permission: str) -> Iterator[Fault]:
    """A permission is a sentence, not a tick."""
    if len(permission.split()) < FEWEST_WORDS:
        sentence = "say it in a sentence, such as: 'I wrote these items myself', or who allowed you to use them, when, and for what."
        yield document.fault(("permission",), sentence)


def bands_rise_within_reach(key: Key, instrument: Instrument) -> Iterator[Fault]:
    """Bands rise, and begin at scores that there can be."""
    for nth, subscale in enumerate(instrument.subscales):
        lowest, highest = instrument.reach(subscale)
        for step, band in enumerate(subscale.bands):
            place = ("subscales", nth, "bands", "steps", step, "begins")
            if not lowest <= band.begins <= highest:
                yield key.fault(place, f"a {subscale.by} of these items lies between {lowest} and {highest}. Let the band begin there.")
            elif step and band.begins <= subscale.bands[step - 1].begins:
                yield key.fault(place, "bands go from the lowest to the highest, and no two begin at one score. Put them in order.")


def figures_are_in_points(key: Key, instrument: Instrument) -> Iterator[Fault]:
    """Means and deviations are possible for this score: one was not given for a mean and the other for a sum."""
    for nth, subscale in enumerate(instrument.subscales):
        lowest, highest = instrument.reach(subscale)
        for place, sd in _deviations(subscale):
            if sd > highest - lowest:
                sentence = f"scores lie between {lowest} and {highest}, so they cannot spread that far. Was it given for a sum, or a mean?"
                yield key.fault(("subscales", nth, *place), sentence)
        for each, group in enumerate(subscale.cut_off.groups if subscale.cut_off else ()):
            if not lowest <= group.mean <= highest:
                sentence = f"scores lie between {lowest} and {highest}, and so does their mean. Was it given for a sum, or a mean?"
                yield key.fault(("subscales", nth, "cut_off", "groups", each, "mean"), sentence)


def _deviations(subscale: Subscale) -> Iterator[tuple[Place, float]]:
    if subscale.norm:
        yield ("norm", "sd"), subscale.norm.sd
    for each, group in enumerate(subscale.cut_off.groups if subscale.cut_off else ()):
        yield ("cut_off", "groups", each, "sd"), group.sd


PARTS: Final[tuple[Callable[[Key], Iterator[Fault]], ...]] = (
    answers_rise,
    items_are_there,
    subscales_differ,
    something_is_answered,
    what_is_turned_counts,
    texts_have_permission,
)
FIGURES: Final[tuple[Callable[[Key, Instrument], Iterator[Fault]], ...]] = (
    bands_rise_within_reach,
    figures_are_in_points,
)
