"""Leading: the room on this computer, and its runs, as a facilitator's notebook handles them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from workshop_kit.client.result import Result
from workshop_kit.disclosure import Comparison, Published, compare
from workshop_kit.errors import SetupError
from workshop_kit.memory import Decision, Line
from workshop_kit.processes.connection import Connection, find_room
from workshop_kit.room.acts import ACTS
from workshop_kit.words.catalog import Language, language

if TYPE_CHECKING:
    import httpx

# A little longer than the room waits for one to be written.
REPORT_SECONDS: Final = 300.0
# A room that is there answers at once; at a port that it has left, another program may keep silent for ever.
LOOK_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class KeptRoom:
    """A room that is kept on this computer, with the day on which it was opened."""

    code: str
    opened_on: date
    simulated: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class LedRun:
    """One asking of a poll, as its facilitator handles it."""

    room: LedRoom
    number: int

    def close(self) -> None:
        """Close the poll: answers are counted, published and dropped."""
        self.room.do("close", run=self.number)

    def reveal(self) -> None:
        """Show the result to the room."""
        self.room.do("reveal", run=self.number)

    def hide(self) -> None:
        """Take the result off the phones again."""
        self.room.do("hide", run=self.number)

    def discard(self) -> None:
        """Throw the run away, with its answers or its result."""
        self.room.do("discard", run=self.number)

    def ask_again(self) -> LedRun:
        """Ask the closed run's poll once more, with the same care, to show the two results side by side."""
        result = self.result()
        policy = {"floor": result.policy.floor, "cell": result.policy.cell}
        return LedRun(self.room, self.room.do("ask", poll=result.poll.id, **policy, before=self.number)["run"])

    def lines(self) -> list[Line]:
        """Return the lines of a closed poll in people's own words, until they are published."""
        lines = self.room.get(f"/runs/{self.number}/lines").json()["lines"]
        return [Line(**{**line, "flags": tuple(line["flags"])}) for line in lines]

    def decide(self, line: int, decision: Decision, words: str | None = None) -> None:
        """Let a line through (``approve``), replace its `words` (``rewrite``), or leave it out (``decline``)."""
        self.room.do("decide", run=self.number, line=line, decision=decision, words=words)

    def publish_lines(self) -> None:
        """Publish the lines that were let through; the others are dropped."""
        self.room.do("publish_lines", run=self.number)

    def comparison(self) -> Comparison:
        """Return the closed run's result beside the earlier one with which it is compared.

        Raises
        ------
        Unknown
            If it was not asked to be compared.
        """
        both = self.room.get(f"/runs/{self.number}/comparison.json").json()
        return compare(Published.from_dict(both["before"]), Published.from_dict(both["after"]))

    def result(self) -> Result:
        """Return the Published result of the closed run."""
        return Result.told(Published.from_dict(self.room.get(f"/runs/{self.number}/result.json").json()), self.room.say)

    def result_html(self, *, stacked: bool = False) -> str:
        """Return the result as phones show it: a piece of HTML with chart, table and note; a scale also in the plain style."""
        return self.room.get(f"/runs/{self.number}/result.html{'?style=stacked' if stacked else ''}").text


class LedRoom:
    """The room that runs on this computer, as its facilitator leads it.

    Every method raises the `WorkshopError` that the room answered with, or `SetupError` where no room answers. `latest` is the
    state of the room as it was told last; None before.
    """

    def __init__(self, find: Callable[[], Connection]) -> None:
        connection = find()
        # Slow to import, and not needed where no room was found.
        from workshop_kit.client.wire import ControlWire

        self._wire = ControlWire(connection, find)
        self.latest: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        """The code by which people find the room."""
        return self._wire.connection.code

    @property
    def public_url(self) -> str:
        """The address that phones use; it may change while the room is open."""
        return str((self.latest or self.state())["public_url"])

    @property
    def say(self) -> Language:
        """The language of the workshop that is led in it."""
        return language((self.latest or self.state())["language"])

    def state(self, **patience_s: float) -> dict[str, Any]:
        """Return the room as it is now; its keys are those of `ControlApp.what_is`. `patience_s` is for how long it may be silent."""
        return self._hear(self._wire.request("GET", "/state", None, **patience_s).json())

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the room's state now and after every change, through restarts of its server, for ever."""
        async for state in self._wire.states():
            self._hear(state)
            yield state

    def ask(self, poll: str, *, floor: int | None = None, cell: int | None = None) -> LedRun:
        """Open a run of a poll. A floor or cell above the room's own makes its result more careful."""
        return LedRun(self, self.do("ask", poll=poll, floor=floor, cell=cell)["run"])

    def ask_together(self, *polls: str) -> list[LedRun]:
        """Open a run of each of several polls, to be answered on one page and at one's own pace."""
        return [LedRun(self, number) for number in self.do("ask_together", polls=polls)["runs"]]

    def run(self, number: int) -> LedRun:
        """Return a run by its number."""
        return LedRun(self, number)

    def lock_door(self) -> None:
        """Let no new page in."""
        self.do("door", state="locked")

    def open_door(self) -> None:
        """Let new pages in."""
        self.do("door", state="open")

    def count(self, heads: int) -> None:
        """Settle how many people there are: behind a locked door, and as many as there are seats. Polls are asked after that.

        Raises
        ------
        NotNow
            If the door is open, or there are not as many seats.
        """
        self.do("count", heads=heads)

    def count_again(self) -> None:
        """Free every seat. Open pages take theirs again by themselves, until the people are counted."""
        self.do("count_again")

    def one_more(self) -> str:
        """Return a card of twelve characters that opens a seat for one more person, while the door stays locked."""
        return str(self.do("one_more")["card"])

    def nobody_more(self) -> None:
        """Give up the places that are kept for people who have not come."""
        self.do("nobody_more")

    def make_larger(self, seats: int) -> None:
        """Make room for so many seats in all."""
        self.do("make_larger", seats=seats)

    def enter_by(self, entry: Literal["code", "card"]) -> None:
        """Settle what opens a seat: the room's code, or a printed card for each; before anyone has one."""
        self.do("enter_by", entry=entry)

    def print_cards(self, cards: int) -> str:
        """Draw seat cards; return the address at which this computer's browser can print them, once."""
        key = self.do("print_cards", cards=cards)["key"]
        return f"{self.public_url}/{self.code}/cards#{key}"

    def void_cards(self) -> None:
        """Make every card void that has opened no seat."""
        self.do("void_cards")

    def announce(self, address: str) -> None:
        """Name another of the room's addresses, one of the state's `other_urls`, on QR codes, on the stage and on cards."""
        self.do("announce", address=address)

    def go_to(self, section: str) -> None:
        """Move the room to a section."""
        self.do("go_to", id=section)

    def show_on_stage(self, scene: str) -> None:
        """Tell the stage what to show: ``follow`` (whatever the room does), ``welcome``, ``section``, ``break`` or ``closing``."""
        self.do("show_on_stage", show=scene)

    def set_timer(self, minutes: float | None) -> None:
        """Let a timer run on the stage, or take it away. It is a hint: when it ends, nothing closes by itself."""
        self.do("set_timer", minutes=minutes)

    def set_up(self, plan: str, meeting: int, policy: str, country: str | None, contact: str | None) -> None:
        """Settle what must be settled before people come.

        Parameters
        ----------
        plan, meeting
            By which plan the room is led, and which of its meetings this is; the first is 0.
        policy
            Who comes: ``room``, ``together`` (couples or friends) or ``webinar``.
        country, contact
            Whose support contacts are offered, such as ``"DE"``, and somebody near by.
        """
        self.do("set_up", plan=plan, meeting=meeting, policy=policy, country=country, contact=contact)

    def bend_agenda(self, act: str, place: int) -> None:
        """Begin a part of the plan (``go_to``), ``shorten`` it, ``leave_out`` it, or move it ``earlier`` or ``later``."""
        self.do("bend_agenda", act=act, place=place)

    def add_section(self, section: str, after: int) -> None:
        """Put a section into the plan, after the part at a place."""
        self.do("add_section", section=section, after=after)

    def undo_agenda(self) -> None:
        """Take the last change of the plan back."""
        self.do("undo_agenda")

    def note(self, section: str, words: str) -> None:
        """Keep a note of one's own about a section, in place of what stood there."""
        self.do("note", section=section, words=words)

    def acknowledge_pauses(self) -> None:
        """Mark the signals "I need a moment" as seen."""
        self.do("acknowledge_pauses")

    def rooms(self) -> list[KeptRoom]:
        """Return the rooms that are kept on this computer, this one included, in the order of their codes."""
        rooms = self.get("/rooms").json()["rooms"]
        return [KeptRoom(**{**room, "opened_on": date.fromisoformat(room["opened_on"])}) for room in rooms]

    def results(self, code: str) -> list[Result]:
        """Return what was published in a room, in the order in which it was asked."""
        return [Result.told(Published.from_dict(each), self.say) for each in self.get(f"/rooms/{code}/results").json()["results"]]

    def report(self, *, facilitator: bool = False) -> tuple[Path, Path]:
        """Have the room's report written, in place of an earlier one; return its page and its PDF. It takes some seconds.

        Parameters
        ----------
        facilitator
            Whether to write the facilitator's edition, which is not for handing out.
        """
        reply = self._wire.request("POST", "/report", {"facilitator": facilitator}, patience_s=REPORT_SECONDS).json()
        return Path(reply["html"]), Path(reply["pdf"])

    def close(self) -> None:
        """Let go of the line to the room; the room itself goes on."""
        self._wire.close()

    def get(self, path: str) -> httpx.Response:
        """Ask the control app for something."""
        return self._wire.request("GET", path)

    def do(self, act: str, /, **told: Any) -> dict[str, Any]:
        """Do one of the acts of `workshop_kit.room.acts`; return what the room replied, and keep how it is since in `latest`."""
        reply: dict[str, Any] = self._wire.request("POST", ACTS[act].path.format(**told), told).json()
        self._hear(reply.get("state"))
        return reply

    def _hear(self, told: object) -> dict[str, Any]:
        """Keep a state of the room, unless what was told before is newer: a reply may overtake the stream; return the one that was told."""
        from workshop_kit.client.wire import as_state

        state = as_state(told)
        if state is None:
            raise SetupError("processes.no_room")
        if self.latest is None or state["boot"] != self.latest["boot"] or state["number"] >= self.latest["number"]:
            self.latest = state
        return state


def connect(find: Callable[[], Connection] = find_room) -> LedRoom:
    """Return the room that runs on this computer.

    Parameters
    ----------
    find
        Where to look for it; by default in the user's data folder.

    Raises
    ------
    SetupError
        If no room is running, or the one that was running is gone, though another program may have its port.
    """
    room = LedRoom(find)
    try:
        room.state(patience_s=LOOK_SECONDS)
    except BaseException:
        room.close()
        raise
    return room
