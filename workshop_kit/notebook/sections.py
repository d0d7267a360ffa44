"""Sections as notebooks use them: a name for the material, and a card for each of its polls."""

from workshop_kit import material
from workshop_kit.errors import Unknown
from workshop_kit.notebook.follow import follow
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.workshop import Section


class SectionInHand:
    """One section of the workshop, in the hands of whoever has its notebook open."""

    def __init__(self, section: Section) -> None:
        self._section = section

    def __repr__(self) -> str:
        """Return the section's number and title."""
        return f"{self._section.id} · {self._section.title}"

    def poll(self, name: str | None = None) -> PollCard:
        """Return the card of one of the section's polls, the first one unless another is named.

        With a room running the card asks the poll and shows what the group said; without one it shows the question and
        how to start a room.

        Raises
        ------
        Unknown
            If the section has no such poll.
        """
        polls = {poll.id: poll for poll in self._section.polls}
        chosen = name or next(iter(polls), "")
        if chosen not in polls:
            raise Unknown(f"Section {self._section.id} has no poll of that name. It has: {', '.join(polls) or 'none'}.")
        return PollCard(polls[chosen], follow())


def section(name: str) -> SectionInHand:
    """Return a section of the workshop by its number, such as ``"06"``.

    Raises
    ------
    Unknown
        If the workshop has no such section.
    """
    return SectionInHand(material.read().section(name))
