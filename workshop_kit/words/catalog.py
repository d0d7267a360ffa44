"""The catalog: every sentence by its name, in one language.

A language is a folder of `.po` files beside this module. A message's id is its name, such as ``phone.answered``, of which the
first part is the file that holds it; so an English sentence is written anew in one place, and its translations stay found.
A sentence is whole, with named fields; where it depends on a number, that field is `n`, and the file holds each of its plural
forms. A language that lacks a sentence says it in English.

Nothing here is global to a process: whoever speaks holds the `Language` that the workshop's files name.
"""

import os
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from markupsafe import Markup, escape

from workshop_kit.errors import SetupError, WorkshopError

ENGLISH: Final = "en"
# Names a folder in which further languages lie, such as those that an organization brings along.
FOLDER_VARIABLE: Final = "WORKSHOP_KIT_LANGUAGES"
_SHIPPED: Final = Path(__file__).parent / "languages"
# A sentence with a plural has at most six forms in any language, and each is met among these numbers.
_NUMBERS: Final = range(201)


class Language:
    """One language, which says a sentence by its name: ``say("stage.seats", n=11)``.

    Attributes
    ----------
    tag
        Its name for browsers, such as ``"en"`` or ``"pt-BR"``.
    locale
        How it writes numbers, dates and lists.
    """

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._sentences, self._names = _read(tag)
        self.locale = _locale(tag)
        if tag != ENGLISH:
            self._sentences.add_fallback(language(ENGLISH)._sentences)
            self._names = language(ENGLISH)._names

    def __call__(self, name: str, /, **facts: object) -> str:
        """Return a sentence as plain text; numbers, dates, lists and errors among its facts are written as the language writes them."""
        return self._found(name, facts).format(**{key: self._written(fact) for key, fact in facts.items()})

    def html(self, name: str, /, **facts: object) -> Markup:
        """Return a sentence as HTML: what it says itself may hold markup, what it is told is escaped unless it is markup already."""
        written = {key: fact if isinstance(fact, Markup) else escape(self._written(fact)) for key, fact in facts.items()}
        return Markup(self._found(name, facts).format(**written))

    def error(self, error: WorkshopError) -> str:
        """Return the sentence for something that went wrong, as it was said already or as its code and facts have it."""
        return error.said or self(error.code, **error.facts)

    def block(self, prefix: str) -> dict[str, str | dict[str, str]]:
        """Return all sentences whose names begin with `prefix`, by the rest of their names, for a script to choose from.

        A sentence with plurals is a mapping from the categories of the Unicode plural rules (``one``, ``other``, …) to its forms.
        """
        return {name.removeprefix(prefix): self._forms(name) for name in self._names if name.startswith(prefix)}

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """In which direction it is written."""
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def _found(self, name: str, facts: Mapping[str, object]) -> str:
        n = facts.get("n")
        found = self._sentences.ngettext(name, name, n) if isinstance(n, int) else self._sentences.gettext(name)
        return self._sentences.gettext(name) if found == name else found

    def _written(self, fact: object) -> str:
        if isinstance(fact, int | float) and not isinstance(fact, bool):
            return str(format_decimal(fact, locale=self.locale))
        if isinstance(fact, date):
            return str(format_date(fact, "long", locale=self.locale))
        if isinstance(fact, list | tuple):
            return format_list([self._written(each) for each in fact], locale=self.locale)
        if isinstance(fact, WorkshopError):
            return self.error(fact)
        return str(fact)

    def _forms(self, name: str) -> str | dict[str, str]:
        forms = {category: self._sentences.ngettext(name, name, n) for category, n in self._examples.items()}
        return self._sentences.gettext(name) if name in forms.values() else forms

    @cached_property
    def _examples(self) -> dict[str, int]:
        """A number of each category of the plural rules that the language has."""
        return {self.locale.plural_form(n): n for n in _NUMBERS}


@lru_cache(maxsize=32)
def language(tag: str = ENGLISH) -> Language:
    """Return a language by its tag.

    Raises
    ------
    SetupError
        If there is no such language here.
    """
    return Language(tag)


def languages() -> list[str]:
    """Return the tags of all languages that there are here."""
    return sorted({each.name for folder in _folders() if folder.is_dir() for each in folder.iterdir() if each.is_dir()})


def _folders() -> list[Path]:
    further = os.environ.get(FOLDER_VARIABLE)
    return [_SHIPPED, *([Path(further)] if further else [])]


def _locale(tag: str) -> Locale:
    # A language need not be at home in a country that Unicode knows to be its own.
    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return Locale.parse(tag.partition("-")[0])


def _read(tag: str) -> tuple[Translations, list[str]]:
    """Return the sentences of a language, and their names in order."""
    files = [file for folder in _folders() for file in sorted((folder / tag).glob("*.po"))]
    if not files:
        raise SetupError("words.no_language", tag=tag, known=languages())
    sentences = Translations()
    names: list[str] = []
    for file in files:
        catalog, compiled = read_po(BytesIO(file.read_bytes())), BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        more = Translations(compiled)
        sentences = sentences.add(more) if names else more
        names += [message.id if isinstance(message.id, str) else message.id[0] for message in catalog if message.id]
    return sentences, sorted(names)
