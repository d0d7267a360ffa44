"""News: how every open page learns that the room has changed, by server-sent events.

There is one current message, and every stream that has not sent it yet is woken to send it. Nothing is queued: a phone
that was asleep gets the state as it is, not the states it missed. A stream costs one waiting coroutine.

Where the page looks different in a new state, the page goes along with the news, so that a thousand phones need not all ask
for it in the same instant. A stream that begins tells the state alone: the page that opened it has just been sent.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

# The page's own watchdog waits for two beats and a bit before it believes the line dead.
BEAT_SECONDS: Final = 15
_BEAT: Final = b"event: beat\ndata:\n\n"
# Spread over some seconds by each browser's own delay, thirty phones do not return in the same instant.
_RETRY: Final = b"retry: 1000\n\n"


class _Stream(StreamingResponse):
    """A stream that says to HEAD only what it would be: to send nothing for ever would hold the line and a coroutine."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body"})
        else:
            await super().__call__(scope, receive, send)


class News:
    """The latest state of a room, told to everyone who listens."""

    def __init__(self) -> None:
        self._state = b""
        self._message = b""
        self._woken = asyncio.Event()
        self._over = False

    def tell(self, state: Mapping[str, Any], page: str | None = None) -> None:
        """Make a state the current one; wake the listeners if it or the page differs from before, to tell it and how the page looks in it."""
        told = _event("state", state)
        if told != self._state or page is not None:
            self._state = told
            self._message = told if page is None else _event("page", page) + told
            self.beat()

    def beat(self) -> None:
        """Wake every listener, so that each knows its line is alive."""
        self._woken.set()
        self._woken.clear()

    def stop(self) -> None:
        """End every stream."""
        self._over = True
        self.beat()

    def stream(self) -> StreamingResponse:
        """Return an event stream: the current state at once, then every change, and beats between."""
        return _Stream(self._messages(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _messages(self) -> AsyncIterator[bytes]:
        sent = self._message
        yield _RETRY + self._state
        while True:
            if sent is self._message:
                await self._woken.wait()
            if self._over:
                return
            yield _BEAT if sent is self._message else self._message
            sent = self._message


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
