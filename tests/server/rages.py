"""Rages: what one hostile device does as fast as it can, in a process of its own that loads nothing but Python.

``python -m tests.server.rages KIND HOST PORT CODE NUMBER HERE`` opens so many wires from an address of its own to a room, says
"raging" once each of them has been open, and goes on until it is killed. Tests start it with `tests.server.hostile.rage`.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

_CHANCE: Final = Random(13)


def _request(method: str, path: str, body: bytes = b"", length: int = 0) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {length or len(body)}\r\n\r\n"
    return head.encode() + body


# What is sent over each wire, given the code of the room: a head or a body that never ends, a megabyte, a stream that is kept,
# one code after the other, one seat after the other, and the largest page, which is put together anew each time.
RAGES: Final[dict[str, Callable[[str], bytes]]] = {
    "half_open": lambda code: f"GET /{code} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ".encode(),
    "slow_bodies": lambda code: _request("PUT", f"/{code}/runs/1/ballot", length=4000),
    "large_bodies": lambda code: _request("PUT", f"/{code}/runs/1/ballot", b" " * 1_000_000),
    "streams": lambda code: _request("GET", f"/{code}/events"),
    "guesses": lambda code: _request("GET", "/" + "".join(_CHANCE.choices("ABCDEFGHJKMNPQRSTUVWXYZ", k=6))),
    "seat_flood": lambda code: _request("POST", f"/{code}/seats", b'{"seat": "%s"}' % _CHANCE.randbytes(16).hex().encode()),
    "pages": lambda code: _request("GET", f"/{code}/cards?seats=200"),
}


async def rage(kind: str, host: str, port: str, code: str, number: str, here: str) -> None:
    """Do one bad thing on a number of wires, again and again."""
    under_way = asyncio.Semaphore(0)

    async def once() -> None:
        reader, writer = await asyncio.open_connection(host, port, local_addr=(here, 0))
        under_way.release()
        try:
            writer.write(RAGES[kind](code))
            while kind == "slow_bodies" and not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.2)
            await reader.read()
        finally:
            writer.close()

    async def again_and_again() -> None:
        while True:
            with suppress(OSError):
                await once()
            # Whoever is hung up on calls again, but not so fast that this device does nothing else.
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(int(number)):
            tasks.create_task(again_and_again())
        for _ in range(int(number)):
            await under_way.acquire()
        print("raging", flush=True)


if __name__ == "__main__":
    asyncio.run(rage(*sys.argv[1:]))
