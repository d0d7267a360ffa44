"""Limits: what a device on the Wi-Fi can send, open, hold and guess, and what becomes of the room and of the others.

What `server.guard` lets in and `server.wires` keeps open is tried by bare sockets. `WORKSHOP_KIT_PROVE=1` lets the fuzzer try
thousands of requests. What limits thousands of wires is how many files a process may have open (`ulimit -n`).
"""

import asyncio
import json
import logging
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, Final, cast

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.every_kind import KINDS
from tests.forensics import THOROUGH
from tests.phones import GROUP, others_answer, polls_of, published
from tests.server import hostile
from tests.server.hostile import CANARY, CAREFUL, ELSEWHERE, Address, Reply, Sent, address_of, complaints, exchange, rage, wire_to
from tests.server.rages import RAGES
from tests.world import PATIENCE_SECONDS, PEOPLE, ROOT, SAY, RoomProcess, RunningRoom, new_seats, wait_for
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import Tally
from workshop_kit.processes.listening import listen
from workshop_kit.room.opening import CODE_LETTERS
from workshop_kit.server.guard import LONGEST_NAME, MOST_REMEMBERED, Guard, Guesses, body_of
from workshop_kit.server.house import listener
from workshop_kit.server.limits import ASKING_SECONDS, LARGEST_HEAD, MOST_HEADERS, WIRES_A_SEAT, WIRES_FOR_OTHERS, Wires

HONEST: Final = PEOPLE[:20]
YEAR_SECONDS: Final = 365.25 * 24 * 60 * 60


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room in which an honest person sits and a question is open, and where no test tries a code that is not there."""
    with RunningRoom(tmp_path_factory.mktemp("still") / "room") as room:
        room.sit(HONEST[0])
        room.ask("fears")
        yield room


def careful(reply: Reply | None) -> Reply:
    """Return a reply, having seen that there is one and that it is careful."""
    assert reply is not None
    assert complaints(reply) == []
    return reply


def careful_reply(room: RunningRoom, method: bytes, rest: str, *headers: tuple[bytes, bytes], body: bytes = b"") -> Reply:
    """Send a request to something in a room and return the careful reply."""
    return careful(exchange(room, Sent(method, room.path(rest).encode(), headers, body)))


@pytest.mark.long
@pytest.mark.room(kinds=True)
def test_nothing_that_is_sent_breaks_the_room(room: RunningRoom, caplog: pytest.LogCaptureFixture) -> None:
    """To whatever is sent, the reply is no fault, repeats nothing, and is careful; those who did nothing find all as it was."""
    room.sit(*hostile.TOKENS)
    polls, runs = polls_of(room), dict(zip(KINDS, room.ask_together(*KINDS), strict=True))
    for kind, run in runs.items():
        others_answer(room, run, GROUP[kind])
    first = published(room, runs["single"], polls["single"])
    wait_for(lambda: [each["step"] for each in room.state()["current"]] == [None, *["10+"] * 5], "the counters to come to rest")
    before, of_somebody = as_others_see_it(room), {"seat": PEOPLE[0]}
    of_somebody |= room.public.post(room.path("/seats"), json=of_somebody).json()

    @settings(max_examples=20_000 if THOROUGH else 300, suppress_health_check=list(HealthCheck))
    @given(hostile.requests(room.code, range(1, 7)))
    @example(Sent(b"GET", f"/{room.code}/runs/{'9' * 5000}/result.json".encode()))
    @example(Sent(b"HEAD", f"/{room.code}/events".encode()))
    @example(Sent(b"GET", f"/{room.code}".encode(), ((b"Host", b"[::1"),)))
    def whatever_is_sent(sent: Sent) -> None:
        if careful(exchange(room, sent)).status == 429:
            # An honest person at the same address has it forgiven, or nothing further would be tried.
            assert room.public.post(room.path("/seats"), json=of_somebody).status_code == 201
            careful(exchange(room, sent))

    whatever_is_sent()

    # What was left is taken again, and what was answered from it is taken back.
    room.sit(*hostile.TOKENS)
    for run in runs.values():
        for token in hostile.TOKENS:
            room.withdraw(run, token)
    assert as_others_see_it(room) == before
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
    results = {kind: first if kind == "single" else published(room, run, polls[kind]) for kind, run in runs.items()}
    assert results == {kind: publish(Tally.of(polls[kind], GROUP[kind]), ROOM.suited_to(polls[kind])) for kind in KINDS}


def as_others_see_it(room: RunningRoom) -> list[Any]:
    """Return what an honest phone and the facilitator see, but for pauses."""
    led = room.as_led()
    return [room.state(), led["code"], led["door"], room.phases(), room.result(1), room.public.get(room.path("/runs/1/result.svg")).text]


SORRY: Final = b'{"error": "There is nothing at this address.", "code": "server.nowhere"}'
PAGE: Final = {**CAREFUL, "content-type": "text/html", "content-security-policy": "default-src 'none'; script-src 'self'"}


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        (Reply(500, CAREFUL, SORRY), "fault of our own"),
        (Reply(404, CAREFUL, SORRY.replace(b"nothing", CANARY.upper().encode())), "came back"),
        (Reply(307, {**CAREFUL, "location": f"/{CANARY}"}, b""), "came back"),
        (Reply(404, CAREFUL, b'{"error": "Traceback of what went wrong in here.", "code": "server.fault"}'), "insides"),
        (Reply(404, CAREFUL, b"Not Found"), "not one sentence"),
        (Reply(404, CAREFUL, b'{"detail": "There is nothing at this address."}'), "not one sentence"),
        (Reply(200, {**CAREFUL, "server": "uvicorn"}, b""), "says too much"),
        (Reply(200, {**CAREFUL, "cache-control": "public"}, b""), "not careful"),
        (Reply(200, {**PAGE, "content-security-policy": "default-src *"}, b"<p>"), "strict policy"),
        (Reply(200, PAGE, b"<p onclick='x()'>"), "script stands"),
        (Reply(200, PAGE, b"<script>x()</script>"), "script stands"),
    ],
)
def test_a_careless_reply_is_noticed(reply: Reply, complaint: str) -> None:
    """What the fuzzer looks at bites: each kind of carelessness is named, and a careful reply passes."""
    assert complaint in " ".join(complaints(reply))
    assert complaints(Reply(404, CAREFUL, SORRY)) == complaints(Reply(200, PAGE, b'<script src="/static/a.js">')) == []


# ---- by which name, and from which page ---------------------------------------------------------------------------------

OUR_NAMES: Final = b"127.0.0.1 127.0.0.1:{port} 192.168.1.20 [::1]:{port} localhost LocalHost:{port} {own} {own}.local".split()
OTHER_NAMES: Final = (
    *b"localhost. 127.0.0.1. 127.0.0.1.nip.example 127.0.0.1:80@elsewhere.example 127.0.0.1:elsewhere.example".split(),
    *b"elsewhere.example:127 [::1]elsewhere.example [fe80::1%25eth0] [::1 ::1 0x7f000001 2130706433 127.1 localhost/elsewhere".split(),
    b"localhost:{port}, elsewhere.example",
    b"",
)


def test_only_a_name_of_this_computer_is_answered(still: RunningRoom) -> None:
    """A name that was bent to point here is refused, however much it looks like ours or is sent beside it, or as forwarded."""
    port, own = str(address_of(still)[1]).encode(), socket.gethostname().encode()
    forwarded = ((b"X-Forwarded-Host", b"localhost"), (b"Forwarded", b"host=localhost"))
    for host in (*OUR_NAMES, *OTHER_NAMES):
        named = (b"Host", host.replace(b"{port}", port).replace(b"{own}", own))
        for more in ((), forwarded):
            assert careful_reply(still, b"GET", "/privacy", named, *more).status == (200 if host in OUR_NAMES else 400), host
    ours, bent = (b"Host", b"127.0.0.1"), (b"Host", b"elsewhere.example")
    assert [careful_reply(still, b"GET", "", *both).status for both in ((ours, bent), (bent, ours), (ours, ours))] == [400] * 3


def test_a_forwarded_name_is_believed_nowhere(still: RunningRoom) -> None:
    """What a proxy would add reaches no link, no QR code and no redirect."""
    host = CANARY.encode() + b".example"
    forged = ((b"X-Forwarded-Host", host), (b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-Prefix", b"/" + CANARY.encode()))
    for path in (f"/{still.code.lower()}/stage", *map(still.path, ("", "/stage", "/cards"))):
        plain, forwarded = (careful(exchange(still, Sent(b"GET", path.encode(), more))) for more in ((), forged))
        assert (forwarded.status, forwarded.body) == (plain.status, plain.body), path


def test_an_address_in_full_leads_nowhere_else(still: RunningRoom) -> None:
    """Asked like a proxy for a page of another place, the room fetches nothing: it says what it would say to its own name."""
    elsewhere = careful(exchange(still, Sent(b"GET", f"http://{CANARY}.example/{still.code}/privacy".encode())))
    tunnel = careful(exchange(still, Sent(b"CONNECT", f"{CANARY}.example:443".encode())))
    assert (elsewhere.body, tunnel.status) == (careful_reply(still, b"GET", "/privacy").body, 400)


OUR_ORIGINS: Final = (b"http://127.0.0.1:{port}", b"HTTP://127.0.0.1:{port}")
OTHER_ORIGINS: Final = (
    *b"https://127.0.0.1:{port} http://127.0.0.1 http://127.0.0.1:1 http://localhost:{port} javascript://127.0.0.1:{port}".split(),
    *b"http://127.0.0.1:{port}.elsewhere.example http://elsewhere.example/http://127.0.0.1:{port} 127.0.0.1:{port} null".split(),
    b"",
)


def test_only_a_page_of_the_room_may_act(still: RunningRoom) -> None:
    """Scheme, name and port of the page that sends must be those that it sends to; another page may not read, either."""
    port, seated = str(address_of(still)[1]).encode(), json.dumps({"seat": HONEST[0]}).encode()
    for each in (*OUR_ORIGINS, *OTHER_ORIGINS):
        reply = careful_reply(still, b"POST", "/seats", (b"Origin", each.replace(b"{port}", port)), body=seated)
        assert reply.status == (201 if each in OUR_ORIGINS else 403), each
    assert careful_reply(still, b"GET", "", (b"Origin", b"http://elsewhere.example")).status == 403


def test_who_is_welcome_makes_nobody_else_welcome(still: RunningRoom) -> None:
    """However often a request was let in, the same with one thing amiss is refused as before; and what is remembered of it is short."""
    port, seated = address_of(still)[1], json.dumps({"seat": HONEST[0]}).encode()

    def status(host: str, origin: str, *more: Any) -> int:
        return careful_reply(still, b"POST", "/seats", (b"Host", host.encode()), (b"Origin", origin.encode()), *more, body=seated).status

    ours, bent, cross = "127.0.0.1", "elsewhere.example", (b"Sec-Fetch-Site", b"cross-site")
    welcome = [status(f"127.0.0.{number}", f"http://127.0.0.{number}") for number in range(1, MOST_REMEMBERED + 3)]
    wrong = ((bent, f"http://{bent}"), (ours, f"http://{bent}"), (ours, f"http://{ours}:{port}"), (ours, f"http://{ours}", cross))
    assert welcome == [201] * len(welcome)
    assert [status(*each) for each in wrong] == [400, 403, 403, 403]
    assert careful_reply(still, b"GET", "", (b"Sec-Fetch-Site", b"same-origin" * LONGEST_NAME)).status == 400


# ---- what is too much, or never finished --------------------------------------------------------------------------------

CHUNKED: Final = b"PUT /{code}/runs/1/ballot HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"GET /{code} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ", b"x" * 8_000_000),
        (b"GET /{code} HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"a:b\r\n" * 100_000),
        (b"GET /{code}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3000, b""),
        (CHUNKED, b"0\r\n" + b"a:b\r\n" * 100_000),
        (b"GET " + b"/x" * 4_000_000 + b" HTTP/1.1\r\n", b""),
    ],
    ids=["a long header", "many headers", "many requests at once", "many trailers", "a long address"],
)
def test_a_request_without_end_is_cut_off(still: RunningRoom, caplog: pytest.LogCaptureFixture, begun: bytes, more: bytes) -> None:
    """A head, a trailer, an address or a row of requests without end costs the room a bounded amount, then the wire is gone."""
    with wire_to(address_of(still)) as wire:
        heard, gone = b"", False
        try:
            wire.sendall(begun.replace(b"{code}", still.code.encode()) + more)
        except ConnectionError:
            gone = True
        try:
            while said := wire.recv(65536):
                heard += said
        except ConnectionError:
            gone = True

    assert gone or heard.endswith(b"}") or b"event: state" in heard
    assert b"Traceback" not in heard
    assert still.public.get("/healthz").status_code == 200
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "begun",
    [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 2 * LARGEST_HEAD, CHUNKED + b"0\r\n" + b"a:b\r\n" * MOST_HEADERS],
    ids=["a head", "what follows a body"],
)
def test_what_is_too_long_is_refused_before_it_ends(still: RunningRoom, begun: bytes) -> None:
    """Nobody has to wait for an end that may not come; the reply says that this could not be read, and not that it was slow."""
    with wire_to(address_of(still)) as wire:
        wire.sendall(begun.replace(b"{code}", still.code.encode()))
        assert careful(hostile.read_reply(wire)).status == 400


def test_headers_enough_for_any_browser_are_read(still: RunningRoom) -> None:
    """What a browser with many habits sends is far below the limit, and still read right below it."""
    fewer = tuple((f"X-{number}".encode(), b"1") for number in range(MOST_HEADERS - 2))
    assert [careful_reply(still, b"GET", "", *fewer, *more).status for more in ((), ((b"X-More", b"1"),))] == [200, 400]


def test_requests_behind_one_another_are_answered_in_turn(still: RunningRoom) -> None:
    """A few requests sent in one go, as a proxy may, are all answered."""
    with wire_to(address_of(still)) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 6)
        assert hears(wire, b'"ok"', times=6)


TOO_SLOW: Final = b'{"error": "This took too long to arrive. Please try again in a moment.", "code": "server.too_slow"}'


@contextmanager
def behind(wires: Wires, *more: Route) -> Iterator[Address]:
    """Serve an app that takes what is put and says nothing, and more that is given, behind some wires; yield where."""

    async def take(request: Request) -> Response:
        if request.method == "PUT":
            await body_of(request)
        return Response(status_code=204)

    app = Guard(Starlette(routes=[Route("/", take, methods=["GET", "PUT"]), *more]), frozenset(), SAY)
    # As the house has them made.
    server = listener(app, http=cast(type[asyncio.Protocol], wires.new))
    listening = listen("127.0.0.1", 0)
    serving = Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    serving.start()
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        serving.join()
        listening.close()


def test_whoever_never_finishes_is_hung_up() -> None:
    """Silence, half a head, half a body, empty lines, and a body that nobody waits for: when the time is up, each wire is free again."""
    with behind(Wires(100, SAY, asking_seconds=1.0)) as address:
        said = said_until_hung_up(address, "/")
    assert ASKING_SECONDS <= 15
    # Whoever goes on sending hears nothing more, as TCP has it; those who wait get a word, unless they said none or have their reply.
    assert {kind: TOO_SLOW in said[kind, False] for kind in ("empty", "head", "body")} == {"empty": True, "head": True, "body": True}
    assert said["silent", False] == b""
    assert said["unread", False].startswith(b"HTTP/1.1 204")


@pytest.mark.prove
def test_a_room_hangs_up_on_whoever_never_finishes(still: RunningRoom) -> None:
    """In a real room it is the same after fifteen seconds."""
    assert TOO_SLOW in said_until_hung_up(address_of(still), still.path("/runs/1/ballot"))["body", False]


def said_until_hung_up(address: Address, path: str) -> dict[tuple[str, bool], bytes]:
    """Begin requests in every way without an end, waiting or sending on; return what was said to each until it was hung up."""
    put = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n".encode()
    begun = {"silent": b"", "empty": b"\r\n", "head": put[:-2], "body": put, "unread": put.replace(b"PUT", b"GET")}
    drips = {"empty": b"\r\n", "head": b"X", "body": b" ", "unread": b" "}
    with ExitStack() as wires:
        opened = {(kind, drips_on): wires.enter_context(wire_to(address)) for kind in begun for drips_on in (False, kind in drips)}
        said = dict.fromkeys(opened, b"")
        for (kind, _), wire in opened.items():
            wire.sendall(begun[kind])
            wire.setblocking(False)

        def all_hung_up() -> bool:
            for (kind, drips_on), wire in list(opened.items()):
                try:
                    if drips_on:
                        wire.send(drips[kind])
                    heard = wire.recv(65536)
                except BlockingIOError:
                    continue
                except ConnectionError:
                    heard = b""
                said[kind, drips_on] += heard
                if not heard:
                    del opened[kind, drips_on]
            return not opened

        wait_for(all_hung_up, "every wire to be hung up")
    return said


def test_a_stream_ends_with_its_wire_whatever_waits_behind_it() -> None:
    """Who asks for a stream, asks on, and hangs up, leaves nothing behind: otherwise a few such calls a second would fill the memory."""
    ended = Event()

    async def stream(_: Request) -> Response:
        async def beats() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"beat"
                    await asyncio.sleep(0.01)
            finally:
                ended.set()

        return StreamingResponse(beats())

    with behind(Wires(8, SAY), Route("/stream", stream)) as address:
        with wire_to(address) as wire:
            wire.sendall(b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3)
            assert hears(wire, b"beat")
        wait_for(ended.is_set, "the stream to end")


def opened(wires: ExitStack, address: Address, begun: bytes, here: str = "127.0.0.1") -> socket.socket:
    """Open a wire and begin to ask on it."""
    wire = wires.enter_context(socket.create_connection(address, PATIENCE_SECONDS, source_address=(here, 0)))
    wire.sendall(begun)
    return wire


def hears(wire: socket.socket, words: bytes, times: int = 1) -> bool:
    """Return whether some words arrive on a wire, so many times, before it is cut."""
    heard = b""
    with suppress(ConnectionError):
        while heard.count(words) < times and (more := wire.recv(65536)):
            heard += more
    return heard.count(words) >= times


@pytest.mark.skipif(ELSEWHERE == "127.0.0.1", reason="Only on Linux has one computer a second address.")
def test_whoever_holds_most_wires_gives_up_the_oldest() -> None:
    """When all wires are taken, a newcomer costs the greediest address its oldest wire, and nobody else any."""
    begun, rest = b"GET / HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n\r\n"
    with behind(Wires(8, SAY, asking_seconds=600)) as address, ExitStack() as wires:
        honest = [opened(wires, address, begun) for _ in range(2)]
        greedy = [opened(wires, address, begun, ELSEWHERE) for _ in range(10)]
        # Wires are received in turn, so when this one is answered, so many have been received.
        newcomer = opened(wires, address, begun + rest, "127.0.0.9")
        assert hears(newcomer, b"HTTP/1.1 204")
        for wire in (*honest, *greedy):
            with suppress(ConnectionError):
                wire.sendall(rest)

        assert [hears(wire, b"HTTP/1.1 204") for wire in honest] == [True] * 2
        assert [hears(wire, b"HTTP/1.1 204") for wire in greedy] == [False] * 5 + [True] * 5


@pytest.mark.room("--seats", "1")
def test_a_room_has_wires_enough_for_every_seat_and_no_more(room: RunningRoom) -> None:
    """A browser may open six wires for its seat, and some people look on; beyond that, wires are given up, the oldest first.

    A full room that is made larger lets further people in, and has more wires for them.
    """
    most = WIRES_A_SEAT + WIRES_FOR_OTHERS

    def seated() -> list[int]:
        return [room.public.post(room.path("/seats"), json={"seat": seat}).status_code for seat in PEOPLE[:4]]

    assert seated() == [201, 403, 403, 403]
    listening = f"GET {room.path('/events')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with ExitStack() as wires:
        held = [opened(wires, address_of(room), listening) for _ in range(most + 10)]
        assert hears(held[-1], b"event: state")
        room.tell("/capacity", seats=3)
        held += [opened(wires, address_of(room), listening) for _ in range(WIRES_A_SEAT * 2)]
        assert hears(held[-1], b"event: state")
        room.tell("/section", id="06")
        assert [hears(wire, b'"section":"06"') for wire in held] == [False] * 10 + [True] * (most + WIRES_A_SEAT * 2)
    assert seated() == [201, 201, 201, 403]


# ---- while others rage --------------------------------------------------------------------------------------------------

# Some rages want more wires than a room for twenty has, so that it has to choose.
NUMBERS: Final = {"half_open": 380, "slow_bodies": 100, "streams": 380, "large_bodies": 4, "guesses": 8, "seat_flood": 8, "pages": 4}
# What twenty honest people are shown who have all ended with the same choice.
ALL_KNOWN: Final = json.loads(json.dumps(publish(Tally.of(material.read().poll("fears"), [["known"]] * len(HONEST)), ROOM).to_dict()))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomProcess]:
    """Yield a room in a process of its own, in which twenty honest people sit."""
    with RoomProcess(tmp_path_factory.mktemp("honest") / "room", "--seats", str(len(HONEST))) as room:
        room.sit(*HONEST)
        yield room


def all_answer(room: RoomProcess, run: int) -> None:
    """Let each seat answer, and answer once more, each time over a wire of its own and at the first try."""
    fresh = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=room.connection.public_url, limits=fresh, timeout=PATIENCE_SECONDS, trust_env=False) as phone:
        for answer in (["hurt"], ["known"]):
            for seat in HONEST:
                phone.put(room.path(f"/runs/{run}/ballot"), json={"seat": seat, "answer": answer}).raise_for_status()


# Of the pages, two hundred seat cards are put together again and again, which takes long.
@pytest.mark.parametrize("kind", [pytest.param(each, marks=pytest.mark.prove if each == "pages" else ()) for each in RAGES])
def test_others_can_answer_while_one_rages(honest: RoomProcess, kind: str) -> None:
    """While one device does its worst, every honest ballot is taken at the first try and counted."""
    run = honest.ask("fears")
    with rage(kind, honest, NUMBERS[kind]):
        all_answer(honest, run)
    honest.lead(run, "close", "reveal")
    assert (honest.result(run), honest.output) == (ALL_KNOWN, "")


def test_whoever_shares_the_address_can_answer_too(honest: RoomProcess) -> None:
    """Behind one router with a device that takes more wires than there are, honest ballots still come through and count once."""
    run = honest.ask("fears")

    def taken(seat: str) -> bool:
        # As a page does: a ballot that did not come through is sent again.
        try:
            return honest.cast(run, seat, ["known"]).status_code == 204
        except httpx.TransportError:
            return False

    with rage("streams", honest, len(HONEST) * WIRES_A_SEAT + WIRES_FOR_OTHERS + 20, beside=True):
        for seat in HONEST:
            wait_for(partial(taken, seat), "a ballot to come through")
    honest.lead(run, "close", "reveal")
    assert honest.result(run) == ALL_KNOWN


@pytest.mark.prove
@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a process may not have as many wires open as this takes.")
def test_thousands_of_wires_that_are_never_used(tmp_path: Path) -> None:
    """With ten thousand half-open wires the room stands, answers, and has all of them back in the end."""
    import resource

    number, most = 10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most != resource.RLIM_INFINITY and most < number + 500:
        pytest.skip(f"This system lets a process have {most} files open, and {number} wires need more.")
    with RoomProcess(tmp_path / "room", "--seats", str(number // 4)) as room, rage("half_open", room, number):
        room.sit(*HONEST)
        run = room.ask("fears")
        assert len(os.listdir(f"/proc/{room.pid}/fd")) > number * 0.9
        all_answer(room, run)
        room.lead(run, "close", "reveal")
        assert (room.result(run), room.output) == (ALL_KNOWN, "")


@pytest.mark.room("--seats", "50")
def test_a_seat_flood_unseats_nobody(room: RunningRoom) -> None:
    """One device can fill a room that is open, which cannot tell its seats from people's; who sat stays, and goes on."""
    room.sit(*HONEST)
    seating = [room.public.post(room.path("/seats"), json={"seat": seat}) for seat in (*new_seats(Random(5), 60), HONEST[0])]
    run = room.ask("fears")
    assert [reply.status_code for reply in seating] == [201] * 30 + [403] * 30 + [201]
    assert "full" in seating[-2].json()["error"]
    assert {room.cast(run, seat, ["known"]).status_code for seat in HONEST} == {204}


def test_guessing_is_hopeless() -> None:
    """An address that guesses all day without rest, ten times and then every six seconds, has one chance in 61,000 at 31^6 codes."""
    seconds, tried = 0.0, 0
    guesses = Guesses(lambda: seconds)
    for seconds in map(float, range(0, 24 * 60 * 60, 2)):  # noqa: B007
        while not guesses.are_spent("192.0.2.7"):
            guesses.wrong("192.0.2.7")
            tried += 1
    assert 24 * 60 * 10 <= tried <= 24 * 60 * 10 + 10
    assert 31**6 / tried > 61_000


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_device_with_many_addresses_has_one_guess(first: int, second: int) -> None:
    """A device that takes another IPv6 address for each guess is slowed down like any other; its neighbour by another prefix is not."""
    guesses = Guesses(lambda: 0.0)
    addresses = [socket.inet_ntop(socket.AF_INET6, bytes.fromhex("20010db8000000ab") + rest.to_bytes(8)) for rest in (first, second)]
    for _ in range(5):
        for address in addresses:
            assert not guesses.are_spent(address)
            guesses.wrong(address)
    spent = [guesses.are_spent(each) for each in (*addresses, "2001:db8:0:ac::1", "::ffff:192.0.2.1")]
    assert spent == [True, True, False, False]
    guesses.forgive(addresses[0])
    assert not guesses.are_spent(addresses[1])


def spend(room: RunningRoom, phone: httpx.Client) -> None:
    """Try codes that do not exist until no more are answered; whoever says that they came from elsewhere is not believed."""
    elsewhere = {"X-Forwarded-For": "198.51.100.20"}
    # Every six seconds one more is allowed.
    wait_for(lambda: phone.get("/WRANGA", headers=elsewhere).status_code == 429, "the guesser to be slowed down")


def test_a_guesser_is_slowed_down_and_people_are_not(room: RunningRoom) -> None:
    """After ten wrong codes or cards an address has to wait; who shows a seat goes on, with its ticket clears the address, and others never wait."""
    ways = (("GET", "/?code=WRANGA"), ("POST", "/WRANGA/seats"), ("PUT", "/WRANGA/runs/1/ballot"), ("GET", "/WRANGA/events"))
    run = room.ask("fears")
    mine = {"seat": HONEST[0], **room.public.post(room.path("/seats"), json={"seat": HONEST[0]}).json()}
    first = [room.public.request(method, path, json={"seat": HONEST[0]}).status_code for method, path in (*ways, *ways)]
    first += [room.public.post(room.path("/seats"), json={"card": card}).status_code for card in ("2345 6789 abcd", "23456789")]
    assert first == [404] * 8 + [403, 422]

    guessed = [{**mine, "ticket": "0" * 32}, {"seat": PEOPLE[-1], "ticket": mine["ticket"]}, {"card": "23456789ABCD"}]

    def has_to_wait() -> bool:
        spend(room, room.public)
        replies = [room.cast(run, seat, ["known"]) for seat in (HONEST[0], PEOPLE[-1])]
        replies += [room.public.post(room.path("/seats"), json=each) for each in guessed]
        replies.append(room.public.get(room.path()))
        said = "Too many codes that do not exist were tried from here." in replies[-1].text
        return said and [reply.status_code for reply in replies] == [204, 429, 201, 429, 429, 429]

    wait_for(has_to_wait, "whoever shows a seat to go on, and nobody else")
    if sys.platform == "linux":
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.9")
        with httpx.Client(base_url=room.connection.public_url, transport=elsewhere, trust_env=False) as another:
            assert another.get("/WRANGA").status_code == 404
    assert room.public.post(room.path("/seats"), json=mine).status_code == 201
    assert room.public.get(room.path()).status_code == 200


# Broken, too large, a stranger's, and one that looks like a page's.
GUESSED: Final = (b"", b"{", b"[]", b" " * 5000, b'{"seat": "%s", "ticket": "%s"}' % (PEOPLE[-1].encode(), b"0" * 32))


def test_a_spent_address_is_told_the_same_of_every_code(room: RunningRoom) -> None:
    """Right or wrong, on every route and by every method, for a person or a script: status, headers and body are equal to the last byte.

    A body that never ends is waited for whatever the code is.
    """
    spend(room, room.public)
    statuses: set[int] = set()

    def told(*asked: bytes, target: str) -> set[tuple[int, str, bytes]]:
        accept, method, body = asked
        replies = [
            exchange(room, Sent(method, target.replace("{code}", code).replace("{run}", "1").encode(), ((b"Accept", accept),), body))
            for code in (room.code, room.code.lower(), "WRANGA")
        ]
        statuses.update(reply.status for reply in replies if reply)
        return {(each.status, str({**each.headers, "date": ""}), each.body) for each in replies if each}

    tried = [(method, b"") for method in (b"GET", b"HEAD", b"PATCH")]
    tried += [(method, body) for method in (b"POST", b"PUT", b"DELETE") for body in GUESSED]
    for route in (each for each in (*hostile.ROUTES, "/?code={code}", "/{code}/nothing") if "{code}" in each):
        for accept, (method, body) in product((b"*/*", b"text/html"), tried):
            # Every six seconds one more is answered, so what differs has to do so again.
            if len(told(accept, method, body, target=route)) > 1:
                spend(room, room.public)
                assert len(told(accept, method, body, target=route)) == 1, (method, route, accept, body[:60])
    assert statuses >= {429, 404, 405}
    begun = b"POST /%s/seats HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\n\r\n"
    for code in (room.code.encode(), b"WRANGA"):
        with wire_to(address_of(room)) as wire:
            wire.sendall(begun % code)
            wire.setblocking(False)
            assert room.public.get("/healthz").status_code == 200
            with pytest.raises(BlockingIOError):
                wire.recv(1)


def test_what_is_promised_of_guessing_is_measured(room: RunningRoom) -> None:
    """However fast somebody asks, ten codes and then one in six seconds can be told from the right one; the page of promises says what follows."""
    began, answered = time.monotonic(), 0
    while answered < Guesses.BURST + 1:
        right, wrong = ((reply.status_code, reply.content) for reply in map(room.public.get, (room.path(), "/WRANGA")))
        answered += right != wrong
    assert answered <= Guesses.BURST + (time.monotonic() - began) / Guesses.SECONDS_EACH

    promised = " ".join((ROOT / "docs" / "promises.md").read_text(encoding="utf-8").split())
    [(millions, seconds, years)] = re.findall(
        r"some (\d+) million codes,.{1,60} one try every (\w+) seconds,.{1,60} some (\d+) years", promised
    )
    codes = len(CODE_LETTERS) ** len(room.code)
    assert (int(millions), seconds, int(years)) == (codes // 10**6, "six", round(codes * Guesses.SECONDS_EACH / YEAR_SECONDS, -1))
    assert Guesses.SECONDS_EACH == 6
