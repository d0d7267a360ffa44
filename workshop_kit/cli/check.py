"""`workshop-kit check`: what an author should mend in a workshop, line by line, and the files that are made from it.

Every line begins with file and line in the form in which editors and terminals make it a link.
"""

from pathlib import Path

from tools.material_docs import generated
from workshop_kit import material
from workshop_kit.material import Fault


def check_workshop(folder: Path | None, notebooks: Path | None) -> bool:
    """Print every fault of a workshop and a summary; return whether it has none. A warning is printed, but is no fault."""
    found = material.check(folder, notebooks)
    for fault in found:
        print(_line(fault))
    faults = sum(not fault.is_warning for fault in found)
    print(_summary(faults, len(found) - faults))
    return faults == 0


def write_docs(checkout: Path | None = None) -> None:
    """Write the files that are made from the shipped workshop, and print which.

    Parameters
    ----------
    checkout
        Where; by default the folder from which the kit runs.

    Raises
    ------
    SetupError
        If this is an installed kit, which has no folder for them.
    MaterialError
        If the shipped workshop cannot be read.
    """
    for file, text in generated(checkout).items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(f"Wrote {_near(file)}.")


def _line(fault: Fault) -> str:
    warning = "warning: " if fault.is_warning else ""
    return f"{_near(fault.file)}:{fault.line}: {warning}{fault.sentence}" if fault.line else fault.sentence


def _near(file: Path) -> Path:
    """Return a path as one would type it from here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def _summary(faults: int, warnings: int) -> str:
    also = f" {warnings} warning{'s' if warnings > 1 else ''} above." if warnings else ""
    if faults:
        return f"{faults} thing{'s' if faults > 1 else ''} to mend, then run this again.{also}"
    return f"All is well: nothing to mend.{also}"
