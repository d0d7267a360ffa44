"""Documents: one file of the material, read, put into its shape, and able to name the line on which something stands.

A file is YAML, or JSON where it is a notebook; JSON is YAML too, so the same search finds a line in both. Whatever keeps a
file from being read is a `Fault`: the file, the line, and which sentence says what to write instead. All faults of a file are
found at once, so that its author does not have to come back for each.

This module knows how a file is written down, not what belongs into it: that is `shapes`.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import SafeConstructor

from workshop_kit.errors import MaterialError
from workshop_kit.material.complaints import complaint

Place: TypeAlias = Sequence[str | int]
Shape = TypeVar("Shape", bound=BaseModel)

NOTEBOOK: Final = ".ipynb"
# In JSON. Two escapes may make one character there; one alone makes what nobody can read, print or send.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")
# Ten times as fast where it is there, but vague about what is wrong.
_FAST: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# No file needs more than ten lists and keys within each other; some thousands would be more than the computer has room for.
DEEPEST: Final = 50
# All that a value can be. What else YAML knows, its own signs and kinds of values, none of the files has a use for.
YAML: Final = "tag:yaml.org,2002:"
_KINDS: Final = {
    yaml.MappingNode: ("map",),
    yaml.SequenceNode: ("seq",),
    yaml.ScalarNode: ("str", "int", "float", "bool", "null", "timestamp"),
}
# Of these, what no key can be.
_NO_KEYS: Final = {YAML + kind for kinds in _KINDS.values() for kind in kinds if kind != "str"}


class Fault(MaterialError):
    """Something in a file that its author should mend, or, if it is a warning, should know.

    Its sentence begins with the file and the line; `error` is the same without them. `line` is counted from 1; it is None where
    the file as a whole is the trouble, and `error` names it then.
    """

    def __init__(self, file: Path, line: int | None, code: str, /, *, is_warning: bool = False, **facts: Any) -> None:
        self.file, self.line, self.is_warning, self.error = file, line, is_warning, MaterialError(code, **facts)
        if line is None:
            super().__init__(code, **facts)
        else:
            # As text, because an editor is told of line 1234 and not of line 1,234.
            super().__init__("material.at_line", file=file, line=str(line), sentence=self.error)


class _TooDeep(yaml.YAMLError):
    """More lists and keys within each other than a file needs, from a line on."""

    def __init__(self, line: int) -> None:
        self.line = line


class Unfit(MaterialError):
    """Files that cannot be used as they are; the sentence is about the first fault, `faults` holds all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        facts: dict[str, Any] = faults[0].facts
        super().__init__(faults[0].code, **facts)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Document(Generic[Shape]):
    """A file, its text, and what it holds, in the shape that it should have."""

    file: Path
    text: str = field(repr=False)
    shape: Shape = field(repr=False)

    def fault(self, place: Place, code: str, /, **facts: Any) -> Fault:
        """Return a fault at a place of the file, such as ``("polls", 3, "question")``."""
        return Fault(self.file, _line(self.text, place), code, **facts)

    def repeated(self, key: str, entries: Sequence[Any], taken: Collection[str] = ()) -> Iterator[Fault]:
        """Yield a fault for each entry of a list whose id another entry before it has, or is taken elsewhere."""
        ids = [each.id for each in entries]
        for at, name in enumerate(ids):
            if name in taken or name in ids[:at]:
                yield self.fault((key, at, "id"), f"material.same_id.{key}", id=name)


def load(file: Path, shape: type[Shape]) -> Document[Shape]:
    """Return a file as a document.

    Raises
    ------
    Unfit
        If the file cannot be read, is not valid, or has not the shape that it should have; with all that was found.
    """
    try:
        # Some editors begin a file with a mark of their own, which this way of reading leaves out.
        text = file.read_text(encoding="utf-8-sig")
    except OSError:
        raise Unfit([Fault(file, None, "material.file.unreadable", file=file)]) from None
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        raise Unfit([Fault(file, line, "material.file.no_utf8")]) from None
    content = _content(file, text)
    try:
        return Document(file, text, shape.model_validate(content))
    except ValidationError as fault:
        found = [(_line(text, place), error) for place, error in map(complaint, fault.errors(include_url=False))]
        # Shapes that were tried in turn may complain of the same thing.
        each_once = {(line, str(error)): Fault(file, line, error.code, **dict[str, Any](error.facts)) for line, error in found}
        raise Unfit([each_once[key] for key in sorted(each_once)]) from None


def _content(file: Path, text: str) -> object:
    try:
        if file.suffix == NOTEBOOK:
            return _notebook(file, text)
        root = _root(text)
    except _TooDeep as fault:
        raise Unfit([Fault(file, fault.line, "material.file.too_deep")]) from None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise Unfit([Fault(file, mark.line + 1 if mark else 1, "material.file.no_yaml", problem=fault.problem)]) from None
    except yaml.reader.ReaderError as fault:
        raise Unfit([Fault(file, text.count("\n", 0, fault.position) + 1, "material.file.no_character")]) from None
    except (ValueError, RecursionError) as fault:
        raise Unfit([Fault(file, getattr(fault, "lineno", 1), "material.file.no_notebook")]) from None
    if wrong := list(_slips(file, root)):
        raise Unfit(wrong)
    return None if root is None else SafeConstructor().construct_document(root)


def _notebook(file: Path, text: str) -> object:
    content: object = json.loads(text)
    for string in _STRING.finditer(text):
        if _HALF_A_CHARACTER.search(json.loads(string[0])):
            raise Unfit([Fault(file, text.count("\n", 0, string.start()) + 1, "material.file.no_character")])
    return content


def _root(text: str) -> yaml.Node | None:
    try:
        return _composed(text, _FAST)
    except _TooDeep:
        raise
    except yaml.YAMLError:
        return _composed(text, yaml.SafeLoader)


def _composed(text: str, loader: Any) -> yaml.Node | None:
    depth = 0
    # What composes nodes goes down into each, and would go down until the process falls over.
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _TooDeep(event.start_mark.line + 1 if event.start_mark else 1)
    return yaml.compose(text, Loader=loader)


def _slips(file: Path, root: yaml.Node | None) -> Iterator[Fault]:
    for node in _nodes(root):
        if isinstance(node, yaml.MappingNode):
            keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            again = [key for at, key in enumerate(keys) if key.value in [each.value for each in keys[:at]]]
            yield from (Fault(file, key.start_mark.line + 1, "material.file.key_twice", key=key.value) for key in again)
            # Such as braces, and the country NO, which YAML takes for a no.
            others = [key for key, _ in node.value if key.tag in _NO_KEYS]
            yield from (Fault(file, key.start_mark.line + 1, "material.file.no_key") for key in others)
        yield from (Fault(file, node.start_mark.line + 1, code, **facts) for code, facts in _slips_of(node))


def _slips_of(node: yaml.Node) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = node.tag.removeprefix(YAML)
    if kind not in _KINDS[type(node)]:
        yield "material.file.sign", {}
    elif isinstance(node, yaml.ScalarNode):
        # What may not stand in a file is not let in by an escape, such as \ud800, either.
        if yaml.reader.Reader.NON_PRINTABLE.search(node.value):
            yield "material.file.no_character", {}
        try:
            SafeConstructor().construct_object(node)
        except (ValueError, LookupError, AttributeError):
            yield ("material.file.no_day", {"day": node.value}) if kind == "timestamp" else ("material.file.no_value", {})


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    # A part of a file may stand in it in several places, and be a part of itself; it is looked at once.
    seen: set[int] = set()
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            parts = chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value
            waiting.extend(reversed([*parts]) if isinstance(node, yaml.CollectionNode) else ())


def _line(text: str, place: Place) -> int:
    """Return the line, counted from 1, on which a place begins, or the nearest thing around it."""
    try:
        node = _root(text)
    except yaml.YAMLError:
        # JSON that YAML does not read, such as one with tabs; the cell that the sentence names must do.
        return 1
    if node is None:
        return 1
    for step in place:
        # A step that is not there is a key that is missing, or the name of one of several shapes; then what is around it counts.
        node = _child(node, step) or node
    return int(node.start_mark.line) + 1


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    children: dict[str | int, yaml.Node] = {}
    if isinstance(node, yaml.SequenceNode):
        children = {at: child for nth, child in enumerate(node.value) for at in (nth, nth - len(node.value))}
    elif isinstance(node, yaml.MappingNode):
        children = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    return children.get(step)
