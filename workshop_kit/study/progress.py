"""Progress: which sections were finished on which day, what comes next, and when it is kinder to stop.

The file behind it holds section numbers and days, not a word of what anyone thought or wrote, and nothing is put into it
but by a button that says so.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit.cards.card import Card, readable, row, spoken_status
from workshop_kit.disclosure import HEAVY
from workshop_kit.disk.files import write_whole
from workshop_kit.study.check_in import Before, CheckIn, pause_html, pause_is_due
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Section, Workshop

FILE: Final = "progress.json"
FORMAT: Final = 1


class Progress:
    """The finished sections, in a file in a folder.

    Parameters
    ----------
    folder
        Where the file lies, or will lie once something is noted.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def finished(self) -> Mapping[str, date]:
        """Return the day on which each finished section was last finished; nothing where the file cannot be read."""
        try:
            days = json.loads(self._file.read_bytes())["finished"].items()
            return {str(section): date.fromisoformat(day) for section, day in days}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def finish(self, section: str, day: date) -> None:
        """Note that a section was finished on a day.

        Raises
        ------
        SetupError
            If the file cannot be written.
        """
        days = {name: each.isoformat() for name, each in {**self.finished(), section: day}.items()}
        write_whole(self._file, json.dumps({"progress": FORMAT, "finished": days}).encode())

    def forget(self) -> None:
        """Remove the file."""
        self._file.unlink(missing_ok=True)


def upcoming(workshop: Workshop, finished: Mapping[str, date], section: str) -> Section | None:
    """Return the section to go on with: the first unfinished one after a section, else the first unfinished one before it."""
    here = [each.id for each in workshop.sections].index(section)
    in_turn = [*workshop.sections[here + 1 :], *workshop.sections[:here]]
    return next((each for each in in_turn if each.id not in finished), None)


def intensity(section: Section) -> int:
    """Return how much a section may stir, from 1 to 3: what its guide says, or else the heaviest of its polls."""
    return section.guide.intensity if section.guide else max((poll.intensity for poll in section.polls), default=1)


def needs_a_day(workshop: Workshop, finished: Mapping[str, date], following: Section, today: date) -> bool:
    """Return whether a section should wait for another day, because it is heavy and a heavy one was finished today.

    References
    ----------
    One section of intensity 3 in a sitting, and a day between two, is our own choice.
    """
    heavy_today = any(finished.get(each.id) == today and intensity(each) >= HEAVY for each in workshop.sections)
    return heavy_today and intensity(following) >= HEAVY


def progress_html(workshop: Workshop, finished: Mapping[str, date], section: str, today: date, say: Language) -> str:
    """Return the list of sections, each with its day where it was finished, and what may come next."""
    following = upcoming(workshop, finished, section)
    lines = "".join(f"<li>{_line(each, finished, section, following, say)}</li>" for each in workshop.sections)
    done = sum(each.id in finished for each in workshop.sections)
    so_far = say.html("study.progress.so_far", done=done, n=len(workshop.sections))
    advice = ""
    if done == len(workshop.sections):
        advice = say.html("study.progress.all_done")
    elif following and needs_a_day(workshop, finished, following, today):
        advice = say.html("study.progress.wait_a_day")
    # A list whose marks are taken away is no list any more to some screen readers, unless it says so.
    return readable(
        f"<h3>{say.html('study.progress.heading')}</h3><p>{so_far}</p>"
        f'<ul role="list" style="list-style:none;padding-inline-start:0">{lines}</ul><p><b>{advice}</b></p>'
    )


def onward_html(workshop: Workshop, section: str, say: Language) -> str:
    """Return the ways to the sections before and after one, for whoever leads through them in order."""
    here = [each.id for each in workshop.sections].index(section)
    before, after = workshop.sections[max(here - 1, 0) : here], workshop.sections[here + 1 : here + 2]
    ways = [say.html("study.onward.before", section=linked(each)) for each in before]
    ways += [Markup("<b>{}</b>").format(say.html("study.onward.next", section=linked(each))) for each in after]
    return readable(f'<nav aria-label="{say.html("study.onward.name")}"><p>{" &nbsp; ".join(ways)}</p></nav>')


class Finish(Card):
    """The end of a section: a last check-in, a pause where one is due, and where one is among the sections.

    Parameters
    ----------
    workshop, section
        The whole, and the section that ends here.
    before
        How it began.
    progress
        Where finished sections are noted.
    say
        The language in which it speaks.
    contacts_html
        Whom one can reach: on the pause card, and otherwise behind a line that opens.
    today
        What day it is.
    """

    def __init__(
        self,
        workshop: Workshop,
        section: Section,
        before: Before,
        progress: Progress,
        say: Language,
        *,
        contacts_html: str = "",
        today: Callable[[], date] = date.today,
    ) -> None:
        self._workshop, self._section, self._before = workshop, section, before
        self._progress, self._contacts_html, self._today = progress, contacts_html, today
        self.check_in = CheckIn(say, "study.check_in.why_again", self._then, framed=False)
        self.pause = widgets.HTML()
        self.reach = widgets.HTML(_on_demand(contacts_html, say))
        self.overview = widgets.HTML()
        self.status = widgets.HTML()
        self.done = self.button(say("study.finish.done"), self._finish, style="primary")
        self.stop = self.button(say("study.finish.stop"), self._stop)
        self.forget = self.button(say("study.finish.forget"), self._forget)
        buttons = row(self.done, self.stop, self.forget)
        super().__init__(say, [self.check_in, self.pause, self.overview, buttons, self.status, self.reach])
        self._draw()

    def _then(self, number: int | None) -> str:
        due = number is not None and pause_is_due(self._before.number, number)
        self.pause.value = pause_html(self.say, self._contacts_html) if due else ""
        self.reach.value = "" if due else _on_demand(self._contacts_html, self.say)
        # When a pause is due, stopping is the button that stands out.
        self.done.button_style, self.stop.button_style = ("", "primary") if due else ("primary", "")
        return "study.finish.pause" if due else "study.finish.skipped" if number is None else "study.finish.calm"

    def _finish(self) -> None:
        self._progress.finish(self._section.id, self._today())
        self._draw()
        self.status.value = spoken_status(self.say("study.finish.marked"))

    def _stop(self) -> None:
        self.status.value = spoken_status(self.say("study.finish.stopped"))

    def _forget(self) -> None:
        self._progress.forget()
        self._draw()
        self.status.value = spoken_status(self.say("study.finish.forgotten"))

    def _draw(self) -> None:
        self.overview.value = progress_html(self._workshop, self._progress.finished(), self._section.id, self._today(), self.say)


def linked(section: Section) -> Markup:
    """Return the way to a section's notebook."""
    # The notebooks lie side by side, so a file's name leads there from a dashboard and from JupyterLab alike.
    return Markup('<a href="{}">{} · {}</a>').format(section.notebook, section.id, section.title)


def _on_demand(contacts_html: str, say: Language) -> str:
    if not contacts_html:
        return ""
    return readable(f'<details><summary style="cursor:pointer">{say.html("study.talk")}</summary>{contacts_html}</details>')


def _line(section: Section, finished: Mapping[str, date], here: str, following: Section | None, say: Language) -> str:
    name = linked(section)
    if section.id in finished:
        return f"{_mark('✓')} {name} <small>{say.html('study.progress.finished_on', day=finished[section.id])}</small>"
    if section.id == here:
        return f"{_mark('•')} <b>{name}</b> <small>{say.html('study.progress.here')}</small>"
    if section == following:
        arrow = "→" if say.direction == "ltr" else "←"
        return f"{_mark(arrow)} <b>{name}</b> <small>{say.html('study.progress.next')}</small>"
    return f"{_mark('·')} {name}"


def _mark(sign: str) -> str:
    return f'<span aria-hidden="true">{sign}</span>'
