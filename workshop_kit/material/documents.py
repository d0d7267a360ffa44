"""Documents: one file of the material, read, put into its shape, and able to say on which line something stands.

A file is YAML, or JSON where it is a notebook; JSON is YAML too, so the same search finds a line in both. Whatever keeps a
file from being read is said as a `Fault`: the file, the line, and what to write instead. All faults of a file are found at
once, so that its author need not come back for each.

This module knows how a file is written down, not what belongs into it: that is `shapes`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import SafeConstructor

from workshop_kit.material.complaints import complaint
from workshop_kit.material.faults import Fault, Unfit

Place: TypeAlias = Sequence[str | int]
Shape = TypeVar("Shape", bound=BaseModel)

NOTEBOOK: Final = ".ipynb"
# Ten times as fast where it is there, but vague about what is wrong.
_FAST: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document(Generic[Shape]):
    """A file and what it holds.

    Parameters
    ----------
    file
        Where it was read.
    text
        What was read.
    shape
        What it holds, in the shape that it should have.
    """

    file: Path
    text: str = field(repr=False)
    shape: Shape = field(repr=False)

    def fault(self, place: Place, sentence: str, *, is_warning: bool = False) -> Fault:
        """Return a fault at a place of the file, such as ``("polls", 3, "question")``."""
        return Fault(self.file, _line(self.text, place), sentence, is_warning)


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
    except (OSError, UnicodeDecodeError):
        sentence = f"The file {file} cannot be read. A workshop folder needs it, saved as plain UTF-8 text."
        raise Unfit([Fault(file, None, sentence)]) from None
    content = _json(file, text) if file.suffix == NOTEBOOK else _yaml(file, text)
    try:
        return Document(file, text, shape.model_validate(content))
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        found = {Fault(file, _line(text, place), sentence) for place, sentence in map(complaint, errors)}
        raise Unfit(sorted(found, key=lambda each: (each.line or 0, each.sentence))) from None


def _json(file: Path, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as fault:
        line = fault.lineno if isinstance(fault, json.JSONDecodeError) else 1
        sentence = "this is not a whole notebook. Open it in JupyterLab and save it again, or take a fresh copy."
        raise Unfit([Fault(file, line, sentence)]) from None


def _yaml(file: Path, text: str) -> object:
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        sentence = f"this is not valid YAML ({fault.problem}). Check indentation, colons and quotes there."
        raise Unfit([Fault(file, line, sentence)]) from None
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        sentence = "there is a character here that no text should hold. Delete what stands there and type it again."
        raise Unfit([Fault(file, line, sentence)]) from None
    wrong = [*_repeated_keys(file, root), *_impossible_dates(file, root)]
    if wrong:
        raise Unfit(wrong)
    return None if root is None else SafeConstructor().construct_document(root)


def _root(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _repeated_keys(file: Path, root: yaml.Node | None) -> Iterator[Fault]:
    for node in _nodes(root):
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)] if isinstance(node, yaml.MappingNode) else []
        names = [key.value for key in keys]
        for place, key in enumerate(keys):
            if key.value in names[:place]:
                yield Fault(file, key.start_mark.line + 1, f"'{key.value}' stands here a second time. Keep one of the two.")


def _impossible_dates(file: Path, root: yaml.Node | None) -> Iterator[Fault]:
    for node in _nodes(root):
        if isinstance(node, yaml.ScalarNode):
            try:
                SafeConstructor().construct_object(node)
            except ValueError:
                yield Fault(file, node.start_mark.line + 1, f"there is no such day as {node.value}. Look into a calendar.")


def _nodes(node: yaml.Node | None, above: tuple[int, ...] = ()) -> Iterator[yaml.Node]:
    # A part of a file may name itself as a part of it; going down there would never end.
    if node is None or id(node) in above:
        return
    yield node
    parts = chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value
    for part in parts if isinstance(node, yaml.CollectionNode) else ():
        yield from _nodes(part, (*above, id(node)))


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
    line: int = node.start_mark.line + 1
    return line


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                found: yaml.Node = value
                return found
    return None
