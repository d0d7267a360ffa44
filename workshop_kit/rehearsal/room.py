"""A room to rehearse in, for as long as whoever asked for it holds the line: ``python -m workshop_kit.rehearsal.room``.

The cockpit starts it, reads from its first line of output in which folder the room is to be found, and lets go of its input
to end it. So it also ends when the cockpit's kernel is killed; and it leaves nothing behind, because all of it lives in a
folder that goes with it.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from workshop_kit import material
from workshop_kit.client import LedRoom
from workshop_kit.client.opened import opened_room
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.addresses import LOOPBACK
from workshop_kit.processes.children import Child
from workshop_kit.processes.connection import find_room
from workshop_kit.rehearsal.group import Group
from workshop_kit.room.opening import SEATS
from workshop_kit.words.catalog import Language, language


@asynccontextmanager
async def rehearsed(group: Group, *options: str) -> AsyncIterator[tuple[Path, LedRoom, Child, asyncio.Task[None]]]:
    """Open a room with a simulated group, of which nothing is left; yield its folder, the room, its server and the group's sitting."""
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_rehearsal_")))
        arguments = [
            "--folder",
            str(folder),
            "--port",
            "0",
            "--seats",
            str(max(SEATS, group.people)),
            "--heads",
            str(group.people),
            "--simulated",
            *options,
        ]
        server = Child("workshop_kit.server", arguments, {})
        closing.push_async_callback(server.stop)
        await server.start()
        room = await opened_room(server, lambda: find_room(lambda: folder))
        sitting = asyncio.create_task(group.take_part(room.public_url, room.code))
        closing.callback(sitting.cancel)
        yield folder, room, server, sitting


def main() -> None:
    """Open the room, and close it when the input ends."""
    parser = argparse.ArgumentParser(prog="python -m workshop_kit.rehearsal.room", description="A room with simulated people.")
    parser.add_argument("--people", type=int, default=12, help="how many simulated people take part (default: 12)")
    parser.add_argument("--host", default=LOOPBACK, help="address on which phones reach the room (default: this computer only)")
    options = parser.parse_args()
    say = language()
    try:
        say = language(material.read().language)
        asyncio.run(_rehearse(options.people, options.host, say))
    except WorkshopError as fault:
        print(say.error(fault), file=sys.stderr)
        sys.exit(2)


async def _rehearse(people: int, host: str, say: Language) -> None:
    group = Group(people, say)
    async with rehearsed(group, "--host", host) as (folder, _, server, sitting):
        ends = [sitting, asyncio.create_task(_let_go()), asyncio.create_task(server.ended())]
        # Once everyone is there, one press on the door counts them.
        await asyncio.wait([*ends, asyncio.create_task(group.seated())], return_when=asyncio.FIRST_COMPLETED)
        print(folder, flush=True)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)


async def _let_go() -> None:
    """Wait until the input ends; not in a thread, which could not be called off when the room falls over first."""
    given = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(given), sys.stdin)
    await given.read()


if __name__ == "__main__":
    main()
