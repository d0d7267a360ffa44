"""The block card: several polls that are asked by one act and answered on one page, each at its own pace.

The block asks and closes; the card of each poll stands below and reveals its result, one at a time, so that there is time to
look at each.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from workshop_kit.cards.card import offer, readable
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import NO_ROOM, UNDER_WAY, LeadingCard, latest_run, under_way, where_html
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.cockpit.poll_card import PollCard
from workshop_kit.polls import Poll
from workshop_kit.workshop import Guide

PHASES: Final[Mapping[str | None, str]] = {
    None: "not asked yet",
    "reading": "closed, its lines wait for you below",
    "closed": "closed, only you see the result",
    "revealed": "the room sees the result",
}


class BlockCard(LeadingCard):
    """The card of some polls that are asked together.

    Parameters
    ----------
    polls
        The polls, in the order in which they stand on the page.
    follower
        Through which the card leads the room and hears of its changes.
    section
        The section in which they are asked.
    guide
        Has words for a chart that is compared with an earlier one.
    is_part
        Whether the card stands in the cockpit, which tells of the room.
    """

    def __init__(
        self, polls: Sequence[Poll], follower: Follower, section: str, guide: Guide | None = None, *, is_part: bool = False
    ) -> None:
        self._polls, self._section = polls, section
        self._state: State | None = None
        self.cards = [PollCard(poll, follower, section, guide, is_part=True, asks=False) for poll in polls]
        self.ask = self.leading("Ask these together", self._ask, "primary")
        self.close_polls = self.leading("Close all", self._close, "primary")
        head = f"<h3>{len(polls)} questions on one page</h3><p>Everyone answers them at their own pace, in any order.</p>"
        super().__init__(follower, head, [self.ask, self.close_polls], below=self.cards, is_part=is_part, discards="Discard all")

    def led(self) -> Sequence[LedRun]:
        """Return the runs of the polls that were asked last, by one act."""
        room, asked = self._follower.room, [each for each in self._latest().values() if each]
        act = max((each["together"] for each in asked), default=None)
        return [room.run(each["run"]) for each in asked if each["together"] == act] if room else []

    def show(self, state: State | None) -> None:
        """Show the polls as a state of the room has them; None stands for no room."""
        before, self._state = self._latest(), state
        asked = self._latest()
        if asked != before:
            self._about_to_discard = False
        phases = {each["phase"] for each in asked.values() if each}
        others = set(under_way(state)) - {each["run"] for each in asked.values() if each}
        offer(
            {self.ask: state is not None and phases.isdisjoint(UNDER_WAY), self.close_polls: "open" in phases, self.discard: bool(phases)}
        )
        self.ask.description = "Ask these together again" if phases else "Ask these together"
        self.ask.button_style = "" if phases else "primary"
        self.ask.disabled = bool(others)
        if state is None:
            said = f'<p role="status">{NO_ROOM}</p>'
        else:
            where = "" if self._is_part else f"<p>{where_html(state)}</p>"
            busy = "<p>Another poll is open; close it before you ask these.</p>" if others else ""
            lines = "".join(f"<li>{escape(poll.question)} <b>{_stands(asked[poll.id])}</b></li>" for poll in self._polls)
            said = f'<div role="status">{where}{busy}<ol>{lines}</ol></div>'
        self.status.value = readable(said)
        super().show(state)

    def _latest(self) -> Mapping[str, Mapping[str, Any] | None]:
        return {poll.id: latest_run(self._state, poll.id) for poll in self._polls}

    def _ask(self, room: LedRoom) -> None:
        room.ask_together(*(poll.id for poll in self._polls))
        room.go_to(self._section)

    def _close(self, room: LedRoom) -> None:
        for each in self._latest().values():
            if each and each["phase"] == "open":
                room.run(each["run"]).close()


def _stands(run: Mapping[str, Any] | None) -> str:
    if run is not None and run["phase"] == "open":
        return f"{escape(run['step'])} answered so far"
    return PHASES[run["phase"] if run else None]
