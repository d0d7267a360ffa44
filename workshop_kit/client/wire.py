"""The wire: how the two apps are spoken and listened to, and what their refusals mean.

Here httpx comes in, which takes as long to import as everything else that leads a room. So this module is imported where there
is a room to speak to: whoever studies alone speaks to nobody, and does not wait for it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx

from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError, Unknown, WorkshopError
from workshop_kit.processes.connection import Connection

# The server sends a beat every 15 seconds; silence for longer than two means that the line is dead.
SILENCE_SECONDS: Final = 40.0
RETRY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 15.0

# What a refusal of ours is called; another program's may have a code too.
_CODE: Final = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
_FAULTS: Final[Mapping[int, type[WorkshopError]]] = {403: NotAdmitted, 404: Unknown, 409: NotNow, 413: InvalidAnswer, 422: InvalidAnswer}


class ControlWire:
    """The wire to the control app, also through restarts of its server.

    Parameters
    ----------
    connection
        Where the room was found.
    find
        How it is found again after a restart, which gives it another port and another secret.
    """

    def __init__(self, connection: Connection, find: Callable[[], Connection]) -> None:
        self.connection = connection
        self._find = find
        self._was_there = False
        # The control app speaks plain HTTP on this computer, so no certificates need to be loaded.
        self._http = httpx.Client(trust_env=False, verify=False)

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, patience_s: float = PATIENCE_SECONDS
    ) -> httpx.Response:
        """Return the reply to a request, or raise what the room answered, that it does not answer, or that no room is there."""
        reply = self._try(method, path, body, patience_s)
        if not _is_a_rooms(reply, path):
            # The server may have been started anew since we last looked, with another port and another secret.
            has_moved = self._look_again()
            if has_moved or not isinstance(reply, httpx.TimeoutException):
                reply = self._try(method, path, body, patience_s)
        if isinstance(reply, httpx.Response) and _is_a_rooms(reply, path):
            self._was_there = True
            return said_well(reply)
        # Whatever answers at the port of a room that is gone, or keeps silent there, is another program.
        raise SetupError("client.no_answer" if self._was_there and not isinstance(reply, httpx.Response) else "processes.no_room")

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the room's state now and after every change, for ever."""
        async with httpx.AsyncClient(timeout=SILENCE_SECONDS, trust_env=False, verify=False) as http:
            while True:
                async for state in states_of(http, self.connection.control_url + "/events", self._headers):
                    yield state
                await asyncio.sleep(RETRY_SECONDS)
                self._look_again()

    def close(self) -> None:
        """Let go of the wire."""
        self._http.close()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.connection.secret}"}

    def _try(self, method: str, path: str, body: Mapping[str, Any] | None, patience_s: float) -> httpx.Response | httpx.RequestError:
        try:
            return self._http.request(method, self.connection.control_url + path, json=body, headers=self._headers, timeout=patience_s)
        except httpx.RequestError as fault:
            return fault

    def _look_again(self) -> bool:
        """Find the room once more; return whether it is somewhere else now."""
        before = self.connection
        with suppress(SetupError):
            self.connection = self._find()
        return self.connection != before


def as_state(told: object) -> dict[str, Any] | None:
    """Return what was told if it can be the state of a room, else None."""
    return told if isinstance(told, dict) and "boot" in told and isinstance(told.get("current"), list) else None


def _is_a_rooms(reply: httpx.Response | httpx.RequestError, path: str) -> bool:
    """Return whether a reply is one that our room gives: what was asked for, or a refusal with its code."""
    # Whoever does not know the secret is not refused by our room but by another.
    if isinstance(reply, httpx.RequestError) or reply.status_code == 401:
        return False
    if reply.is_success and ".html" in path:
        return True
    try:
        told = reply.json()
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and (reply.is_success or bool(_CODE.fullmatch(str(told.get("code")))))


async def states_of(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
    """Yield the states that one event stream sends, until the line breaks."""
    try:
        async with http.stream("GET", url, headers=headers, timeout=SILENCE_SECONDS) as reply:
            event = ""
            async for text in reply.aiter_lines():
                name, _, value = text.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "state" and (state := as_state(json.loads(value))):
                    yield state
    except (httpx.RequestError, ValueError, RecursionError):
        # Broken off, or not a room's stream.
        return


def said_well(reply: httpx.Response) -> httpx.Response:
    """Return a reply, or raise what it says went wrong."""
    if reply.is_success:
        return reply
    try:
        told = reply.json()
        sentence, code = str(told["error"]), str(told.get("code", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _FAULTS.get(reply.status_code, SetupError)("client.makes_no_sense", status=reply.status_code) from None
    raise _FAULTS.get(reply.status_code, SetupError)(code or sentence, said=sentence)
