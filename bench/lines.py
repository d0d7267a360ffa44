"""Lines: phones reduced to their sockets, so that what is measured is the server and not whoever asks it.

Everything here runs in a process other than the server's, on one event loop, with requests that were made ready beforehand. A
phone's headers are those of a real one, since reading them is work for the server. No redirect is followed, nothing is retried:
whatever goes wrong ends the measurement.
"""

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar, cast

import uvloop

HERE: Final = "127.0.0.1"
# So many connections are opened at once; a whole crowd in one instant would measure the queue at the door.
AT_ONCE: Final = 100
HEADERS: Final = (
    "User-Agent: Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36\r\n"
    "Accept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Dest: empty\r\n"
)
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_REMEMBERED: Final = 4096

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a measurement on the fastest loop there is."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def request(method: str, port: int, path: str, body: object = None) -> bytes:
    """Return a request as a phone's browser sends it."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {HERE}:{port}\r\n{HEADERS}"
    if body is not None:
        head += f"Origin: http://{HERE}:{port}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


class Line(asyncio.Protocol):
    """A connection on which one request is made after another."""

    def __init__(self) -> None:
        self._reply = bytearray()
        self._answered: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> "Line":
        """Open a line."""
        _, line = await asyncio.get_running_loop().create_connection(cls, HERE, port)
        return line

    async def ask(self, asked: bytes, status: int = 200) -> bytes:
        """Send a request; return the body of its reply, which must have a certain status."""
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(asked)
        reply = await self._answered
        head, _, body = reply.partition(_END)
        if int(head[9:12]) != status:
            raise AssertionError(f"The server answered {reply[:400]!r} instead of {status}.")
        return body

    def hang_up(self) -> None:
        """Close the line."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is needed to speak."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect a reply until it is whole."""
        reply = self._reply
        reply += data
        end = reply.find(_END)
        if end < 0 or len(reply) < end + len(_END) + _length(reply, end):
            return
        self._reply = bytearray()
        assert self._answered is not None
        self._answered.set_result(bytes(reply))

    def connection_lost(self, fault: Exception | None) -> None:
        """Let nobody wait for a reply that will not come."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(fault or ConnectionResetError("The server hung up."))


class Stream(asyncio.Protocol):
    """An event stream: remembers the last of what it heard, and when something that is waited for was in it."""

    def __init__(self, asked: bytes) -> None:
        self._asked = asked
        self._latest = b""
        self._awaited: list[bytes] = []
        self._heard: asyncio.Future[float] | None = None
        self._transport: asyncio.Transport | None = None

    def hears(self, *words: bytes) -> "asyncio.Future[float]":
        """Return a future of the time at which some words, one after the other, are heard from now on, or were in what was heard last."""
        self._awaited, self._heard = [*words], asyncio.get_running_loop().create_future()
        self._look()
        return self._heard

    def hang_up(self) -> None:
        """Close the stream."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        """Look whether what is waited for has come; it may come in two pieces."""
        self._latest += data
        self._look()
        self._latest = self._latest[-_REMEMBERED:]

    def connection_lost(self, fault: Exception | None) -> None:
        """Let nobody wait for news that will not come."""
        if self._heard is not None and not self._heard.done():
            self._heard.set_exception(fault or ConnectionResetError("The server ended the stream."))

    def _look(self) -> None:
        if self._heard is None or self._heard.done():
            return
        while self._awaited:
            _, found, after = self._latest.partition(self._awaited[0])
            if not found:
                return
            self._latest = after
            del self._awaited[0]
        self._latest = b""
        self._heard.set_result(time.perf_counter())


async def crowd(port: int, path: str, phones: int, first: bytes = b"retry") -> list[Stream]:
    """Open event streams for a number of phones; return them when each has heard its first words."""
    asked = request("GET", port, path)
    streams: list[Stream] = []
    for _ in range(0, phones, AT_ONCE):
        streams += await asyncio.gather(*(_stream(port, asked, first) for _ in range(min(AT_ONCE, phones - len(streams)))))
    return streams


async def each_in_turn(port: int, asked: Sequence[bytes], status: int, lines: int = 16) -> list[float]:
    """Send requests over a few lines, as fast as they are answered; return how long each took, in seconds."""
    taken: list[float] = []
    waiting = iter(asked)

    async def send() -> None:
        line = await Line.to(port)
        for one in waiting:
            began = time.perf_counter()
            await line.ask(one, status)
            taken.append(time.perf_counter() - began)
        line.hang_up()

    await asyncio.gather(*(send() for _ in range(lines)))
    return taken


async def gone(streams: Sequence[Stream]) -> None:
    """Hang up all streams, and give the server a moment to notice."""
    for stream in streams:
        stream.hang_up()
    await asyncio.sleep(0.3)


async def _stream(port: int, asked: bytes, first: bytes) -> Stream:
    _, stream = await asyncio.get_running_loop().create_connection(lambda: Stream(asked), HERE, port)
    await stream.hears(first)
    return stream


def _length(reply: bytearray, end: int) -> int:
    at = reply.find(_LENGTH, 0, end)
    if at < 0:
        return 0
    at += len(_LENGTH)
    return int(reply[at : reply.find(b"\r\n", at)])
