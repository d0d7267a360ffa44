"""Hostile phones: what a device on the Wi-Fi can send, open, hold and guess, and what becomes of the room and the others.

The short forms run with every other test. `WORKSHOP_KIT_PROVE=1` plays the long ones: thousands of requests, and ten thousand
wires that are never used. What limits those is how many files a process may have open (`ulimit -n`, here and for the room):
the room asks for 20,500 and takes what it is given.
"""

import json
import os
import re
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import every_kind
from tests.forensics import THOROUGH
from tests.hostile import (
    CANARY,
    CAREFUL,
    ELSEWHERE,
    RAGES,
    ROUTES,
    TOKENS,
    Rage,
    Reply,
    Sent,
    address_of,
    complaints,
    exchange,
    read_reply,
    requests,
    wire_to,
)
from tests.world import ROOT, RoomProcess, new_seats, wait_for
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import Tally
from workshop_kit.server.guard import LONGEST_NAME, MOST_REMEMBERED, Guesses
from workshop_kit.server.wires import LARGEST_HEAD, MOST_HEADERS, WIRES_A_SEAT, WIRES_FOR_OTHERS

SEATS: Final = new_seats(Random(31), 20)
TRIED: Final = 20_000 if THOROUGH else 400
ROOM_WIRES: Final = 60 * WIRES_A_SEAT + WIRES_FOR_OTHERS
# What the server has open beside its wires: results, listeners, the loop's own, the worker that draws.
OTHER_FILES: Final = 60

ANSWERS: Final[dict[str, list[object]]] = {
    "single": ["shore", "dunes", "inn"],
    "multi": [["coat"], ["coat", "bread"], ["book"]],
    "scale": [1, 2, 3],
    "slider": [2, 5, 8],
    "rank": [["wind", "birds", "talk", "tea"], ["tea", "talk", "birds", "wind"]],
    "text": [f"Line {number}" for number in range(12)],
}

# What twenty honest people are shown who have all ended with the same choice.
ALL_KNOWN: Final = json.loads(json.dumps(publish(Tally.of(material.read().poll("fears"), [["known"]] * len(SEATS)), ROOM).to_dict()))


class Full(NamedTuple):
    """A room with a question of every kind, all answered by twelve honest people; the first result is shown, the rest is open."""

    room: RoomProcess
    runs: dict[str, int]
    answers: dict[str, list[object]]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    """Yield a room in every phase at once, and a hostile phone that has a seat in it."""
    folder = tmp_path_factory.mktemp("full")
    with RoomProcess(folder / "room", *every_kind.arguments(folder / "material")) as room:
        room.sit(*SEATS[:12], TOKENS[0])
        numbers = room.control.post("/runs", json={"polls": list(ANSWERS)}).raise_for_status().json()["runs"]
        runs = dict(zip(ANSWERS, numbers, strict=True))
        answers = {poll: [answers[number % len(answers)] for number in range(12)] for poll, answers in ANSWERS.items()}
        for poll, given_ in answers.items():
            for seat, answer in zip(SEATS, given_, strict=False):
                assert room.cast(runs[poll], seat, answer).status_code == 204
        room.lead(runs["single"], "close", "reveal")
        yield Full(room, runs, answers)


# ---- whatever is sent ---------------------------------------------------------------------------------------------------


def test_every_route_is_tried() -> None:
    """The list from which hostile requests are drawn has every route of the public app, and none that is not there."""
    source = (ROOT / "workshop_kit" / "server" / "public.py").read_text(encoding="utf-8")
    run = re.search(r'run = "(.*)"', source)
    assert run is not None
    found = re.findall(r'Route\((run \+ )?"([^"]+)"', source)

    assert {(run[1].replace(":int", "") if prefix else "") + rest for prefix, rest in found} == set(ROUTES)


def test_nothing_that_is_sent_breaks_the_room(full: Full) -> None:
    """To whatever is sent, the reply is no fault, repeats nothing, and is careful; those who did nothing find all as it was."""
    room, cut = full.room, []
    before = as_others_see_it(room)

    @settings(max_examples=TRIED, suppress_health_check=list(HealthCheck))
    @given(requests(room.code, range(1, 7)))
    @example(Sent(b"GET", f"/{room.code}/runs/{'9' * 5000}/result.json".encode()))
    @example(Sent(b"HEAD", f"/{room.code}/events".encode()))
    @example(Sent(b"GET", f"/{room.code}".encode(), ((b"Host", b"[::1"),)))
    def whatever_is_sent(sent: Sent) -> None:
        reply = exchange(room, sent)
        if reply is None:
            cut.append(sent)
        else:
            assert complaints(reply) == []

    whatever_is_sent()

    assert cut == []
    for run in full.runs.values():
        for token in TOKENS:
            room.withdraw(run, token)
    assert as_others_see_it(room) == before
    assert room.output == ""
    shown_as_answered(full)


def as_others_see_it(room: RoomProcess) -> list[Any]:
    """Return what an honest phone and the facilitator see, but for what a further seat or a pause rightly changes."""
    state = wait_for(lambda: _settled(room), "the counters to come to rest")
    led = {name: value for name, value in room.control.get("/state").json().items() if name not in ("seats", "pauses", "joined", "checks")}
    return [state, led["code"], led["door"], led["phase"], room.result(1), room.public.get(room.path("/runs/1/result.svg")).text]


def _settled(room: RoomProcess) -> dict[str, Any] | None:
    first = room.state()
    time.sleep(1.2)
    return first if room.state() == first else None


def shown_as_answered(full: Full) -> None:
    """See that each result is what the honest people answered, and nothing else."""
    workshop = material.read(full.room.folder.with_name("material"))
    for poll, run in full.runs.items():
        if poll == "text":
            full.room.lead(run, "close")
            lines = [line["text"] for line in full.room.control.get(f"/runs/{run}/lines").json()["lines"]]
            assert sorted(lines) == sorted(map(str, full.answers[poll]))
            continue
        if poll != "single":
            full.room.lead(run, "close", "reveal")
        expected = publish(Tally.of(workshop.poll(poll), full.answers[poll]), ROOM).to_dict()
        assert full.room.result(run) == json.loads(json.dumps(expected)), poll


SORRY: Final = b'{"error": "There is nothing at this address."}'
PAGE: Final = {**CAREFUL, "content-type": "text/html", "content-security-policy": "default-src 'none'; script-src 'self'"}


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        (Reply(500, CAREFUL, SORRY), "fault of our own"),
        (Reply(404, CAREFUL, SORRY.replace(b"nothing", CANARY.upper().encode())), "came back"),
        (Reply(307, {**CAREFUL, "location": f"/{CANARY}"}, b""), "came back"),
        (Reply(404, CAREFUL, b'{"error": "Traceback of what went wrong in here."}'), "insides"),
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


@pytest.mark.parametrize("route", ROUTES)
def test_every_page_has_its_policy(full: Full, route: str) -> None:
    """Whatever the route, to a browser and to a script, the reply is careful, and a page has its policy and no script in it."""
    target = route.replace("{code}", full.room.code).replace("{run}", "1").encode()

    replies = [exchange(full.room, Sent(b"GET", target, ((b"Accept", accept),))) for accept in (b"text/html", b"*/*")]

    assert [complaints(reply) if reply else ["cut"] for reply in replies] == [[], []]


# ---- by which name, and from which page ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "means_us"),
    [
        (b"127.0.0.1", True),
        (b"127.0.0.1:{port}", True),
        (b"[::1]:{port}", True),
        (b"[fe80::1%25eth0]", False),
        (b"LocalHost:{port}", True),
        (b"localhost.", False),
        (b"127.0.0.1.", False),
        (b"127.0.0.1.nip.example", False),
        (b"127.0.0.1:80@elsewhere.example", False),
        (b"127.0.0.1:elsewhere.example", False),
        (b"elsewhere.example:127", False),
        (b"[::1]elsewhere.example", False),
        (b"[::1", False),
        (b"::1", False),
        (b"0x7f000001", False),
        (b"2130706433", False),
        (b"127.1", False),
        (b"localhost:{port}, elsewhere.example", False),
        (b"localhost/elsewhere", False),
        (b"", False),
    ],
)
def test_only_a_name_of_this_computer_is_answered(full: Full, host: bytes, means_us: bool) -> None:
    """A name that was bent to point here is refused, however much it looks like ours; forwarding headers make no difference."""
    host = host.replace(b"{port}", str(address_of(full.room)[1]).encode())
    target = f"/{full.room.code}/privacy".encode()
    forwarded = ((b"X-Forwarded-Host", b"localhost"), (b"Forwarded", b"host=localhost"))

    replies = [exchange(full.room, Sent(b"GET", target, ((b"Host", host), *more))) for more in ((), forwarded)]

    assert [reply and (reply.status, complaints(reply)) for reply in replies] == [(200 if means_us else 400, [])] * 2


def test_two_names_are_none(full: Full) -> None:
    """A request with two names is refused, whichever of them is ours."""
    ours, bent = (b"Host", b"127.0.0.1"), (b"Host", b"elsewhere.example")

    replies = [exchange(full.room, Sent(b"GET", b"/", both)) for both in ((ours, bent), (bent, ours), (ours, ours))]

    assert [reply and reply.status for reply in replies] == [400] * 3


def test_a_forwarded_name_is_believed_nowhere(full: Full) -> None:
    """What a proxy would add reaches no link, no QR code and no redirect."""
    host = CANARY.encode() + b".example"
    forged = ((b"X-Forwarded-Host", host), (b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-Prefix", b"/" + CANARY.encode()))
    paths = [f"/{full.room.code.lower()}/stage", *(f"/{full.room.code}{rest}" for rest in ("", "/stage", "/cards"))]

    plain, forwarded = ([exchange(full.room, Sent(b"GET", path.encode(), more)) for path in paths] for more in ((), forged))

    assert [reply and (reply.status, reply.body) for reply in forwarded] == [reply and (reply.status, reply.body) for reply in plain]
    assert [complaints(reply) for reply in forwarded if reply] == [[]] * len(paths)


def test_an_address_in_full_leads_nowhere_else(full: Full) -> None:
    """Asked like a proxy for a page of another place, the room fetches nothing: it says what it would say to its own name."""
    elsewhere = exchange(full.room, Sent(b"GET", f"http://{CANARY}.example/{full.room.code}/privacy".encode()))
    tunnel = exchange(full.room, Sent(b"CONNECT", f"{CANARY}.example:443".encode()))

    assert elsewhere is not None
    assert elsewhere.body == exchange_body(full.room, "/privacy")
    assert tunnel is not None
    assert tunnel.status == 400
    assert complaints(tunnel) == complaints(elsewhere) == []


def exchange_body(room: RoomProcess, rest: str) -> bytes:
    reply = exchange(room, Sent(b"GET", room.path(rest).encode()))
    assert reply is not None
    return reply.body


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (b"http://127.0.0.1:{port}", 201),
        (b"HTTP://127.0.0.1:{port}", 201),
        (b"https://127.0.0.1:{port}", 403),
        (b"http://127.0.0.1", 403),
        (b"http://localhost:{port}", 403),
        (b"http://127.0.0.1:{port}.elsewhere.example", 403),
        (b"http://elsewhere.example/http://127.0.0.1:{port}", 403),
        (b"javascript://127.0.0.1:{port}", 403),
        (b"127.0.0.1:{port}", 403),
        (b"null", 403),
        (b"", 403),
    ],
)
def test_only_a_page_of_the_room_may_act(full: Full, origin: bytes, status: int) -> None:
    """Scheme, name and port of the page that sends must be those that it sends to."""
    port = str(address_of(full.room)[1]).encode()
    body = json.dumps({"seat": SEATS[0]}).encode()

    reply = exchange(full.room, Sent(b"POST", full.room.path("/seats").encode(), ((b"Origin", origin.replace(b"{port}", port)),), body))

    assert reply is not None
    assert (reply.status, complaints(reply)) == (status, [])


def test_who_is_welcome_makes_nobody_else_welcome(full: Full) -> None:
    """However often, and in however many ways, a request was let in: the same with one thing amiss is refused as before."""
    port = address_of(full.room)[1]
    body = json.dumps({"seat": SEATS[0]}).encode()

    def asked(host: str, origin: str, *more: tuple[bytes, bytes]) -> Sent:
        headers = ((b"Host", host.encode()), (b"Origin", origin.encode()), *more)
        return Sent(b"POST", full.room.path("/seats").encode(), headers, body)

    ours, bent, cross = "127.0.0.1", "elsewhere.example", (b"Sec-Fetch-Site", b"cross-site")
    welcome = [asked(f"127.0.0.{number}", f"http://127.0.0.{number}") for number in range(1, MOST_REMEMBERED + 3)]
    amiss = [
        asked(bent, f"http://{bent}"),
        asked(ours, f"http://{bent}"),
        asked(ours, f"http://{ours}:{port}"),
        asked(ours, f"http://{ours}", cross),
    ]
    replies = [exchange(full.room, each) for each in (*welcome, *amiss)]

    assert [reply and reply.status for reply in replies] == [201] * len(welcome) + [400, 403, 403, 403]


def test_a_name_longer_than_any_is_not_looked_at(full: Full) -> None:
    """What the guard remembers of those whom it lets in is short, so that nobody fills its memory."""
    long = (b"Sec-Fetch-Site", b"same-origin" * LONGEST_NAME)

    reply = exchange(full.room, Sent(b"GET", full.room.path().encode(), (long,)))

    assert reply is not None
    assert (reply.status, complaints(reply)) == (400, [])


# ---- what is never finished ---------------------------------------------------------------------------------------------


def test_whoever_never_finishes_is_hung_up(full: Full) -> None:
    """Silence, half a head, half a body, empty lines, and a body that nobody waits for: within seconds each wire is free again."""
    room = full.room
    put = f"PUT {room.path('/runs/2/ballot')} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n".encode()
    get = f"GET {room.path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n".encode()
    begun = {"silent": b"", "empty": b"\r\n", "head": put[:-2], "body": put, "unread": get}
    with ExitStack() as wires:
        opened = {(kind, number): wires.enter_context(wire_to(room)) for kind in begun for number in range(20)}
        for (kind, _), wire in opened.items():
            wire.sendall(begun[kind])
        drips = {"empty": b"\r\n", "head": b"X", "body": b" ", "unread": b" "}
        said: dict[tuple[str, int], bytes] = {each: b"" for each in opened}
        for wire in opened.values():
            wire.setblocking(False)

        def all_hung_up() -> bool:
            for (kind, number), wire in list(opened.items()):
                try:
                    if number < 10 and kind in drips:
                        wire.send(drips[kind])
                    heard = wire.recv(65536)
                except BlockingIOError:
                    continue
                except ConnectionError:
                    heard = b""
                said[kind, number] += heard
                if not heard:
                    del opened[kind, number]
            return not opened

        assert wait_for(all_hung_up, "every wire to be hung up")
    # Whoever goes on sending hears nothing more, as TCP has it; those who wait get a word, unless they said none or have their reply.
    sentence = b'{"error": "This took too long to arrive. Please try again in a moment."}'
    assert [each for each, heard in said.items() if each[1] >= 10 and (sentence in heard) != (each[0] in ("empty", "head", "body"))] == []
    assert room.output == ""


@pytest.mark.parametrize(
    "what",
    [
        lambda path: [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ".encode(), b"x" * 8_000_000],
        lambda path: [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode(), b"a:b\r\n" * 100_000],
        lambda path: [f"GET {path}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 3000],
        lambda path: [
            f"PUT {path}/runs/2/ballot HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode(),
            b"0\r\n" + b"a:b\r\n" * 100_000,
        ],
        lambda path: [f"GET {'/x' * 4_000_000} HTTP/1.1\r\n".encode()],
    ],
    ids=["a long header", "many headers", "many requests at once", "many trailers", "a long address"],
)
def test_a_request_without_end_is_cut_off(full: Full, what: Callable[[str], list[bytes]]) -> None:
    """A head, a trailer, an address or a row of requests without end costs the room a bounded amount, then the wire is gone."""
    with wire_to(full.room) as wire:
        gone = False
        for piece in what(full.room.path()):
            try:
                wire.sendall(piece)
            except ConnectionError:
                gone = True
        heard = b""
        try:
            while more := wire.recv(65536):
                heard += more
        except ConnectionError:
            gone = True

    assert gone or heard.endswith(b"}") or b"event: state" in heard
    assert b"Traceback" not in heard
    assert full.room.public.get("/healthz").status_code == 200
    assert full.room.output == ""


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 2 * LARGEST_HEAD,
        b"PUT /{code}/runs/2/ballot HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a:b\r\n" * MOST_HEADERS,
    ],
    ids=["a head", "what follows a body"],
)
def test_what_is_too_long_is_refused_before_it_ends(full: Full, begun: bytes) -> None:
    """Nobody has to wait for an end that may not come; the reply says that this could not be read, and not that it was slow."""
    with wire_to(full.room) as wire:
        wire.sendall(begun.replace(b"{code}", full.room.code.encode()))
        reply = read_reply(wire, "GET")

    assert reply is not None
    assert (reply.status, complaints(reply)) == (400, [])


def test_headers_enough_for_any_browser_are_read(full: Full) -> None:
    """What a browser with many habits sends is far below the limit, and still read right below it."""
    fewer = tuple((f"X-{number}".encode(), b"1") for number in range(MOST_HEADERS - 2))

    replies = [exchange(full.room, Sent(b"GET", b"/healthz", fewer + more)) for more in ((), ((b"X-More", b"1"),))]

    assert [reply and reply.status for reply in replies] == [200, 400]


def test_requests_behind_one_another_are_answered_in_turn(full: Full) -> None:
    """A few requests sent in one go, as a proxy may, are all answered."""
    with wire_to(full.room) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 6)
        heard = b""
        while heard.count(b'"ok"') < 6:
            heard += wire.recv(65536)

    assert heard.count(b"HTTP/1.1 200") == 6


# ---- while others rage --------------------------------------------------------------------------------------------------

# How many wires each rage uses; half of them are more than the room has, so that it has to choose.
NUMBERS: Final = {"half_open": 700, "slow_bodies": 200, "streams": 700, "large_bodies": 8, "guesses": 16, "seat_flood": 16, "pages": 8}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomProcess]:
    """Yield a room in which twenty honest people sit."""
    with RoomProcess(tmp_path_factory.mktemp("honest") / "room") as room:
        room.sit(*SEATS)
        yield room


def answered(room: RoomProcess, run: int, rounds: int) -> list[float]:
    """Let each seat answer some rounds, each time over a wire of its own; return how many milliseconds each had to wait."""
    waited = []
    fresh = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=room.connection.public_url, limits=fresh, timeout=60, trust_env=False) as phone:
        for number in range(rounds):
            for seat in SEATS:
                began = time.perf_counter()
                reply = phone.put(room.path(f"/runs/{run}/ballot"), json={"seat": seat, "answer": [("hurt", "known")[number % 2]]})
                waited.append(1000 * (time.perf_counter() - began))
                assert reply.status_code == 204
    return waited


@pytest.mark.parametrize("rage", RAGES)
def test_others_can_answer_while_one_rages(honest: RoomProcess, rage: str, record_property: Callable[[str, object], None]) -> None:
    """While one device does its worst, every honest ballot is taken at the first try and counted; how long it took is reported.

    Guessing: ten tries in a row and then one in six seconds make 14,400 a day from one address, against 31^6 = 887,503,681
    codes: one chance in 61,600 a day, and one in 490,000 during an evening of three hours. Two hundred addresses that all
    guess through that evening have one chance in 2,400.
    """
    run = honest.ask("fears")
    at_peace = answered(honest, run, 3)
    with Rage(rage, honest, NUMBERS[rage]):
        meanwhile = answered(honest, run, 2)
        files = open_files(honest)
    honest.lead(run, "close", "reveal")

    assert honest.result(run) == ALL_KNOWN
    assert files <= ROOM_WIRES + OTHER_FILES
    assert honest.output == ""
    for name, part in (("median", statistics.median), ("worst", max)):
        ratio = part(meanwhile) / part(at_peace)
        record_property(f"{rage}: {name} while it rages, times that at peace", round(ratio, 1))
        print(f"{rage}: {name} {part(at_peace):.1f} ms at peace, {part(meanwhile):.1f} ms while it rages, {ratio:.1f} times")


def open_files(room: RoomProcess) -> int:
    """Return how many files and wires a room server has open; nothing where the system does not tell."""
    folder = Path(f"/proc/{room.pid}/fd")
    return len(os.listdir(folder)) if folder.is_dir() else 0


def test_whoever_shares_the_address_can_answer_too(honest: RoomProcess) -> None:
    """Behind one router with a device that takes more wires than there are, honest ballots still come through and count once."""
    run = honest.ask("fears")
    with Rage("streams", honest, ROOM_WIRES + 100, beside=True):
        for seat in SEATS:
            wait_for(lambda seat=seat: _taken(honest, run, seat), "a ballot to come through")  # type: ignore[misc]
    honest.lead(run, "close", "reveal")

    assert honest.result(run) == ALL_KNOWN


def _taken(room: RoomProcess, run: int, seat: str) -> bool:
    # As a page does: a ballot that did not come through is sent again.
    try:
        return room.cast(run, seat, ["known"]).status_code == 204
    except httpx.TransportError:
        return False


@pytest.mark.skipif(ELSEWHERE == "127.0.0.1", reason="Only on Linux has one computer a second address to rage from.")
def test_a_flood_of_streams_ends_nobody_elses(honest: RoomProcess) -> None:
    """Twenty phones that were listening before the flood are listening after it: only the greedy one is hung up."""
    listening = f"GET {honest.path('/events')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with ExitStack() as wires:
        opened = [wires.enter_context(wire_to(honest)) for _ in SEATS]
        for wire in opened:
            wire.sendall(listening)
            assert read_reply(wire) is not None
        with Rage("streams", honest, ROOM_WIRES + 100):
            run = honest.ask("fears")
            told = [wire.recv(65536) for wire in opened]
        honest.lead(run, "discard")

    assert [b'"phase":"open"' in each for each in told] == [True] * len(SEATS)


def test_a_seat_flood_unseats_nobody(tmp_path: Path) -> None:
    """One device can fill a room that is open, and no more than fill it: who sat stays, and a locked door ends it.

    Seats are anonymous, so the room cannot tell one device with forty seats from forty people; the facilitator can, by
    counting heads, and opens a new room. What is promised is that nobody who sits is pushed out.
    """
    with RoomProcess(tmp_path / "room", "--seats", "50") as room:
        room.sit(*SEATS)
        flood = [room.public.post(room.path("/seats"), json={"seat": seat}).status_code for seat in new_seats(Random(5), 200)]
        run = room.ask("fears")
        waited = answered(room, run, 1)
        room.control.post("/door", json={"state": "locked"}).raise_for_status()
        late = room.public.post(room.path("/seats"), json={"seat": new_seats(Random(6), 1)[0]})

        assert (flood.count(201), flood.count(403)) == (30, 170)
        assert len(waited) == len(SEATS)
        assert late.status_code == 403


def test_guessing_is_hopeless() -> None:
    """An address that guesses all day without rest is let through 14,410 times: one chance in 61,000 of finding one of 31^6 codes."""
    seconds = 0.0
    guesses = Guesses(lambda: seconds)
    tried = 0
    for second in range(24 * 60 * 60):
        seconds = float(second)
        for _ in range(3):
            try:
                guesses.check("192.0.2.7")
            except Exception:
                break
            guesses.wrong("192.0.2.7")
            tried += 1

    assert tried <= 24 * 60 * 10 + 10
    assert 31**6 / tried > 61_000


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_device_with_many_addresses_has_one_guess(first: int, second: int) -> None:
    """A device that takes another IPv6 address for each guess is slowed down like any other; its neighbour by another prefix is not."""
    guesses = Guesses(lambda: 0.0)
    addresses = [socket.inet_ntop(socket.AF_INET6, bytes.fromhex("20010db8000000ab") + rest.to_bytes(8)) for rest in (first, second)]
    for _ in range(5):
        for address in addresses:
            guesses.check(address)
            guesses.wrong(address)

    with pytest.raises(Exception, match="Too many codes"):
        guesses.check(addresses[0])
    guesses.check("2001:db8:0:ac::1")
    guesses.check("::ffff:192.0.2.1")


def test_nobody_hides_behind_a_header(full: Full) -> None:
    """A guesser who says in each request that it came from elsewhere is slowed down all the same."""
    wrong = [
        exchange(full.room, Sent(b"GET", b"/WRANGQ", ((b"X-Forwarded-For", f"198.51.100.{number}".encode()),))) for number in range(15)
    ]

    assert wrong[-1] is not None
    assert wrong[-1].status == 429


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a process may not have as many wires open as this takes.")
def test_thousands_of_wires_that_are_never_used(tmp_path: Path) -> None:
    """Ten thousand half-open wires (1,000 in the short form): the room stands, answers, and has all of them back in the end."""
    import resource

    number = 10_000 if THOROUGH else 1000
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most != resource.RLIM_INFINITY and most < number + 500:
        pytest.skip(f"This system lets a process have {most} files open, and {number} wires need more.")
    with RoomProcess(tmp_path / "room", "--seats", str(number // 4)) as room, Rage("half_open", room, number):
        room.sit(*SEATS)
        run = room.ask("fears")
        held = open_files(room)
        answered(room, run, 2)
        room.lead(run, "close", "reveal")

        assert held > number * 0.9
        assert room.result(run) == ALL_KNOWN
        assert room.output == ""
