"""Complaints: what does not fit a shape, said to the person who wrote the file.

Pydantic finds what is wrong and says it to programmers. Here each kind of error becomes a sentence about the file that ends
with what to write instead.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from workshop_kit.material.shapes import Entry
from workshop_kit.polls import KINDS

_Place: TypeAlias = tuple[str | int, ...]
_Say: TypeAlias = Callable[[str, Mapping[str, Any]], str]


def complaint(error: Mapping[str, Any]) -> tuple[_Place, str]:
    """Return the place of an error in its file, and a sentence about it."""
    kind, place, context = error["type"], error["loc"], error.get("ctx", {})
    if kind.startswith("union_tag"):
        # Which shape was meant should be told by a key, so that key is what is wrong.
        place = (*place, str(context["discriminator"]).strip("'"))
    if kind in _ABOUT_KEYS:
        return place, _ABOUT_KEYS[kind](str(place[-1]), context)
    if error["input"] is None:
        kind = "nothing"
    return place, _ABOUT_VALUES.get(kind, _otherwise)(_what(place), context)


def _what(place: _Place) -> str:
    """Return the name of a value: the last key on the way to it. Between keys, pydantic names the shapes it tried."""
    steps = [each for each in place if isinstance(each, int) or (each.isidentifier() and each not in KINDS)]
    keys = [each for each in steps if isinstance(each, str)]
    if not keys:
        return "this file"
    return f"'{keys[-1]}'" if steps[-1] == keys[-1] else f"an entry of '{keys[-1]}'"


def _missing(key: str, _: Mapping[str, Any]) -> str:
    return f"'{key}' is missing here. Add a line that begins with '{key}:'."


def _unknown(key: str, _: Mapping[str, Any]) -> str:
    if not key.isidentifier():
        return f"'{key}' was taken for a key. If it belongs to the text before it, put that text in quotation marks."
    known = set(_keys_of(Entry))
    # A key that means something elsewhere, such as the options of a poll that has none, was not misspelt.
    meant = [] if key in known else get_close_matches(key, sorted(known), n=1)
    way_out = f"Perhaps you mean '{meant[0]}'." if meant else "Take it out, or look at a shipped file for the keys there are."
    return f"'{key}' means nothing here. {way_out}"


def _keys_of(shape: type[Entry]) -> Iterator[str]:
    yield from shape.model_fields
    for each in shape.__subclasses__():
        yield from _keys_of(each)


def _choice(what: str, context: Mapping[str, Any]) -> str:
    expected = str(context.get("expected_tags") or context["expected"]).replace("'", "").replace(" or ", ", ")
    return f"{what} should be one of these: {expected}."


def _nothing(what: str, _: Mapping[str, Any]) -> str:
    return f"{what} is empty. Write something there, or take a shipped file as a model."


def _form(what: str, _: Mapping[str, Any]) -> str:
    return f"{what} should hold keys, each on a line of its own with a colon and its value, such as 'id: tea'."


def _otherwise(what: str, _: Mapping[str, Any]) -> str:
    return f"{what} has a value that does not fit. Look at a shipped file for one that does."


_PATTERNS: Final[Mapping[str, str]] = {
    "'notebook'": "Write the file's name alone, with its ending, such as '06_the_fears_that_guard_us.ipynb'.",
    "'link'": "Write the whole address, such as 'https://www.example.org'.",
}
_ID: Final = "Use small letters, digits and _, beginning with a letter, such as 'first_try'."

_ABOUT_KEYS: Final[Mapping[str, _Say]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "union_tag_not_found": _missing,
}
_ABOUT_VALUES: Final[Mapping[str, _Say]] = {
    "nothing": _nothing,
    "literal_error": _choice,
    "union_tag_invalid": _choice,
    "model_type": _form,
    "model_attributes_type": _form,
    "dict_type": _form,
    "string_type": lambda what, _: f"{what} should be text. If it looks like a number, a date or a yes, put quotation marks around it.",
    "string_too_short": _nothing,
    "string_too_long": lambda what, context: f"{what} is too long for a phone. Say it in at most {context['max_length']} characters.",
    "string_pattern_mismatch": lambda what, _: f"{what} is not written as it should be. {_PATTERNS.get(what, _ID)}",
    "bool_type": lambda what, _: f"{what} should be true or false, without quotation marks.",
    "list_type": lambda what, _: f"{what} should be a list: each entry on a line of its own, beginning with '- '.",
    "too_short": lambda what, context: f"{what} has too few entries. Write at least {context['min_length']}.",
    "too_long": lambda what, context: f"{what} has too many entries. Keep at most {context['max_length']}.",
    "int_type": lambda what, _: f"{what} should be a whole number, without quotation marks.",
    "float_type": lambda what, _: f"{what} should be a number, without quotation marks.",
    "finite_number": lambda what, _: f"{what} should be a number, without quotation marks.",
    "greater_than": lambda what, context: f"{what} is too small. Write more than {context['gt']:g}.",
    "less_than": lambda what, context: f"{what} is too large. Write less than {context['lt']:g}.",
    "greater_than_equal": lambda what, context: f"{what} is too small. Write {context['ge']} or more.",
    "less_than_equal": lambda what, context: f"{what} is too large. Write {context['le']} or less.",
    "date_type": lambda what, _: f"{what} should be a date such as 2025-01-31, without quotation marks, or null.",
}
