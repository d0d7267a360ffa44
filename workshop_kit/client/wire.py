"""The wire: how the two apps are listened to, and what their refusals mean."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import httpx

from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError, Unknown, WorkshopError

# The server sends a beat every 15 seconds; silence for longer than two means that the line is dead.
SILENCE_SECONDS: Final = 40.0
RETRY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 15.0

_FAULTS: Final[Mapping[int, type[WorkshopError]]] = {403: NotAdmitted, 404: Unknown, 409: NotNow, 413: InvalidAnswer, 422: InvalidAnswer}


async def states_of(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
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


def said_well(reply: httpx.Response) -> httpx.Response:
    """Return a reply, or raise what it says went wrong."""
    if reply.is_success:
        return reply
    try:
        sentence = str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        sentence = f"The room answered in a way that makes no sense here (status {reply.status_code}). Is another program using its port?"
    raise _FAULTS.get(reply.status_code, SetupError)(sentence)
