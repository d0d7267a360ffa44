"""Sections as notebooks use them: a name for the material, and a few calls that suit whoever has the notebook open.

With a room running, that is a facilitator: the guide shows how to lead, the poll asks the group, and what belongs to
studying alone stays out of sight. With no room, it is one person: there is a check-in, a guide for one, a private ballot, a
journal, and an end. A call looks for the room at the moment it is made; run the cell again after starting one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import ipywidgets as widgets

from workshop_kit import material
from workshop_kit.cards.card import unseen
from workshop_kit.cards.contacts import reachable_html
from workshop_kit.cards.follow import Follower, follow
from workshop_kit.cards.guide import guide_html, none_html, solo_html
from workshop_kit.cockpit.closing import ClosingCard, Earlier, meetings, trend_html
from workshop_kit.cockpit.poll_card import BlockCard, PollCard
from workshop_kit.disk.journal import Journal
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.processes.connection import user_folder
from workshop_kit.study.ballot import Ballot
from workshop_kit.study.check_in import Before, check_in_before
from workshop_kit.study.journal_card import JournalCard
from workshop_kit.study.progress import Finish, Progress, onward_html
from workshop_kit.words.catalog import Language, language
from workshop_kit.workshop import Section, Workshop


class SectionInHand:
    """One section of the workshop, in the hands of whoever has its notebook open.

    Parameters
    ----------
    workshop, section
        The whole, and the part in hand.
    follower
        Through which the room is found, where one is running; it knows the language.
    """

    def __init__(self, workshop: Workshop, section: Section, follower: Follower) -> None:
        self._workshop, self._section, self._follower = workshop, section, follower
        self._say = follower.say
        self._before = Before()

    def __repr__(self) -> str:
        """Return the section's number and title."""
        return f"{self._section.id} · {self._section.title}"

    def check_in(self) -> widgets.Widget:
        """Ask a person alone how stirred up they are before they begin; show nothing while a room is running."""
        return unseen() if self._leads_a_room else check_in_before(self._before, self._say)

    def guide(self) -> widgets.HTML:
        """Show how to lead this section, or, with no room running, how to go through it alone."""
        guide = self._section.guide
        if guide is None:
            return widgets.HTML(none_html(self._say))
        if self._leads_a_room:
            return widgets.HTML(guide_html(guide, self._section.title, self._workshop.polls, self._say))
        return widgets.HTML(solo_html(guide, self._say))

    def poll(self, name: str | None = None) -> PollCard | Ballot:
        """Show one of the section's polls, the first one unless another is named; polls of other sections can be named too.

        With a room running the card asks the poll and shows what the group said. Without one it is a private ballot:
        notice your own answer, which goes nowhere.

        Raises
        ------
        Unknown
            If the workshop has no such poll.
        """
        with well_said(self._say):
            poll = self._poll(name)
        if self._leads_a_room:
            return PollCard(poll, self._follower, self._section.id, self._section.guide)
        return Ballot(poll, self._say)

    def polls_together(self, *names: str) -> widgets.Widget:
        """Show several polls that are asked by one act and answered on one page, each at its own pace.

        With a room running one card asks them and shows the results one by one. Without one they are private ballots.

        Raises
        ------
        Unknown
            If the workshop has no such poll.
        """
        with well_said(self._say):
            polls = [self._workshop.poll(name) for name in names]
        if self._leads_a_room:
            return BlockCard(polls, self._follower, self._section.id, self._section.guide)
        return widgets.VBox([Ballot(poll, self._say) for poll in polls])

    def closing(self) -> widgets.Widget:
        """Ask the questions about the meeting itself, and show how earlier meetings on this computer were answered.

        Without a room there is nobody to ask, and where no meeting was, nothing is shown.

        Raises
        ------
        SetupError
            If the results of earlier meetings cannot be read.
        """
        polls = self._workshop.closing
        if polls and self._leads_a_room:
            return ClosingCard(polls, self._follower, self._section.id)
        with well_said(self._say):
            told = trend_html(meetings(_kept_here(), polls), polls, self._say)
        return widgets.HTML(told) if told else unseen()

    def journal(self) -> widgets.Widget:
        """Give a person alone a page to write on; show nothing while a room is running.

        Raises
        ------
        SetupError
            If the folder for the journal cannot be made or written.
        """
        if self._leads_a_room:
            return unseen()
        guide = self._section.guide
        asked = (guide.journal_prompt, guide.journal_reflection) if guide else ()
        with well_said(self._say):
            return JournalCard(repr(self), Journal(user_folder()), self._say, *asked)

    def finish(self) -> widgets.Widget:
        """Close the section for a person alone: a last check-in, a pause if one is due, and the way so far.

        Whoever leads a room is shown the way to the next section.
        """
        if self._leads_a_room:
            return widgets.HTML(onward_html(self._workshop, self._section.id, self._say))
        with well_said(self._say):
            progress, reach = Progress(user_folder()), reachable_html(self._say)
            return Finish(self._workshop, self._section, self._before, progress, self._say, contacts_html=reach)

    @property
    def _leads_a_room(self) -> bool:
        return self._follower.look() is not None

    def _poll(self, name: str | None) -> Poll:
        if name is not None:
            return self._workshop.poll(name)
        if not self._section.polls:
            raise Unknown("notebook.no_poll", section=self._section.id)
        return self._section.polls[0]


def _kept_here() -> list[Earlier]:
    """Return the earlier meetings from the disk; a room that runs is asked for them."""
    # Brings SQLAlchemy along, which nothing else in a notebook needs.
    from workshop_kit.disk.rooms import FILE, Results

    folder = user_folder()
    if not (folder / FILE).exists():
        return []
    results = Results(folder)
    real = [room for room in results.rooms() if not room.simulated]
    return [(room.opened_on, [run.published for run in results.runs(room.code) if run.published]) for room in real]


def section(name: str) -> SectionInHand:
    """Return a section of the workshop by its number, such as ``"06"``.

    Raises
    ------
    Unknown
        If the workshop has no such section.
    """
    workshop, say = the_workshop()
    with well_said(say):
        return SectionInHand(workshop, workshop.section(name), follow(say))


def the_workshop() -> tuple[Workshop, Language]:
    """Return the workshop, and the language in which it is written.

    Raises
    ------
    MaterialError
        If it cannot be read.
    SetupError
        If there are no words in its language.
    """
    with well_said(language()):
        workshop = material.read()
        return workshop, language(workshop.language)


@contextmanager
def well_said(say: Language) -> Iterator[None]:
    """Have whatever goes wrong within say its sentence: a notebook shows it as it is raised."""
    try:
        yield
    except WorkshopError as fault:
        fault.said = say.error(fault)
        raise
