"""Rules: how the parts of an instrument's file fit together.

`PARTS` come first. Once they hold there is an instrument, and `FIGURES` look at the numbers in its bands and norms.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from workshop_kit.instruments import Instrument, Subscale
from workshop_kit.material.documents import Document, Fault, Place
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
        yield key.fault(("answers", "high"), "material.instrument.answers_fall", lowest=low)
    elif high - low >= MOST_ANSWERS:
        yield key.fault(("answers", "high"), "material.instrument.many_answers", n=high - low + 1, most=MOST_ANSWERS)
    else:
        yield from labels_fit(key, ("answers", "labels"), key.shape.answers.labels, low, high)


def labels_fit(document: AnyDocument, place: Place, labels: list[str], low: int, high: int) -> Iterator[Fault]:
    """There are words for every answer, for the two ends, or for none."""
    due = high - low + 1
    if len(labels) not in (0, 2, due):
        yield document.fault(place, "material.instrument.labels", n=len(labels), due=due, low=low, high=high)


def items_are_there(key: Key) -> Iterator[Fault]:
    """Every number in a list is an item, and stands there once."""
    lists: list[tuple[Place, list[int]]] = [(("reversed",), key.shape.reversed), (("risk",), key.shape.risk)]
    lists += [(("subscales", nth, "items"), each.items) for nth, each in enumerate(key.shape.subscales)]
    for place, numbers in lists:
        for nth, number in enumerate(numbers):
            if not 1 <= number <= key.shape.count:
                yield key.fault((*place, nth), "material.instrument.no_item", item=number, last=key.shape.count)
            elif number in numbers[:nth]:
                yield key.fault((*place, nth), "material.instrument.item_twice", item=number)


def subscales_differ_and_are_answered(key: Key) -> Iterator[Fault]:
    """No two subscales share an id, and none has a score where everything was left blank."""
    yield from key.repeated("subscales", key.shape.subscales)
    for nth, each in enumerate(key.shape.subscales):
        if each.may_be_blank >= len(each.items):
            yield key.fault(("subscales", nth, "may_be_blank"), "material.instrument.all_blank", most=len(each.items) - 1)


def what_is_turned_counts(key: Key) -> Iterator[Fault]:
    """An item that is reversed belongs to a subscale."""
    counted = {item for each in key.shape.subscales for item in each.items}
    for nth, item in enumerate(key.shape.reversed):
        if item not in counted:
            yield key.fault(("reversed", nth), "material.instrument.counts_nowhere", item=item)


def texts_have_permission(key: Key) -> Iterator[Fault]:
    """Where texts stand, it is said by whose leave."""
    if key.shape.permission is not None:
        yield from permission_is_said(key, key.shape.permission)
    elif isinstance(key.shape.items, list):
        yield key.fault(("items",), "material.instrument.no_permission")


def permission_is_said(document: AnyDocument, permission: str) -> Iterator[Fault]:
    """A permission is a sentence, not a tick."""
    if len(permission.split()) < FEWEST_WORDS:
        yield document.fault(("permission",), "material.instrument.permission")


def bands_rise_within_reach(key: Key, instrument: Instrument) -> Iterator[Fault]:
    """Bands rise, and begin at scores that there can be."""
    for nth, subscale in enumerate(instrument.subscales):
        lowest, highest = instrument.reach(subscale)
        for step, band in enumerate(subscale.bands):
            place = ("subscales", nth, "bands", "steps", step, "begins")
            if not lowest <= band.begins <= highest:
                yield key.fault(place, f"material.instrument.band_of_{subscale.by}", lowest=lowest, highest=highest)
            elif step and band.begins <= subscale.bands[step - 1].begins:
                yield key.fault(place, "material.instrument.bands_fall")


def figures_are_in_points(key: Key, instrument: Instrument) -> Iterator[Fault]:
    """Means and deviations are possible for this score: one was not given for a mean and the other for a sum."""
    for nth, subscale in enumerate(instrument.subscales):
        lowest, highest = instrument.reach(subscale)
        for place, sd in _deviations(subscale):
            if sd > highest - lowest:
                yield key.fault(("subscales", nth, *place), "material.instrument.wide_spread", lowest=lowest, highest=highest)
        for each, group in enumerate(subscale.cut_off.groups if subscale.cut_off else ()):
            if not lowest <= group.mean <= highest:
                at = ("subscales", nth, "cut_off", "groups", each, "mean")
                yield key.fault(at, "material.instrument.far_mean", lowest=lowest, highest=highest)


def _deviations(subscale: Subscale) -> Iterator[tuple[Place, float]]:
    if subscale.norm:
        yield ("norm", "sd"), subscale.norm.sd
    for each, group in enumerate(subscale.cut_off.groups if subscale.cut_off else ()):
        yield ("cut_off", "groups", each, "sd"), group.sd


PARTS: Final = (answers_rise, items_are_there, subscales_differ_and_are_answered, what_is_turned_counts, texts_have_permission)
FIGURES: Final = (bands_rise_within_reach, figures_are_in_points)
