"""Where a room stands, here and on the disk. The disk comes first, so that a refusal there changes nothing here."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from workshop_kit.disk.rooms import Results, RoomRecord, Run
from workshop_kit.errors import SetupError


class Kept:
    """What a room remembers of itself: its record, and its runs by their numbers, in the order in which they were asked."""

    def __init__(self, results: Results, record: RoomRecord) -> None:
        self._results = results
        self.record = record
        self.runs = {run.number: run for run in results.runs(record.code)}
        results.save_room(record)

    def save(self, *runs: Run, **changes: Any) -> None:
        """Change where the room stands, and some runs with it; all of it or nothing."""
        changed = replace(self.record, **changes)
        self._results.save_room(changed, *runs)
        self.record = changed
        self.runs |= {run.number: run for run in runs}

    def keep(self, *runs: Run) -> None:
        """Change some runs."""
        self._results.save_runs(self.record.code, *runs)
        self.runs |= {run.number: run for run in runs}

    def note(self, **seen: bool) -> None:
        """Remember that something has happened for the first time. A full disk is no reason to keep anybody out."""
        if any(getattr(self.record, name) != value for name, value in seen.items()):
            with suppress(SetupError):
                self.save(**seen)
