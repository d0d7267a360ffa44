"""Material: the files a therapist can edit, read into a `Workshop` or refused in a way that helps.

A workshop is a folder: `workshop.yaml` names the sections in order and the plans, `polls.yaml` holds the polls, and `guide/`
a guide for each section (see `draft`). There are two ways to look at it:

* `read` wants a workshop that can be led, and refuses with the first thing that stands in its way;
* `check` wants a good one, and returns everything that its author should mend, up to the wording of a poll and the length of
  a notebook.

Whatever is wrong is reported with the file, the line, and what to write instead.

What reads the files is imported when they are read, because pydantic is slow to import: a seat, and every command that reads no
material, do not wait for it.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workshop_kit.material.resources import Contact, Contacts, contacts_of
from workshop_kit.workshop import Workshop

if TYPE_CHECKING:
    from workshop_kit.material.documents import Fault

__all__ = ["RESOURCES", "SHIPPED", "Contact", "Contacts", "check", "contacts", "notebooks_of", "read", "shipped"]

SHIPPED: Final = "intimacy"
RESOURCES: Final = "resources.yaml"
_PACKAGE: Final = Path(__file__).parents[1]


def read(folder: Path | None = None) -> Workshop:
    """Return the workshop in a folder; by default the one that comes with the kit.

    Raises
    ------
    MaterialError
        If a file is missing, is not YAML, or does not say what it should; the sentence names file and line.
    """
    folder = folder or shipped("data") / SHIPPED
    files = sorted(file for file in folder.rglob("*.yaml") if file.is_file())
    return _read(folder, tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=8)
def _read(folder: Path, _as_it_lies_there: tuple[tuple[Path, int, int], ...]) -> Workshop:
    from workshop_kit.material.documents import Unfit
    from workshop_kit.material.draft import drafted
    from workshop_kit.material.rules import FIT, faults

    draft = drafted(folder)
    found = faults(draft, FIT)
    if found:
        raise Unfit(found)
    return draft.workshop()


def check(folder: Path | None = None, notebooks: Path | None = None, *, today: date | None = None) -> "list[Fault]":
    """Return everything about a workshop that its author should mend, or know.

    Rules about how the files fit together are tried only once each file by itself is as it should be; before that they
    would complain about what is merely misspelt. The notebooks lie in the workshop's folder `notebooks`, or where the kit has
    its own, if no other place is given; a contact is old by the computer's day, if `today` is not another.
    """
    from workshop_kit.material.documents import Unfit
    from workshop_kit.material.draft import drafted, with_surroundings
    from workshop_kit.material.rules import CRAFT, FIT, faults

    folder = folder or shipped("data") / SHIPPED
    try:
        draft = with_surroundings(drafted(folder), notebooks or notebooks_of(folder), today or date.today())
    except Unfit as unfit:
        return list(unfit.faults)
    return faults(draft, FIT) or faults(draft, CRAFT)


def contacts(file: Path | None = None) -> Contacts:
    """Return the contacts in a file; by default those that come with the kit. It is refused as `read` refuses."""
    from workshop_kit.material.documents import load
    from workshop_kit.material.shapes import ResourcesFile

    return contacts_of(load(file or shipped("data") / RESOURCES, ResourcesFile).shape)


def shipped(name: str) -> Path:
    """Return the folder `data` or `notebooks` that comes with the kit, in a checkout or installed."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def notebooks_of(folder: Path) -> Path:
    """Return where the notebooks of a workshop lie: in its own folder, else beside its data, else among those of the kit."""
    for place in (folder / "notebooks", folder.resolve().parent.parent / "notebooks"):
        if place.is_dir():
            return place
    return shipped("notebooks")
