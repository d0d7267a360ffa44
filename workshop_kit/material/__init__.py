"""Material: the files a therapist can edit, read into a `Workshop` or refused with a sentence that helps.

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

from workshop_kit.material.faults import Fault, Unfit
from workshop_kit.material.places import SHIPPED, notebooks_of, shipped
from workshop_kit.material.resources import Contact, Contacts, contacts
from workshop_kit.workshop import Workshop

__all__ = ["SHIPPED", "Contact", "Contacts", "Fault", "check", "contacts", "read", "shipped"]


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
    from workshop_kit.material.draft import drafted
    from workshop_kit.material.rules import FIT, faults

    draft = drafted(folder)
    found = faults(draft, FIT)
    if found:
        raise Unfit(found)
    return draft.workshop()


def check(folder: Path | None = None, notebooks: Path | None = None, *, today: date | None = None) -> list[Fault]:
    """Return everything about a workshop that its author should mend, or know.

    Rules about how the files fit together are tried only once each file by itself is as it should be; before that they
    would complain about what is merely misspelt.

    Parameters
    ----------
    folder
        The workshop; by default the one that comes with the kit.
    notebooks
        Where its notebooks lie; by default in its folder `notebooks`, or where the kit has its own.
    today
        The day by which a contact is old; by default the computer's.
    """
    from workshop_kit.material.draft import drafted, with_surroundings
    from workshop_kit.material.rules import CRAFT, FIT, faults

    folder = folder or shipped("data") / SHIPPED
    try:
        draft = with_surroundings(drafted(folder), notebooks or notebooks_of(folder), today or date.today())
    except Unfit as unfit:
        return list(unfit.faults)
    return faults(draft, FIT) or faults(draft, CRAFT)
