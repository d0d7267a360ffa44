"""The public app over real HTTP: every line of the contract, every refusal, and what a page may and may not carry."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

import httpx
import pytest

from tests import every_kind
from tests.server.hostile import CANARY, FOR_GOOD, ROUTES, Sent, address_of, complaints, exchange, sentence_in, wire_to
from tests.world import MANY, PEOPLE, RunningRoom, news, wait_for
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.disk.rooms import Results
from workshop_kit.polls import Tally
from workshop_kit.workshop import Workshop

SITTING: Final = PEOPLE[:10]
STRANGER: Final = PEOPLE[40]
LARGEST_BODY: Final = 4096


class Page(HTMLParser):
    """What of a page may be dangerous or heavy: its references, its attributes, its tags; and the words of its main part."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references, self.attributes, self.tags = set[str](), set[str](), list[str]()
        self._words, self._is_main = list[str](), False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.references |= {value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "poster", "data")}
        self._is_main |= tag == "main"

    def handle_endtag(self, tag: str) -> None:
        self._is_main &= tag != "main"

    def handle_data(self, data: str) -> None:
        self._words += data.split() if self._is_main else []

    @property
    def main(self) -> str:
        return " ".join(self._words)


class Asked(NamedTuple):
    """A room in which ten people sit and a poll is open, with what they answered to it."""

    room: RunningRoom
    run: int
    answers: dict[str, object]

    def get(self, rest: str) -> httpx.Response:
        """Return the reply to asking for something of the run."""
        return self.room.public.get(self.room.path(f"/runs/{self.run}{rest}"))

    @property
    def published(self) -> object:
        """All that may be said of the answers, as data."""
        return json.loads(json.dumps(publish(Tally.of(material.read().poll("fears"), self.answers.values()), ROOM).to_dict()))


def ask_and_answer(room: RunningRoom) -> Asked:
    """Open the poll of several choices and let ten people answer it."""
    room.sit(*SITTING)
    run = room.ask("fears")
    given: dict[str, object] = dict(zip(SITTING, [["hurt"], ["hurt", "known"], ["known"], ["hurt"], ["self"]] * 2, strict=True))
    for seat, answer in given.items():
        room.cast(run, seat, answer).raise_for_status()
    return Asked(room, run, given)


@pytest.fixture
def asked(room: RunningRoom) -> Asked:
    """Return a room of this test's own, with an open poll."""
    return ask_and_answer(room)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Yield a room with an open poll that tests share which leave it as it is."""
    with RunningRoom(tmp_path_factory.mktemp("shared") / "room") as room:
        asked = ask_and_answer(room)
        wait_for(lambda: room.state()["current"][0]["step"] == "10+", "the counter to come to rest")
        yield asked


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room with a poll of every kind, in which twelve people sit; tests share it and discard what they have asked."""
    folder = tmp_path_factory.mktemp("kinds")
    with RunningRoom(folder / "room", *every_kind.arguments(folder / "material")) as room:
        room.sit(*PEOPLE[:12])
        yield room


def page_at(room: RunningRoom, rest: str = "") -> Page:
    """Return a page of the room as it is now."""
    return page(room.public.get(room.path(rest)))


def page(reply: httpx.Response) -> Page:
    assert reply.headers["content-type"].startswith("text/html")
    return Page(reply.text)


def sentence(reply: httpx.Response) -> str:
    """Return the one plain sentence with which a request was refused."""
    said = sentence_in(reply.text)
    assert said, reply.text
    assert re.findall(r"Traceback|Error|Exception|None|\bnull\b|\.py|workshop_kit", said) == []
    return said


def body(**content: object) -> bytes:
    return json.dumps(content).encode()


BALLOT, SEATING, PAUSE = "/{code}/runs/{run}/ballot", "/{code}/seats", "/{code}/pause"
SEAT: Final = SITTING[0]
MEMBER: Final = body(seat=SEAT, answer=["other"])
# Each with its status; ``{code}`` and ``{run}`` in its path stand for the room's own.
REFUSALS: Final[list[tuple[str, int, str, str, bytes | None]]] = [
    ("a seat in an unknown room", 404, "POST", "/WRANGQ/seats", body(seat=STRANGER)),
    ("an answer in an unknown room", 404, "PUT", "/WRANGQ/runs/1/ballot", MEMBER),
    ("an unknown page", 404, "GET", "/{code}/answers", None),
    ("an unknown act", 405, "PATCH", BALLOT, MEMBER),
    ("looking at a ballot", 405, "GET", BALLOT, None),
    ("a run that is not there", 404, "PUT", "/{code}/runs/99/ballot", MEMBER),
    ("a run that is no number", 404, "PUT", "/{code}/runs/one/ballot", MEMBER),
    ("taking back from a run that is not there", 404, "DELETE", "/{code}/runs/99/ballot", body(seat=SEAT)),
    ("an answer without a seat", 403, "PUT", BALLOT, body(answer=["hurt"])),
    ("an answer from a stranger", 403, "PUT", BALLOT, body(seat=STRANGER, answer=["hurt"])),
    ("taking back as a stranger", 403, "DELETE", BALLOT, body(seat=STRANGER)),
    ("a pause from a stranger", 403, "POST", PAUSE, body(seat=STRANGER)),
    ("an option that is not there", 422, "PUT", BALLOT, body(seat=SEAT, answer=[CANARY])),
    ("a number", 422, "PUT", BALLOT, body(seat=SEAT, answer=1)),
    ("no answer", 422, "PUT", BALLOT, body(seat=SEAT)),
    ("half a surrogate", 422, "PUT", BALLOT, b'{"seat": "%s", "answer": ["\\ud800"]}' % SEAT.encode()),
    ("a seat that is a name", 422, "POST", SEATING, body(seat="Anna Maria Kowalski")),
    ("a seat that is a list", 422, "POST", SEATING, body(seat=[STRANGER])),
    ("no seat at all", 422, "POST", SEATING, body()),
    ("an empty body", 422, "PUT", BALLOT, b""),
    ("broken JSON", 422, "PUT", BALLOT, MEMBER[:-1]),
    ("JSON that is no object", 422, "PUT", BALLOT, b'["other"]'),
    ("JSON in another alphabet", 422, "PUT", BALLOT, b"\xff" + MEMBER),
    ("deep JSON", 422, "PUT", BALLOT, b"[" * LARGEST_BODY),
    ("deep objects", 422, "PUT", BALLOT, b'{"a":' * (LARGEST_BODY // 5)),
    ("a number beyond counting", 422, "PUT", BALLOT, b'{"seat": "%s", "answer": %s}' % (SEAT.encode(), b"9" * 3900)),
    ("one byte too many", 413, "PUT", BALLOT, MEMBER + b" " * (LARGEST_BODY + 1 - len(MEMBER))),
    ("a body far too large", 413, "PUT", BALLOT, MEMBER + b" " * 1_000_000),
    ("a seat far too large", 413, "POST", SEATING, body(seat="a" * 100_000)),
    ("a comparison that is not revealed", 404, "GET", "/{code}/runs/{run}/comparison.json", None),
]


def test_a_request_that_cannot_be_granted_is_refused(asked: Asked) -> None:
    """Each wrong request gets its status and one plain sentence, repeats nothing of what was sent, and changes nothing."""
    room = asked.room
    wait_for(lambda: room.state()["current"][0]["step"] == "10+", "the counter to come to rest")
    before = all_that_is_known(room)

    for name, status, method, path, content in REFUSALS:
        reply = room.public.request(method, path.format(code=room.code, run=asked.run), content=content)

        assert reply.status_code == status, name
        assert sentence(reply)
        said = [secret for secret in (*SITTING, STRANGER, CANARY, "Kowalski") if secret in reply.text]
        assert said == [], name
        assert all_that_is_known(room) == before, name
    room.lead(asked.run, "close", "reveal")
    assert room.result(asked.run) == asked.published


def all_that_is_known(room: RunningRoom) -> list[object]:
    return [{**room.as_led(), "pauses": 0}, room.public.get(room.path("/privacy")).text]


def test_a_person_is_refused_on_a_page(shared: Asked) -> None:
    """A browser gets its refusal as a page with the same sentence, the same status and a way on."""
    for path, status in (("/WRANGQ", 404), (shared.room.path("/answers"), 404), (shared.room.path("/cards?seats=0"), 422)):
        plain = shared.room.public.get(path)
        shown = shared.room.public.get(path, headers={"Accept": "text/html,application/xhtml+xml"})

        assert (shown.status_code, plain.status_code) == (status, status)
        assert sentence(plain) in page(shown).main
        assert page(shown).references == {"/", "data:,"}
    # The way on would lead back to a name that isn't ours.
    shown = shared.room.public.get("/", headers={"Accept": "text/html", "Host": "elsewhere.example"})
    assert (shown.status_code, page(shown).references) == (400, {"data:,"})
    assert "Please use the address on the screen." in page(shown).main


def test_what_is_asked_of_any_site_is_no_guess(room: RunningRoom) -> None:
    """The pictures and files that browsers and machines look for are not there, however often they are asked for, and no wrong codes."""
    asked = ("favicon.ico", "apple-touch-icon.png", "apple-touch-icon-precomposed.png", "robots.txt", ".well-known/change-password")

    assert {room.public.get(f"/{each}").status_code for each in asked * 5} == {404}
    assert room.public.get(room.path()).status_code == 200


def test_a_body_is_read_up_to_the_largest_size(shared: Asked) -> None:
    """A body of exactly the largest size, sent in pieces, is still read; one that does not say how long it is, is cut off beyond."""
    ballot = shared.room.path(f"/runs/{shared.run}/ballot")
    whole = body(seat=SEAT, answer=shared.answers[SEAT]).ljust(LARGEST_BODY)

    assert shared.room.public.put(ballot, content=iter([whole[:100], whole[100:]])).status_code == 204
    endless = shared.room.public.put(ballot, content=(b" " * 1000 for _ in range(20)))
    assert endless.status_code == 413
    assert sentence(endless)


def test_answers_are_taken_while_a_run_is_open_and_a_result_shows_while_it_is_revealed(asked: Asked) -> None:
    """Once a run is closed, whatever comes is too late and changes nothing; what is not revealed looks as if it had never been."""
    late, found = [], []
    for act in ("close", "reveal", "hide", "reveal", "discard"):
        found.append([asked.get(f"/result.{kind}").status_code for kind in ("json", "html", "svg")])
        asked.room.lead(asked.run, act)
        late += [asked.room.cast(asked.run, SEAT, ["other"]), asked.room.withdraw(asked.run, SITTING[1])]
        if act == "reveal":
            assert asked.room.result(asked.run) == asked.published

    assert found == [[404] * 3, [404] * 3, [200] * 3, [404] * 3, [200] * 3]
    assert {(reply.status_code, sentence(reply)) for reply in late} == {(409, "This poll has closed. Your answer was not changed.")}
    never = asked.room.public.get(asked.room.path("/runs/99/result.json"))
    for kind in ("json", "html", "svg"):
        assert asked.get(f"/result.{kind}").content == never.content


def test_a_code_in_lower_case_leads_to_the_room(shared: Asked) -> None:
    """Lower case, blanks and hyphens are forgiven, in the address of every page of the room and on the join page, which asks nothing else."""
    code = shared.room.code
    spellings = [code.lower(), f"{code[:3]}-{code[3:]}", f"{code[:3].lower()}%20{code[3:]}", f"%20{code}%20"]

    for spelling in spellings:
        for path, there in ((f"/{spelling}", f"/{code}"), (f"/?code={spelling}", f"/{code}"), (f"/{spelling}/privacy", f"/{code}/privacy")):
            reply = shared.room.public.get(path, follow_redirects=True)
            assert (reply.status_code, reply.url.path) == (200, there)
    # A redirect keeps the method and the body, so that a page opened by a mistyped address works.
    seating = shared.room.public.post(f"/{code.lower()}/seats", json={"seat": SEAT})
    assert (seating.status_code, seating.headers["location"]) == (307, shared.room.path("/seats"))
    joining = page(shared.room.public.get("/"))
    assert (joining.tags.count("input"), joining.tags.count("button"), joining.references) == (1, 1, {"/", "data:,"})


def take(room: RunningRoom, **shown: object) -> tuple[int, dict[str, str]]:
    """Ask for a seat; return the status, and what was said."""
    reply = room.public.post(room.path("/seats"), json=shown)
    return reply.status_code, reply.json()


def test_a_ticket_brings_its_own_seat_back_and_no_other(room: RunningRoom) -> None:
    """Behind a locked door, after a crash too, a page returns by its ticket and nobody without; who has left their seat does not."""
    tickets = [take(room, seat=seat)[1]["ticket"] for seat in PEOPLE[:3]]
    room.tell("/door", state="locked")
    assert room.public.request("DELETE", room.path("/seats"), json={"seat": PEOPLE[2]}).status_code == 204
    wait_for(lambda: room.state()["seats"] == 2, "everyone to be told that somebody left")
    wait_for(lambda: (kept := Results(room.folder).room(room.code)) and kept.left, "what was left to be written down")

    for restarts in (False, True):
        if restarts:
            room.kill()
            room.start()
            assert take(room, seat=PEOPLE[0])[0] == 403
        status, told = take(room, seat=PEOPLE[0], ticket=tickets[0])
        # A server that has started anew gives new ones; those from before are good until the next count.
        assert (status, told["ticket"] == tickets[0]) == (201, not restarts)
        for ticket in (tickets[0], tickets[2], "", None, [tickets[2]]):
            status, told = take(room, seat=PEOPLE[2], ticket=ticket)
            assert (status, told["code"]) == (403, "seats.door_locked")
    wait_for(lambda: room.state()["seats"] == 1, "everyone to be told who came back")
    assert room.public.request("DELETE", room.path("/seats"), json={"seat": PEOPLE[2]}).status_code == 403


@pytest.mark.room("--by-card")
def test_a_card_is_one_seat_however_it_is_typed(room: RunningRoom) -> None:
    """Sheets are fetched once, by their key; in lower case and with blanks a card opens the same seat, and what is no card, or void, opens none."""
    key = room.control.post("/cards", json={"cards": 3}).raise_for_status().json()["key"]
    fetched = [room.public.post(room.path("/cards"), json={"key": each}) for each in ("0" * 32, None, key, key)]
    assert [reply.status_code for reply in fetched] == [409, 409, 200, 409]
    cards = re.findall(r'class="signs" dir="ltr">([0-9A-Z]{4} [0-9A-Z]{4} [0-9A-Z]{4})<', fetched[2].text)
    assert len(set(cards)) == fetched[2].text.count("QR code: ") == 3
    assert fetched[2].headers["cache-control"] == "no-store"

    status, told = take(room, card=cards[0])
    typed = (cards[0].lower(), cards[0].replace(" ", ""), f" {cards[0].replace(' ', ' - ')} ".lower(), cards[0].replace(" ", " · "))
    assert (status, told["seat"]) == (201, cards[0].replace(" ", ""))
    assert [take(room, card=each) for each in typed] == [(201, told)] * 4
    assert take(room, **told) == (201, {"ticket": told["ticket"]})
    assert take(room, seat=STRANGER)[1]["code"] == "seats.by_card"
    room.tell("/cards/void")
    refused = [take(room, card=each) for each in (cards[1], "2345 6789 ABCD", "2345", 5)]
    assert [(status, told["code"]) for status, told in refused] == [
        *[(403, "seats.no_such_card")] * 2,
        *[(422, "seats.unreadable_card")] * 2,
    ]
    room.tell("/door", state="locked")
    assert room.state()["seats"] == 1
    assert [card for card in cards if card in (page_at(room).main + room.public.get(room.path("/cards")).text)] == []


@pytest.mark.parametrize("by_card", [False, True], ids=["by code", "by card"])
def test_a_webinar_by_code_says_what_is_not_promised(tmp_path: Path, by_card: bool) -> None:
    """Where nobody can count heads a poll is asked without, and every phone says so before the first answer; by card it is as anywhere."""
    with RunningRoom(tmp_path / "room", "--policy", "webinar", *(["--by-card"] if by_card else [])) as room:
        asked = room.control.post("/runs", json={"poll": "fears"}).status_code
        said, promised = page_at(room).main, page_at(room, "/privacy").main

    assert asked == (409 if by_card else 201)
    assert ("Nobody can count people here: someone who opens several pages counts several times." in said) is not by_card
    assert ("In this room nobody can count people." in promised, "each card is one seat" in promised) == (not by_card, by_card)


def in_every_phase(asked: Asked) -> Iterator[str]:
    """Lead an open run through its phases, with a halt in each."""
    yield "open"
    for act in ("close", "reveal"):
        asked.room.lead(asked.run, act)
        yield act


def test_every_reply_is_careful(asked: Asked) -> None:
    """In every phase every reply carries the headers of a careful server, and every page a strict policy; none says who made it."""
    ways = [(b"GET", b"*/*"), (b"GET", b"text/html"), (b"HEAD", b"*/*"), (b"POST", b"*/*"), (b"PUT", b"*/*"), (b"DELETE", b"*/*")]
    found = {}
    for phase in in_every_phase(asked):
        for route in (*ROUTES, f"/?code={asked.room.code}", f"/{asked.room.code.lower()}", "/{code}/stage?preview", "/{code}/nothing"):
            target = route.replace("{code}", asked.room.code).replace("{run}", str(asked.run)).encode()
            for method, accept in ways:
                content = b"" if method in (b"GET", b"HEAD") else body(seat=SEAT, answer=["hurt"])
                reply = exchange(asked.room, Sent(method, target, ((b"Accept", accept),), content))
                kept = reply and reply.headers["cache-control"] == FOR_GOOD and not (route.startswith("/static/") and reply.status == 200)
                found[phase, method, accept, route] = [*complaints(reply), *["kept for good"] * bool(kept)] if reply else ["cut"]
        # One of these acts was to leave it.
        asked.room.sit(SEAT)

    assert {way: said for way, said in found.items() if said} == {}


ACTS: Final[dict[str, list[object]]] = {
    "single": ["shore", "inn"],
    "multi": [["coat"], ["coat", "bread", "book", "friend", "other"], []],
    "scale": [1, 5],
    "slider": [0, 10, 5],
    "rank": [["wind", "birds", "talk", "tea"], ["tea", "talk", "birds", "wind"]],
    "text": ["A", "x" * 140, "\U0001f30a" * 140, "I want to die", "Call me on 0123 456 789", "  \n a \x00 line \ud83d"],
}


def test_whoever_watches_the_wire_cannot_tell_acts_apart(kinds: RunningRoom) -> None:
    """Answering, changing, passing, taking back and sitting down, once and twice, get replies equal to the last byte, but for the seat's ticket."""
    replies = set()
    for poll, answers in ACTS.items():
        run = kinds.ask(poll)
        acts: list[tuple[str, object]] = [("PUT", answer) for answer in (*answers, {"pass": True}, answers[0], answers[0])]
        for seat in SITTING[:2]:
            for method, answer in (*acts, ("DELETE", None), ("DELETE", None), acts[0]):
                replies.add(raw(kinds, method, f"/runs/{run}/ballot", body(seat=seat, answer=answer)))
        kinds.lead(run, "discard")
    with kinds.letting_in():
        seating = [raw(kinds, "POST", "/seats", body(seat=seat)) for seat in (SEAT, STRANGER, STRANGER)]
    tickets = [re.findall(rb'\r\n\r\n{"ticket":"([0-9a-f]{32})"}$', reply) for reply in seating]

    assert (len(replies), len({re.sub(rb"[0-9a-f]{32}", b"", reply) for reply in seating})) == (1, 1)
    assert tickets[0] != tickets[1] == tickets[2] != []
    assert replies.pop().startswith(b"HTTP/1.1 204 ")
    assert seating.pop().startswith(b"HTTP/1.1 201 ")


def raw(room: RunningRoom, method: str, rest: str, content: bytes) -> bytes:
    """Return every byte of a reply, but for what the date says."""
    host, port = address_of(room)
    with wire_to((host, port)) as line:
        line.sendall(Sent(method.encode(), room.path(rest).encode(), ((b"Connection", b"close"),), content).to_bytes(f"{host}:{port}"))
        received = b"".join(iter(lambda: line.recv(65536), b""))
    return re.sub(rb"date: [^\r]*", b"date:", received)


def test_a_stream_tells_the_state_and_nothing_else(shared: Asked) -> None:
    """The state has ten keys, that of each current run three, and none of them is about a person; nobody on the way may keep it."""
    told = shared.room.state()
    with shared.room.public.stream("GET", shared.room.path("/events")) as reply:
        headers = reply.headers

    run = {"run": shared.run, "phase": "open", "step": "10+"}
    following = {"section": None, "stage": "follow", "ends_at": None, "locked": True, "seats": MANY, "heads": MANY}
    following |= {"counts_heads": True, "round": 0}
    assert told == {"boot": told["boot"], **following, "current": [run]}
    assert re.fullmatch(r"[0-9a-f]{32}", told["boot"])
    assert set(shared.room.public.get(shared.room.path("/now.json")).json()) == {"simulated", "counts_heads", "open"}
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["x-accel-buffering"] == "no"


def test_how_the_page_looks_is_told_along_with_the_news(room: RunningRoom) -> None:
    """Whoever listens gets what has changed on the page with the news, a result with both its drawings inside, and need not ask."""
    pages: list[str] = []
    with closing(news(room.public, room.path("/events"))) as told:
        _, first = next(told)
        asked = ask_and_answer(room)
        pages.append(next(page for _, page in told if page))
        room.lead(asked.run, "close")
        pages.append(next(page for _, page in told if page))
        room.lead(asked.run, "reveal")
        # Where drawing takes its time, the table is told before.
        pages.append(next(page for _, page in told if page and "data:image/svg" in page))
    now = room.public.get(room.path()).text
    for rest in ("", "?dark"):
        drawn = base64.b64encode(asked.get(f"/result.svg{rest}").content).decode()
        now = now.replace(f'"{room.path(f"/runs/{asked.run}/result.svg{rest}")}"', f'"data:image/svg+xml;base64,{drawn}"')

    assert first is None
    assert [re.findall('data-phase="([a-z]*)"', page) for page in pages] == [["open"], ["closed"], ["revealed"]]
    assert pages[-1] in now


@pytest.mark.room("--plan", "half_day")
def test_an_open_page_asks_the_question(room: RunningRoom, workshop: Workshop) -> None:
    """Of every poll of the workshop the page shows question, hint and every option, with nothing chosen yet."""
    for poll in workshop.polls.values():
        run = room.ask(poll.id)
        shown = page_at(room)
        room.lead(run, "discard")

        labels = [poll.low, poll.high] if poll.kind == "slider" else [option.label for option in poll.options]
        assert [text for text in (poll.question, poll.hint, "Pass", "under 5", *labels) if text and text not in shown.main] == []
        assert "checked" not in shown.attributes


def test_the_page_follows_the_room_through_every_phase(room: RunningRoom, workshop: Workshop) -> None:
    """Whoever opens the page late reads the counter as it is now, then that the answers are gone, then the result, and no more."""
    waiting = page_at(room)
    run = room.poll("fears", [["hurt"]] * 10)
    wait_for(lambda: "10+" in page_at(room).main, "the counter to move")
    room.lead(run, "close")
    closed = page_at(room).main
    room.lead(run, "reveal")
    revealed, piece = room.public.get(room.path()).text, room.public.get(room.path(f"/runs/{run}/result.html")).text.strip()
    room.lead(run, "hide")
    hidden = page_at(room).main
    room.tell("/section", id="06")

    # Before the first poll the page names the workshop, says what anonymous means here, and offers no form but one for a card, hidden.
    assert "Letting ourselves be known" in waiting.main
    assert "You may pass on any question." in waiting.main
    assert waiting.tags.count("form") == 1
    assert "100" not in waiting.main
    assert closed == hidden
    assert "The single answers no longer exist" in closed
    assert "fears" not in closed
    assert "10 people answered" in piece
    assert piece in revealed
    assert workshop.section("06").title in room.public.get(room.path()).text


@pytest.mark.room("--simulated")
def test_a_rehearsal_says_so_on_every_page(room: RunningRoom) -> None:
    """In a simulated room nobody can take the numbers for real ones, whatever the phase."""
    shown = [room.public.get(room.path()).text]
    run = room.ask("fears")
    for acts in ((), ("close",), ("reveal",)):
        room.lead(run, *acts)
        shown.append(room.public.get(room.path()).text)

    assert ["simulated" in each for each in shown] == [True] * 4


def test_a_chart_is_drawn_for_its_place(asked: Asked) -> None:
    """The chart of a result is drawn for its place, asks for nothing, and where its address means nothing it is a phone's."""
    asked.room.lead(asked.run, "close", "reveal")
    queries = ("", "?dark", "?size=projector", "?size=projector&dark", "?style=stacked", "?size=%3Cscript%3E&style=canary&dark2=1")
    replies = [asked.get(f"/result.svg{query}").raise_for_status() for query in queries]
    phone, dark, wall, dark_wall, stacked, nonsense = (reply.text for reply in replies)
    drawings = [ElementTree.fromstring(each) for each in (phone, wall, dark_wall, stacked)]
    widths = [float(each.attrib["viewBox"].split()[2]) for each in drawings]
    words = [" ".join(each.itertext()).split() for each in drawings]

    assert {reply.headers["content-type"].partition(";")[0] for reply in replies} == {"image/svg+xml"}
    assert all("default-src 'none'" in reply.headers["content-security-policy"] for reply in replies)
    assert re.findall(r'(?:href|src)="(?!#)|url\((?!#)|<script|<image', phone + dark) == []
    assert len({phone, dark, wall, dark_wall}) == 4
    assert widths[0] < widths[1] == widths[2]
    assert words[0] == words[3]
    assert phone == nonsense


def test_the_privacy_page_is_made_from_what_is_held_now(kinds: RunningRoom) -> None:
    """What the page says about seats, answers and results changes as the room does; it says where lines are, and never a word of them."""
    run = kinds.poll("text", [f"{CANARY} {number}" for number in range(12)])
    wait_for(lambda: "10+ answered so far" in page_at(kinds, "/privacy").main, "the counter to move")
    opened = page_at(kinds, "/privacy").main
    kinds.lead(run, "close")
    reading = page_at(kinds, "/privacy").main
    kinds.let_through(run)
    published = page_at(kinds, "/privacy").main
    kinds.lead(run, "discard")
    said = [opened, reading, published, page_at(kinds, "/privacy").main]

    assert "Seats taken in this room: 20+" in opened
    assert "A poll is open; 10+ answered so far." in opened
    assert "the facilitator is reading the lines" in reading
    assert ["No poll is open, so it holds no answers at all." in each for each in said] == [False, False, True, True]
    assert [re.findall(r"Results kept of this room: (\d)", each) for each in said] == [["0"], ["0"], ["1"], ["0"]]
    assert "lines that the facilitator has let through" in published
    assert CANARY not in " ".join(said)


@pytest.mark.parametrize(("policy", "floor", "cell"), [("room", 5, 3), ("together", 5, 4), ("webinar", 11, 11)])
def test_the_privacy_page_is_honest_about_its_limits(tmp_path: Path, policy: str, floor: int, cell: int) -> None:
    """The promise is the one by which this room publishes; it says who could break it and what nobody can do, and nothing absolute."""
    with RunningRoom(tmp_path / "room", "--policy", policy) as room:
        said = page_at(room, "/privacy").main

    assert f"From fewer than {floor} answers nothing is shown" in said
    assert f"stands for fewer than {cell} people" in said
    assert "Whoever runs this computer could change the program." in said
    assert "nobody can come to you about an answer" in said
    assert re.findall(r"100 ?%|completely|guarantee|impossible", said) == []


def test_a_page_is_light_and_asks_for_little(asked: Asked, kinds: RunningRoom) -> None:
    """Page and script weigh less than 20 kB on the wire, with six questions 30 kB, and refer to nothing but what is listed here, all of it ours.

    The script's address changes with its content, so a phone may keep it for ever, and it asks nothing of another place.
    """
    room = asked.room
    for phase in in_every_phase(asked):
        shown = page_at(room)
        [script] = [each for each in shown.references if each.startswith("/static/")]
        charts = {room.path(f"/runs/{asked.run}/result.svg{rest}") for rest in ("", "?dark")} if phase == "reveal" else set()

        assert shown.references == {script, "data:,", room.path("/privacy"), room.path("/contacts"), *charts}
        assert on_the_wire(room, room.path(), script) < 20_000
    for polls in ((), *((kind,) for kind in every_kind.KINDS), every_kind.KINDS):
        runs = kinds.ask_together(*polls) if len(polls) > 1 else [kinds.ask(each) for each in polls]
        assert on_the_wire(kinds, kinds.path(), script) < (20_000 if len(runs) < 2 else 30_000), polls
        for run in runs:
            kinds.lead(run, "discard")
    fetched = room.public.get(script)
    assert fetched.headers["cache-control"] == FOR_GOOD
    assert fetched.headers["content-type"].startswith("text/javascript")
    assert re.fullmatch(r"/static/room\.js\?[0-9a-f]{12}", script)
    assert re.findall(r"https?://|localStorage|indexedDB|document\.cookie|sendBeacon|importScripts", fetched.text) == []


def on_the_wire(room: RunningRoom, *paths: str) -> int:
    """Return how many bytes compressed replies have, heads included, after seeing that they say the same as plain ones."""
    received = 0
    for path in paths:
        plain = room.public.get(path, headers={"Accept-Encoding": "identity"})
        with room.public.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
            content = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(content) == plain.content
        received += len(content) + len(str(packed.headers))
    return received
