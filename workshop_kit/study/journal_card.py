"""The journal card: a question, a blank page, and four buttons.

While someone writes, nothing on the card moves or speaks. What is written is kept nowhere until Save is pressed; then it
goes into the journal, the page is cleared, and a second question invites a look back. Words and passphrases leave the card
as soon as they have served, so that they stay neither on the screen nor in the state of a widget.
"""

import os
from collections.abc import Callable, Iterable
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as widgets

from workshop_kit.cards.card import STYLE, Card, labelled, readable, row, spoken_status
from workshop_kit.disk.journal import ERASED, QUIET_VARIABLE, Entry, Journal, spoken
from workshop_kit.errors import InvalidAnswer

PROMPT: Final = "What stays with you from this section?"
REFLECTION: Final = "Read it once more, slowly. What do you notice?"
NOT_QUIET: Final = (
    "This notebook was not opened by workshop-kit, so the program around it may keep a copy of what you type. "
    "To be sure it does not, close the notebook and open it with: workshop-kit study"
)
EMPTY: Final = "The page is still empty. Write something first; a single word is enough."
NO_JOURNAL: Final = "There is no journal on this computer yet. It begins when you press Save."
SAVED: Final = "Saved in your journal. There is one more question below, if you like. Read back shows what you wrote."
SAVED_TOO: Final = "Saved beneath what you wrote before."
LEFT: Final = "That is fine. What you saved before is safe."
AGAIN: Final = (
    "To be sure of the passphrase, type it once more and press Save again. It will lock all of your journal. "
    "If you lose it, nobody can open the journal again."
)
NOT_THE_SAME: Final = "The two passphrases were not the same. Type the one you want, press Save, then type it once more."
WHERE_TO: Final = "Name the file, then press Export once more. The file is not locked: whoever finds it can read it."
NAME_A_FILE: Final = "Please name the file to export to, such as ~/journal.md"
SURE: Final = "This erases your whole journal, all sections of it. To do it, press the button once more; any other button keeps it."
ERASE: Final = "Erase"
ERASE_FOR_GOOD: Final = "Erase for good?"
READ: Final = "Read back"
CLOSE: Final = "Close the pages"
HIDDEN: Final = "none"


class JournalCard(Card):
    """The page for one section.

    Parameters
    ----------
    section
        The section's name, as it will stand in the journal.
    journal
        Where entries go.
    prompt, reflection
        What is asked before writing, and what afterwards.
    today
        What day it is.
    """

    def __init__(
        self, section: str, journal: Journal, prompt: str = PROMPT, reflection: str = REFLECTION, today: Callable[[], date] = date.today
    ) -> None:
        self._section, self._journal, self._prompt, self._today = section, journal, prompt, today
        self._typed_once = ""
        self._opened_with = ""
        self.text = _page("Your words", rows=10)
        self.passphrase = labelled(
            widgets.Password(continuous_update=False), "Passphrase (leave it empty unless you want the journal locked)"
        )
        self.target = labelled(widgets.Text(value="~/journal.md", continuous_update=False), "File to export to")
        self.target.layout.display = HIDDEN
        self.status, self.pages = widgets.HTML(), widgets.HTML()
        self.save = self.button("Save", self._save, style="primary")
        self.read = self.button(READ, self._read)
        self.export = self.button("Export to Markdown", self._export)
        self.erase = self.button(ERASE, self._erase)
        self.second_text = _page("Your words, if you like", rows=4)
        self.save_second = self.button("Save this too", self._save_second, style="primary")
        self.leave = self.button("Leave it at that", self._leave)
        second = [widgets.HTML(readable(f"<h4>{escape(reflection)}</h4>")), self.second_text, row(self.save_second, self.leave)]
        self.looking_back = widgets.VBox(second, layout=widgets.Layout(display=HIDDEN))
        opening = widgets.HTML(STYLE + readable(f"<h3>{escape(prompt)}</h3>{_promise(journal)}"))
        buttons = row(self.save, self.read, self.export, self.erase)
        super().__init__([opening, self.text, self.passphrase, buttons, self.target, self.status, self.looking_back, self.pages])

    def _save(self) -> None:
        self._settle()
        if not self.text.value.strip():
            raise InvalidAnswer(EMPTY)
        passphrase = self._taken_passphrase()
        if not self._is_sure_of(passphrase):
            return
        self._journal.add(Entry(self._section, self._today(), self._prompt, self.text.value), passphrase)
        self._typed_once, self._opened_with, self.text.value = "", passphrase, ""
        self.looking_back.layout.display = ""
        self._say(SAVED)

    def _is_sure_of(self, passphrase: str) -> bool:
        """Return whether a passphrase may lock the journal: one that is locked already checks it, a new one is asked for twice."""
        if not passphrase or self._journal.is_locked or passphrase == self._typed_once:
            return True
        self._say(NOT_THE_SAME if self._typed_once else AGAIN)
        self._typed_once = "" if self._typed_once else passphrase
        return False

    def _save_second(self) -> None:
        self._settle()
        if not self.second_text.value.strip():
            raise InvalidAnswer(EMPTY)
        self._journal.reflect(self.second_text.value, self._taken_passphrase() or self._opened_with)
        self._end_looking_back()
        self._say(SAVED_TOO)

    def _leave(self) -> None:
        self._settle()
        self._end_looking_back()
        self._say(LEFT)

    def _read(self) -> None:
        was_open = bool(self.pages.value)
        self._settle()
        if was_open:
            return
        self._require_a_journal()
        self.pages.value = readable(_read_aloud(self._journal.entries(self._taken_passphrase() or self._opened_with)))
        self.read.description = CLOSE

    def _export(self) -> None:
        was_asked = self.target.layout.display != HIDDEN
        self._settle()
        self._require_a_journal()
        if not was_asked:
            self.target.layout.display = ""
            self._say(WHERE_TO)
            return
        self.target.layout.display = ""
        target = _named(self.target.value)
        self._journal.export(target, self._taken_passphrase() or self._opened_with)
        self.target.layout.display = HIDDEN
        self._say(f"Exported to {target}. Erasing the journal does not erase that file.")

    def _erase(self) -> None:
        was_asked = self.erase.description == ERASE_FOR_GOOD
        self._settle()
        self._require_a_journal()
        if not was_asked:
            self.erase.description, self.erase.button_style = ERASE_FOR_GOOD, "danger"
            self._say(SURE)
            return
        self._journal.erase()
        self.passphrase.value = ""
        self._end_looking_back()
        self._say(ERASED)

    def _settle(self) -> None:
        """Put the card in order before anything else happens: no open pages, no half-made decision."""
        self.status.value = self.pages.value = ""
        self.read.description = READ
        self.erase.description, self.erase.button_style = ERASE, ""
        self.target.layout.display = HIDDEN

    def _end_looking_back(self) -> None:
        self.second_text.value = self._opened_with = ""
        self.looking_back.layout.display = HIDDEN

    def _taken_passphrase(self) -> str:
        passphrase, self.passphrase.value = str(self.passphrase.value), ""
        return passphrase

    def _require_a_journal(self) -> None:
        if not self._journal.exists:
            raise InvalidAnswer(NO_JOURNAL)

    def _say(self, sentence: str) -> None:
        self.status.value = spoken_status(sentence)


def _page(words: str, rows: int) -> widgets.Textarea:
    # Silent while someone writes: the kernel is told when the page is left, not with every letter.
    return labelled(widgets.Textarea(continuous_update=False, rows=rows), words)


def _promise(journal: Journal) -> str:
    lines = [
        "Write for as long as you like. Nothing is kept until you press Save.",
        f"Then it goes into one file on this computer, {journal.file}, and nowhere else. Whoever can use your account can open it, "
        "unless you lock it with a passphrase: four or five words that do not belong together are a good one.",
    ]
    lines += [] if os.environ.get(QUIET_VARIABLE) else [NOT_QUIET]
    return "".join(f"<p><small>{escape(each)}</small></p>" for each in lines)


def _read_aloud(entries: Iterable[Entry]) -> str:
    return "".join(
        f"<article><h4>{escape(each.section)} · {spoken(each.day)}</h4><p><i>{escape(each.prompt)}</i></p>"
        f"{_words(each.text)}{_words(each.reflection) if each.reflection else ''}</article><hr>"
        for each in reversed(list(entries))
    )


def _words(text: str) -> str:
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>'


def _named(typed: str) -> Path:
    """Return the file that somebody named, below their own folder unless they said otherwise."""
    if not typed.strip():
        raise InvalidAnswer(NAME_A_FILE)
    target = Path.home() / Path(typed.strip()).expanduser()
    return target if target.suffix else target.with_suffix(".md")
