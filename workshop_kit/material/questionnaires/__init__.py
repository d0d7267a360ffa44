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
from workshop_kit.material.documents import Document, load
from workshop_kit.material.faults import Fault, Unfit
from workshop_kit.material.places import shipped
from workshop_kit.material.questionnaires.rules import FIGURES, PARTS, labels_fit, permission_is_said
from workshop_kit.material.questionnaires.shapes import CutOffEntry, InstrumentFile, NormEntry, SubscaleEntry, TextsFile

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
        sentence = f"There is no file {path}. Write where yours is, or take a key that comes with the kit: {', '.join(keys())}."
        raise Unfit([Fault(path, None, sentence)])
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
        _refuse([texts.fault(("key",), f"no key '{name}' comes with the kit. There are: {', '.join(keys())}.")])
    key = instrument(name)
    faults = [*permission_is_said(texts, shape.permission), *labels_fit(texts, ("labels",), shape.labels, key.low, key.high)]
    if len(shape.items) != key.items:
        sentence = f"there are {len(shape.items)} texts, but the key '{name}' has {key.items} items. {key.numbering}"
        faults.append(texts.fault(("items",), sentence))
    _refuse(faults)
    return replace(key, texts=tuple(shape.items), labels=tuple(shape.labels) or key.labels, permission=shape.permission)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Unfit(sorted(faults, key=lambda fault: fault.line or 0))


def _instrument(entry: InstrumentFile) -> Instrument:
    texts = entry.items if isinstance(entry.items, list) else []
    return Instrument(
        id=entry.id,
        title=entry.title,
        low=entry.answers.low,
        high=entry.answers.high,
        items=entry.count,
        subscales=tuple(map(_subscale, entry.subscales)),
        reversed=frozenset(entry.reversed),
        risk=frozenset(entry.risk),
        texts=tuple(texts),
        labels=tuple(entry.answers.labels),
        citation=entry.citation,
        numbering=entry.numbering,
        licence=entry.licence,
        checked_against=entry.checked_against,
        permission=entry.permission,
    )


def _subscale(entry: SubscaleEntry) -> Subscale:
    return Subscale(
        id=entry.id,
        title=entry.title,
        items=tuple(entry.items),
        by=entry.by,
        may_be_blank=entry.may_be_blank,
        bands=tuple(Band(each.begins, each.name) for each in entry.bands.steps) if entry.bands else (),
        bands_source=entry.bands.source if entry.bands else "",
        norm=_norm(entry.norm) if entry.norm else None,
        cut_off=_cut_off(entry.cut_off) if entry.cut_off else None,
    )


def _norm(entry: NormEntry) -> Norm:
    return Norm(entry.sd, entry.reliability, entry.source)


def _cut_off(entry: CutOffEntry) -> CutOff:
    one, other = (Group(each.name, each.mean, each.sd) for each in entry.groups)
    return CutOff((one, other), entry.source)
