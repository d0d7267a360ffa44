"""A workshop as a thing to lead: its sections in order, and the polls that belong to each.

Only what a room needs to know to run one. The prose lives in the notebooks, one for each section; the files that
describe a workshop are read by `material`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workshop_kit.errors import Unknown
from workshop_kit.polls import Poll


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a workshop: one notebook, with the polls asked in it.

    `sources` names the parts of the source texts that the section teaches.
    """

    id: str
    title: str
    notebook: str
    sources: tuple[str, ...]
    polls: tuple[Poll, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A whole workshop, its sections in the order in which they are led."""

    id: str
    title: str
    sections: tuple[Section, ...]

    @property
    def polls(self) -> Mapping[str, Poll]:
        """Every poll of the workshop by its id, in the order in which they are asked."""
        return {poll.id: poll for section in self.sections for poll in section.polls}

    def poll(self, name: str) -> Poll:
        """Return a poll by its id.

        Raises
        ------
        Unknown
            If the workshop has no such poll.
        """
        if name not in self.polls:
            raise Unknown(f"This workshop has no poll of that name. It has: {', '.join(self.polls)}.")
        return self.polls[name]

    def section(self, name: str) -> Section:
        """Return a section by its id, such as ``"06"``.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        for section in self.sections:
            if section.id == name:
                return section
        raise Unknown(f"This workshop has no section of that name. It has: {', '.join(each.id for each in self.sections)}.")
