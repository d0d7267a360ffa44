"""The public app over real HTTP: every line of the contract, every refusal, and what a page may and may not carry."""

import base64
import gzip
import hashlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

import httpx
import pytest

from tests import every_kind
from tests.hostile import CAREFUL
from tests.world import RoomProcess, RunningRoom, children_of, first_state, new_seats, news, states, wait_for
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import Poll, Tally
from workshop_kit.workshop import Workshop

SEATS: Final = new_seats(Random(21), 40)
STRANGER: Final = new_seats(Random(22), 1)[0]
CANARY: Final = "canary-8d1f0c"
LARGEST_BODY: Final = 4096


class Page(HTMLParser):
    """What of a page may be dangerous or heavy: its references, its scripts, its styles, its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: set[str] = set()
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self.inside: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.references |= {value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "poster", "data")}
        if tag in ("script", "style", "main", "title"):
            self._open.append(tag)
            self.inside.setdefault(tag, "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.inside[tag] += data

    @property
    def main(self) -> str:
        return " ".join(self.inside["main"].split())


class Asked(NamedTuple):
    """A room in which ten people sit and a poll is open, with what they answered to it."""

    room: RunningRoom
    run: int
    answers: dict[str, object]


def ask_and_answer(room: RunningRoom) -> Asked:
    """Open the poll of several choices and let ten people answer it."""
    room.sit(*SEATS[:10])
    run = room.ask("fears")
    given: dict[str, object] = dict(zip(SEATS, [["hurt"], ["hurt", "known"], ["known"], ["hurt"], ["self"]] * 2, strict=False))
    for seat, answer in given.items():
        assert room.cast(run, seat, answer).status_code == 204
    return Asked(room, run, given)


@pytest.fixture
def asked(room_server: RunningRoom) -> Asked:
    """Return a room of this test's own, with an open poll."""
    return ask_and_answer(room_server)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Yield a room with an open poll that tests share which leave it as it is; others are told apart by their phase."""
    with RunningRoom(tmp_path_factory.mktemp("shared") / "room") as room:
        yield ask_and_answer(room)


def page(reply: httpx.Response) -> Page:
    assert reply.headers["content-type"].startswith("text/html")
    return Page(reply.text)


def sentence(reply: httpx.Response) -> str:
    """Return the one plain sentence with which a request was refused."""
    body = reply.json()
    assert set(body) == {"error"}
    said: str = body["error"]
    assert re.fullmatch(r"[A-Z][^\n<>{}\\]{15,200}\.", said), said
    assert re.findall(r"Traceback|Error|Exception|None|\bnull\b|\.py|workshop_kit", said) == []
    return said


# ---- what is refused ----------------------------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """A request that must be refused; ``{code}`` and ``{run}`` in its path stand for the room's own."""

    name: str
    status: int
    method: str
    path: str
    content: bytes | None = None
    headers: dict[str, str] = {}  # noqa: RUF012


def body(**content: object) -> bytes:
    return json.dumps(content).encode()


BALLOT, SEATING, PAUSE = "/{code}/runs/{run}/ballot", "/{code}/seats", "/{code}/pause"
MEMBER: Final = body(seat=SEATS[0], answer=["other"])
REFUSALS: Final = [
    Refusal("a seat in an unknown room", 404, "POST", "/WRANGQ/seats", body(seat=STRANGER)),
    Refusal("an answer in an unknown room", 404, "PUT", "/WRANGQ/runs/1/ballot", MEMBER),
    Refusal("an unknown page", 404, "GET", "/{code}/answers"),
    Refusal("an unknown act", 405, "PATCH", BALLOT, MEMBER),
    Refusal("looking at a ballot", 405, "GET", BALLOT),
    Refusal("a run that is not there", 404, "PUT", "/{code}/runs/99/ballot", MEMBER),
    Refusal("a run that is no number", 404, "PUT", "/{code}/runs/one/ballot", MEMBER),
    Refusal("taking back from a run that is not there", 404, "DELETE", "/{code}/runs/99/ballot", body(seat=SEATS[0])),
    Refusal("an answer without a seat", 403, "PUT", BALLOT, body(answer=["hurt"])),
    Refusal("an answer from a stranger", 403, "PUT", BALLOT, body(seat=STRANGER, answer=["hurt"])),
    Refusal("taking back as a stranger", 403, "DELETE", BALLOT, body(seat=STRANGER)),
    Refusal("a pause from a stranger", 403, "POST", PAUSE, body(seat=STRANGER)),
    Refusal("an option that is not there", 422, "PUT", BALLOT, body(seat=SEATS[0], answer=[CANARY])),
    Refusal("an option chosen twice", 422, "PUT", BALLOT, body(seat=SEATS[0], answer=["other", "other"])),
    Refusal("one option where several belong", 422, "PUT", BALLOT, body(seat=SEATS[0], answer="other")),
    Refusal("a number", 422, "PUT", BALLOT, body(seat=SEATS[0], answer=1)),
    Refusal("no answer", 422, "PUT", BALLOT, body(seat=SEATS[0])),
    Refusal("half a pass", 422, "PUT", BALLOT, body(seat=SEATS[0], answer={"pass": False})),
    Refusal("a pass that is a number", 422, "PUT", BALLOT, body(seat=SEATS[0], answer={"pass": 1})),
    Refusal("a list within a list", 422, "PUT", BALLOT, body(seat=SEATS[0], answer=[["other"]])),
    Refusal("half a surrogate", 422, "PUT", BALLOT, b'{"seat": "%s", "answer": ["\\ud800"]}' % SEATS[0].encode()),
    Refusal("a seat that is a name", 422, "POST", SEATING, body(seat="Anna Maria Kowalski")),
    Refusal("a seat that is a list", 422, "POST", SEATING, body(seat=[STRANGER])),
    Refusal("a seat too short", 422, "POST", SEATING, body(seat="short")),
    Refusal("no seat at all", 422, "POST", SEATING, body()),
    Refusal("an empty body", 422, "PUT", BALLOT, b""),
    Refusal("broken JSON", 422, "PUT", BALLOT, MEMBER[:-1]),
    Refusal("JSON that is no object", 422, "PUT", BALLOT, b'["other"]'),
    Refusal("JSON in another alphabet", 422, "PUT", BALLOT, b"\xff" + MEMBER),
    Refusal("deep JSON", 422, "PUT", BALLOT, b"[" * LARGEST_BODY),
    Refusal("deep objects", 422, "PUT", BALLOT, b'{"a":' * (LARGEST_BODY // 5)),
    Refusal("a form", 422, "PUT", BALLOT, b"seat=%s&answer=other" % SEATS[0].encode()),
    Refusal("a number beyond counting", 422, "PUT", BALLOT, b'{"seat": "%s", "answer": %s}' % (SEATS[0].encode(), b"9" * 3900)),
    Refusal("one byte too many", 413, "PUT", BALLOT, MEMBER + b" " * (LARGEST_BODY + 1 - len(MEMBER))),
    Refusal("a body far too large", 413, "PUT", BALLOT, MEMBER + b" " * 1_000_000),
    Refusal("a seat far too large", 413, "POST", SEATING, body(seat="a" * 100_000)),
    Refusal("a page from elsewhere", 403, "PUT", BALLOT, MEMBER, {"Origin": "http://elsewhere.example"}),
    Refusal("a page from this computer's other port", 403, "PUT", BALLOT, MEMBER, {"Origin": "http://127.0.0.1:1"}),
    Refusal("a page from nowhere", 403, "PUT", BALLOT, MEMBER, {"Origin": "null"}),
    Refusal("a page that reads from elsewhere", 403, "GET", "/{code}", None, {"Origin": "http://elsewhere.example"}),
    Refusal("a form sent from elsewhere", 403, "POST", SEATING, body(seat=STRANGER), {"Sec-Fetch-Site": "cross-site"}),
    Refusal("a name that is not ours", 400, "PUT", BALLOT, MEMBER, {"Host": "elsewhere.example"}),
    Refusal("a name that begins like ours", 400, "GET", "/{code}", None, {"Host": "127.0.0.1.elsewhere.example"}),
    Refusal("an empty name", 400, "GET", "/{code}", None, {"Host": ""}),
    Refusal("a result that is not revealed", 404, "GET", "/{code}/runs/{run}/result.json"),
    Refusal("a chart that is not revealed", 404, "GET", "/{code}/runs/{run}/result.svg"),
    Refusal("a piece of a page that is not revealed", 404, "GET", "/{code}/runs/{run}/result.html"),
    Refusal("a comparison that is not revealed", 404, "GET", "/{code}/runs/{run}/comparison.json"),
    Refusal("lines from a phone", 404, "GET", "/{code}/runs/{run}/lines"),
    Refusal("deciding on a line from a phone", 404, "POST", "/{code}/runs/{run}/lines/1", MEMBER),
    Refusal("publishing lines from a phone", 404, "POST", "/{code}/runs/{run}/publish", MEMBER),
    Refusal("telling the stage from a phone", 405, "POST", "/{code}/stage", body(seat=SEATS[0], show="break")),
    Refusal("setting the timer from a phone", 404, "POST", "/{code}/timer", body(seat=SEATS[0], minutes=5)),
    Refusal("closing from a phone", 404, "POST", "/{code}/runs/{run}/close", MEMBER),
    Refusal("the facilitator's view", 404, "GET", "/state"),
    Refusal("cards for no seat", 422, "GET", "/{code}/cards?seats=0"),
    Refusal("cards for a name", 422, "GET", f"/{{code}}/cards?seats={CANARY}"),
]


def refused(asked: Asked, refusal: Refusal) -> httpx.Response:
    path = refusal.path.format(code=asked.room.code, run=asked.run)
    return asked.room.public.request(refusal.method, path, content=refusal.content, headers=refusal.headers)


def all_that_is_known(room: RunningRoom) -> list[Any]:
    return [room.state(), {**room.control.get("/state").json(), "pauses": 0}, room.public.get(room.path("/privacy")).text]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_a_request_that_cannot_be_granted_is_refused(shared: Asked, refusal: Refusal) -> None:
    """Each wrong request gets its status and one plain sentence, repeats nothing of what was sent, and changes nothing."""
    wait_for(lambda: shared.room.state()["step"] == "10+", "the counter to come to rest")
    before = all_that_is_known(shared.room)

    reply = refused(shared, refusal)

    assert reply.status_code == refusal.status
    assert sentence(reply)
    assert [secret for secret in (*SEATS, STRANGER, CANARY, "elsewhere.example", "Kowalski") if secret in reply.text] == []
    assert all_that_is_known(shared.room) == before


def test_refusals_change_no_result(asked: Asked) -> None:
    """After every possible wrong request, with the seats of people who have answered, the result is what they answered."""
    for refusal in REFUSALS:
        assert refused(asked, refusal).status_code == refusal.status, refusal.name

    asked.room.lead(asked.run, "close", "reveal")

    assert asked.room.result(asked.run) == expected_result(asked)


def expected_result(asked: Asked) -> object:
    return json.loads(json.dumps(publish(Tally.of(material.read().poll("fears"), asked.answers.values()), ROOM).to_dict()))


def test_a_person_is_refused_on_a_page(shared: Asked) -> None:
    """A browser gets its refusal as a page with the same sentence, the same status and a way on."""
    for path, status in (("/WRANGQ", 404), (shared.room.path("/answers"), 404), (shared.room.path(f"/runs/{shared.run}/result.svg"), 404)):
        plain = shared.room.public.get(path)
        shown = shared.room.public.get(path, headers={"Accept": "text/html,application/xhtml+xml"})

        assert (shown.status_code, plain.status_code) == (status, status)
        assert sentence(plain) in page(shown).main
        assert page(shown).references == {"/", "data:,"}


ODD_ORDERS: Final[list[object]] = [
    [],
    ["wind", "birds", "talk"],
    ["wind", "birds", "talk", "wind"],
    ["wind", "birds", "talk", "tea", "tea"],
    ["wind", "birds", "talk", CANARY],
    ["wind", "birds", "talk", "tea", CANARY],
    ["wind", "birds", "talk", 1],
    ["wind", "birds", "talk", None],
    ["wind", "birds", "talk", ["tea"]],
    ["wind", "birds", "talk", "\ud800"],
    {"wind": 1, "birds": 2, "talk": 3, "tea": 4},
    {"0": "wind"},
    "wind",
    "wind birds talk tea",
    1,
    None,
    True,
    {"pass": True, "order": ["wind"]},
]
ODD_LINES: Final[list[object]] = [
    "",
    " \t\r\n ",
    "\x00\x1b\x7f\x85",
    "\u202e\u2066\u200f",
    "\udfff\ud800",
    "x" * 141,
    "\U0001f30a" * 141,
    CANARY * 20,
    [CANARY],
    [],
    {"text": CANARY},
    {"pass": CANARY},
    {CANARY: True},
    1,
    1.5,
    None,
    False,
]


@pytest.mark.parametrize(("poll", "odd"), [("rank", ODD_ORDERS), ("text", ODD_LINES)], ids=["rank", "text"])
def test_what_is_no_order_and_no_line_is_refused(every_kind_of: RunningRoom, poll: str, odd: list[object]) -> None:
    """Too few, too many, twice, unknown, too long, nothing but unseen signs: each gets one sentence and changes no result."""
    every_kind_of.sit(*SEATS[:12])
    run = every_kind_of.ask(poll)
    good: list[object] = [["wind", "birds", "talk", "tea"]] * 12 if poll == "rank" else [f"Line {number}" for number in range(12)]
    for seat, answer in zip(SEATS, good, strict=False):
        assert every_kind_of.cast(run, seat, answer).status_code == 204
    path = every_kind_of.path(f"/runs/{run}/ballot")

    for answer in odd:
        reply = every_kind_of.public.put(path, content=body(seat=SEATS[0], answer=answer))
        assert reply.status_code == 422, answer
        assert CANARY not in sentence(reply)
    for content in (body(seat=SEATS[0], answer="x" * LARGEST_BODY), body(seat=SEATS[0], answer=["wind"] * 1000)):
        assert every_kind_of.public.put(path, content=content).status_code == 413

    every_kind_of.lead(run, "close")
    if poll == "text":
        lines = every_kind_of.control.get(f"/runs/{run}/lines").json()["lines"]
        assert sorted(line["text"] for line in lines) == sorted(good, key=str)
    else:
        every_kind_of.lead(run, "reveal")
        assert every_kind_of.result(run) == json.loads(json.dumps(publish(Tally.of(poll_in(every_kind_of, poll), good), ROOM).to_dict()))


def poll_in(room: RunningRoom, poll: str) -> Poll:
    """Return a poll of the room's own material."""
    return material.read(room.folder.with_name("material")).poll(poll)


@pytest.fixture
def every_kind_of(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room whose material has a poll of every kind."""
    with RunningRoom(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as room:
        yield room


def test_an_endless_body_is_cut_off(shared: Asked) -> None:
    """A body that does not say how long it is, is refused as soon as it is too long."""
    pieces = (b" " * 1000 for _ in range(20))

    reply = shared.room.public.put(shared.room.path(f"/runs/{shared.run}/ballot"), content=pieces)

    assert reply.status_code == 413
    assert sentence(reply)


def test_the_largest_body_is_taken(shared: Asked) -> None:
    """A body of exactly the largest size, sent in pieces, is still read."""
    whole = body(seat=SEATS[0], answer=shared.answers[SEATS[0]])
    padded = whole + b" " * (LARGEST_BODY - len(whole))

    reply = shared.room.public.put(shared.room.path(f"/runs/{shared.run}/ballot"), content=iter([padded[:100], padded[100:]]))

    assert reply.status_code == 204


def test_a_closed_run_takes_no_answer(asked: Asked) -> None:
    """Answering and taking back come too late once a run is closed, revealed or discarded, and its result stays."""
    asked.room.lead(asked.run, "close")
    late = asked.room.cast(asked.run, SEATS[0], ["other"]), asked.room.withdraw(asked.run, SEATS[1])
    asked.room.lead(asked.run, "reveal")
    later = asked.room.cast(asked.run, SEATS[0], ["other"]), asked.room.withdraw(asked.run, SEATS[1])

    assert [reply.status_code for reply in (*late, *later)] == [409] * 4
    assert {sentence(reply) for reply in (*late, *later)} == {"This poll has closed. Your answer was not changed."}
    assert asked.room.result(asked.run) == expected_result(asked)

    asked.room.lead(asked.run, "discard")
    assert asked.room.cast(asked.run, SEATS[0], ["other"]).status_code == 409


def test_a_result_shows_only_while_it_is_revealed(asked: Asked) -> None:
    """Before revealing, after hiding and after discarding, a result looks as if it had never been."""
    results = [asked.room.path(f"/runs/{asked.run}/result.{kind}") for kind in ("json", "html", "svg")]

    def seen() -> list[int]:
        return [asked.room.public.get(path).status_code for path in results]

    found = [seen()]
    for act in ("close", "reveal", "hide", "reveal", "discard"):
        asked.room.lead(asked.run, act)
        found.append(seen())

    hidden, shown = [404] * 3, [200] * 3
    assert found == [hidden, hidden, shown, hidden, shown, hidden]
    never = asked.room.public.get(asked.room.path("/runs/99/result.json"))
    assert asked.room.public.get(results[0]).content == never.content


def test_a_locked_door_refuses_new_seats(asked: Asked) -> None:
    """Behind a locked door those who are in are still welcome and nobody else is, until it is opened."""
    asked.room.control.post("/door", json={"state": "locked"}).raise_for_status()
    seating = [asked.room.public.post(asked.room.path("/seats"), json={"seat": seat}) for seat in (SEATS[0], SEATS[20])]
    asked.room.control.post("/door", json={"state": "open"}).raise_for_status()
    late = asked.room.public.post(asked.room.path("/seats"), json={"seat": SEATS[20]})

    assert [reply.status_code for reply in (*seating, late)] == [201, 403, 201]
    assert "locked" in sentence(seating[1])


def test_a_full_room_refuses_new_seats(tmp_path: Path) -> None:
    """With three seats the fourth person is refused in words, and the three can go on."""
    with RunningRoom(tmp_path / "room", "--seats", "3") as room:
        seating = [room.public.post(room.path("/seats"), json={"seat": seat}) for seat in [*SEATS[:4], SEATS[0]]]

    assert [reply.status_code for reply in seating] == [201, 201, 201, 403, 201]
    assert "full" in sentence(seating[3])


# ---- the code -----------------------------------------------------------------------------------------------------------


def test_a_guesser_is_slowed_down_and_people_are_not(room_server: RunningRoom) -> None:
    """After ten wrong codes in a row an address has to wait, but whoever knows the code gets in, from that address too."""
    wrong = [room_server.public.get(f"/WRANG{sign}") for sign in "ABCDEFGHJKMNPQRSTUVW"]
    statuses = [reply.status_code for reply in wrong]

    assert statuses[:10] == [404] * 10
    assert statuses[-1] == 429
    assert set(statuses) == {404, 429}
    assert sentence(wrong[-1])
    assert room_server.public.get(room_server.path()).status_code == 200
    room_server.sit(SEATS[0])


def test_every_way_of_guessing_counts(room_server: RunningRoom) -> None:
    """Codes tried on the join page, on seats, on ballots and on streams are counted together."""
    tried = 0
    for _ in range(4):
        for method, path in (
            ("GET", "/?code=WRANGA"),
            ("POST", "/WRANGA/seats"),
            ("PUT", "/WRANGA/runs/1/ballot"),
            ("GET", "/WRANGA/events"),
        ):
            tried += room_server.public.request(method, path, json={"seat": SEATS[0]}).status_code == 404

    # Every six seconds one more is allowed, and a slow computer may take that long.
    assert 10 <= tried < 16


@pytest.mark.skipif(sys.platform != "linux", reason="Only here does a computer answer to all addresses that begin with 127.")
def test_a_guesser_slows_down_nobody_else(room_server: RunningRoom) -> None:
    """Another address can still mistype while one is slowed down."""
    wait_for(lambda: room_server.public.get("/WRANGA").status_code == 429, "the guesser to be slowed down")

    elsewhere = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(base_url=room_server.connection.public_url, transport=elsewhere, trust_env=False) as another:
        assert another.get("/WRANGA").status_code == 404


def test_a_code_in_lower_case_leads_to_the_room(shared: Asked) -> None:
    """Lower case, blanks and hyphens are forgiven, in the address and on the join page, on every page of the room."""
    code = shared.room.code
    spellings = [code.lower(), f"{code[:3]}-{code[3:]}", f"{code[:3].lower()}%20{code[3:]}", f"%20{code}%20"]

    for spelling in spellings:
        for path, there in ((f"/{spelling}", f"/{code}"), (f"/?code={spelling}", f"/{code}"), (f"/{spelling}/privacy", f"/{code}/privacy")):
            reply = shared.room.public.get(path, follow_redirects=True)
            assert (reply.status_code, reply.url.path) == (200, there)


def test_a_seat_asked_for_in_lower_case_is_taken(shared: Asked) -> None:
    """A redirect keeps the method and the body, so that a page opened by a mistyped address works."""
    reply = shared.room.public.post(f"/{shared.room.code.lower()}/seats", json={"seat": SEATS[0]})

    assert (reply.status_code, reply.headers["location"]) == (307, shared.room.path("/seats"))


def test_the_join_page_asks_for_the_code_and_nothing_else(shared: Asked) -> None:
    """One field, one button, no name, no account."""
    joining = page(shared.room.public.get("/"))

    assert joining.tags.count("input") == 1
    assert joining.tags.count("button") == 1
    assert joining.references == {"/", "data:,"}


def test_the_server_says_that_it_is_well(shared: Asked) -> None:
    """Whoever supervises the server can ask it."""
    assert shared.room.public.get("/healthz").json() == {"status": "ok"}


# ---- what replies carry -------------------------------------------------------------------------------------------------


def everything_replied(asked: Asked) -> Iterator[httpx.Response]:
    """Yield a reply of every kind that there is."""
    room, run = asked.room, f"/runs/{asked.run}"
    pages = ("", "/stage", "/privacy", "/contacts", "/cards", "/nothing", f"{run}/comparison.json")
    paths = ["/", "/healthz", f"/?code={room.code}", f"/{room.code.lower()}", *map(room.path, pages), "/static/stage.js"]
    paths += [script_url(room), *(room.path(f"{run}/result.{kind}") for kind in ("json", "svg", "svg?dark", "svg?size=projector", "html"))]
    for path in paths:
        yield room.public.get(path)
        yield room.public.get(path, headers={"Accept": "text/html"})
        yield room.public.head(path)
    yield room.public.post(room.path("/seats"), json={"seat": SEATS[0]})
    yield room.public.post(room.path("/pause"), json={"seat": SEATS[0]})
    yield room.cast(asked.run, SEATS[0], ["hurt"])
    yield room.withdraw(asked.run, SEATS[0])
    yield from (refused(asked, refusal) for refusal in REFUSALS)
    with room.public.stream("GET", room.path("/events")) as reply:
        yield reply


def in_every_phase(asked: Asked) -> Iterator[None]:
    """Lead an open run through its phases, with a halt in each."""
    yield
    for act in ("close", "reveal"):
        asked.room.lead(asked.run, act)
        yield


def everything_replied_in_every_phase(asked: Asked) -> Iterator[httpx.Response]:
    for _ in in_every_phase(asked):
        yield from everything_replied(asked)


def script_url(room: RunningRoom) -> str:
    found = [each for each in page(room.public.get(room.path())).references if each.startswith("/static/")]
    assert len(found) == 1
    return found[0]


def test_every_reply_is_careful(asked: Asked) -> None:
    """In every phase every reply carries the headers of a careful server; none sets a cookie or names its maker."""
    for reply in everything_replied_in_every_phase(asked):
        where = f"{reply.request.method} {reply.request.url} {reply.status_code}"
        expected = CAREFUL if "/static/" not in str(reply.url) else {**CAREFUL, "cache-control": "public, max-age=31536000, immutable"}
        assert {name: reply.headers.get(name) for name in expected} == expected, where
        assert [name for name in ("set-cookie", "server", "x-powered-by", "etag", "last-modified") if name in reply.headers] == [], where


def test_every_page_carries_a_strict_policy(asked: Asked) -> None:
    """Whatever is sent as HTML says that scripts and data come from here, styles by their hash, and all else from nowhere."""
    missing = []

    for reply in everything_replied_in_every_phase(asked):
        if reply.headers.get("content-type", "").startswith("text/html"):
            policy = dict(part.split(" ", 1) for part in reply.headers.get("content-security-policy", "none none").split("; "))
            if policy.get("default-src") != "'none'" or policy.get("script-src") != "'self'" or "unsafe" in str(policy):
                missing.append(f"{reply.request.method} {reply.url.path}")

    assert missing == []


def test_no_page_needs_more_than_its_policy_allows(asked: Asked) -> None:
    """No script stands in a page, no attribute holds one, and the one style in it is the one whose hash is allowed."""
    paths = ("/", *map(asked.room.path, ("", "/stage", "/privacy", "/contacts", "/cards")))
    replies = [asked.room.public.get(path) for _ in in_every_phase(asked) for path in paths]

    for reply in replies:
        shown = page(reply)
        allowed = base64.b64encode(hashlib.sha256(shown.inside["style"].encode()).digest()).decode()
        assert shown.inside.get("script", "") == ""
        assert [name for name in shown.attributes if name.startswith("on") or name == "style"] == []
        assert [each for each in shown.references if each.startswith("javascript:")] == []
        assert shown.tags.count("style") == 1
        assert re.search(f"style-src [^;]*'sha256-{re.escape(allowed)}'", reply.headers["content-security-policy"])


def raw(room: RunningRoom, method: str, path: str, content: bytes) -> bytes:
    """Return every byte of a reply, but for what the date says."""
    address = httpx.URL(room.connection.public_url)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {address.host}:{address.port}", "Connection: close", f"Content-Length: {len(content)}"]
    with socket.create_connection((address.host, address.port or 0)) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        received = b"".join(iter(lambda: line.recv(65536), b""))
    return re.sub(rb"date: [^\r]*", b"date:", received)


def test_whoever_watches_the_wire_cannot_tell_acts_apart(asked: Asked) -> None:
    """Answering, changing, passing and taking back, once and twice, get replies that are equal to the last byte."""
    ballot = asked.room.path(f"/runs/{asked.run}/ballot")
    acts: list[tuple[str, object]] = [
        ("PUT", ["hurt"]),
        ("PUT", ["hurt", "known", "flawless", "self", "other"]),
        ("PUT", []),
        ("PUT", {"pass": True}),
        ("DELETE", None),
        ("DELETE", None),
        ("PUT", ["other"]),
    ]

    replies = {raw(asked.room, method, ballot, body(seat=SEATS[0], answer=answer)) for method, answer in acts}

    assert len(replies) == 1
    assert replies.pop().startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize(
    ("poll", "answers"),
    [
        ("rank", [["wind", "birds", "talk", "tea"], ["tea", "talk", "birds", "wind"]]),
        (
            "text",
            [
                "A",
                "x" * 140,
                "\U0001f30a" * 140,
                "Ünïcödé \U0001f30a",
                "I want to die",
                "Call me on 0123 456 789",
                "  \n a \x00 line \ud83d",
            ],
        ),
        ("slider", [0, 10, 5]),
    ],
)
def test_no_reply_tells_one_answer_from_another(every_kind_of: RunningRoom, poll: str, answers: list[object]) -> None:
    """Whatever order was given and whatever was written, long or short, harmless or not, the reply is the same to the last byte."""
    every_kind_of.sit(*SEATS[:2])
    ballot = every_kind_of.path(f"/runs/{every_kind_of.ask(poll)}/ballot")
    acts: list[tuple[str, object]] = [("PUT", answer) for answer in [*answers, {"pass": True}, answers[0], answers[0]]]
    acts += [("DELETE", None), ("DELETE", None)]

    replies = {raw(every_kind_of, method, ballot, body(seat=seat, answer=answer)) for seat in SEATS[:2] for method, answer in acts}

    assert len(replies) == 1
    assert replies.pop().startswith(b"HTTP/1.1 204 ")


def test_a_seat_is_taken_alike_the_first_and_the_second_time(shared: Asked) -> None:
    """Nobody can find out with somebody's token whether it was known before."""
    seating = [raw(shared.room, "POST", shared.room.path("/seats"), body(seat=SEATS[0])) for _ in range(2)]
    with_a_new_one = raw(shared.room, "POST", shared.room.path("/seats"), body(seat=SEATS[1]))

    assert {*seating, with_a_new_one} == {seating[0]}
    assert seating[0].startswith(b"HTTP/1.1 201 ")


def test_nothing_that_was_sent_comes_back(shared: Asked) -> None:
    """Whatever is put into addresses, headers and bodies, no reply repeats it."""
    canary = f'{CANARY}"><script>alert(1)</script>'
    client, path = shared.room.public, shared.room.path
    sent = [
        client.get("/", params={"code": canary}),
        client.get("/", params={"other": canary}),
        client.get(f"/{CANARY}"),
        client.get(f"/{CANARY}/events"),
        client.get(path(f"/{CANARY}")),
        client.get(path(), params={CANARY: canary}),
        client.get(path("/privacy"), headers={"User-Agent": canary, "Referer": f"http://{CANARY}.example", "Cookie": f"seat={CANARY}"}),
        client.post(path("/seats"), json={"seat": canary}),
        client.post(path("/seats"), json={CANARY: canary}),
        client.put(path(f"/runs/{shared.run}/ballot"), json={"seat": SEATS[0], "answer": canary}),
        client.put(path(f"/runs/{shared.run}/ballot"), json={"seat": canary, "answer": ["hurt"]}),
        client.put(path(f"/runs/{shared.run}/ballot"), content=canary),
        client.get(path(), headers={"Host": f"{CANARY}.example"}),
        client.get(path(), headers={"Origin": f"http://{CANARY}.example"}),
        client.request(CANARY, path()),
    ]

    for reply in sent:
        assert CANARY not in reply.text
        assert CANARY not in str(reply.headers)


# ---- the stream of states -----------------------------------------------------------------------------------------------


def test_a_stream_tells_the_state_and_nothing_else(asked: Asked) -> None:
    """The state has nine keys, that of each current run three, and none of them is about a person."""
    wait_for(lambda: asked.room.state()["step"] == "10+", "the counter to come to rest")
    told = asked.room.state()

    assert set(told) == {"boot", "section", "run", "phase", "step", "current", "stage", "ends_at", "locked"}
    assert (told["section"], told["run"], told["phase"], told["step"]) == (None, asked.run, "open", "10+")
    assert (told["stage"], told["ends_at"]) == ("follow", None)
    assert told["current"] == [{"run": asked.run, "phase": "open", "step": "10+"}]
    assert re.fullmatch(r"[0-9a-f]{32}", told["boot"])


def test_a_stream_tells_each_change(room_server: RunningRoom) -> None:
    """A page that listens is told of every act in its order, without asking again."""
    told = states(room_server.public, room_server.path("/events"))
    phases = [next(told)["phase"]]
    run = room_server.ask("fears")
    phases.append(next(told)["phase"])
    for act in ("close", "reveal", "hide", "discard"):
        room_server.lead(run, act)
        phases.append(next(told)["phase"])
    room_server.control.post("/section", json={"id": "06"}).raise_for_status()
    section = next(told)["section"]
    told.close()

    assert phases == ["waiting", "open", "closed", "revealed", "closed", "waiting"]
    assert section == "06"


def test_a_stream_tells_no_count_below_its_steps(room_server: RunningRoom) -> None:
    """However many answer, one after the other, the stream says "under 5", then "5+", and no other number."""
    room_server.sit(*SEATS[:9])
    run = room_server.ask("fears")
    told = states(room_server.public, room_server.path("/events"))
    steps = [next(told)["step"]]
    for seat in SEATS[:9]:
        room_server.cast(run, seat, ["hurt"])
    steps += [state["step"] for state in islice(told, 1)]
    told.close()

    assert steps == ["under 5", "5+"]
    assert wait_for(lambda: "5+ answered" in room_server.public.get(room_server.path("/privacy")).text, "the privacy page to follow")


def test_how_the_page_looks_is_told_along_with_the_news(room_server: RunningRoom) -> None:
    """Whoever listens gets what has changed on the page with the news, a result with both its drawings inside, and need not ask."""
    told = news(room_server.public, room_server.path("/events"))
    pages = [next(told)[1]]
    asked = ask_and_answer(room_server)
    pages.append(next(told)[1])
    for act in ("close", "reveal"):
        room_server.lead(asked.run, act)
        _, page = next(each for each in told if each[0]["step"] is None)
        pages.append(page)
    told.close()
    first, *others = pages
    phases = [re.findall('data-phase="([a-z]*)"', page or "") for page in others]
    now = room_server.public.get(room_server.path()).text
    drawing = room_server.path(f"/runs/{asked.run}/result.svg")
    for linked in (drawing, drawing + "?dark"):
        now = now.replace(f'"{linked}"', f'"data:image/svg+xml;base64,{base64.b64encode(room_server.public.get(linked).content).decode()}"')

    assert first is None
    assert phases == [["open"], ["closed"], ["revealed"]]
    assert (others[-1] or "nothing") in now


def test_only_a_page_that_looks_different_is_told(room_server: RunningRoom) -> None:
    """That more people have answered is told in the state alone, and so is everything to a page that has just been sent."""
    room_server.sit(*SEATS[:9])
    run = room_server.ask("fears")
    told = news(room_server.public, room_server.path("/events"))
    first = next(told)
    for seat in SEATS[:9]:
        room_server.cast(run, seat, ["hurt"])
    later = next(told)
    told.close()

    assert [(state["step"], page) for state, page in (first, later)] == [("under 5", None), ("5+", None)]


@pytest.mark.skipif(sys.platform == "win32", reason="cannot let a process stand still")
def test_a_result_does_not_wait_long_for_its_drawing(room_process: RoomProcess) -> None:
    """Where the chart takes too long, the table is shown without it, and the chart is fetched once it is there."""
    told = news(room_process.public, room_process.path("/events"))
    next(told)
    asked = ask_and_answer(room_process)
    drawing = room_process.path(f"/runs/{asked.run}/result.svg")
    [worker] = wait_for(lambda: children_of(room_process.pid), "the drawing process")
    os.kill(worker, signal.SIGSTOP)
    room_process.lead(asked.run, "close", "reveal")
    page = next(page for state, page in told if state["phase"] == "revealed")
    told.close()
    os.kill(worker, signal.SIGCONT)

    assert page is not None
    assert all(part in page for part in ("<table", f'"{drawing}"', f'"{drawing}?dark"'))
    assert room_process.public.get(drawing).text.startswith("<svg")


def test_a_stream_is_never_kept_by_anyone_on_the_way(shared: Asked) -> None:
    """The stream says what it is, and asks to be neither stored nor held back."""
    with shared.room.public.stream("GET", shared.room.path("/events")) as reply:
        headers = reply.headers

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["x-accel-buffering"] == "no"


# ---- pages --------------------------------------------------------------------------------------------------------------


def test_a_waiting_page_says_what_will_happen(room_server: RunningRoom) -> None:
    """Before the first poll the page names the workshop, says what anonymous means here, and offers no form."""
    waiting = page(room_server.public.get(room_server.path()))

    assert "Letting ourselves be known" in waiting.main
    assert "You may pass on any question." in waiting.main
    assert "form" not in waiting.tags
    assert "100" not in waiting.main


def fields(poll: Poll) -> list[str]:
    """Return what an open page must hold once for each option of a poll, or for its line."""
    if poll.kind == "rank":
        return [f'data-option="{option.id}"' for option in poll.options]
    if poll.kind == "text":
        return ['maxlength="140"']
    kind = "checkbox" if poll.kind == "multi" else "radio"
    values = range(11) if poll.kind == "slider" else [option.id for option in poll.options]
    return [f'type="{kind}" name="option" value="{value}"' for value in values]


def test_an_open_page_asks_the_question(tmp_path: Path, workshop: Workshop) -> None:
    """The page shows question, hint and every option once, with the fitting kind of field, and nothing chosen yet."""
    with RunningRoom(tmp_path / "room", "--plan", "half_day") as room:
        for poll in workshop.polls.values():
            run = room.ask(poll.id)
            reply = room.public.get(room.path())
            room.lead(run, "discard")

            shown = page(reply)
            labels = [poll.low, poll.high] if poll.kind == "slider" else [option.label for option in poll.options]
            assert [text for text in (poll.question, poll.hint, "Pass", "under 5", *labels) if text and text not in shown.main] == []
            assert [field for field in fields(poll) if reply.text.count(field) != 1] == []
            assert shown.tags.count("input") == (0 if poll.kind in ("rank", "text") else len(fields(poll)))
            assert shown.tags.count("textarea") == (1 if poll.kind == "text" else 0)
            assert "checked" not in shown.attributes


def test_a_page_asks_several_questions_at_once(every_kind_of: RunningRoom) -> None:
    """Polls that were asked together stand on one page, each with its own form; one that is closed shows none."""
    polls = {poll.id: poll for poll in material.read(every_kind_of.folder.with_name("material")).polls.values()}
    every_kind_of.control.post("/runs", json={"polls": list(polls)}).raise_for_status()
    reply = every_kind_of.public.get(every_kind_of.path())

    assert [poll.id for poll in polls.values() if poll.question not in page(reply).main] == []
    assert page(reply).tags.count("form") == len(polls) == 6
    assert [field for poll in polls.values() if poll.kind != "scale" for field in fields(poll) if field not in reply.text] == []
    every_kind_of.lead(2, "close")
    assert page(every_kind_of.public.get(every_kind_of.path())).tags.count("form") == 5


def test_an_open_page_follows_the_counter(asked: Asked) -> None:
    """Whoever opens the page late reads the counter as it is now, not as it was when the poll was opened."""
    first = page(asked.room.public.get(asked.room.path())).main
    wait_for(lambda: asked.room.state()["step"] == "10+", "the counter to move")

    assert "under 5" in first
    assert "10+" in page(asked.room.public.get(asked.room.path())).main


def test_a_closed_page_says_that_the_answers_are_gone(asked: Asked) -> None:
    """After closing and after hiding, the page shows neither question nor result."""
    asked.room.lead(asked.run, "close")
    closed = page(asked.room.public.get(asked.room.path())).main
    asked.room.lead(asked.run, "reveal", "hide")
    hidden = page(asked.room.public.get(asked.room.path())).main

    assert closed == hidden
    assert "The single answers no longer exist" in closed
    assert "fears" not in closed


def test_a_revealed_page_shows_chart_and_table(asked: Asked) -> None:
    """The revealed page has a chart with alternative text for light and dark, and the same result as a table."""
    asked.room.lead(asked.run, "close", "reveal")

    reply = asked.room.public.get(asked.room.path())

    shown, result = page(reply), asked.room.path(f"/runs/{asked.run}/result.svg")
    assert {result, f"{result}?dark"} <= shown.references
    assert {"figure", "img", "table", "caption"} <= set(shown.tags)
    assert "alt" in shown.attributes
    buckets = asked.room.result(asked.run)["buckets"]
    assert [bucket["label"] for bucket in buckets if shown.main.count(bucket["label"]) < 1] == []
    assert "10 people answered" in shown.main
    assert asked.room.public.get(asked.room.path(f"/runs/{asked.run}/result.html")).text.strip() in reply.text


def test_a_page_shows_two_results_side_by_side(asked: Asked) -> None:
    """Where a poll was asked again to compare, chart and table hold both results, though the earlier was never revealed."""
    asked.room.lead(asked.run, "close")
    again = asked.room.ask("fears", before=asked.run)
    for seat in SEATS[:10]:
        asked.room.cast(again, seat, ["hurt", "self"])
    asked.room.lead(again, "close")
    before = asked.room.public.get(asked.room.path()).text
    asked.room.lead(again, "reveal")
    shown = page(asked.room.public.get(asked.room.path()))

    assert "<table" not in before
    assert {"figure", "img", "table", "caption"} <= set(shown.tags)
    assert ("Before" in shown.main, "After" in shown.main) == (True, True)
    both = asked.room.public.get(asked.room.path(f"/runs/{again}/comparison.json")).json()
    assert [pair["label"] for pair in both["pairs"] if pair["label"] not in shown.main] == []
    drawn = asked.room.public.get(asked.room.path(f"/runs/{again}/result.svg")).text
    assert [pair["label"] for pair in both["pairs"] if pair["label"] not in drawn_words(drawn)] == []


def drawn_words(svg: str) -> str:
    """Return all words of a drawing, as they would be read out."""
    return " ".join(" ".join(ElementTree.fromstring(svg).itertext()).split())


def test_a_rehearsal_says_so_on_every_page(tmp_path: Path) -> None:
    """In a simulated room nobody can take the numbers for real ones, whatever the phase."""
    with RunningRoom(tmp_path / "room", "--simulated") as room:
        shown = [room.public.get(room.path()).text]
        run = room.ask("fears")
        shown.append(room.public.get(room.path()).text)
        for act in ("close", "reveal"):
            room.lead(run, act)
            shown.append(room.public.get(room.path()).text)
        piece = room.public.get(room.path(f"/runs/{run}/result.html")).text

    assert ["simulated" in each for each in shown] == [True] * 4
    assert "Simulated answers" in piece


def test_the_pages_name_the_section(room_server: RunningRoom, workshop: Workshop) -> None:
    """Once the facilitator has moved on, the page says in which section the room is."""
    room_server.control.post("/section", json={"id": "06"}).raise_for_status()

    assert workshop.section("06").title in room_server.public.get(room_server.path()).text


def test_a_revealed_result_is_the_published_one(asked: Asked) -> None:
    """As data it is exactly what may be said of the answers; the chart is one picture for light and one for dark."""
    asked.room.lead(asked.run, "close", "reveal")
    path = asked.room.path(f"/runs/{asked.run}/result")

    assert asked.room.result(asked.run) == expected_result(asked)
    drawn = [asked.room.public.get(path + rest) for rest in (".svg", ".svg?dark")]
    assert [reply.headers["content-type"].partition(";")[0] for reply in drawn] == ["image/svg+xml"] * 2
    assert [ElementTree.fromstring(reply.text).tag.endswith("svg") for reply in drawn] == [True] * 2
    assert drawn[0].text != drawn[1].text
    assert all("default-src 'none'" in reply.headers["content-security-policy"] for reply in drawn)
    assert [re.findall(r'(?:href|src)="(?!#)|url\((?!#)|<script|<image', reply.text) for reply in drawn] == [[], []]


def test_a_chart_is_drawn_for_its_place(asked: Asked) -> None:
    """For a wall the picture is wider than for a phone; what is asked for in words that mean nothing is the phone's."""
    asked.room.lead(asked.run, "close", "reveal")
    path = asked.room.path(f"/runs/{asked.run}/result.svg")

    phone, wall, dark_wall, plain, nonsense = (
        asked.room.public.get(path + rest).raise_for_status().text
        for rest in ("", "?size=projector", "?size=projector&dark", "?style=stacked", "?size=%3Cscript%3E&style=canary&dark2=1")
    )

    widths = [float(ElementTree.fromstring(each).attrib["viewBox"].split()[2]) for each in (phone, wall, dark_wall)]
    assert widths[0] < widths[1] == widths[2]
    assert wall != dark_wall
    assert drawn_words(phone) == drawn_words(plain) == drawn_words(nonsense)
    assert phone == nonsense


def test_without_javascript_the_page_says_what_is_missing(shared: Asked) -> None:
    """The page needs JavaScript and says so plainly to whoever has switched it off."""
    reply = shared.room.public.get(shared.room.path())

    assert "noscript" in page(reply).tags
    assert "This page needs JavaScript" in reply.text


def test_the_privacy_page_is_made_from_what_is_held_now(asked: Asked) -> None:
    """What the page says about seats, answers and results changes as the room does."""

    def says() -> str:
        return page(asked.room.public.get(asked.room.path("/privacy"))).main

    wait_for(lambda: "10+ answered so far" in says(), "the counter to move")
    opened = says()
    asked.room.lead(asked.run, "close")
    closed = says()
    asked.room.lead(asked.run, "discard")
    discarded = says()

    assert "Seats taken in this room: 10+" in opened
    assert "A poll is open; 10+ answered so far." in opened
    assert "Results kept of this room: 0" in opened
    assert "No poll is open, so it holds no answers at all." in closed
    assert "Results kept of this room: 1" in closed
    assert "Results kept of this room: 0" in discarded


def test_the_privacy_page_says_that_lines_are_being_read(every_kind_of: RunningRoom) -> None:
    """While the facilitator reads, the page says where the lines are and what becomes of them, and never a word of them."""

    def says() -> str:
        return page(every_kind_of.public.get(every_kind_of.path("/privacy"))).main

    every_kind_of.sit(*SEATS[:12])
    run = every_kind_of.ask("text")
    for number, seat in enumerate(SEATS[:12]):
        every_kind_of.cast(run, seat, f"{CANARY} {number}")
    every_kind_of.lead(run, "close")
    reading = says()
    for number in range(1, 13):
        every_kind_of.control.post(f"/runs/{run}/lines/{number}", json={"decision": "approve"}).raise_for_status()
    every_kind_of.lead(run, "publish", "reveal")
    shown = says()

    assert "the facilitator is reading the lines" in reading
    assert "it holds no answers at all" not in reading
    assert "Results kept of this room: 0" in reading
    assert "No poll is open, so it holds no answers at all." in shown
    assert "Results kept of this room: 1" in shown
    assert "lines that the facilitator has let through" in shown
    assert CANARY not in reading + shown


@pytest.mark.parametrize(("policy", "floor", "cell"), [("room", 5, 3), ("together", 5, 4), ("webinar", 11, 11)])
def test_the_privacy_page_names_this_rooms_thresholds(tmp_path: Path, policy: str, floor: int, cell: int) -> None:
    """The promise on the page is the one by which this room publishes."""
    with RunningRoom(tmp_path / "room", "--policy", policy) as room:
        said = page(room.public.get(room.path("/privacy"))).main

    assert f"From fewer than {floor} answers nothing is shown" in said
    assert f"stands for fewer than {cell} people" in said


def test_the_privacy_page_is_honest_about_its_limits(shared: Asked) -> None:
    """It says who could break the promise and what nobody can do, and promises nothing absolute."""
    said = page(shared.room.public.get(shared.room.path("/privacy"))).main

    assert "Whoever runs this computer could change the program." in said
    assert "nobody can come to you about an answer" in said
    assert re.findall(r"100 ?%|completely|guarantee|impossible", said) == []


# ---- weight -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acts", [None, (), ("close",), ("close", "reveal")], ids=["waiting", "open", "closed", "revealed"])
def test_a_page_is_light_and_asks_for_little(room_server: RunningRoom, acts: tuple[str, ...] | None) -> None:
    """Page and script together weigh less than 20 kB on the wire, and refer to nothing but what is listed here, all of it ours."""
    charts: set[str] = set()
    if acts is not None:
        asked = ask_and_answer(room_server)
        room_server.lead(asked.run, *acts)
        charts = {room_server.path(f"/runs/{asked.run}/result.svg{rest}") for rest in ("", "?dark")} if "reveal" in acts else set()
    script = script_url(room_server)

    weight = sum(on_the_wire(room_server, path) for path in (room_server.path(), script))

    assert weight < 20_000
    ours = {script, "data:,", room_server.path("/privacy"), room_server.path("/contacts")}
    assert page(room_server.public.get(room_server.path())).references == {*ours, *charts}


def on_the_wire(room: RunningRoom, path: str) -> int:
    """Return how many bytes a compressed reply has, after seeing that it says the same as the plain one."""
    plain = room.public.get(path, headers={"Accept-Encoding": "identity"})
    with room.public.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain.content
    return len(body)


def test_the_script_is_fetched_once(shared: Asked) -> None:
    """The script's address changes with its content, so a phone may keep it for ever, and it asks nothing of another place."""
    reply = shared.room.public.get(script_url(shared.room))

    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"].startswith("text/javascript")
    assert re.findall(r"https?://|localStorage|indexedDB|document\.cookie|sendBeacon|importScripts", reply.text) == []


def test_a_page_is_asked_for_by_its_own_name(shared: Asked) -> None:
    """The room answers to numeric addresses, to localhost and to this computer's own name, in any case."""
    port = httpx.URL(shared.room.connection.public_url).port
    names = ["127.0.0.1", "192.168.1.20", "[::1]", "localhost", "LOCALHOST", socket.gethostname(), f"{socket.gethostname()}.local"]

    statuses = [shared.room.public.get(shared.room.path(), headers={"Host": f"{name}:{port}"}).status_code for name in names]

    assert statuses == [200] * len(names)


def test_a_page_of_the_room_may_act(shared: Asked) -> None:
    """The room's own page, with the origin that a browser sends along, is let through."""
    origin = shared.room.connection.public_url

    reply = shared.room.public.post(
        shared.room.path("/seats"), json={"seat": SEATS[0]}, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    )

    assert reply.status_code == 201
    assert first_state(shared.room.public, shared.room.path("/events"))["phase"] == "open"
