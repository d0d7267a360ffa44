"""`workshop-kit check`: what an author should mend in a workshop, line by line.

Every line begins with file and line in the form in which editors and terminals make it a link.
"""

from pathlib import Path

from workshop_kit import material
from workshop_kit.material.documents import Fault
from workshop_kit.words.catalog import Language


def check_workshop(folder: Path | None, notebooks: Path | None, say: Language) -> bool:
    """Print every fault of a workshop and a summary; return whether it has none. A warning is printed, but is no fault."""
    found = material.check(folder, notebooks)
    for fault in found:
        print(_line(fault, say))
    faults = sum(not fault.is_warning for fault in found)
    print(_summary(faults, len(found) - faults, say))
    return faults == 0


def _line(fault: Fault, say: Language) -> str:
    sentence = say.error(fault.error)
    if not fault.line:
        return sentence
    return f"{_near(fault.file)}:{fault.line}: {say('cli.check.warning', sentence=sentence) if fault.is_warning else sentence}"


def _near(file: Path) -> Path:
    """Return a path as one would type it from here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def _summary(faults: int, warnings: int, say: Language) -> str:
    summary = say("cli.check.to_mend", n=faults) if faults else say("cli.check.well")
    return f"{summary} {say('cli.check.warnings', n=warnings)}" if warnings else summary
