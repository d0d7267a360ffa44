"""Phones: pages of a room, as programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from workshop_kit.client.wire import PATIENCE_SECONDS, RETRY_SECONDS, said_well, states_of
from workshop_kit.disclosure import Comparison, Published, compare
from workshop_kit.errors import NotAdmitted, NotNow, SetupError, Unknown
from workshop_kit.memory.seats import DRAWN_SEAT
from workshop_kit.polls import Poll


def line_for(phones: int) -> httpx.AsyncClient:
    """Return a line that a number of phones can share, to be used in an ``async with``."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=phones)
    return httpx.AsyncClient(limits=limits, timeout=2 * PATIENCE_SECONDS, trust_env=False)


class Phone:
    """One page in a room, as a program: holds a seat, keeps its own answer, survives a restart of the server.

    Parameters
    ----------
    public_url, code
        Where the room is.
    seat
        A random token of 16 to 64 letters, digits, hyphens and underscores; or a seat card, which opens its own seat.
    line
        What `line_for` gave; many phones may share one.
    lost
        Called whenever the line to the room breaks; the next state tells that it is back.
    ticket
        What the room gave for that seat earlier, where it did.
    """

    def __init__(
        self,
        public_url: str,
        code: str,
        seat: str,
        line: httpx.AsyncClient,
        lost: Callable[[], None] = lambda: None,
        ticket: str | None = None,
    ) -> None:
        self._base = f"{public_url}/{code}"
        self._seat = seat
        self._http = line
        self._lost = lost
        self._ticket = ticket
        self._round: tuple[str, int] | None = None
        self._mine: dict[int, Mapping[str, Any] | None] = {}
        self._sent: set[int] = set()
        self._turn = asyncio.Lock()

    @property
    def seat(self) -> tuple[str, str | None]:
        """The seat, and the ticket that brings it back."""
        return self._seat, self._ticket

    async def take_seat(self) -> None:
        """Take the seat, or take it again.

        Raises
        ------
        NotAdmitted, InvalidAnswer
            If the room does not let this phone in, or the card is none of its own.
        """
        shown = {"seat": self._seat, "ticket": self._ticket} if DRAWN_SEAT.fullmatch(self._seat) else {"card": self._seat}
        told = said_well(await self._http.post(self._base + "/seats", json=shown)).json()
        self._seat, self._ticket = told.get("seat", self._seat), told["ticket"]

    async def leave_seat(self) -> None:
        """Give the seat up, and what was answered from it to a poll that is open."""
        self._mine.clear()
        try:
            with suppress(NotAdmitted):
                await self._send("DELETE", "/seats", {})
        except httpx.TransportError:
            raise SetupError("client.did_not_go_through") from None

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

    async def questions(self) -> Mapping[int, Poll]:
        """Return the polls that are open now, by their runs; if the line is broken, once it is back."""
        return {each["run"]: Poll.from_dict(each["poll"]) for each in (await self._get("/now.json")).json()["open"]}

    async def about(self) -> Mapping[str, bool]:
        """Return about the people in the room whether some are `simulated`, and whether it `counts_heads`."""
        told = (await self._get("/now.json")).json()
        return {name: told[name] for name in ("simulated", "counts_heads")}

    async def pause(self) -> None:
        """Say "I need a moment"."""
        try:
            await self._send("POST", "/pause", {})
        except httpx.TransportError:
            raise SetupError("client.did_not_go_through") from None

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

    async def states(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the room's state now and after every change, for ever; through restarts of the server it keeps seat and answer."""
        while True:
            with suppress(httpx.TransportError):
                async for state in states_of(self._http, self._base + "/events", {}):
                    await self._settle(state)
                    yield state
            self._lost()
            await asyncio.sleep(RETRY_SECONDS)

    async def _get(self, path: str) -> httpx.Response:
        while True:
            with suppress(httpx.TransportError):
                return said_well(await self._http.get(self._base + path))
            self._lost()
            await asyncio.sleep(RETRY_SECONDS)

    async def _settle(self, state: Mapping[str, Any]) -> None:
        phases = {each["run"]: each["phase"] for each in state["current"]}
        # A line that is being read is kept: if the server falls over meanwhile, it asks for it again.
        self._mine = {run: body for run, body in self._mine.items() if phases.get(run) in ("open", "reading", "sealed")}
        told = state["boot"], state["round"]
        if told != self._round:
            await self.take_seat()
            self._round = told
            self._sent.clear()
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
        said_well(await self._http.request(method, self._base + path, json={"seat": self._seat, **body}))
