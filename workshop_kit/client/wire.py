"""The wire: how the two apps are spoken and listened to, and what their refusals mean.

Here httpx comes in, which takes as long to import as everything else that leads a room. So this module is imported where there
is a room to speak to: whoever studies alone speaks to nobody, and does not wait for it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import httpx

from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError, Unknown, WorkshopError
from workshop_kit.processes.connection import Connection

# The server sends a beat every 15 seconds; silence for longer than two means that the line is dead.
SILENCE_SECONDS: Final = 40.0
RETRY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 15.0

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
        # The control app speaks plain HTTP on this computer, so no certificates need to be loaded.
        self._http = httpx.Client(trust_env=False, verify=False)

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, patience_s: float = PATIENCE_SECONDS
    ) -> httpx.Response:
        """Return the reply to a request, or raise what the room answered, or that it does not answer."""
        reply = self._try(method, path, body, patience_s)
        if reply is None or reply.status_code == 401:
            # The server was started anew since we last looked, with another port and another secret.
            self._look_again()
            reply = self._try(method, path, body, patience_s)
        if reply is None:
            raise SetupError("client.no_answer")
        return said_well(reply)

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

    def _try(self, method: str, path: str, body: Mapping[str, Any] | None, patience_s: float) -> httpx.Response | None:
        try:
            return self._http.request(method, self.connection.control_url + path, json=body, headers=self._headers, timeout=patience_s)
        except httpx.TransportError:
            return None

    def _look_again(self) -> None:
        try:
            self.connection = self._find()
        except SetupError:
            return


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
        told = reply.json()
        sentence, code = str(told["error"]), str(told.get("code", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _FAULTS.get(reply.status_code, SetupError)("client.makes_no_sense", status=reply.status_code) from None
    raise _FAULTS.get(reply.status_code, SetupError)(code or sentence, said=sentence)
