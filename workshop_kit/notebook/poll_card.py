"""The poll card: what a facilitator sees of one poll, and the few buttons to lead it with.

Ask, close, reveal, hide, ask again. While the poll is open the card shows the same coarse counter as the phones and
nothing else; once it is closed it shows the same chart and table that the phones will show.
"""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any, Final

import ipywidgets as widgets

from workshop_kit.client import LedRoom, LedRun
from workshop_kit.errors import WorkshopError
from workshop_kit.notebook.cards import readable
from workshop_kit.notebook.follow import Follower, State
from workshop_kit.polls import Poll

DISCARD: Final = "Discard"
DISCARD_FOR_GOOD: Final = "Discard for good?"
# Jupyter centres what stands in a table's head, and moves a figure in.
STYLE: Final = """<style>
.workshop-kit figure { margin: 0; }
.workshop-kit table { width: 100%; border-collapse: collapse; }
.workshop-kit caption { text-align: left; font-weight: 600; }
.workshop-kit th, .workshop-kit td { text-align: left; font-weight: 400; padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid #8a949c; }
.workshop-kit thead th { font-weight: 600; border-top: 0; }
</style>"""
PAUSE: Final = "Someone here needs a moment. Nobody can tell who; a short pause for everyone is a good answer."
PAUSES: Final = "Some people here need a moment. Nobody can tell who; a short pause for everyone is a good answer."
NO_ROOM: Final = (
    "No room is running, so this poll cannot be asked just now. To lead a group, open a terminal and type "
    "<code>workshop-kit start</code>, then run this cell again."
)


class PollCard(widgets.VBox):
    """The card of one poll.

    Parameters
    ----------
    poll
        The poll that this card asks.
    follower
        Through which the card leads the room and hears of its changes.
    section
        The section in which it is asked; by default the poll's own.
    """

    def __init__(self, poll: Poll, follower: Follower, section: str | None = None) -> None:
        self._poll = poll
        self._section = section or poll.section
        self._follower = follower
        self._latest: Mapping[str, Any] | None = None
        self._about_to_discard = False
        self._drawn: tuple[int, str] | None = None
        self.status = widgets.HTML()
        self.result = widgets.HTML()
        self.problem = widgets.HTML()
        self.pauses = widgets.HTML()
        self.seen = self._button("I have seen it", self._acknowledge)
        self.ask = self._button("Ask the group", self._ask, "primary")
        self.close_poll = self._button("Close the poll", partial(self._act, LedRun.close), "primary")
        self.reveal = self._button("Reveal to the room", partial(self._act, LedRun.reveal), "primary")
        self.hide = self._button("Hide from the room", partial(self._act, LedRun.hide))
        self.discard = self._button(DISCARD, self._discard)
        buttons = widgets.HBox(
            [self.ask, self.close_poll, self.reveal, self.hide, self.discard], layout=widgets.Layout(flex_flow="row wrap")
        )
        super().__init__(
            [widgets.HTML(readable(_question(poll))), self.pauses, self.seen, self.status, buttons, self.problem, self.result],
            layout=widgets.Layout(border="1px solid #8a949c", padding="0 1rem 0.5rem", margin="0.5rem 0"),
        )
        follower.tell(self.show)

    def show(self, state: State | None) -> None:
        """Show the poll as a state of the room has it; None stands for no room."""
        runs = [run for run in state["runs"] if run["poll"] == self._poll.id] if state else []
        latest = runs[-1] if runs else None
        if latest != self._latest:
            # What was about to be discarded is not what stands here now.
            self._about_to_discard, self.discard.description = False, DISCARD
        self._latest = latest
        phase = self._latest["phase"] if self._latest else None
        busy = state is not None and state["phase"] == "open" and phase != "open"
        self._offer({self.ask: state is not None and phase != "open", self.close_poll: phase == "open", self.discard: phase is not None})
        self._offer({self.reveal: phase == "closed", self.hide: phase == "revealed"})
        self.ask.description = "Ask the group" if phase is None else "Ask again"
        self.ask.button_style = "primary" if phase is None else ""
        self.ask.disabled = busy
        self.status.value = readable(_status(state, phase, busy))
        pauses = state["pauses"] if state else 0
        self.pauses.value = readable(f'<p role="alert"><b>{PAUSES if pauses > 1 else PAUSE}</b></p>') if pauses else ""
        self._offer({self.seen: pauses > 0})
        self._draw(phase)

    def _offer(self, buttons: Mapping[widgets.Button, bool]) -> None:
        for button, offered in buttons.items():
            button.layout.display = "" if offered else "none"

    def _draw(self, phase: str | None) -> None:
        if self._latest is None or phase == "open":
            self._drawn, self.result.value = None, ""
            return
        run = self._run()
        if run is None or self._drawn == (run.number, run.room.code):
            return
        try:
            self.result.value = readable(f'<div class="workshop-kit">{STYLE}{run.result_html()}</div>')
            self._drawn = (run.number, run.room.code)
        except WorkshopError as fault:
            self._complain(fault)

    def _ask(self) -> None:
        if self._room is not None:
            self._room.ask(self._poll.id)
            if self._section:
                self._room.go_to(self._section)

    def _acknowledge(self) -> None:
        if self._room is not None:
            self._room.acknowledge_pauses()

    def _act(self, act: Callable[[LedRun], None]) -> None:
        run = self._run()
        if run is not None:
            act(run)

    def _discard(self) -> None:
        """Throw the run away at the second press; nothing brings it back."""
        if self.discard.description == DISCARD:
            self._about_to_discard = True
        else:
            self._act(LedRun.discard)

    @property
    def _room(self) -> LedRoom | None:
        return self._follower.room

    def _run(self) -> LedRun | None:
        return self._room.run(self._latest["run"]) if self._room and self._latest else None

    def _button(self, words: str, act: Callable[[], None], style: str = "") -> widgets.Button:
        def pressed(button: widgets.Button) -> None:
            button.disabled = True
            self.problem.value, self._about_to_discard = "", False
            try:
                act()
            except WorkshopError as fault:
                self._complain(fault)
            finally:
                button.disabled = False
                self.discard.description = DISCARD_FOR_GOOD if self._about_to_discard else DISCARD
                self._follower.refresh()

        button = widgets.Button(description=words, button_style=style, layout=widgets.Layout(width="auto"))
        button.on_click(pressed)
        return button

    def _complain(self, fault: WorkshopError) -> None:
        self.problem.value = readable(f'<p role="alert"><b>{escape(str(fault))}</b></p>')


def _question(poll: Poll) -> str:
    listed = [f"0: {poll.low}", f"10: {poll.high}"] if poll.kind == "slider" else [option.label for option in poll.options]
    options = "".join(f"<li>{escape(each)}</li>" for each in listed)
    hint = f"<p>{escape(poll.hint)}</p>" if poll.hint else ""
    return f"<h3>{escape(poll.question)}</h3>{hint}<ul>{options}</ul>"


def _status(state: State | None, phase: str | None, busy: bool) -> str:
    if state is None:
        return f'<p role="status">{NO_ROOM}</p>'
    where = f"Room <b>{escape(state['code'])}</b> at {escape(state['public_url'])}, seats taken: {escape(state['seats'])}."
    if busy:
        return f'<p role="status">{where} Another poll is open; close it before you ask this one.</p>'
    if phase == "open":
        return f'<p role="status">{where} The poll is open: <b>{escape(state["step"])}</b> answered so far.</p>'
    said = {
        None: "This poll has not been asked yet.",
        "closed": "The poll is closed. Only you see the result; reveal it when the group is ready.",
        "revealed": "The room sees this result.",
    }
    return f'<p role="status">{where} {said[phase]}</p>'
