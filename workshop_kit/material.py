"""Material: the files a therapist can edit, read into a `Workshop` or refused with a sentence that helps.

A workshop is a folder with two files: `workshop.yaml` names the sections in order, `polls.yaml` holds the polls, each of
which says to which section it belongs. Whatever is wrong is reported with the file, the line, and what to write instead.
"""

from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workshop_kit.errors import MaterialError
from workshop_kit.polls import Poll
from workshop_kit.workshop import Section, Workshop

SHIPPED: Final = "intimacy"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _SectionEntry(_Entry):
    id: str
    title: str
    notebook: str
    sources: list[str] = Field(min_length=1)


class _WorkshopFile(_Entry):
    id: str
    title: str
    sections: list[_SectionEntry] = Field(min_length=1)


class _OptionEntry(_Entry):
    id: str | int
    label: str = Field(min_length=1, max_length=80)


class _PollEntry(_Entry):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    section: str
    kind: str
    question: str = Field(min_length=1, max_length=160)
    options: list[str | _OptionEntry] = Field(min_length=2, max_length=6)
    intensity: int = Field(default=1, ge=1, le=3)
    hint: str | None = Field(default=None, max_length=160)


class _PollsFile(_Entry):
    polls: list[_PollEntry] = Field(min_length=1)


_File = TypeVar("_File", bound=_Entry)


def shipped(name: str) -> Path:
    """Return the folder `data` or `notebooks` that comes with the kit, in a checkout or installed."""
    installed = Path(__file__).parent / "shipped" / name
    return installed if installed.is_dir() else Path(__file__).parents[1] / name


def read(folder: Path | None = None) -> Workshop:
    """Return the workshop in a folder; by default the one that comes with the kit.

    Raises
    ------
    MaterialError
        If a file is missing, is not YAML, or does not say what it should; the sentence names file and line.
    """
    folder = folder or shipped("data") / SHIPPED
    outline = _load(folder / "workshop.yaml", _WorkshopFile)
    polls_file = folder / "polls.yaml"
    polls = [_poll(polls_file, place, entry) for place, entry in enumerate(_load(polls_file, _PollsFile).polls)]
    _refuse_strays(polls_file, polls, {entry.id for entry in outline.sections})
    sections = tuple(
        Section(
            id=entry.id,
            title=entry.title,
            notebook=entry.notebook,
            sources=tuple(entry.sources),
            polls=tuple(poll for poll in polls if poll.section == entry.id),
        )
        for entry in outline.sections
    )
    return Workshop(outline.id, outline.title, sections)


def _load(file: Path, shape: type[_File]) -> _File:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MaterialError(f"The file {file} cannot be read. A workshop folder needs it, saved as plain UTF-8 text.") from None
    try:
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise MaterialError(
            f"{file}, line {line}: this is not valid YAML ({fault.problem}). Check indentation, colons and quotes there."
        ) from None
    try:
        return shape.model_validate(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        line = _line(text, first["loc"])
        place = ".".join(str(each) for each in first["loc"] if isinstance(each, (str, int)))
        raise MaterialError(f"{file}, line {line}: '{place}' is not right: {first['msg']}.") from None


def _poll(file: Path, place: int, entry: _PollEntry) -> Poll:
    try:
        return Poll.from_dict(entry.model_dump())
    except MaterialError as fault:
        line = _line(file.read_text(encoding="utf-8"), ("polls", place))
        raise MaterialError(f"{file}, line {line}: {fault}") from None


def _refuse_strays(file: Path, polls: list[Poll], sections: set[str]) -> None:
    seen: set[str] = set()
    for place, poll in enumerate(polls):
        line = _line(file.read_text(encoding="utf-8"), ("polls", place))
        if poll.id in seen:
            raise MaterialError(f"{file}, line {line}: a second poll is called '{poll.id}'. Give it another id.")
        if poll.section not in sections:
            raise MaterialError(
                f"{file}, line {line}: the poll '{poll.id}' belongs to section '{poll.section}', which workshop.yaml does not list."
            )
        seen.add(poll.id)


def _line(text: str, place: tuple[Any, ...]) -> int:
    """Return the line, counted from 1, on which an entry of a YAML text begins, or the nearest thing around it."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for step in place:
        if node is None:
            break
        line = node.start_mark.line + 1
        node = _child(node, step)
    return node.start_mark.line + 1 if node is not None else line


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                found: yaml.Node = value
                return found
    return None
