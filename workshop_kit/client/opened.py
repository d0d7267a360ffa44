"""Waiting for a room whose server has just been started."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from workshop_kit.client.led import LedRoom, connect
from workshop_kit.errors import SetupError
from workshop_kit.processes.children import READY_SECONDS, Child
from workshop_kit.processes.connection import Connection, find_room


async def opened_room(server: Child, find: Callable[[], Connection] = find_room) -> LedRoom:
    """Wait until a room server that was started has opened its room; return the room.

    Raises
    ------
    SetupError
        If the server ends instead, or takes too long.
    """
    for _ in range(int(READY_SECONDS * 10)):
        await asyncio.sleep(0.1)
        if not server.is_running:
            await server.ended()
            raise SetupError("client.not_opened", said=server.last_words)
        with suppress(SetupError):
            # A room that somebody else opened at the same moment is not led from here.
            if find().process == server.pid:
                return connect(find)
    raise SetupError("client.not_opened_in_time")
