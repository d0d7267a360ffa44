"""The instrument card: a questionnaire for one person alone, who sees their own score and tells nobody.

Nothing is chosen to begin with, and everything may be left blank. When a score is worked out, the answers are cleared from
the card; the score stays until it is cleared too, and is kept nowhere.

A questionnaire is never given to a group. While a room is running on this computer there is no card, and one that was opened
before forgets what it holds instead of showing a score.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import ipywidgets as widgets
from markupsafe import Markup, escape

from workshop_kit import material
from workshop_kit.cards.card import STYLE, Card, described, labelled, readable, row, spoken_status
from workshop_kit.cards.contacts import reachable_html
from workshop_kit.cards.follow import follow
from workshop_kit.errors import InvalidAnswer, NotNow
from workshop_kit.instruments import Instrument, Norm, Score, Subscale, is_risk_named, score
from workshop_kit.material.documents import Unfit
from workshop_kit.material.questionnaires import instrument as read
from workshop_kit.words.catalog import Language, language

BLANK: Final = "blank"


class InstrumentCard(Card):
    """A questionnaire to answer for oneself.

    Parameters
    ----------
    instrument
        What is asked, and how it is scored.
    say
        The language around it.
    room_runs
        Whether a room is running on this computer at the moment.
    contacts_html
        Whom one can reach, as HTML that is trusted to be escaped.
    """

    def __init__(
        self, instrument: Instrument, say: Language, *, room_runs: Callable[[], bool] = lambda: False, contacts_html: str = ""
    ) -> None:
        self._instrument, self._room_runs, self._contacts_html = instrument, room_runs, contacts_html
        self.items = {item: _points(instrument, item, say) for item in range(1, instrument.items + 1)}
        self.earlier = {each.id: _earlier(instrument, each, say) for each in instrument.subscales if each.norm}
        self.contacts, self.status, self.result = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.show = self.button(say("study.instrument.show"), self._show, style="primary")
        self.clear = self.button(say("study.instrument.clear"), self._clear)
        parts = [widgets.HTML(STYLE + _opening(instrument, say)), *self.items.values(), *self.earlier.values(), row(self.show, self.clear)]
        below = [self.status, self.contacts, self.result, widgets.HTML(_about(instrument, contacts_html, say))]
        super().__init__(say, parts, below=below)

    def _show(self) -> None:
        self.status.value = self.contacts.value = self.result.value = ""
        if self._room_runs():
            self._forget()
            raise NotNow("study.instrument.never_in_a_group")
        answers = {item: points.value for item, points in self.items.items() if points.value not in (None, BLANK)}
        # Before anything can be refused: somebody in need gets help also where there is no score.
        if is_risk_named(self._instrument, answers):
            self.contacts.value = _help(self._contacts_html, self.say)
        self._require_all_looked_at()
        before = dict(self._earlier_scores())
        scores = score(self._instrument, answers)
        self._forget()
        self.result.value = _result(self._instrument, scores, before, self.say)
        self.status.value = spoken_status(self.say("study.instrument.shown"))

    def _clear(self) -> None:
        self._forget()
        self.contacts.value = self.result.value = ""
        self.status.value = spoken_status(self.say("study.instrument.cleared"))

    def _forget(self) -> None:
        for points in self.items.values():
            points.value = None
        for field in self.earlier.values():
            field.value = ""

    def _require_all_looked_at(self) -> None:
        untouched = [item for item, points in self.items.items() if points.value is None]
        if untouched:
            raise InvalidAnswer("study.instrument.unanswered", items=untouched)

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
    say = language(material.read().language)
    follower = follow(say)

    def room_runs() -> bool:
        return follower.look() is not None

    if room_runs():
        return _refusal(say, say("study.instrument.never_in_a_group"))
    try:
        return InstrumentCard(read(file), say, room_runs=room_runs, contacts_html=reachable_html(say))
    except Unfit as unfit:
        return _refusal(say, "\n".join(map(say.error, unfit.faults)))


def _refusal(say: Language, sentences: str) -> Card:
    card = Card(say, [])
    card.complain(sentences)
    return card


def _points(instrument: Instrument, item: int, say: Language) -> widgets.RadioButtons:
    points = instrument.points.items()
    labels = [(say("study.instrument.point", point=point, label=label) if label else str(point), point) for point, label in points]
    options = [*labels, (say("study.instrument.leave_blank"), BLANK)]
    texts = instrument.texts[item - 1 : item]
    asked = say("study.instrument.item_text", item=item, text=texts[0]) if texts else say("study.instrument.item", item=item)
    return described(widgets.RadioButtons(options=options, value=None, orientation="horizontal"), asked)


def _earlier(instrument: Instrument, subscale: Subscale, say: Language) -> widgets.Text:
    low, high = instrument.reach(subscale)
    words = say("study.instrument.earlier", title=subscale.title, low=low, high=high)
    return labelled(widgets.Text(continuous_update=False), words)


def _number(typed: str, instrument: Instrument, subscale: Subscale) -> float:
    low, high = instrument.reach(subscale)
    try:
        number = float(typed.replace(",", "."))
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise InvalidAnswer("study.instrument.not_a_score", title=subscale.title, low=low, high=high)
    return number


def _opening(instrument: Instrument, say: Language) -> str:
    notes = {"why": True, "no_texts": not instrument.texts, "unchecked": not instrument.checked_against}
    told = "".join(f"<p><small>{say.html(f'study.instrument.{note}')}</small></p>" for note, is_due in notes.items() if is_due)
    return readable(f"<h3>{escape(instrument.title)}</h3>{told}")


def _help(contacts_html: str, say: Language) -> str:
    # The sentence is announced at once; the list is there to be read in one's own time.
    return readable(
        f'<section aria-label="{say.html("study.instrument.not_alone")}" style="border-inline-start:6px solid #0F5F6B;padding:0.25rem 1rem">'
        f'<p role="alert"><b>{say.html("study.instrument.something_hard")}</b></p>{contacts_html}</section>'
    )


def _result(instrument: Instrument, scores: tuple[Score, ...], before: Mapping[str, float], say: Language) -> str:
    heading, parts = (
        say.html("study.score.heading"),
        "".join(_scored(instrument, each, before.get(each.subscale.id), say) for each in scores),
    )
    not_you = say.html("study.score.not_you")
    return readable(f'<section aria-label="{heading}"><h4>{heading}</h4>{parts}<p><b>{not_you}</b></p></section>')


def _scored(instrument: Instrument, scored: Score, before: float | None, say: Language) -> str:
    subscale = scored.subscale
    blanks = {"blank": scored.blank, "n": len(subscale.items)}
    if scored.value is None:
        return f"<p>{say.html('study.score.none', title=subscale.title, most=subscale.may_be_blank, **blanks)}</p>"
    low, high = instrument.reach(subscale)
    said = [say.html("study.score.reached", title=subscale.title, score=_rounded(scored.value), low=low, high=high)]
    if scored.blank:
        said.append(say.html("study.score.blanks", **blanks))
    if scored.band:
        said.append(say.html("study.score.band", band=scored.band.name))
    compared = _compared(subscale.norm, before, scored.value, say) if subscale.norm and before is not None else ""
    return f"<p>{' '.join(said)}</p>{compared}{_worked_out(subscale, say)}"


def _compared(norm: Norm, before: float, now: float, say: Language) -> str:
    change = norm.change(before, now)
    moved = "same" if now == before else "higher" if now > before else "lower"
    told = say.html(f"study.score.{moved}", points=_rounded(abs(now - before)), earlier=_rounded(before))
    meaning = say.html("study.score.change" if change.is_reliable else "study.score.no_change")
    index = say.html("study.score.reliable_from", points=_rounded(norm.reliable_points), index=_rounded(change.index))
    return f"<p>{told} {meaning} <small>{index}</small></p>"


def _worked_out(subscale: Subscale, say: Language) -> str:
    lines = [say.html(f"study.worked_out.{subscale.by}", n=len(subscale.items))]
    if subscale.bands:
        bands = [say("study.worked_out.band", begins=_rounded(band.begins), band=band.name) for band in subscale.bands]
        lines.append(say.html("study.worked_out.bands", bands=bands, source=subscale.bands_source))
    if norm := subscale.norm:
        lines.append(say.html("study.worked_out.change", sd=norm.sd, reliability=norm.reliability, source=norm.source))
    if cut_off := subscale.cut_off:
        one, other = cut_off.groups
        lines.append(
            say.html(
                "study.worked_out.cut_off",
                **{"one": one.name, "one_mean": one.mean, "one_sd": one.sd},
                **{"other": other.name, "other_mean": other.mean, "other_sd": other.sd},
                point=_rounded(cut_off.point),
                source=cut_off.source,
            )
        )
    return _opens(say.html("study.worked_out.heading"), "".join(f"<p>{line}</p>" for line in lines))


def _about(instrument: Instrument, contacts_html: str, say: Language) -> str:
    told = {field: getattr(instrument, field) for field in ("citation", "numbering", "licence", "permission", "checked_against")}
    about = "".join(f"<p>{say.html(f'study.about.{field}', words=words)}</p>" for field, words in told.items() if words)
    reach = _opens(say.html("study.talk"), contacts_html) if contacts_html else ""
    return readable(_opens(say.html("study.about.heading"), about) + reach)


def _opens(summary: Markup, html: str) -> str:
    return f'<details><summary style="cursor:pointer">{summary}</summary>{html}</details>'


def _rounded(number: float) -> float:
    # Added to zero, because what is rounded away would leave its minus behind.
    return round(number, 2) + 0.0
