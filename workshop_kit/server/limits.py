"""Wires: the connections on which phones reach the room, and how much of this computer one of them may take.

* Whoever has begun to ask has to be done soon. A request that is never finished, and a wire on which nothing is ever said,
  are hung up.
* A request has only so many headers and bytes, and only so many may wait behind one another.
* There are wires enough for every seat. When they are all taken, whoever holds most of them gives up the oldest, so one
  device that takes hundreds stands in its own way and in nobody else's. There is no limit for one address: a whole
  room, or a whole webinar, may share one.

What is said on a wire is not looked at here; that is for the guard.
"""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from workshop_kit.errors import WorkshopError
from workshop_kit.server.guard import HEADERS, TOO_SLOW, UNREADABLE, refusal, whose
from workshop_kit.words.catalog import Language

# A phone on the worst of Wi-Fis sends its few hundred bytes within this; the wire is free for others soon after.
ASKING_SECONDS: Final = 15.0
MOST_HEADERS: Final = 100
# Of a head that has not ended yet: many times what browsers send.
LARGEST_HEAD: Final = 16 * 1024
# Far more than any answer, so that whoever sends too long a one is still told so before the wire is cut.
LARGEST_REQUEST: Final = 2 * 1024 * 1024
MOST_WAITING: Final = 8

# Browsers open at most six connections to one place; some people look on without a seat.
WIRES_A_SEAT: Final = 6
WIRES_FOR_OTHERS: Final = 240


class Wires:
    """All wires of the public app that are open, by the address at their far end.

    Parameters
    ----------
    most
        How many may be open at once; at least one.
    say
        The language in which a wire says why it is cut.
    asking_seconds
        How long a request may take until it has arrived as a whole.
    """

    def __init__(self, most: int, say: Language, asking_seconds: float = ASKING_SECONDS) -> None:
        self.say, self.asking_seconds = say, asking_seconds
        self.most = most
        self._number = 0
        self._open: dict[str, dict[Wire, None]] = {}

    def new(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> "Wire":
        """Return a wire for whoever is calling; uvicorn asks for one for each connection."""
        return Wire(self, config, server_state, app_state, _loop)

    def add(self, wire: "Wire") -> None:
        """Take up a wire; if that is one too many, hang up the oldest of whoever holds most."""
        self._open.setdefault(wire.address, {})[wire] = None
        self._number += 1
        if self._number > self.most:
            most_of_one: dict[Wire, None] = max(self._open.values(), key=len)
            oldest = next(iter(most_of_one))
            self.remove(oldest)
            oldest.hang_up()

    def remove(self, wire: "Wire") -> None:
        """Let go of a wire; one that has been let go of already is no matter."""
        of_the_same = self._open.get(wire.address, {})
        if wire in of_the_same:
            del of_the_same[wire]
            self._number -= 1
            if not of_the_same:
                del self._open[wire.address]


class Wire(HttpToolsProtocol):
    """One connection to the public app, spoken as uvicorn speaks it but for the limits above.

    uvicorn limits neither the time that a request takes to arrive nor the size of its head, and its own limit of connections
    refuses whoever comes last, who is mostly not the one that took too many.
    """

    def __init__(
        self,
        wires: Wires,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self._wires = wires
        self._received = 0
        self._has_head = False
        self._waited_behind: list[RequestResponseCycle] = []
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self.address = whose(self.client[0]) if self.client else ""
        self._wait()
        self._wires.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the wire."""
        self._wires.remove(self)
        self._wait_no_more()
        # uvicorn tells only the request that came last. A stream that it waited behind would go on for nobody, and for good.
        for cycle in self._waited_behind:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the request is not too large and not too slow."""
        self._received += len(data)
        if self._received > LARGEST_REQUEST:
            self.hang_up()
            return
        super().data_received(data)
        # It has been refused already, or needs no further answer.
        if self.transport.is_closing():
            return
        if self._has_too_many_headers() or (self._received > LARGEST_HEAD and not self._has_head):
            self.send_400_response(UNREADABLE)
        # Most requests arrive in one piece and need no deadline.
        elif self._received and self._deadline is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Begin to answer; too many headers, or too many requests behind one another, make the parser, which calls this, refuse the last."""
        self._has_head = True
        if self._has_too_many_headers() or len(self.pipeline) >= MOST_WAITING:
            raise ValueError
        before = self.cycle
        super().on_headers_complete()
        if before is not None and before is not self.cycle and not before.response_complete:
            self._waited_behind = [*(each for each in self._waited_behind if not each.response_complete), before]

    def on_message_complete(self) -> None:
        """Have a whole request; from here on it is the room that takes its time."""
        self._wait_no_more()
        self._received, self._has_head = 0, False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what the guard would say, where what was sent is no request at all."""
        self._refuse(HTTPStatus.BAD_REQUEST, UNREADABLE)

    def hang_up(self) -> None:
        """Cut the wire at once, whatever is still on it."""
        self.transport.abort()

    def _has_too_many_headers(self) -> bool:
        # Those that follow the body are among them; before a first request there is no list.
        return len(self.headers or ()) > MOST_HEADERS

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self._wires.asking_seconds, self._give_up)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        # A browser that opened a wire in good time, to have it ready, asked nothing and is told nothing.
        if self._received:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, code: str) -> None:
        """Say why, unless that would end up in the middle of something else, and close."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = json.dumps(refusal(WorkshopError(code), self._wires.say)).encode()
            headers = {**HEADERS, "Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
            lines = [f"HTTP/1.1 {status} {status.phrase}", *(f"{name.lower()}: {value}" for name, value in headers.items()), "", ""]
            self.transport.write("\r\n".join(lines).encode() + body)
        self.transport.close()
