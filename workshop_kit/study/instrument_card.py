"""The instrument card: a questionnaire for one person alone, who sees their own score and tells nobody.

Nothing is chosen to begin with, and everything may be left blank. When a score is worked out, the answers are cleared from
the card; the score stays until it is cleared too, and is kept nowhere.

A questionnaire is never given to a group. While a room is running on this computer there is no card, and one that was opened
before forgets what it holds instead of showing a score.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as widgets

from workshop_kit.cards.card import STYLE, Card, described, labelled, readable, row, spoken_status
from workshop_kit.cards.contacts import reachable_html
from workshop_kit.cards.follow import follow
from workshop_kit.errors import InvalidAnswer, NotNow
from workshop_kit.instruments import Instrument, Norm, Score, Subscale, is_risk_named, score
from workshop_kit.material.faults import Unfit
from workshop_kit.material.questionnaires import instrument as read

BLANK: Final = "blank"
LEAVE_BLANK: Final = "leave blank"
WHY: Final = (
    "Only for you. What you choose is sent nowhere and kept nowhere, and your answers are cleared as soon as your score is shown. "
    "You need not answer everything, and you can stop anywhere."
)
NO_TEXTS: Final = "What the items ask does not stand here, because it belongs to others. Have your own form beside you."
UNCHECKED: Final = "Nobody has compared this scoring with the published form yet. Please do so before you give weight to a score."
NEVER_IN_A_GROUP: Final = (
    "A room is open on this computer, and a questionnaire is never given to a group. "
    "It is for one person alone: end the room where it was started, then run this cell again."
)
EARLIER: Final = "An earlier score of yours for {title}, if you like ({low} to {high})"
NOT_A_SCORE: Final = "The earlier score for {title} should be a number from {low} to {high}. Write one, or leave the field empty."
UNANSWERED: Final = "Not answered yet: {items}. Choose an answer, or “leave blank”, which is just as good."
SHOWN: Final = "Your score is below, and your answers are cleared."
CLEARED: Final = "Cleared. Nothing of it is left."
NOT_YOU: Final = (
    "A number is not you. It adds up what you chose today, and another day may come out differently. It is no diagnosis and no "
    "verdict. If it worries you, or does not fit how you know yourself, talk it over with somebody whose work this is."
)
SOMETHING_HARD: Final = (
    "One of your answers says that something may be hard, or not safe, just now. Whatever the score: you need not carry that "
    "alone. Tell someone you trust, or speak to a professional. If you are in danger, or afraid of what you might do, call your "
    "country's emergency number now."
)
TALK: Final = "If you would like to talk to someone"


class InstrumentCard(Card):
    """A questionnaire to answer for oneself.

    Parameters
    ----------
    instrument
        What is asked, and how it is scored.
    room_runs
        Whether a room is running on this computer at the moment.
    contacts_html
        Whom one can reach, as HTML that is trusted to be escaped.
    """

    def __init__(self, instrument: Instrument, *, room_runs: Callable[[], bool] = lambda: False, contacts_html: str = "") -> None:
        self._instrument, self._room_runs, self._contacts_html = instrument, room_runs, contacts_html
        self.items = {item: _points(instrument, item) for item in range(1, instrument.items + 1)}
        self.earlier = {each.id: _earlier(instrument, each) for each in instrument.subscales if each.norm}
        self.contacts, self.status, self.result = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.show = self.button("Show my score", self._show, style="primary")
        self.clear = self.button("Clear all of it", self._clear)
        parts = [widgets.HTML(STYLE + _opening(instrument)), *self.items.values(), *self.earlier.values(), row(self.show, self.clear)]
        below = [self.status, self.contacts, self.result, widgets.HTML(_about(instrument, contacts_html))]
        super().__init__(parts, below=below)

    def _show(self) -> None:
        self.status.value = self.contacts.value = self.result.value = ""
        if self._room_runs():
            self._forget()
            raise NotNow(NEVER_IN_A_GROUP)
        answers = {item: points.value for item, points in self.items.items() if points.value not in (None, BLANK)}
        # Before anything can be refused: somebody in need gets help also where there is no score.
        if is_risk_named(self._instrument, answers):
            self.contacts.value = _help(self._contacts_html)
        self._require_all_looked_at()
        before = dict(self._earlier_scores())
        scores = score(self._instrument, answers)
        self._forget()
        self.result.value = _result(self._instrument, scores, before)
        self.status.value = spoken_status(SHOWN)

    def _clear(self) -> None:
        self._forget()
        self.contacts.value = self.result.value = ""
        self.status.value = spoken_status(CLEARED)

    def _forget(self) -> None:
        for points in self.items.values():
            points.value = None
        for field in self.earlier.values():
            field.value = ""

    def _require_all_looked_at(self) -> None:
        untouched = [str(item) for item, points in self.items.items() if points.value is None]
        if untouched:
            raise InvalidAnswer(UNANSWERED.format(items=", ".join(untouched)))

    def _earlier_scores(self) -> Iterator[tuple[str, float]]:
        for subscale in self._instrument.subscales:
            typed = self.earlier[subscale.id].value.strip() if subscale.id in self.earlier else ""
            if typed:
                yield subscale.id, _number(typed, self._instrument, subscale)


def instrument(file: Path | str) -> Card:
    """Return the card of an instrument for one person alone.

    What stands in the way, a room that is running or a slip in the file, is said in a card too.

    Parameters
    ----------
    file
        A file that describes the instrument, or the id of a key that comes with the kit; see docs/instruments.md.
    """
    follower = follow()

    def room_runs() -> bool:
        return follower.look() is not None

    if room_runs():
        return _refusal(NEVER_IN_A_GROUP)
    try:
        return InstrumentCard(read(file), room_runs=room_runs, contacts_html=reachable_html())
    except Unfit as unfit:
        return _refusal("\n".join(map(str, unfit.faults)))


def _refusal(sentences: str) -> Card:
    card = Card([])
    card.complain(sentences)
    return card


def _points(instrument: Instrument, item: int) -> widgets.RadioButtons:
    labels = [(f"{point}: {words}" if words else str(point), point) for point, words in instrument.points.items()]
    buttons = widgets.RadioButtons(options=[*labels, (LEAVE_BLANK, BLANK)], value=None, orientation="horizontal")
    text = f"{item}. {instrument.texts[item - 1]}" if instrument.texts else f"Item {item}"
    return described(buttons, text)


def _earlier(instrument: Instrument, subscale: Subscale) -> widgets.Text:
    low, high = instrument.reach(subscale)
    return labelled(widgets.Text(continuous_update=False), EARLIER.format(title=subscale.title, low=low, high=high))


def _number(typed: str, instrument: Instrument, subscale: Subscale) -> float:
    low, high = instrument.reach(subscale)
    try:
        number = float(typed.replace(",", "."))
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise InvalidAnswer(NOT_A_SCORE.format(title=subscale.title, low=low, high=high))
    return number


def _opening(instrument: Instrument) -> str:
    notes = [WHY, *([] if instrument.texts else [NO_TEXTS]), *([] if instrument.checked_against else [UNCHECKED])]
    return readable(f"<h3>{escape(instrument.title)}</h3>" + "".join(f"<p><small>{note}</small></p>" for note in notes))


def _help(contacts_html: str) -> str:
    # The sentence is announced at once; the list is there to be read in one's own time.
    return readable(
        '<section aria-label="You need not carry this alone" style="border-left:6px solid #0F5F6B;padding:0.25rem 1rem">'
        f'<p role="alert"><b>{SOMETHING_HARD}</b></p>{contacts_html}</section>'
    )


def _result(instrument: Instrument, scores: tuple[Score, ...], before: Mapping[str, float]) -> str:
    parts = "".join(_scored(instrument, each, before.get(each.subscale.id)) for each in scores)
    return readable(f'<section aria-label="Your score"><h4>Your score</h4>{parts}<p><b>{NOT_YOU}</b></p></section>')


def _scored(instrument: Instrument, scored: Score, before: float | None) -> str:
    subscale = scored.subscale
    title, of_items = escape(subscale.title), f"{scored.blank} of {len(subscale.items)} items blank"
    if scored.value is None:
        return f"<p><b>{title}</b>: no score. You left {of_items}, and at most {subscale.may_be_blank} may be.</p>"
    low, high = instrument.reach(subscale)
    said = f"<b>{title}: {spoken_number(scored.value)}</b>, where {low} is the lowest there is and {high} the highest."
    if scored.blank:
        said += f" You left {of_items}; the mean of your other answers stands for them."
    if scored.band:
        said += f" The source below calls scores like this one “{escape(scored.band.name)}”."
    compared = _compared(subscale.norm, before, scored.value) if subscale.norm and before is not None else ""
    return f"<p>{said}</p>{compared}{_worked_out(subscale)}"


def _compared(norm: Norm, before: float, now: float) -> str:
    change = norm.change(before, now)
    difference = "the same as" if now == before else f"{spoken_number(abs(now - before))} {'higher' if now > before else 'lower'} than"
    meaning = (
        "Errors of measurement alone seldom make that much, so it is probably a real change in how you answer. Where it comes from, "
        "and whether it is good, no number can say."
        if change.is_reliable
        else "A difference as small as that may be nothing but the blur that every measurement has."
    )
    points, index = spoken_number(norm.reliable_points), spoken_number(change.index)
    return (
        f"<p>Your score is {difference} your earlier score of {spoken_number(before)}. {meaning} "
        f"<small>(It takes more than {points} points to be a reliable change; the index is {index}.)</small></p>"
    )


def _worked_out(subscale: Subscale) -> str:
    lines = [f"The {subscale.by} of {len(subscale.items)} items."]
    if subscale.bands:
        bands = "; ".join(f"from {spoken_number(band.begins)}: {escape(band.name)}" for band in subscale.bands)
        lines.append(f"Names for scores: {bands}. Source: {escape(subscale.bands_source)}")
    if subscale.norm:
        norm = subscale.norm
        lines.append(
            "Reliable change after Jacobson and Truax (1991): S_E = SD × √(1 − r), S_diff = √(2 × S_E²), RC = (now − earlier) / S_diff, "
            f"reliable where RC is beyond ±1.96. Here SD = {norm.sd:g} and r = {norm.reliability:g}. Source: {escape(norm.source)}"
        )
    if subscale.cut_off:
        one, other = (f"“{escape(group.name)}” (mean {group.mean:g}, SD {group.sd:g})" for group in subscale.cut_off.groups)
        lines.append(
            f"The scores of {one} and of {other} meet at {spoken_number(subscale.cut_off.point)}. People of both groups lie on either "
            f"side. Source: {escape(subscale.cut_off.source)}"
        )
    return _opens("How this was worked out", "".join(f"<p>{line}</p>" for line in lines))


def _about(instrument: Instrument, contacts_html: str) -> str:
    lines = {
        "To cite": instrument.citation,
        "Numbering": instrument.numbering,
        "Rights": instrument.licence,
        "Permission": instrument.permission,
        "Scoring compared with": instrument.checked_against,
    }
    about = "".join(f"<p>{name}: {escape(words)}</p>" for name, words in lines.items() if words)
    return readable(_opens("About this questionnaire", about) + (_opens(TALK, contacts_html) if contacts_html else ""))


def _opens(summary: str, html: str) -> str:
    return f'<details><summary style="cursor:pointer">{summary}</summary>{html}</details>'


def spoken_number(number: float) -> str:
    """Return a number with at most two decimals, and a minus that is one.

    Examples
    --------
    >>> spoken_number(5.0), spoken_number(2.6666), spoken_number(-3.1622)
    ('5', '2.67', '−3.16')
    """
    # Added to zero, because what is rounded away would leave its minus behind.
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".").replace("-", "−")
