"""The catalog and the code that speaks from it: each sentence is there, each is used, and each is told what it says."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.pofile import read_po

KIT: Final = Path(__file__).parents[1] / "workshop_kit"
ENGLISH: Final = KIT / "words" / "languages" / "en"
AREAS: Final = sorted(file.stem for file in ENGLISH.glob("*.po"))
# The name of a sentence, and not that of a file.
NAME: Final = re.compile(rf"(?:{'|'.join(AREAS)})\.(?!(?:css|html|ipynb|js|json|pdf|sqlite|yaml)$)[a-z0-9_.]+")
# Between the marks of a translation, or in quotation marks.
SAID_BY_TEMPLATES: Final = re.compile(rf"%}}\s*({NAME.pattern})\s*{{%|[\"']({NAME.pattern})[\"']")
# What `say` itself takes, and what an error keeps for itself.
OWN: Final = {"said"}


def sentences() -> dict[str, tuple[str, ...]]:
    """Return every sentence of the English catalog by its name, in each of its forms."""
    found: dict[str, tuple[str, ...]] = {}
    for area in AREAS:
        for message in read_po(BytesIO((ENGLISH / f"{area}.po").read_bytes())):
            if message.id:
                name, forms = message.id if isinstance(message.id, str) else message.id[0], message.string
                assert name not in found, name
                assert name.startswith(f"{area}."), name
                found[name] = (forms,) if isinstance(forms, str) else tuple(str(each) for each in forms or ())
    return found


def fields(forms: tuple[str, ...]) -> set[str]:
    """Return the fields of a sentence, of all its forms together."""
    return {field for form in forms for _, field, _, _ in Formatter().parse(form) if field}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the code that speaks; the table of acts names methods, which look alike."""
    for file in sorted(KIT.rglob("*.py")):
        if file.name != "acts.py":
            yield file.name, ast.parse(file.read_text(encoding="utf-8"))


def is_module(name: str) -> bool:
    """Return whether a name is that of a module."""
    return (KIT / name.replace(".", "/")).with_suffix(".py").is_file()


def uses() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield where a name of a sentence stands in the code, and what it matches: itself, or with a gap all that could fill it."""
    for file, module in modules():
        within = {part for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in set(ast.walk(module)) - within:
            if isinstance(node, ast.JoinedStr):
                parts = [each.value if isinstance(each, ast.Constant) else None for each in node.values]
                if isinstance(parts[0], str) and parts[0].startswith(tuple(f"{area}." for area in AREAS)):
                    yield (
                        f"{file}:{node.lineno}",
                        re.compile("".join("[a-z0-9_.]+" if each is None else re.escape(str(each)) for each in parts)),
                    )
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value) and not is_module(node.value)
            ):
                yield f"{file}:{node.lineno}", re.compile(re.escape(node.value) + (".*" if node.value.endswith(".") else ""))
    for page in sorted(KIT.rglob("*.html")):
        for found in SAID_BY_TEMPLATES.finditer(page.read_text(encoding="utf-8")):
            name = next(filter(None, found.groups()))
            yield page.name, re.compile(re.escape(name) + ("[a-z0-9_.]+" if name.endswith((".", "_")) else ""))


def told() -> Iterator[tuple[str, str, set[str]]]:
    """Yield where a sentence is said by its name, or an error raised by it, its name, and the facts that it is told."""
    for file, module in modules():
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and NAME.fullmatch(str(node.args[0].value))
            ):
                keywords = {each.arg for each in node.keywords}
                if None not in keywords and len(node.args) == 1:
                    yield f"{file}:{node.lineno}", str(node.args[0].value), {str(each) for each in keywords} - OWN


def test_every_sentence_is_there_and_every_one_is_used() -> None:
    """No name in the code or a template lacks its sentence, and no sentence waits for nobody."""
    names, used = set(sentences()), list(uses())

    assert [(place, what.pattern) for place, what in used if not any(what.fullmatch(name) for name in names)] == []
    assert [name for name in sorted(names) if not any(what.fullmatch(name) for _, what in used)] == []


def test_every_sentence_is_told_what_it_says() -> None:
    """A field that is not told would fail while somebody waits for the sentence; a fact too many is never read."""
    known = sentences()
    # A plural is told the number that it depends on, whether or not it says it.
    wanted = {name: fields(forms) | ({"n"} if len(forms) > 1 else set()) for name, forms in known.items()}

    assert [(place, name, facts, wanted[name]) for place, name, facts in told() if name in known and facts != wanted[name]] == []
