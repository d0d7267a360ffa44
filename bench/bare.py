"""The bare thing: the least that could be called a server for a poll, on Starlette and uvicorn.

It keeps nothing, checks nothing and protects nobody. It parses a ballot and says 204; it holds event streams open and repeats to
them what it is told; it serves an empty page with a button. What the kit costs is measured beside it.

Run as a program it prints its port and serves until it is ended.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

# The kit's own, so that the two servers cannot come to be set up differently.
from workshop_kit.processes.listening import listen
from workshop_kit.server.house import listener

EMPTY_PAGE = "<!doctype html><html lang=en><title>Empty</title><link rel=icon href=data:,><button>usable</button>"


class BareApp:
    """One route for each thing that is compared."""

    def __init__(self) -> None:
        self._message = b""
        self._woken = asyncio.Event()

    def app(self) -> Starlette:
        """Return the app, without any middleware."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/ballot", self.ballot, methods=["PUT"]),
                Route("/events", self.events),
                Route("/tell", self.tell, methods=["POST"]),
            ]
        )

    async def page(self, _request: Request) -> Response:
        """Send the empty page."""
        return HTMLResponse(EMPTY_PAGE)

    async def ballot(self, request: Request) -> Response:
        """Parse a ballot and drop it."""
        json.loads(await request.body())
        return Response(status_code=204)

    async def events(self, _request: Request) -> Response:
        """Open an event stream."""
        return StreamingResponse(self._messages(), media_type="text/event-stream")

    async def tell(self, request: Request) -> Response:
        """Repeat a message to every stream."""
        self._message = b"data: " + await request.body() + b"\n\n"
        self._woken.set()
        self._woken.clear()
        return Response(status_code=204)

    async def _messages(self) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        while True:
            await self._woken.wait()
            yield self._message


async def _serve() -> None:
    listening = listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    await listener(BareApp().app()).serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(_serve())
