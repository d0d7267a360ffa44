"""The poll card: what a facilitator sees of one poll, and the few buttons to lead it with; and the block card, for several polls.

Ask, close, reveal, hide, ask again; ask again to compare. While the poll is open the card shows the same coarse counter as
the phones and nothing else; once it is closed it shows the same chart and table that the phones will show. Lines in people's
own words wait in it until the facilitator has read them.

The polls of a block are asked by one act and answered on one page, each at its own pace. The block asks and closes; the card
of each poll is below and reveals its result, one at a time, so that there is time to look at each.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from markupsafe import escape

from workshop_kit.cards.card import START, offer, question_html, readable, strong
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import UNDER_WAY, LeadingCard, latest_run, under_way, where_html
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.cockpit.moderation_card import ModerationCard
from workshop_kit.cockpit.result_part import ResultPart
from workshop_kit.polls import HIGHEST, LONGEST_TEXT, Poll
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Guide

# A result that could not be kept is kept by closing its poll once more.
TO_CLOSE: Final = ("open", "sealed")


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
        say = follower.say
        self.ask = self.leading(say("cockpit.poll.ask"), self._ask, "primary", key="a")
        self.compare = self.leading(say("cockpit.poll.compare"), self._ask_to_compare, key="b")
        self.close_poll = self.leading(say("cockpit.poll.close"), partial(self._act, LedRun.close), "primary", key="c")
        self.reveal = self.leading(say("cockpit.poll.reveal"), partial(self._act, LedRun.reveal), "primary", key="r")
        self.hide = self.leading(say("cockpit.poll.hide"), partial(self._act, LedRun.hide), key="h")
        self.moderation = ModerationCard(say, follower.refresh)
        self._shown = ResultPart(poll, guide, say, self.complain)
        self.result, self.warning, self.words, self.turn = self._shown.result, self._shown.warning, self._shown.words, self._shown.turn
        buttons = [self.ask, self.compare, self.close_poll, self.reveal, self.hide]
        super().__init__(
            follower,
            f"{question_html(poll)}<ul>{_options(poll, say)}</ul>",
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
        offer(
            {
                self.ask: asks,
                self.compare: asks and phase is not None and self._poll.kind != "text",
                self.close_poll: phase in TO_CLOSE,
            }
        )
        offer({self.reveal: phase == "closed", self.hide: phase == "revealed", self.discard: phase is not None})
        self.ask.description = self.say("cockpit.poll.ask" if phase is None else "cockpit.poll.ask_again")
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
            return self.say.html("cards.leading.no_room", command=START)
        where = "" if self._is_part else f"{where_html(state, self.say)} "
        if phase == "open" and self._latest is not None:
            return f"{where}{self.say.html('cockpit.poll.open', step=strong(self._latest['step']))}"
        stands = phase or "not_asked"
        if phase is None and not self._allowed(state["plan"]):
            stands = "not_in_plan"
        elif busy and self._asks:
            stands = "another_is_open"
        return f"{where}{self.say.html(f'cockpit.poll.{stands}')}"

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


class BlockCard(LeadingCard):
    """The card of some polls that are asked together.

    Parameters
    ----------
    polls
        The polls, in the order in which they are on the page.
    follower, section, guide, is_part
        As of any `PollCard`.
    """

    def __init__(
        self, polls: Sequence[Poll], follower: Follower, section: str, guide: Guide | None = None, *, is_part: bool = False
    ) -> None:
        self._polls, self._section, say = polls, section, follower.say
        self._state: State | None = None
        self.cards = [PollCard(poll, follower, section, guide, is_part=True, asks=False) for poll in polls]
        self.ask = self.leading(say("cockpit.block.ask"), self._ask, "primary")
        self.close_polls = self.leading(say("cockpit.block.close"), self._close, "primary")
        head = f"<h3>{say.html('cockpit.block.head', n=len(polls))}</h3><p>{say.html('cockpit.block.at_their_own_pace')}</p>"
        buttons = [self.ask, self.close_polls]
        super().__init__(follower, head, buttons, below=self.cards, is_part=is_part, discards="discard_all")

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
        offer({self.ask: state is not None and phases.isdisjoint(UNDER_WAY), self.close_polls: not phases.isdisjoint(TO_CLOSE)})
        offer({self.discard: bool(phases)})
        self.ask.description = self.say("cockpit.block.ask_again" if phases else "cockpit.block.ask")
        self.ask.button_style = "" if phases else "primary"
        self.ask.disabled = bool(others)
        if state is None:
            said = f'<p role="status">{self.say.html("cards.leading.no_room", command=START)}</p>'
        else:
            where = "" if self._is_part else f"<p>{where_html(state, self.say)}</p>"
            busy = f"<p>{self.say.html('cockpit.block.another_is_open')}</p>" if others else ""
            lines = "".join(f"<li>{escape(poll.question)} <b>{self._stands(asked[poll.id])}</b></li>" for poll in self._polls)
            said = f'<div role="status">{where}{busy}<ol>{lines}</ol></div>'
        self.status.value = readable(said)
        super().show(state)

    def _latest(self) -> Mapping[str, Mapping[str, Any] | None]:
        return {poll.id: latest_run(self._state, poll.id) for poll in self._polls}

    def _stands(self, run: Mapping[str, Any] | None) -> str:
        phase, step = (run["phase"], run["step"]) if run else ("not_asked", None)
        return self.say.html(f"cockpit.block.poll.{phase}", step=step)

    def _ask(self, room: LedRoom) -> None:
        room.ask_together(*(poll.id for poll in self._polls))
        room.go_to(self._section)

    def _close(self, room: LedRoom) -> None:
        for each in self._latest().values():
            if each and each["phase"] in TO_CLOSE:
                room.run(each["run"]).close()


def _options(poll: Poll, say: Language) -> str:
    if poll.kind == "slider":
        ends = ((0, poll.low), (HIGHEST, poll.high))
        listed = [say("cockpit.poll.end_of_slider", number=number, words=words) for number, words in ends]
    elif poll.kind == "text":
        listed = [say("cockpit.poll.a_few_words", longest=LONGEST_TEXT)]
    else:
        listed = [option.label for option in poll.options]
    return "".join(f"<li>{escape(each)}</li>" for each in listed)
