"""Where a room stands, here and on the disk. The disk comes first, so that a refusal there changes nothing here."""

from dataclasses import replace
from typing import Any

from workshop_kit.disk.rooms import Results, RoomRecord, Run


class Kept:
    """What a room remembers of itself: its record, and its runs by their numbers, in the order in which they were asked."""

    def __init__(self, results: Results, record: RoomRecord) -> None:
        self._results = results
        self.record = record
        self._seen: dict[str, bool] = {}
        self.runs = {run.number: run for run in results.runs(record.code)}
        results.save_room(record)

    def save(self, *runs: Run, **changes: Any) -> None:
        """Change where the room stands, and some runs with it; all of it or nothing."""
        changed = replace(self.record, **{**self._seen, **changes})
        self._results.save_room(changed, *runs)
        self.record = changed
        self.put(*runs)

    def keep(self, *runs: Run) -> None:
        """Change some runs."""
        self._results.save_runs(self.record.code, *runs)
        self.put(*runs)

    def put(self, *runs: Run) -> None:
        """Change some runs here alone."""
        # What is kept is kept from a thread, and others may be going through the runs meanwhile.
        self.runs = {**self.runs, **{run.number: run for run in runs}}

    def note(self, **seen: bool) -> None:
        """Remember that something has happened for the first time; it is written down with what is kept next."""
        self._seen |= seen

    @property
    def has_noted(self) -> bool:
        """Whether something was noted that the disk does not know yet."""
        return any(getattr(self.record, name) != value for name, value in self._seen.items())
