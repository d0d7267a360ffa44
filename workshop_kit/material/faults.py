"""Faults: what the author of a file should mend, and on which line.

How they are found is for other modules; whoever only shows them needs nothing that reads files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop_kit.errors import MaterialError


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that its author should mend, or, if it is a warning, should know.

    `line` is counted from 1; it is None where the file as a whole is the trouble, and the sentence names it then.
    """

    file: Path
    line: int | None
    sentence: str
    is_warning: bool = False

    def __str__(self) -> str:
        """Return the fault as one sentence that begins with the file and the line."""
        return self.sentence if self.line is None else f"{self.file}, line {self.line}: {self.sentence}"


class Unfit(MaterialError):
    """Files that cannot be used as they are; the sentence is about the first fault, `faults` holds all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(str(faults[0]))
        self.faults = tuple(faults)
