"""Instruments as files: a questionnaire is described once, and the kit can score it.

There are two kinds of file. A *key* says how an instrument is scored. Keys that come with the kit lie in `data/instruments`
and hold no texts, because the texts belong to others. A file of *texts* completes such a key: whoever has the right to use
the texts writes them down, and says in a sentence of whom they have it. A key that holds its own texts needs that sentence
too.

As everywhere in `material`, a slip is answered with the file, the line, and what to write instead. Both kinds are shown in
`docs/instruments.md`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

from pydantic import Discriminator, RootModel, Tag

from workshop_kit.instruments import Band, CutOff, Group, Instrument, Norm, Subscale
from workshop_kit.material import shipped
from workshop_kit.material.documents import Document, Fault, Unfit, load
from workshop_kit.material.questionnaires.rules import FIGURES, PARTS, labels_fit, permission_is_said
from workshop_kit.material.questionnaires.shapes import InstrumentFile, SubscaleEntry, TextsFile

__all__ = ["instrument", "keys"]

FOLDER: Final = "instruments"


def _meant_as(content: object) -> str:
    return "texts for a key" if isinstance(content, dict) and "key" in content else "a key"


class _AnyFile(
    RootModel[Annotated[Annotated[InstrumentFile, Tag("a key")] | Annotated[TextsFile, Tag("texts for a key")], Discriminator(_meant_as)]]
):
    """Either kind of file."""


def keys() -> tuple[str, ...]:
    """Return the ids of the keys that come with the kit."""
    return tuple(sorted(file.stem for file in (shipped("data") / FOLDER).glob("*.yaml")))


def instrument(file: Path | str) -> Instrument:
    """Return the instrument that a file describes, or one of those whose key comes with the kit, by its id.

    Raises
    ------
    MaterialError
        If the file is missing, or does not say what it should; the sentence names file and line.
    """
    path = shipped("data") / FOLDER / f"{file}.yaml" if str(file) in keys() else Path(file).expanduser()
    if not path.is_file():
        raise Unfit([Fault(path, None, "material.instrument.no_file", file=path, keys=keys())])
    read = load(path, _AnyFile)
    match read.shape.root:
        case TextsFile() as texts:
            return _completed(Document(read.file, read.text, texts))
        case InstrumentFile() as key:
            return _whole(Document(read.file, read.text, key))


def _whole(key: Document[InstrumentFile]) -> Instrument:
    _refuse([fault for rule in PARTS for fault in rule(key)])
    instrument = _instrument(key.shape)
    _refuse([fault for rule in FIGURES for fault in rule(key, instrument)])
    return instrument


def _completed(texts: Document[TextsFile]) -> Instrument:
    name, shape = texts.shape.key, texts.shape
    if name not in keys():
        raise Unfit([texts.fault(("key",), "material.instrument.no_key", key=name, keys=keys())])
    key = instrument(name)
    faults = [*permission_is_said(texts, shape.permission), *labels_fit(texts, ("labels",), shape.labels, key.low, key.high)]
    if len(shape.items) != key.items:
        facts = {"n": len(shape.items), "key": name, "items": key.items, "numbering": key.numbering}
        faults.append(texts.fault(("items",), "material.instrument.other_number", **facts))
    _refuse(faults)
    return replace(key, texts=tuple(shape.items), labels=tuple(shape.labels) or key.labels, permission=shape.permission)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Unfit(sorted(faults, key=lambda fault: fault.line or 0))


def _instrument(entry: InstrumentFile) -> Instrument:
    values = entry.plain()
    answers = values.pop("answers").plain()
    as_declared = {
        "items": entry.count,
        "texts": tuple(entry.items) if isinstance(entry.items, list) else (),
        "subscales": tuple(map(_subscale, entry.subscales)),
        "reversed": frozenset(entry.reversed),
        "risk": frozenset(entry.risk),
    }
    return Instrument(**values | answers | as_declared)


def _subscale(entry: SubscaleEntry) -> Subscale:
    norm, groups = entry.norm, [Group(**each.plain()) for each in entry.cut_off.groups] if entry.cut_off else []
    as_declared = {
        "bands": tuple(Band(**each.plain()) for each in entry.bands.steps) if entry.bands else (),
        "bands_source": entry.bands.source if entry.bands else "",
        "norm": Norm(**norm.plain()) if norm else None,
        "cut_off": CutOff((groups[0], groups[1]), entry.cut_off.source) if entry.cut_off else None,
    }
    return Subscale(**entry.plain() | as_declared)
