"""The client: how a notebook leads a room, and how a program can sit in one.

`connect` finds the room that runs on this computer by its connection file and returns a `LedRoom`::

    from workshop_kit.client import connect

    room = connect()
    run = room.ask("fears")
    run.close()
    run.reveal()
    run.result().frame()

A `Phone` does what the room page does: it holds a seat, keeps its own answer, and when the server comes back after a
crash takes its seat again and casts again. Rehearsals and tests are made of phones.

Nothing here sees more than the two apps give. pandas and matplotlib are imported when a result is asked for a frame or a
figure, not before: a notebook that only leads should open at once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import httpx

from workshop_kit.connection import Connection, find_room
from workshop_kit.disclosure import Published
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError, Unknown, WorkshopError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# The server sends a beat every 15 seconds; silence for longer than two means that the line is dead.
SILENCE_SECONDS: Final = 40.0
RETRY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 15.0

_FAULTS: Final[Mapping[int, type[WorkshopError]]] = {403: NotAdmitted, 404: Unknown, 409: NotNow, 413: InvalidAnswer, 422: InvalidAnswer}


@dataclass(frozen=True, slots=True)
class Result(Published):
    """A Published result that can also show itself."""

    def frame(self) -> pd.DataFrame:
        """Return the result as a table.

        Returns
        -------
        pandas.DataFrame
            A row is one shown bucket of answers, in the order of the poll. Columns: `answer` (str, its label), `people`
            (nullable integer, missing where only a band is shown), `band` (str or None), `fewest` and `most` (integers,
            people; equal where the number is exact). No rows where nothing is shown.
        """
        import pandas as pd

        frame = pd.DataFrame(
            [(each.label, each.count, each.band, each.fewest, each.most) for each in self.buckets],
            columns=["answer", "people", "band", "fewest", "most"],
        )
        return frame.astype({"people": "Int64", "fewest": "int64", "most": "int64"})

    def figure(self, *, dark: bool = False) -> Figure:
        """Return the result's chart as a matplotlib figure."""
        from workshop_kit import charts

        return charts.figure(self, dark=dark)

    @property
    def alt_text(self) -> str:
        """The chart in at most two sentences."""
        from workshop_kit import charts

        return charts.alt_text(self)


@dataclass(frozen=True, slots=True)
class LedRun:
    """One asking of a poll, as its facilitator handles it."""

    room: LedRoom
    number: int

    def close(self) -> None:
        """Close the poll: answers are counted, published and dropped."""
        self.room.post(f"/runs/{self.number}/close")

    def reveal(self) -> None:
        """Show the result to the room."""
        self.room.post(f"/runs/{self.number}/reveal")

    def hide(self) -> None:
        """Take the result off the phones again."""
        self.room.post(f"/runs/{self.number}/hide")

    def discard(self) -> None:
        """Throw the run away, with its answers or its result."""
        self.room.post(f"/runs/{self.number}/discard")

    def result(self) -> Result:
        """Return the Published result of the closed run."""
        return Result.from_dict(self.room.get(f"/runs/{self.number}/result.json").json())

    def result_html(self) -> str:
        """Return the result as phones show it: a piece of HTML with chart, table and note."""
        return self.room.get(f"/runs/{self.number}/result.html").text


class LedRoom:
    """The room that runs on this computer, as its facilitator leads it.

    Every method raises the `WorkshopError` that the room answered with, or `SetupError` where no room answers.
    """

    def __init__(self, find: Callable[[], Connection]) -> None:
        self._find = find
        self._connection = find()
        # The control app speaks plain HTTP on this computer, so no certificates need to be loaded.
        self._http = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False, verify=False)

    @property
    def code(self) -> str:
        """The code by which people find the room."""
        return self._connection.code

    @property
    def public_url(self) -> str:
        """The address that phones use."""
        return self._connection.public_url

    def state(self) -> dict[str, Any]:
        """Return the room as it is now; its keys are those of `ControlApp.what_is`."""
        state: dict[str, Any] = self.get("/state").json()
        return state

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the room's state now and after every change, through restarts of its server, for ever."""
        async with httpx.AsyncClient(timeout=SILENCE_SECONDS, trust_env=False, verify=False) as http:
            while True:
                async for state in _states(http, self._connection.control_url + "/events", self._headers):
                    yield state
                await asyncio.sleep(RETRY_SECONDS)
                self._look_again()

    def ask(self, poll: str, *, floor: int | None = None, cell: int | None = None) -> LedRun:
        """Open a run of a poll. A floor or cell above the room's own makes its result more careful."""
        return LedRun(self, self.post("/runs", {"poll": poll, "floor": floor, "cell": cell}).json()["run"])

    def run(self, number: int) -> LedRun:
        """Return a run by its number."""
        return LedRun(self, number)

    def lock_door(self) -> None:
        """Let no new page in."""
        self.post("/door", {"state": "locked"})

    def open_door(self) -> None:
        """Let new pages in."""
        self.post("/door", {"state": "open"})

    def go_to(self, section: str) -> None:
        """Move the room to a section."""
        self.post("/section", {"id": section})

    def acknowledge_pauses(self) -> None:
        """Mark the signals "I need a moment" as seen."""
        self.post("/pauses/acknowledge")

    def get(self, path: str) -> httpx.Response:
        """Ask the control app for something."""
        return self._request("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Tell the control app to do something."""
        return self._request("POST", path, body or {})

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._connection.secret}"}

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        reply = self._try(method, path, body)
        if reply is None or reply.status_code == 401:
            # The server was started anew since we last looked, with another port and another secret.
            self._look_again()
            reply = self._try(method, path, body)
        if reply is None:
            raise SetupError("The room does not answer. If it was just restarted, try again in a few seconds; if not: workshop-kit start")
        return _said_well(reply)

    def _try(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response | None:
        try:
            return self._http.request(method, self._connection.control_url + path, json=body, headers=self._headers)
        except httpx.TransportError:
            return None

    def _look_again(self) -> None:
        try:
            self._connection = self._find()
        except SetupError:
            return


def connect(find: Callable[[], Connection] = find_room) -> LedRoom:
    """Return the room that runs on this computer.

    Parameters
    ----------
    find
        Where to look for it; by default in the user's data folder.

    Raises
    ------
    SetupError
        If no room is running, or the one that was running is gone.
    """
    room = LedRoom(find)
    room.state()
    return room


def line_for(phones: int) -> httpx.AsyncClient:
    """Return a line that a number of phones can share, to be used in an ``async with``."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=phones)
    return httpx.AsyncClient(limits=limits, timeout=2 * PATIENCE_SECONDS, trust_env=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What a room page asks: the kind of poll and the values of its options, as the page has them."""

    kind: str
    options: tuple[str, ...]


class Phone:
    """One page in a room, as a program: holds a seat, keeps its own answer, survives a restart of the server.

    Parameters
    ----------
    public_url, code
        Where the room is.
    seat
        A random token of 16 to 64 letters, digits, hyphens and underscores.
    line
        What `line_for` gave; many phones may share one.
    """

    def __init__(self, public_url: str, code: str, seat: str, line: httpx.AsyncClient) -> None:
        self._base = f"{public_url}/{code}"
        self._seat = seat
        self._http = line
        self._boot: str | None = None
        self._mine: tuple[int, Mapping[str, Any] | None] | None = None
        self._sent = False
        self._turn = asyncio.Lock()

    async def take_seat(self) -> None:
        """Take the seat, or take it again."""
        await self._send("POST", "/seats", {})

    async def cast(self, run: int, answer: object) -> None:
        """Answer a run, in place of any earlier answer. If the line is broken, it is handed in as soon as the line is back."""
        self._mine, self._sent = (run, {"answer": answer}), False
        await self._hand_in()

    async def withdraw(self, run: int) -> None:
        """Take the answer to a run back, now or as soon as the line is back."""
        self._mine, self._sent = (run, None), False
        await self._hand_in()

    async def question(self) -> Question | None:
        """Return the question that the room page shows now, or None where it shows none; if the line is broken, once it is back."""
        page = _Page()
        while True:
            with suppress(httpx.TransportError):
                page.feed(_said_well(await self._http.get(self._base)).text)
                break
            await asyncio.sleep(RETRY_SECONDS)
        return Question(page.kind, tuple(page.values)) if page.kind else None

    async def pause(self) -> None:
        """Say "I need a moment"."""
        await self._send("POST", "/pause", {})

    async def result(self, run: int) -> Published:
        """Return a revealed result."""
        return Published.from_dict(_said_well(await self._http.get(f"{self._base}/runs/{run}/result.json")).json())

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the room's state now and after every change, for ever; through restarts of the server it keeps seat and answer."""
        while True:
            with suppress(httpx.TransportError):
                async for state in _states(self._http, self._base + "/events", {}):
                    await self._settle(state)
                    yield state
            await asyncio.sleep(RETRY_SECONDS)

    async def _settle(self, state: Mapping[str, Any]) -> None:
        if state["boot"] != self._boot:
            await self.take_seat()
            self._boot, self._sent = state["boot"], False
        if self._mine is not None and (state["run"], state["phase"]) == (self._mine[0], "open"):
            await self._hand_in()

    async def _hand_in(self) -> None:
        """Send the answer that this phone holds, or that it holds none; one at a time, so that no older one comes last."""
        async with self._turn:
            if self._mine is None or self._sent:
                return
            mine = run, body = self._mine
            with suppress(httpx.TransportError):
                await self._send_ballot(run, body)
                self._sent = self._mine is mine

    async def _send_ballot(self, run: int, body: Mapping[str, Any] | None) -> None:
        method = "DELETE" if body is None else "PUT"
        try:
            await self._send(method, f"/runs/{run}/ballot", body or {})
        except NotAdmitted:
            # The server has just come back and does not know the seat yet.
            await self.take_seat()
            await self._send(method, f"/runs/{run}/ballot", body or {})

    async def _send(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        _said_well(await self._http.request(method, self._base + path, json={"seat": self._seat, **body}))


class _Page(HTMLParser):
    """Reads a room page as far as a program needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.kind: str | None = None
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the ballot's kind and the value of each option."""
        given = dict(attrs)
        if given.get("id") == "ballot":
            self.kind = given.get("data-kind")
        if given.get("name") == "option":
            self.values.append(given.get("value") or "")


async def _states(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
    """Yield the states that one event stream sends, until the line breaks."""
    try:
        async with http.stream("GET", url, headers=headers, timeout=SILENCE_SECONDS) as reply:
            event = ""
            async for text in reply.aiter_lines():
                name, _, value = text.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "state":
                    yield json.loads(value)
    except httpx.TransportError:
        return


def _said_well(reply: httpx.Response) -> httpx.Response:
    """Return a reply, or raise what it says went wrong."""
    if reply.is_success:
        return reply
    try:
        sentence = str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        sentence = f"The room answered in a way that makes no sense here (status {reply.status_code}). Is another program using its port?"
    raise _FAULTS.get(reply.status_code, SetupError)(sentence)
