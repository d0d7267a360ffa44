"""The poll card: what a facilitator sees of one poll, and the few buttons to lead it with.

Ask, close, reveal, hide, ask again; ask again to compare. While the poll is open the card shows the same coarse counter as
the phones and nothing else; once it is closed it shows the same chart and table that the phones will show. Lines in people's
own words wait in it until the facilitator has read them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Final

from workshop_kit.cards.card import offer, question_html, readable
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import NO_ROOM, UNDER_WAY, LeadingCard, latest_run, under_way, where_html
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.cockpit.moderation_card import ModerationCard
from workshop_kit.cockpit.result_part import ResultPart
from workshop_kit.polls import LONGEST_TEXT, Poll
from workshop_kit.workshop import Guide

SAID: Final[Mapping[str | None, str]] = {
    None: "This poll has not been asked yet.",
    "reading": "The poll is closed, and its lines wait for you below. Nobody else sees them yet.",
    "closed": "The poll is closed. Only you see the result; reveal it when the group is ready.",
    "revealed": "The room sees this result.",
}
NOT_IN_PLAN: Final = (
    "This question is not asked in your plan: every line in people's own words is to be read with care before the group sees it, "
    "and this plan keeps no time for that."
)


class PollCard(LeadingCard):
    """The card of one poll.

    Parameters
    ----------
    poll
        The poll that this card asks.
    follower
        Through which the card leads the room and hears of its changes.
    section
        The section in which it is asked; by default the poll's own.
    guide
        Has words for a chart that is compared with an earlier one.
    is_part
        Whether the card stands in something that tells of the room: the card of a block, or the cockpit.
    asks
        Whether the poll is asked here, and not by the block in whose card this one stands.
    allowed
        Returns whether a plan, by its id, lets the poll be asked; by default that is left to the room.
    """

    def __init__(
        self,
        poll: Poll,
        follower: Follower,
        section: str | None = None,
        guide: Guide | None = None,
        *,
        is_part: bool = False,
        asks: bool = True,
        allowed: Callable[[str | None], bool] = lambda _: True,
    ) -> None:
        self._poll, self._asks, self._allowed = poll, asks, allowed
        self._section = section or poll.section
        self._latest: Mapping[str, Any] | None = None
        self.ask = self.leading("Ask the group", self._ask, "primary", key="a")
        self.compare = self.leading("Ask again, to compare", self._ask_to_compare, key="b")
        self.close_poll = self.leading("Close the poll", partial(self._act, LedRun.close), "primary", key="c")
        self.reveal = self.leading("Reveal to the room", partial(self._act, LedRun.reveal), "primary", key="r")
        self.hide = self.leading("Hide from the room", partial(self._act, LedRun.hide), key="h")
        self.moderation = ModerationCard(follower.refresh)
        self._shown = ResultPart(poll, guide, self.complain)
        self.result, self.warning, self.words, self.turn = self._shown.result, self._shown.warning, self._shown.words, self._shown.turn
        buttons = [self.ask, self.compare, self.close_poll, self.reveal, self.hide]
        super().__init__(
            follower,
            f"{question_html(poll)}<ul>{_options(poll)}</ul>",
            buttons,
            below=[*([self.moderation] if poll.kind == "text" else []), *self._shown.parts],
            is_part=is_part,
        )

    def led(self) -> Sequence[LedRun]:
        """Return the latest run of the poll."""
        run = self._run()
        return [run] if run else []

    def show(self, state: State | None) -> None:
        """Show the poll as a state of the room has it; None stands for no room."""
        latest = latest_run(state, self._poll.id)
        if latest != self._latest:
            # What was about to be discarded is not what stands here now.
            self._about_to_discard = False
        self._latest = latest
        phase = latest["phase"] if latest else None
        busy = any(run != (latest or {}).get("run") for run in under_way(state))
        asks = state is not None and phase not in UNDER_WAY and self._asks and self._allowed(state["plan"])
        offer({self.ask: asks, self.compare: asks and phase is not None and self._poll.kind != "text", self.close_poll: phase == "open"})
        offer({self.reveal: phase == "closed", self.hide: phase == "revealed", self.discard: phase is not None})
        self.ask.description = "Ask the group" if phase is None else "Ask again"
        self.ask.button_style = "primary" if phase is None else ""
        self.ask.disabled = self.compare.disabled = busy
        self.status.value = readable(f'<p role="status">{self._status(state, phase, busy)}</p>')
        super().show(state)
        self._show_lines(state, phase)
        self._show_result(state, phase)

    def _show_lines(self, state: State | None, phase: str | None) -> None:
        run = self._run()
        if state is not None and run is not None and phase == "reading":
            self.moderation.show(run, state["country"], state["local_contact"])
        else:
            self.moderation.clear()

    def _show_result(self, state: State | None, phase: str | None) -> None:
        run = self._run()
        if state is None or run is None or self._latest is None or phase in UNDER_WAY:
            self._shown.clear()
            return
        before = self._latest["before"]
        is_there = any(each["run"] == before for each in state["runs"])
        self._shown.show(run, before=before if is_there else None, is_revealed=phase == "revealed")

    def _status(self, state: State | None, phase: str | None, busy: bool) -> str:
        if state is None:
            return NO_ROOM
        where = "" if self._is_part else f"{where_html(state)} "
        if phase == "open" and self._latest is not None:
            return f"{where}The poll is open: <b>{escape(self._latest['step'])}</b> answered so far."
        if phase is None and not self._allowed(state["plan"]):
            return f"{where}{NOT_IN_PLAN}"
        if busy and self._asks:
            return f"{where}Another poll is open; close it before you ask this one."
        return f"{where}{SAID[phase]}"

    def _ask(self, room: LedRoom) -> None:
        room.ask(self._poll.id)
        self._go_along(room)

    def _ask_to_compare(self, room: LedRoom) -> None:
        for run in self.led():
            run.ask_again()
            self._go_along(room)

    def _go_along(self, room: LedRoom) -> None:
        if self._section:
            room.go_to(self._section)

    def _act(self, act: Callable[[LedRun], None], _room: LedRoom) -> None:
        for run in self.led():
            act(run)

    def _run(self) -> LedRun | None:
        return self._follower.room.run(self._latest["run"]) if self._follower.room and self._latest else None


def _options(poll: Poll) -> str:
    if poll.kind == "slider":
        listed = [f"0: {poll.low}", f"10: {poll.high}"]
    elif poll.kind == "text":
        listed = [f"A few words of one's own, at most {LONGEST_TEXT} characters"]
    else:
        listed = [option.label for option in poll.options]
    return "".join(f"<li>{escape(each)}</li>" for each in listed)
