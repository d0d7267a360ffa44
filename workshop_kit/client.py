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
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import httpx

from workshop_kit.connection import Connection, find_room
from workshop_kit.disclosure import Comparison, Published, compare
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError, Unknown, WorkshopError
from workshop_kit.moderation import Decision, Line
from workshop_kit.polls import Poll

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workshop_kit.charts import Size, Style

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
            No rows where nothing is shown. What a row and its columns are depends on the kind of poll.

            ``single``, ``multi``, ``scale``, ``slider``: a row is one shown bucket of answers, in the order of the poll.
            Columns: `answer` (str, its label), `people` (nullable integer, missing where only a band is shown), `band` (str
            or None), `fewest` and `most` (integers, people; equal where the number is exact).

            ``rank``: a row is one option, in the order of the group. Columns: `answer` (str, its label), `place` (integer, 1
            is best; options that are level share the best place of their level), `mean_place` (float, missing where not
            told), `first_choices` (nullable integer, people who put it first; missing where not told for it alone).

            ``text``: a row is one line. Column: `text` (str).
        """
        import pandas as pd

        from workshop_kit import charts

        if self.poll.kind == "text":
            return pd.DataFrame({"text": pd.Series(self.texts, dtype="str")})
        if self.poll.kind == "rank":
            ranked = pd.DataFrame(
                [(each.label, each.best, each.mean, each.first_alone) for each in charts.standings(self)],
                columns=["answer", "place", "mean_place", "first_choices"],
            )
            return ranked.astype({"place": "int64", "mean_place": "float64", "first_choices": "Int64"})
        frame = pd.DataFrame(
            [(each.label, each.count, each.band, each.fewest, each.most) for each in self.buckets],
            columns=["answer", "people", "band", "fewest", "most"],
        )
        return frame.astype({"people": "Int64", "fewest": "int64", "most": "int64"})

    def figure(self, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> Figure:
        """Return the result's chart as a matplotlib figure; see `workshop_kit.charts.figure`."""
        from workshop_kit import charts

        return charts.figure(self, dark=dark, size=size, style=style)

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

    def ask_again(self) -> LedRun:
        """Ask the closed run's poll once more, with the same care, to show the two results side by side."""
        result = self.result()
        asked = {"poll": result.poll.id, "floor": result.policy.floor, "cell": result.policy.cell, "before": self.number}
        return LedRun(self.room, self.room.post("/runs", asked).json()["run"])

    def lines(self) -> list[Line]:
        """Return the lines of a closed poll in people's own words, until they are published."""
        lines = self.room.get(f"/runs/{self.number}/lines").json()["lines"]
        return [Line(**{**line, "flags": tuple(line["flags"])}) for line in lines]

    def decide(self, line: int, decision: Decision, words: str | None = None) -> None:
        """Let a line through (``approve``), replace its `words` (``rewrite``), or leave it out (``decline``)."""
        self.room.post(f"/runs/{self.number}/lines/{line}", {"decision": decision, "words": words})

    def publish_lines(self) -> None:
        """Publish the lines that were let through; the others are dropped."""
        self.room.post(f"/runs/{self.number}/publish")

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
        return Result.from_dict(self.room.get(f"/runs/{self.number}/result.json").json())

    def result_html(self, *, stacked: bool = False) -> str:
        """Return the result as phones show it: a piece of HTML with chart, table and note; a scale also in the plain style."""
        return self.room.get(f"/runs/{self.number}/result.html{'?style=stacked' if stacked else ''}").text


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

    def ask_together(self, *polls: str) -> list[LedRun]:
        """Open a run of each of several polls, to be answered on one page and at one's own pace."""
        return [LedRun(self, number) for number in self.post("/runs", {"polls": polls}).json()["runs"]]

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

    def show_on_stage(self, scene: str) -> None:
        """Tell the stage what to show: ``follow`` (whatever the room does), ``welcome``, ``section``, ``break`` or ``closing``."""
        self.post("/stage", {"show": scene})

    def set_timer(self, minutes: float | None) -> None:
        """Let a timer run on the stage, or take it away. It is a hint: when it ends, nothing closes by itself."""
        self.post("/timer", {"minutes": minutes})

    def acknowledge_pauses(self) -> None:
        """Mark the signals "I need a moment" as seen."""
        self.post("/pauses/acknowledge")

    def close(self) -> None:
        """Let go of the line to the room; the room itself goes on."""
        self._http.close()

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
    """What a room page asks: the kind of poll and the values of its options, as the page has them, and its words for people."""

    kind: str
    options: tuple[str, ...]
    labels: tuple[str, ...] = ()
    words: str = ""
    hint: str | None = None
    low: str | None = None
    high: str | None = None

    def as_poll(self) -> Poll:
        """Return the question as a poll; what a page does not tell, such as its intensity, is not in it."""
        ids = [int(each) if self.kind == "scale" else each for each in self.options]
        options = [{"id": each, "label": label} for each, label in zip(ids, self.labels, strict=True)]
        said = {"question": self.words, "hint": self.hint, "low": self.low, "high": self.high}
        return Poll.from_dict({"id": "asked", "kind": self.kind, "options": options, **said})


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
    lost
        Called whenever the line to the room breaks; the next state tells that it is back.
    """

    def __init__(self, public_url: str, code: str, seat: str, line: httpx.AsyncClient, lost: Callable[[], None] = lambda: None) -> None:
        self._base = f"{public_url}/{code}"
        self._seat = seat
        self._http = line
        self._lost = lost
        self._boot: str | None = None
        self._mine: dict[int, Mapping[str, Any] | None] = {}
        self._sent: set[int] = set()
        self._turn = asyncio.Lock()

    async def take_seat(self) -> None:
        """Take the seat, or take it again."""
        await self._send("POST", "/seats", {})

    async def cast(self, run: int, answer: object) -> None:
        """Answer a run, in place of any earlier answer. If the line is broken, it is handed in as soon as the line is back."""
        await self._keep(run, {"answer": answer})

    async def withdraw(self, run: int) -> None:
        """Take the answer to a run back, now or as soon as the line is back."""
        await self._keep(run, None)

    def has_answered(self, run: int) -> bool:
        """Whether this phone holds an answer to a run that is open, or whose lines are being read."""
        return self._mine.get(run) is not None

    def holds_back(self, run: int) -> bool:
        """Whether an answer, or that it was taken back, has not reached the room yet; it is handed in when the line is back."""
        return run in self._mine and run not in self._sent

    async def questions(self) -> Mapping[int, Question]:
        """Return the questions that the room page shows now, by their runs; if the line is broken, once it is back."""
        return {run: asked.question() for run, asked in (await self._page()).asked.items()}

    async def is_rehearsal(self) -> bool:
        """Return whether the room page says that some of the people in the room are simulated."""
        return (await self._page()).is_rehearsal

    async def pause(self) -> None:
        """Say "I need a moment"."""
        try:
            await self._send("POST", "/pause", {})
        except httpx.TransportError:
            raise SetupError("That did not go through. Please try again in a moment.") from None

    async def result(self, run: int) -> Published:
        """Return a revealed result; if the line is broken, once it is back."""
        return Published.from_dict((await self._get(f"/runs/{run}/result.json")).json())

    async def comparison(self, run: int) -> Comparison | None:
        """Return a revealed result beside the earlier one with which it is compared; None where it is not."""
        try:
            both = (await self._get(f"/runs/{run}/comparison.json")).json()
        except Unknown:
            return None
        return compare(Published.from_dict(both["before"]), Published.from_dict(both["after"]))

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the room's state now and after every change, for ever; through restarts of the server it keeps seat and answer."""
        while True:
            with suppress(httpx.TransportError):
                async for state in _states(self._http, self._base + "/events", {}):
                    await self._settle(state)
                    yield state
            self._lost()
            await asyncio.sleep(RETRY_SECONDS)

    async def _page(self) -> _Page:
        page = _Page()
        page.feed((await self._get("")).text)
        return page

    async def _get(self, path: str) -> httpx.Response:
        while True:
            with suppress(httpx.TransportError):
                return _said_well(await self._http.get(self._base + path))
            self._lost()
            await asyncio.sleep(RETRY_SECONDS)

    async def _settle(self, state: Mapping[str, Any]) -> None:
        if state["boot"] != self._boot:
            await self.take_seat()
            self._boot = state["boot"]
            self._sent.clear()
        phases = {each["run"]: each["phase"] for each in state["current"]}
        # A line that is being read is kept: if the server falls over meanwhile, it asks for it again.
        self._mine = {run: body for run, body in self._mine.items() if phases.get(run) in ("open", "reading")}
        for run in self._mine:
            if phases[run] == "open":
                # It may have been closed since this was told.
                with suppress(NotNow):
                    await self._hand_in(run)

    async def _keep(self, run: int, body: Mapping[str, Any] | None) -> None:
        self._mine[run] = body
        self._sent.discard(run)
        await self._hand_in(run)

    async def _hand_in(self, run: int) -> None:
        """Send the answer that this phone holds, or that it holds none; one at a time, so that no older one comes last."""
        async with self._turn:
            if run not in self._mine or run in self._sent:
                return
            body = self._mine[run]
            with suppress(httpx.TransportError):
                await self._send_ballot(run, body)
                if self._mine.get(run) is body:
                    self._sent.add(run)

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


@dataclass(slots=True)
class _Asked:
    """A question while its page is being read; every text is a list of the pieces in which it came."""

    kind: str
    options: list[str] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    hint: list[str] = field(default_factory=list)
    ends: list[list[str]] = field(default_factory=list)

    def question(self) -> Question:
        # The words for both ends stand behind the numbers that they explain: "0: calm", "10: stirred up".
        low, high = [_one_line(end).partition(": ")[2] for end in self.ends] or (None, None)
        labels = tuple(_one_line(label) for label in self.labels)
        return Question(self.kind, tuple(self.options), labels, _one_line(self.words), _one_line(self.hint) or None, low, high)


class _Page(HTMLParser):
    """Reads a room page as far as a program needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[int, _Asked] = {}
        self.is_rehearsal = False
        self._text: list[str] = []
        self._ends_with = ""
        self._is_at_ends = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note each ballot's run and kind, the value of each of its options, and where the words for people begin."""
        given = {name: value or "" for name, value in attrs}
        self.is_rehearsal |= given.get("class") == "simulated"
        if tag == "form" and "data-kind" in given:
            self.asked[int(given["data-run"])] = _Asked(given["data-kind"])
        if not self.asked:
            return
        *_, asked = self.asked.values()
        if given.get("name") == "option" or "data-option" in given:
            asked.options.append(given.get("data-option") or given.get("value") or "")
        elif tag == "legend":
            self._read(asked.words, tag)
        elif given.get("id", "").startswith("hint-"):
            self._read(asked.hint, tag)
        elif tag == "p":
            self._is_at_ends = given.get("class") == "ends"
        elif tag == "span" and self._is_at_ends:
            asked.ends.append([])
            self._read(asked.ends[-1], tag)
        elif tag == "span" and len(asked.labels) < len(asked.options):
            asked.labels.append([])
            self._read(asked.labels[-1], tag)

    def handle_endtag(self, tag: str) -> None:
        """Stop reading words where their element ends."""
        if tag == self._ends_with:
            self._text, self._ends_with = [], ""
        self._is_at_ends &= tag != "p"

    def handle_data(self, data: str) -> None:
        """Read on."""
        self._text.append(data)

    def _read(self, into: list[str], until: str) -> None:
        self._text, self._ends_with = into, until


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


def _one_line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _said_well(reply: httpx.Response) -> httpx.Response:
    """Return a reply, or raise what it says went wrong."""
    if reply.is_success:
        return reply
    try:
        sentence = str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        sentence = f"The room answered in a way that makes no sense here (status {reply.status_code}). Is another program using its port?"
    raise _FAULTS.get(reply.status_code, SetupError)(sentence)
