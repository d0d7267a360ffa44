"""The guard at the door of both apps: who may ask, how much they may send, and what every reply carries.

* A request must be addressed to this computer by number or by a name it owns. A page elsewhere whose name was bent to
  point here (DNS rebinding) gives itself away by that name.
* A page from another origin may look at nothing and change nothing.
* A body is small or it is refused.
* Nothing is logged but the place in our own code where an error arose: never a message, which could quote an answer.
"""

import hmac
import ipaddress
import json
import logging
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, PolicyTooLow, SetupError, Unknown, WorkshopError
from workshop_kit.server import pages
from workshop_kit.words.catalog import Language

LARGEST_BODY: Final = 4096
# No address of the room is half as long, and Python reads no number of more than some thousand digits.
LONGEST_PATH: Final = 256
# A host's name has at most 253 signs (RFC 1035); with scheme and port it is still shorter than this.
LONGEST_NAME: Final = 300
# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port, and nothing else.
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]@/]+))(?::[0-9]{1,5})?")
SAFE_METHODS: Final = ("GET", "HEAD")
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_RAW_HEADERS: Final = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
_HEEDED: Final = (b"host", b"origin", b"sec-fetch-site")
# More ways of being welcome than browsers in one room can have.
MOST_REMEMBERED: Final = 64
STATUSES: Final[Mapping[type[WorkshopError], int]] = {
    InvalidAnswer: 422,
    PolicyTooLow: 422,
    NotNow: 409,
    NotAdmitted: 403,
    Unknown: 404,
    SetupError: 503,
}

NOWHERE: Final = "server.nowhere"
UNREADABLE: Final = "server.unreadable"
TOO_SLOW: Final = "server.too_slow"

log = logging.getLogger("workshop_kit.server")


class BodyTooLarge(WorkshopError):
    """A request's body is larger than any answer could be."""


class TooManyGuesses(WorkshopError):
    """An address has tried too many room codes that do not exist."""


class Guard:
    """Wraps an app: refuses strangers, adds the headers of a careful server, and keeps errors quiet.

    Parameters
    ----------
    app
        The app within.
    names
        Host names that mean this computer. Numeric addresses always do.
    say
        The language in which it refuses.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str], say: Language) -> None:
        self._app = app
        self._say = say
        self._names = names | {"localhost"}
        self._welcome: set[tuple[object, ...]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                # No reply of ours gives a header twice.
                message["headers"] = [*(_RAW_HEADERS | dict(message["headers"])).items()]
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self._app)(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except Exception as fault:
            log.error("An error of our own: %s", _where(fault))
            if not started:
                await refused("server.fault", self._say, 500, scope)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        if len(scope["path"]) > LONGEST_PATH:
            return refused(NOWHERE, self._say, 404, scope)
        heeded = [each for each in scope["headers"] if each[0] in _HEEDED]
        asked = (scope["scheme"], scope["method"], *heeded)
        # A whole room sends the same; who was welcome with it is welcome again.
        if asked in self._welcome:
            return None
        if any(len(value) > LONGEST_NAME for _, value in heeded):
            return refused(UNREADABLE, self._say, 400, scope)
        refusal = self._refusal_of(scope)
        if refusal is None and len(self._welcome) < MOST_REMEMBERED:
            self._welcome.add(asked)
        return refusal

    def _refusal_of(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        # With two of them, the one that is looked at need not be the one that a browser meant.
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._means_us(_name(host)):
            return refused("server.other_host", self._say, 400, scope)
        origin = headers.get("origin")
        foreign = origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower()
        if foreign or (headers.get("sec-fetch-site") == "cross-site" and scope["method"] not in SAFE_METHODS):
            return refused("server.other_page", self._say, 403, scope)
        return None

    def _means_us(self, name: str) -> bool:
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name.lower() in self._names
        return True


class Secret:
    """Wraps an app: only a request that carries the room's secret gets through."""

    def __init__(self, app: ASGIApp, secret: str, say: Language) -> None:
        self._app = app
        self._say = say
        self._expected = f"Bearer {secret}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                await refused("server.no_secret", self._say, 401, scope)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Guesses:
    """Counts wrong room codes and cards for each address, in memory, and stops an address that keeps guessing.

    An address that is spent is told the same of every code, right or wrong: a reply that is different would be a free try.

    Parameters
    ----------
    clock
        Seconds on any steady clock.

    References
    ----------
    Ten in a row and then one every six seconds lets a whole table mistype and leaves a guesser some 14,400 tries a day
    against 31^6, or 887 million, codes. Our own choice; a room on one shared address would still get in while someone
    mistypes.
    """

    BURST: Final = 10
    SECONDS_EACH: Final = 6.0
    MOST_ADDRESSES: Final = 10_000

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._spent_until: dict[str, float] = {}

    def are_spent(self, address: str) -> bool:
        """Return whether an address has guessed too often, and has not rested yet."""
        return self._spent_until.get(whose(address), 0.0) - self._clock() > (self.BURST - 1) * self.SECONDS_EACH

    def forgive(self, address: str) -> None:
        """Begin anew with an address."""
        self._spent_until.pop(whose(address), None)

    def wrong(self, address: str) -> None:
        """Note one wrong code, or one wrong card."""
        address, now = whose(address), self._clock()
        if len(self._spent_until) >= self.MOST_ADDRESSES:
            self._spent_until = {each: until for each, until in self._spent_until.items() if until > now}
        # However much is sent at once, an address has rested after a minute.
        until = max(now, self._spent_until.get(address, 0.0)) + self.SECONDS_EACH
        self._spent_until[address] = min(until, now + self.BURST * self.SECONDS_EACH)


async def body_of(request: Request) -> Mapping[str, Any]:
    """Return the JSON object that a request carries; it may be asked for more than once.

    Raises
    ------
    BodyTooLarge
        If it is larger than 4096 bytes.
    InvalidAnswer
        If it is no JSON object.
    """
    if hasattr(request.state, "content"):
        return cast(Mapping[str, Any], request.state.content)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge("server.too_large")
    try:
        content = json.loads(body.decode())
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise InvalidAnswer(UNREADABLE)
    request.state.content = content
    return content


def whose(address: str) -> str:
    """Return the address under which a device is counted.

    Of an IPv6 address that is its first half, since a device may change the second as it likes (RFC 8981).
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if number.version == 4 or number.ipv4_mapped:
        return str(number)
    return str(ipaddress.ip_network((int(number) >> 64 << 64, 64)))


def refused(code: str, say: Language, status: int, scope: Scope) -> Response:
    """Return a refusal: on a page for a person, which leads nowhere, and otherwise as data, its code and its sentence."""
    told, request = refusal(WorkshopError(code), say), Request(scope)
    if "text/html" in request.headers.get("accept", ""):
        return pages.page("error.html", say, sentence=told["error"], again=False).reply(request, status)
    return JSONResponse(told, status)


def refusal(fault: Exception, say: Language) -> dict[str, str]:
    """Return what is said of a fault: its code, and its sentence. One that is not the kit's own is an address where nothing is."""
    error = fault if isinstance(fault, WorkshopError) else WorkshopError(NOWHERE)
    return {"error": say.error(error), "code": error.code}


def status_of(fault: Exception) -> int:
    """Return the HTTP status that says whose fault a fault is."""
    if isinstance(fault, HTTPException):
        return fault.status_code
    if isinstance(fault, BodyTooLarge):
        return 413
    if isinstance(fault, TooManyGuesses):
        return 429
    return next((status for kind, status in STATUSES.items() if isinstance(fault, kind)), 500)


def _name(host: str) -> str:
    """Return a Host header's name without its port, or an IPv6 address without its brackets; nothing if it is neither."""
    read = _HOST.fullmatch(host)
    return (read[1] or read[2]) if read else ""


def _where(fault: Exception) -> str:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} at {last.filename}:{last.lineno}"
