"""Complaints: what does not fit a shape, as a code and facts for the person who wrote the file.

Pydantic finds what is wrong and says it to programmers. Here each kind of error finds its sentence in the catalog, which is
about the file and ends with what to write instead.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from workshop_kit.errors import MaterialError
from workshop_kit.material.shapes import Entry
from workshop_kit.polls import KINDS

_Place: TypeAlias = tuple[str | int, ...]

# By pydantic's name for it, the last part of the name of the sentence.
_VALUES: Final[Mapping[str, str]] = {
    "nothing": "empty",
    "string_too_short": "empty",
    "literal_error": "no_choice",
    "union_tag_invalid": "no_choice",
    "model_type": "no_keys",
    "model_attributes_type": "no_keys",
    "dict_type": "no_keys",
    "string_type": "no_text",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "no_name",
    "bool_type": "no_yes_or_no",
    "list_type": "no_list",
    "too_short": "too_few",
    "too_long": "too_many",
    "int_type": "no_whole_number",
    "float_type": "no_number",
    "finite_number": "no_number",
    "greater_than": "not_above",
    "less_than": "not_below",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "date_type": "no_day",
}
# Keys whose values are written in a way of their own.
_PATTERNS: Final[Mapping[str, str]] = {"notebook": "no_notebook", "link": "no_link", "language": "no_language"}
_LIMITS: Final = ("max_length", "min_length", "gt", "lt", "ge", "le")


def complaint(error: Mapping[str, Any]) -> tuple[_Place, MaterialError]:
    """Return the place of an error in its file, and what there is to say of it."""
    kind, place, context = error["type"], error["loc"], error.get("ctx", {})
    if kind.startswith("union_tag"):
        # Which shape was meant should be told by a key, so that key is what is wrong.
        place = (*place, str(context["discriminator"]).strip("'"))
    if kind in ("missing", "union_tag_not_found"):
        return place, MaterialError("material.key.missing", key=place[-1])
    if kind == "extra_forbidden":
        return place, _unknown(str(place[-1]))
    where, key = _value(place)
    name = _VALUES.get("nothing" if error["input"] is None else kind, "unfit")
    if where == "key" and name == "no_name":
        name = _PATTERNS.get(key, name)
    facts: dict[str, Any] = {"n": next((context[each] for each in _LIMITS if each in context), 0)}
    if name == "no_choice":
        facts["choices"] = re.findall(r"'([^']*)'", str(context.get("expected_tags") or context["expected"]))
    return place, MaterialError(f"material.{where}.{name}", key=key, **facts)


def _value(place: _Place) -> tuple[str, str]:
    """Return what a value is, a file, an entry of a list or what stands behind a key, and the last key on the way to it."""
    # Between keys, pydantic names the shapes that it tried.
    steps = [each for each in place if isinstance(each, int) or (each.isidentifier() and each not in KINDS)]
    keys = [each for each in steps if isinstance(each, str)]
    return ("key" if steps[-1] == keys[-1] else "entry", keys[-1]) if keys else ("file", "")


def _unknown(key: str) -> MaterialError:
    if not key.isidentifier():
        return MaterialError("material.key.cut_text", key=key)
    known = set(_keys_of(Entry))
    # A key that means something elsewhere, such as the options of a poll that has none, was not misspelt.
    meant = [] if key in known else get_close_matches(key, sorted(known), n=1)
    return MaterialError("material.key.misspelt", key=key, meant=meant[0]) if meant else MaterialError("material.key.unknown", key=key)


def _keys_of(shape: type[Entry]) -> Iterator[str]:
    yield from shape.model_fields
    for each in shape.__subclasses__():
        yield from _keys_of(each)
