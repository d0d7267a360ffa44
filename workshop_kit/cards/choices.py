"""Choices: the widgets with which a poll is answered, one set of them for each kind of poll.

They are the same in a ballot that goes nowhere and in one that is cast. Options to choose from stand in an order that is
drawn for each ballot, so that no option gains from its place; the points of a scale keep theirs. Nothing is chosen to begin
with, and `empty` takes everything back to that beginning.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Final, Protocol

import ipywidgets as widgets

from workshop_kit.cards.card import CHOICES, described, labelled, readable, row, spoken_status, ten_points
from workshop_kit.errors import InvalidAnswer
from workshop_kit.polls import LONGEST_TEXT, Kind, Option, OptionId, Poll
from workshop_kit.words.catalog import Language

LAST: Final = "other"


class Choices(Protocol):
    """What all choices have in common: something to show, an answer, and a way back to nothing."""

    @property
    def parts(self) -> Sequence[widgets.Widget]:
        """What is shown, from top to bottom."""

    def answer(self) -> object:
        """Return the answer as `polls` wants it, or refuse with `InvalidAnswer` where nothing has been chosen."""

    def empty(self) -> None:
        """Forget what was chosen."""


class OneOf:
    """One option, one point of a scale, or one number."""

    def __init__(self, poll: Poll, random: Random, say: Language) -> None:
        if poll.kind == "slider":
            self.points = ten_points(poll.low or say("cards.choices.lowest"), poll.high or say("cards.choices.highest"), say)
        else:
            options = drawn(poll.options, random) if poll.kind == "single" else poll.options
            buttons = widgets.RadioButtons(options=[(option.label, option.id) for option in options], value=None)
            self.points = described(buttons, say("cards.choices.choose_one"))
        self.parts = (self.points,)

    def answer(self) -> object:
        """Return the option, the point or the number."""
        if self.points.value is None:
            raise InvalidAnswer("cards.choices.choose_first")
        return self.points.value

    def empty(self) -> None:
        """Forget what was chosen."""
        self.points.value = None


class SeveralOf:
    """As many options as one likes; none is an answer too."""

    def __init__(self, poll: Poll, random: Random, say: Language) -> None:
        self.boxes = {option.id: _box(option.label) for option in drawn(poll.options, random)}
        self.parts = tuple(self.boxes.values())

    def answer(self) -> object:
        """Return the options whose boxes are ticked."""
        return [option for option, box in self.boxes.items() if box.value]

    def empty(self) -> None:
        """Forget what was chosen."""
        for box in self.parts:
            box.value = False


class InOrder:
    """All options in an order, moved up and down by buttons. It begins as chance has put it, which is nobody's answer yet."""

    def __init__(self, poll: Poll, random: Random, say: Language) -> None:
        self._say = say
        self._drawn = drawn(poll.options, random)
        self._order = list(self._drawn)
        self._is_meant = False
        self._labels = [widgets.HTML(layout=widgets.Layout(width="auto", flex="1 1 11rem", margin="0")) for _ in self._drawn]
        self.up = [_mover(say("cards.choices.up"), partial(self._move, place, -1)) for place in range(len(self._drawn))]
        self.down = [_mover(say("cards.choices.down"), partial(self._move, place, 1)) for place in range(len(self._drawn))]
        self.up[0].disabled = self.down[-1].disabled = True
        self.said = widgets.HTML()
        rows = [row(label, widgets.HBox(both)) for label, *both in zip(self._labels, self.up, self.down, strict=True)]
        self.parts = (widgets.HTML(readable(f"<p>{say.html('cards.choices.how_to_order')}</p>")), *rows, self.said)
        self._draw()

    @property
    def order(self) -> tuple[OptionId, ...]:
        """The options as they stand now, the first one first."""
        return tuple(option.id for option in self._order)

    def answer(self) -> object:
        """Return the options, the first one first; refuse once where nobody has moved any."""
        if not self._is_meant:
            self._is_meant = True
            raise InvalidAnswer("cards.choices.still_as_drawn")
        return list(self.order)

    def empty(self) -> None:
        """Put the options back as chance had put them."""
        self._order, self._is_meant, self.said.value = list(self._drawn), False, ""
        self._draw()

    def _move(self, place: int, by: int) -> None:
        there = place + by
        self._order[place], self._order[there] = self._order[there], self._order[place]
        self._is_meant = True
        self._draw()
        said = self._say("cards.choices.moved", option=self._order[there].label, place=there + 1, options=len(self._order))
        self.said.value = spoken_status(said)
        # Whoever moves an option by several places presses the same key again, wherever the option has gone.
        further = (self.up if by < 0 else self.down)[there]
        back = (self.down if by < 0 else self.up)[there]
        (back if further.disabled else further).focus()

    def _draw(self) -> None:
        for place, option in enumerate(self._order):
            self._labels[place].value = readable(self._say.html("cards.choices.place", place=place + 1, option=option.label))
            self.up[place].tooltip = self._say("phone.move_up", option=option.label)
            self.down[place].tooltip = self._say("phone.move_down", option=option.label)


class InWords:
    """A few words of one's own."""

    def __init__(self, _poll: Poll, _random: Random, say: Language) -> None:
        # Silent while someone writes: the kernel is told when the field is left, not with every letter.
        self.words = labelled(widgets.Textarea(continuous_update=False, rows=2), say("cards.choices.your_words", longest=LONGEST_TEXT))
        self.parts = (self.words,)

    def answer(self) -> object:
        """Return the words; whether they are too many is for the poll to say."""
        if not self.words.value.strip():
            raise InvalidAnswer("cards.choices.write_first")
        return str(self.words.value)

    def empty(self) -> None:
        """Forget what was written."""
        self.words.value = ""


_CHOICES: Final[Mapping[Kind, Callable[[Poll, Random, Language], Choices]]] = {
    "single": OneOf,
    "multi": SeveralOf,
    "scale": OneOf,
    "slider": OneOf,
    "rank": InOrder,
    "text": InWords,
}


def choices_for(poll: Poll, random: Random, say: Language) -> Choices:
    """Return the widgets with which a poll is answered; `random` draws the order of its options."""
    return _CHOICES[poll.kind](poll, random, say)


def drawn(options: Sequence[Option], random: Random) -> list[Option]:
    """Return options in an order drawn by chance, the one that stands for whatever is not listed last."""
    return sorted(random.sample(options, len(options)), key=lambda option: option.id == LAST)


def _box(words: str) -> widgets.Checkbox:
    box = widgets.Checkbox(description=words, indent=False, layout=widgets.Layout(width="auto"))
    box.add_class(CHOICES)
    return box


def _mover(words: str, move: Callable[[], None]) -> widgets.Button:
    # Not a button of the card: those wait a moment and act once, and whoever moves an option presses fast and often.
    button = widgets.Button(description=words, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: move())
    return button
