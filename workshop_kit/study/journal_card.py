"""The journal card: a question, a blank page, and four buttons.

While someone writes, nothing on the card moves or speaks. What is written is kept nowhere until Save is pressed; then it
goes into the journal, the page is cleared, and a second question invites a look back. Words and passphrases leave the card
as soon as they have served, so that they stay neither on the screen nor in the state of a widget.
"""

import os
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit.cards.card import STYLE, Card, labelled, readable, row, spoken_status
from workshop_kit.disk.journal import QUIET_VARIABLE, Entry, Journal
from workshop_kit.errors import InvalidAnswer
from workshop_kit.words.catalog import Language

HIDDEN: Final = "none"


class JournalCard(Card):
    """The page for one section.

    Parameters
    ----------
    section
        The section's name, as it will stand in the journal.
    journal
        Where entries go.
    say
        The language in which it speaks.
    prompt, reflection
        What is asked before writing, and what afterwards; where the section asks nothing, the card has questions of its own.
    today
        What day it is.
    """

    def __init__(
        self,
        section: str,
        journal: Journal,
        say: Language,
        prompt: str = "",
        reflection: str = "",
        today: Callable[[], date] = date.today,
    ) -> None:
        self._section, self._journal, self._today = section, journal, today
        self._prompt = prompt or say("journal.prompt")
        self._typed_once = ""
        self._opened_with = ""
        self.text = _page(say("journal.words"), rows=10)
        self.passphrase = labelled(widgets.Password(continuous_update=False), say("journal.passphrase"))
        self.target = labelled(widgets.Text(value="~/journal.md", continuous_update=False), say("journal.file"))
        self.target.layout.display = HIDDEN
        self.status, self.pages = widgets.HTML(), widgets.HTML()
        self.save = self.button(say("journal.save"), self._save, style="primary")
        self.read = self.button(say("journal.read"), self._read)
        self.export = self.button(say("journal.export"), self._export)
        self.erase = self.button(say("journal.erase"), self._erase)
        self.second_text = _page(say("journal.second_words"), rows=4)
        self.save_second = self.button(say("journal.save_second"), self._save_second, style="primary")
        self.leave = self.button(say("journal.leave"), self._leave)
        looking_back = widgets.HTML(readable(f"<h4>{escape(reflection or say('journal.reflection'))}</h4>"))
        second = [looking_back, self.second_text, row(self.save_second, self.leave)]
        self.looking_back = widgets.VBox(second, layout=widgets.Layout(display=HIDDEN))
        opening = widgets.HTML(STYLE + readable(f"<h3>{escape(self._prompt)}</h3>{_promise(journal, say)}"))
        buttons = row(self.save, self.read, self.export, self.erase)
        parts = [opening, self.text, self.passphrase, buttons, self.target, self.status, self.looking_back, self.pages]
        super().__init__(say, parts)

    def _save(self) -> None:
        self._settle()
        if not self.text.value.strip():
            raise InvalidAnswer("journal.empty")
        passphrase = self._taken_passphrase()
        if not self._is_sure_of(passphrase):
            return
        self._journal.add(Entry(self._section, self._today(), self._prompt, self.text.value), passphrase)
        self._typed_once, self._opened_with, self.text.value = "", passphrase, ""
        self.looking_back.layout.display = ""
        self._tell("saved")

    def _is_sure_of(self, passphrase: str) -> bool:
        """Return whether a passphrase may lock the journal: one that is locked already checks it, a new one is asked for twice."""
        if not passphrase or self._journal.is_locked or passphrase == self._typed_once:
            return True
        self._tell("not_the_same" if self._typed_once else "again")
        self._typed_once = "" if self._typed_once else passphrase
        return False

    def _save_second(self) -> None:
        self._settle()
        if not self.second_text.value.strip():
            raise InvalidAnswer("journal.empty")
        self._journal.reflect(self.second_text.value, self._taken_passphrase() or self._opened_with)
        self._end_looking_back()
        self._tell("saved_too")

    def _leave(self) -> None:
        self._settle()
        self._end_looking_back()
        self._tell("left")

    def _read(self) -> None:
        was_open = bool(self.pages.value)
        self._settle()
        if was_open:
            return
        self._require_a_journal()
        self.pages.value = readable(_read_aloud(self._journal.entries(self._taken_passphrase() or self._opened_with), self.say))
        self.read.description = self.say("journal.close")

    def _export(self) -> None:
        was_asked = self.target.layout.display != HIDDEN
        self._settle()
        self._require_a_journal()
        if not was_asked:
            self.target.layout.display = ""
            self._tell("where_to")
            return
        self.target.layout.display = ""
        target = _named(self.target.value)
        self._journal.export(target, partial(markdown, say=self.say), self._taken_passphrase() or self._opened_with)
        self.target.layout.display = HIDDEN
        self._tell("exported", file=target)

    def _erase(self) -> None:
        was_asked = bool(self.erase.button_style)
        self._settle()
        self._require_a_journal()
        if not was_asked:
            self.erase.description, self.erase.button_style = self.say("journal.erase_for_good"), "danger"
            self._tell("sure")
            return
        self._journal.erase()
        self.passphrase.value = ""
        self._end_looking_back()
        self._tell("erased")

    def _settle(self) -> None:
        """Put the card in order before anything else happens: no open pages, no half-made decision."""
        self.status.value = self.pages.value = ""
        self.read.description = self.say("journal.read")
        self.erase.description, self.erase.button_style = self.say("journal.erase"), ""
        self.target.layout.display = HIDDEN

    def _end_looking_back(self) -> None:
        self.second_text.value = self._opened_with = ""
        self.looking_back.layout.display = HIDDEN

    def _taken_passphrase(self) -> str:
        passphrase, self.passphrase.value = str(self.passphrase.value), ""
        return passphrase

    def _require_a_journal(self) -> None:
        if not self._journal.exists:
            raise InvalidAnswer("journal.none")

    def _tell(self, name: str, **facts: object) -> None:
        self.status.value = spoken_status(self.say(f"journal.{name}", **facts))


def markdown(entries: Iterable[Entry], say: Language) -> str:
    """Return entries as Markdown, oldest first."""
    parts = [f"# {say('journal.title')}"]
    for each in entries:
        parts += [f"## {each.section}", f"*{say('words.day', day=each.day)}*", f"> {each.prompt}", each.text]
        parts += [f"*{say('journal.looking_back')}*", each.reflection] if each.reflection else []
    return "\n\n".join(parts) + "\n"


def _page(words: str, rows: int) -> widgets.Textarea:
    # Silent while someone writes: the kernel is told when the page is left, not with every letter.
    return labelled(widgets.Textarea(continuous_update=False, rows=rows), words)


def _promise(journal: Journal, say: Language) -> str:
    lines = [say.html("journal.kept_on_save"), say.html("journal.one_file", file=journal.file)]
    lines += [] if os.environ.get(QUIET_VARIABLE) else [say.html("journal.not_quiet")]
    return "".join(f"<p><small>{each}</small></p>" for each in lines)


def _read_aloud(entries: Iterable[Entry], say: Language) -> str:
    return "".join(
        f"<article><h4>{say.html('journal.entry', section=each.section, day=each.day)}</h4><p><i>{escape(each.prompt)}</i></p>"
        f"{_words(each.text)}{_words(each.reflection) if each.reflection else ''}</article><hr>"
        for each in reversed(list(entries))
    )


def _words(text: str) -> str:
    return f'<p dir="auto" style="white-space:pre-wrap">{escape(text)}</p>'


def _named(typed: str) -> Path:
    """Return the file that somebody named, below their own folder unless they said otherwise."""
    if not typed.strip():
        raise InvalidAnswer("journal.name_a_file")
    target = Path.home() / Path(typed.strip()).expanduser()
    return target if target.suffix else target.with_suffix(".md")
