"""`workshop-kit check`: what an author should mend in a workshop, line by line.

Every line begins with file and line in the form in which editors and terminals make it a link.
"""

from pathlib import Path

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
