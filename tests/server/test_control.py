"""The control app over real HTTP: only with the secret, only from this computer, and with no view that phones lack."""

import asyncio
import json
import re
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest

from tests import every_kind, meals
from tests.server.hostile import Reply, complaints
from tests.world import MANY, PEOPLE, RunningRoom, disk_that_refuses, states, wait_for
from workshop_kit import material
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import ROOM, Policy, Published, publish
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import InvalidAnswer, NotNow
from workshop_kit.memory import PAUSE_TICKS
from workshop_kit.polls import Tally
from workshop_kit.room.acts import ACTS as EVERY_ACT
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.control import ControlApp
from workshop_kit.server.events import News
from workshop_kit.server.reports import Reports

ARRIVAL, FIRST, FEARS, _, _, _, SLACK, CLOSING = range(8)
EVENING: Final = {"plan": "evening", "meeting": 0, "policy": "room"}
TOGETHER: Final = {"plan": "series", "meeting": 3, "policy": "together", "country": "DE", "contact": "Room 3"}
# What differs after a restart by design: nothing can be undone, seats are to be taken again, and how many there are is written down
# at the next tick only.
NOT_KEPT: Final = {"boot", "can_undo", "number", "seats", "seats_told", "heads", "round"}
LONG: Final = "x" * 5000


def refused(reply: httpx.Response, status: int) -> str:
    """Return the sentence of a refusal, having seen that it is one."""
    assert reply.status_code == status, reply.text
    assert set(reply.json()) == {"error", "code"}
    said: str = reply.json()["error"]
    assert re.fullmatch(r"[A-Z0-9][^\n<>\\]{15,250}\.", said), said
    assert re.findall(r"Traceback|Error|Exception|None|\bnull\b|canary", said) == []
    return said


def told(room: RunningRoom) -> dict[str, Any]:
    """Return the room as its facilitator is told it, with the comments that wait to be read."""
    state = room.as_led()
    return {**state, "comments": [room.control.get(f"/runs/{run['run']}/lines").json() for run in state["runs"]]}


def answered(room: RunningRoom, people: int = 10, **thresholds: int) -> int:
    """Open a run of a single choice and let some people answer it."""
    return room.poll("loudest", [("hurt", "known")[place % 2] for place in range(people)], **thresholds)


def evening(room: RunningRoom) -> None:
    """Lead a room into the second part of its evening."""
    room.tell("/setup", **EVENING)
    for place in (ARRIVAL, FIRST):
        room.tell("/agenda", act="go_to", place=place)


def looked_at(room: RunningRoom) -> None:
    """Lock the door behind three people who were not counted yet."""
    room.sit(*PEOPLE[:3])
    room.tell("/door", state="locked")


def expecting(room: RunningRoom) -> None:
    """Have people counted who wait for one more."""
    room.gather()
    room.tell("/heads/one-more")


def printed(room: RunningRoom) -> None:
    """Print seat cards, and lock the door, behind which everyone may know how many."""
    room.tell("/cards", cards=3)
    room.tell("/door", state="locked")


def read(room: RunningRoom, *, decided: bool = False) -> None:
    """Let a room's facilitator have twelve comments to read, and perhaps decide on each."""
    room.tell("/setup", plan="half_day", policy="room")
    room.poll("one_thing", [f"canary comment {number}" for number in range(12)], "close")
    for number in range(1, 13) if decided else ():
        room.tell(f"/runs/1/lines/{number}", decision="approve")


# Where a room stands. Three people's answers move no counter, so nothing changes by itself.
WORLDS: Final[dict[str, Callable[[RunningRoom], object]]] = {
    "new": lambda room: None,
    "looked at": looked_at,
    "counted": lambda room: room.gather(),
    "expecting": expecting,
    "printed": printed,
    "evening": evening,
    "open": lambda room: answered(room, 3),
    "closed": lambda room: room.lead(answered(room, 3), "close"),
    "revealed": lambda room: room.lead(answered(room, 3), "close", "reveal"),
    "locked": lambda room: room.tell("/door", state="locked"),
    "timed": lambda room: room.tell("/timer", minutes=5),
    "read": read,
    "decided": lambda room: read(room, decided=True),
}


class Act(NamedTuple):
    """An act of the control app: where it makes sense, what is asked, and all that then changes.

    `changes` has the new value, or `...` where any other than before will do. Of an act that `needs_no_disk` a restart keeps nothing.
    What is `sealed` has changed although the disk has refused; then the act is tried again.
    """

    world: str
    path: str
    body: dict[str, Any]
    changes: dict[str, Any]
    needs_no_disk: bool = False
    sealed: frozenset[str] = frozenset()


NO_CARDS: Final = {"printed": 0, "unused": 0, "expected": 0}
GONE: Final = {"current": ..., "runs": ..., "scene": "welcome", "comments": ...}
ASKED: Final = GONE | {"scene": "question"}
CLOSED: Final = {"current": ..., "runs": ..., "scene": "closed"}
SETTLED: Final = {"plan": "series", "policy": {"floor": 5, "cell": 4}, "country": "DE", "local_contact": "Room 3"}
BENT: Final = {"agenda": ...}
REWORDED: Final = {"decision": "rewrite", "words": "Somebody's words"}
ACTS: Final = (
    Act("counted", "/runs", {"poll": "loudest", "floor": 6, "cell": 3}, ASKED),
    Act("counted", "/runs/together", {"polls": ["loudest", "pulse"], "floor": 6, "cell": 3}, ASKED),
    Act("closed", "/runs", {"poll": "loudest", "before": 1}, ASKED),
    Act("open", "/runs/1/close", {}, {"current": ..., "runs": ...}, sealed=frozenset({"current", "runs", "scene"})),
    Act("closed", "/runs/1/reveal", {}, CLOSED | {"scene": "result"}),
    Act("revealed", "/runs/1/hide", {}, CLOSED),
    Act("open", "/runs/1/discard", {}, GONE),
    Act("closed", "/runs/1/discard", {}, GONE),
    Act("read", "/runs/1/lines/12", REWORDED, {"comments": ...}, needs_no_disk=True),
    Act("decided", "/runs/1/publish", {}, {"current": ..., "runs": ...}, sealed=frozenset({"current", "runs", "comments"})),
    Act("evening", "/setup", TOGETHER, SETTLED | {"agenda": ..., "can_undo": False}),
    Act("evening", "/agenda", {"act": "go_to", "place": FEARS}, {"agenda": ..., "section": "06"}),
    Act("evening", "/agenda", {"act": "shorten", "place": FEARS}, BENT),
    Act("evening", "/agenda", {"act": "leave_out", "place": SLACK}, BENT),
    Act("evening", "/agenda", {"act": "later", "place": FEARS}, BENT),
    Act("evening", "/agenda", {"act": "earlier", "place": SLACK}, BENT),
    Act("evening", "/agenda/add", {"section": "02", "after": FIRST}, BENT),
    Act("evening", "/agenda/undo", {}, {"agenda": ..., "section": "00", "stage": "welcome", "scene": "welcome"}),
    Act("evening", "/notes", {"section": "01", "words": "For tomorrow"}, {"notes": {"01": "For tomorrow"}}),
    Act("new", "/door", {"state": "locked"}, {"door": "locked", "locked": True, "seats": 0, "cards": ...}),
    Act("locked", "/door", {"state": "open"}, {"door": "open", "locked": False, "seats": None, "cards": ...}),
    Act("looked at", "/heads", {"heads": 3}, {"heads": 3, "scene": "welcome"}, needs_no_disk=True),
    Act("counted", "/heads/again", {}, {"heads": None, "seats": 0, "round": 1}),
    Act("counted", "/heads/one-more", {}, {"heads": MANY + 1, "cards": {"printed": 1, "unused": 0, "expected": 1}}, needs_no_disk=True),
    Act("expecting", "/heads/nobody-more", {}, {"heads": MANY, "cards": {"printed": 0, "unused": 0, "expected": 0}}, needs_no_disk=True),
    Act("new", "/capacity", {"seats": 80}, {"capacity": 80}),
    Act("new", "/entry", {"entry": "card"}, {"by_card": True}),
    Act("locked", "/cards", {"cards": 16}, {"cards": {"printed": 16, "unused": 16, "expected": 0}}, needs_no_disk=True),
    Act("printed", "/cards/void", {}, {"cards": NO_CARDS}),
    Act("new", "/section", {"id": "06"}, {"section": "06", "stage": "section", "scene": "section"}),
    Act("new", "/stage", {"show": "break"}, {"stage": "break", "scene": "break"}),
    Act("new", "/timer", {"minutes": 10}, {"ends_at": ...}),
    Act("timed", "/timer", {"minutes": None}, {"ends_at": None}),
    Act("new", "/pauses/acknowledge", {}, {}, needs_no_disk=True),
)
# Here a room has one address, so there is no other to be named.
assert {re.sub(r"\d+", "{}", act.path) for act in ACTS} | {"/address"} == {re.sub("{.+?}", "{}", act.path) for act in EVERY_ACT.values()}
GIVING: Final = ("/runs", "/runs/together", "/heads/one-more", "/cards")
SEEN: Final = (
    "state",
    "events",
    "runs/1/result.json",
    "runs/1/result.html",
    "runs/1/comparison.json",
    "runs/1/lines",
    "rooms",
    "rooms/K7PMQ4/results",
    "nothing/here",
)
PATHS: Final = [*(("POST", path) for path in sorted({"/report", *(act.path for act in ACTS)})), *(("GET", f"/{path}") for path in SEEN)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.world}: {act.path} {act.body or ''}"[:60])
def test_an_act_is_done_whole_or_not_at_all(room: RunningRoom, act: Act) -> None:
    """Without the secret or on a full disk nothing is lost, and a sentence says why; done, it is told to everybody and outlasts a kill."""
    WORLDS[act.world](room)
    before = told(room)

    with httpx.Client(base_url=room.connection.control_url, trust_env=False) as stranger:
        for headers in ({}, {"Authorization": f"Bearer {room.connection.secret}x"}):
            refused(stranger.post(act.path, json=act.body, headers=headers), 401)
    if not act.needs_no_disk:
        with disk_that_refuses(room.folder):
            assert FILE in refused(room.control.post(act.path, json=act.body), 503)
    sealed = told(room)
    assert changed(before, sealed) == act.sealed
    before = sealed

    with closing(states(room.control, "/events")) as news:
        next(news)
        reply = room.control.post(act.path, json=act.body)
        after = told(room)
        assert (reply.status_code, reply.json()["state"].items() <= after.items()) == (201 if act.path in GIVING else 200, True)
        assert (changed(before, after), after["number"] > before["number"]) == (set(act.changes), bool(act.changes.keys() - {"comments"}))
        assert all(after[name] == value for name, value in act.changes.items() if value is not ...)
        assert room.state().items() <= after.items()
        # A tick may have told something meanwhile, too. Comments are never told, only asked for.
        assert not act.changes.keys() - {"comments"} or any(state.items() <= after.items() for state in news)

    if not act.needs_no_disk:
        room.kill()
        room.start()
        assert changed(after, told(room)) <= NOT_KEPT


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return the names of what is told differently, but for the number of the telling."""
    return {name for name in after if after[name] != before[name]} - {"number"}


def test_while_the_disk_is_busy_nobody_waits_but_whoever_leads(room: RunningRoom) -> None:
    """While a backup holds the results, acts wait or say so, ballots go on being taken; what is closed meanwhile is closed, and its result the same."""
    path, run = f"{room.path()}/runs/1/ballot", answered(room)
    mine = {"seat": PEOPLE[0], "answer": "hurt"}
    with closing(sqlite3.connect(room.folder / FILE, isolation_level=None)) as backup, ThreadPoolExecutor(1) as leader:
        backup.execute("BEGIN EXCLUSIVE")

        def nobody_waits() -> bool:
            acting = leader.submit(room.control.post, "/section", json={"id": "06"})
            # Many, since one alone might come before the act does.
            assert {room.public.put(path, json=mine).status_code for _ in range(20)} == {204}
            assert room.public.get("/healthz").status_code == 200
            is_waiting = not acting.done()
            assert FILE in refused(acting.result(), 503)
            return is_waiting

        wait_for(nobody_waits, "ballots to be taken while an act waits")
        closing_it = leader.submit(room.control.post, f"/runs/{run}/close")
        wait_for(lambda: room.phases() == ["sealed"], "the poll to be sealed")
        assert room.public.put(path, json=mine).status_code == 409
        backup.execute("ROLLBACK")
        assert closing_it.result().status_code in (200, 503)

    room.lead(run, "close", "reveal")
    told = Tally.of(material.read().poll("loudest"), [("hurt", "known")[place % 2] for place in range(10)])
    assert Published.from_dict(room.result(run)) == publish(told, ROOM)


# What an act refuses, by where the room stands and by status. What each act on a run meets in each phase is tried with the room itself.
WRONG: Final[dict[tuple[str, str], dict[int, list[object]]]] = {
    ("new", "/runs"): {409: [{"poll": "fears"}]},
    ("looked at", "/runs/together"): {409: [{"polls": ["fears", "loudest"]}]},
    ("counted", "/runs"): {
        404: [{"poll": "nothing"}, {"poll": "fears", "before": 7}],
        409: [{"poll": "one_thing"}],
        422: [
            *({}, ["fears"], {"poll": ["fears"]}, {"poll": None}, {"poll": "x" * 201}),
            *({"poll": "fears", name: number} for name in ("floor", "cell", "before") for number in ("6", True, 3.0, 10**30)),
            *({"poll": "fears", **lowered} for lowered in ({"floor": 4}, {"cell": 2}, {"floor": -1})),
        ],
    },
    ("counted", "/runs/together"): {
        404: [{"polls": ["fears", "nothing"]}],
        409: [{"polls": ["fears", "one_thing"]}],
        422: [
            *({"polls": polls} for polls in (None, [], ["fears"], ["fears", "fears"], ["fears", 1], ["fears", ["loudest"]])),
            *({"polls": polls} for polls in ("fears", {"fears": "loudest"})),
            {"polls": ["fears", "loudest"], "floor": 4},
        ],
    },
    **{("new", f"/runs/7/{act}"): {404: [{"decision": "approve"}]} for act in ("close", "reveal", "hide", "discard", "publish", "lines/1")},
    **{("read", f"/runs/1/{act}"): {409: [{}]} for act in ("reveal", "hide", "publish")},
    **{("read", f"/runs/1/lines/{number}"): {404: [{"decision": "approve"}]} for number in ("0", "13", "9" * 20, "-1", "one")},
    ("read", "/runs/1/lines/1"): {
        413: [{"decision": "rewrite", "words": LONG}],
        422: [
            *({}, {"decision": "show"}, {"decision": ["approve"]}, {"decision": {"approve": True}}, {"decision": "rewrite"}),
            *({"decision": "rewrite", "words": words} for words in (" ", "x" * 141, "\ud800\u202e\x00", 5, {"pass": True})),
        ],
    },
    ("evening", "/setup"): {
        404: [
            *({**EVENING, "meeting": meeting} for meeting in (1, -1)),
            {**EVENING, "plan": "dinner"},
            *({**EVENING, "country": country} for country in ("XX", "de", "")),
        ],
        413: [{**EVENING, "contact": LONG}],
        422: [
            *([], {}, {"policy": "room"}, {**EVENING, "plan": None}, {**EVENING, "country": ["DE"]}),
            *({**EVENING, "policy": policy} for policy in ("everyone", ["room"], None)),
            *({**EVENING, "meeting": meeting} for meeting in ("0", True, 0.0, 10**40)),
            *({**EVENING, "contact": contact} for contact in (5, ["Room 3"], "x" * 201)),
        ],
    },
    ("new", "/agenda"): {409: [{"act": "go_to", "place": ARRIVAL}]},
    ("evening", "/agenda"): {
        404: [{"act": act, "place": place} for act, place in (("go_to", 8), ("go_to", -1), ("shorten", 1000), ("leave_out", -8))],
        409: [
            {"act": act, "place": place} for act, place in (("shorten", ARRIVAL), ("leave_out", CLOSING), ("earlier", FEARS), ("later", 8))
        ],
        422: [
            *("go_to", {}, {"act": "go_to"}, {"place": 2}),
            *({"act": act, "place": 2} for act in ("fly", ["go_to"], "__class__")),
            *({"act": "go_to", "place": place} for place in ("2", True, 2.0, 10**40)),
        ],
    },
    ("new", "/agenda/add"): {409: [{"section": "02", "after": ARRIVAL}]},
    ("evening", "/agenda/add"): {
        404: [{"section": "02", "after": 8}, {"section": "02", "after": -1}, {"section": "12", "after": FIRST}],
        409: [{"section": "02", "after": after} for after in (ARRIVAL, CLOSING)],
        422: [{}, {"section": "02"}, {"after": FIRST}, {"section": "02", "after": "1"}, {"section": "02", "after": True}],
    },
    ("new", "/agenda/undo"): {409: [{}]},
    ("new", "/notes"): {
        404: [{"section": "12", "words": "words"}],
        413: [{"section": "01", "words": LONG}],
        422: [
            *(None, {}, {"section": "01"}, {"words": "words"}, {"section": ["01"], "words": "words"}),
            *({"section": "01", "words": words} for words in (5, None, ["words"], "x" * 1001)),
        ],
    },
    # A room of its own, as each of a test is, is kept nowhere.
    ("new", "/report"): {404: [{"facilitator": True}], 422: [{}, {"facilitator": None}, {"facilitator": 1}]},
    ("new", "/door"): {422: [{}, {"state": "ajar"}, {"state": ["open"]}]},
    ("new", "/heads"): {409: [{"heads": 1}], 422: [{}, {"heads": 0}, {"heads": "3"}, {"heads": True}]},
    ("looked at", "/heads"): {409: [{"heads": 2}, {"heads": 4}]},
    **{(world, "/heads/one-more"): {409: [{}]} for world in ("new", "looked at", "open")},
    ("new", "/capacity"): {422: [{}, {"seats": 59}, {"seats": "80"}, {"seats": 10**6}]},
    ("new", "/address"): {422: [{}, {"address": "http://elsewhere.example"}, {"address": ["http://127.0.0.1"]}]},
    ("new", "/entry"): {422: [{}, {"entry": "ticket"}, {"entry": ["card"]}]},
    ("counted", "/entry"): {409: [{"entry": "card"}]},
    ("new", "/cards"): {422: [{}, {"cards": 0}, {"cards": 201}, {"cards": "16"}]},
    ("new", "/section"): {404: [{"id": "99"}], 422: [{}, {"id": 6}], 413: [{"id": LONG}]},
    ("new", "/stage"): {
        422: [{}, *({"show": scene} for scene in ("question", "result", "closed", "Break", "<b>", 1, ["break"], {"break": 1}))]
    },
    # Some are numbers that JSON does not have, but that Python would read.
    ("new", "/timer"): {
        422: [{"minutes": each} for each in (0, -1, 181, 10**400, "5", True, [5], float("nan"), float("inf"), float("-inf"))]
    },
}


@pytest.mark.parametrize("world", sorted({world for world, _ in WRONG}))
def test_what_makes_no_sense_is_refused(room: RunningRoom, world: str) -> None:
    """A wrong name, form or number, or an act whose time has not come: one plain sentence, and nothing changes."""
    WORLDS[world](room)
    before = told(room)
    asked = [(path, status, body) for (where, path), wrong in WRONG.items() if where == world for status in wrong for body in wrong[status]]
    for path, status, body in asked:
        # Written out in full, for what no sender's library would send.
        refused(room.control.post(path, content=json.dumps(body).encode()), status)
        assert told(room) == before, (path, body)
    for path in ("/report", *(act.path.format(run=1, line=1) for act in EVERY_ACT.values() if act.fields)):
        refused(room.control.post(path, content=b'{"poll": '), 422)


def test_nobody_leads_without_the_secret(room: RunningRoom) -> None:
    """With anything that is not quite the secret, every address says the same 401, the missing ones too."""
    secret = room.connection.secret
    right = f"Bearer {secret}".encode()
    wrong = [b"", secret.encode(), right[:-1], right + b"x", right.lower(), right.replace(b"Bearer", b"Basic"), b"Bearer", b"Bearer \xff"]
    answered(room, 3)
    before = told(room)
    with httpx.Client(base_url=room.connection.control_url, trust_env=False) as stranger:
        replies = [stranger.request(method, path, json={"poll": "fears"}) for method, path in PATHS]
        replies += [stranger.get(f"/{path}", headers={b"Authorization": each}) for each in wrong for path in SEEN]
        replies.append(stranger.get("/state", params={"secret": secret, "token": secret, "authorization": f"Bearer {secret}"}))

    assert {refused(reply, 401) for reply in replies} == {refused(replies[0], 401)}
    assert [reply for reply in replies if secret in reply.text] == []
    assert told(room) == before


def test_a_facilitator_leads_from_this_computer_only(tmp_path: Path) -> None:
    """Even where phones reach the room by every address of this computer, the control app listens on 127.0.0.1 alone."""
    with RunningRoom(tmp_path / "room", "--host", "0.0.0.0") as room:
        control, public = httpx.URL(room.connection.control_url), httpx.URL(room.connection.public_url)
        # To Linux, the whole of 127.0.0.0/8 is this computer's.
        others = ["127.0.0.2", "127.1.2.3"] if sys.platform == "linux" else []
        reached = [(reaches(address, public.port), reaches(address, control.port)) for address in ("127.0.0.1", *others)]
    assert control.host == "127.0.0.1"
    assert reached == [(True, True), *[(True, False)] * len(others)]


def reaches(address: str, port: int | None) -> bool:
    """Return whether somebody listens there."""
    with socket.socket() as wire:
        return wire.connect_ex((address, port or 0)) == 0


def test_a_page_from_elsewhere_leads_nothing(room: RunningRoom) -> None:
    """A browser that was led astray is refused although it carries the secret."""
    foreign = {"Host": "elsewhere.example", "Origin": "http://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for name, value in foreign.items():
        refused(room.control.post("/runs", json={"poll": "fears"}, headers={name: value}), 400 if name == "Host" else 403)
    assert room.as_led()["runs"] == []


def test_the_public_app_knows_none_of_the_facilitators_acts(room: RunningRoom) -> None:
    """With the secret and the code in hand, nothing of the control app can be reached by the phones' address.

    What is asked for at `/cards` there is another thing: sheets that were drawn, by their key.
    """
    answered(room, 3)
    before = told(room)
    secret = {"Authorization": f"Bearer {room.connection.secret}"}
    for method, path, body in [*((*each, {}) for each in PATHS), *(("POST", act.path, act.body) for act in ACTS)]:
        for there in {path, room.path(path)} - {room.path("/events"), room.path("/cards")}:
            assert room.public.request(method, there, headers=secret, json=body).status_code in (404, 405), there
    assert told(room) == before


def test_every_reply_is_careful(room: RunningRoom) -> None:
    """No reply may be stored, framed or read by another page, and none sets a cookie or shows the insides of the program."""
    answered(room, 3)
    for method, path in [("POST", "/runs/1/close"), *PATHS]:
        if path != "/events":
            reply = room.control.request(method, path, json={}, headers={"Accept-Encoding": "identity"})
            # Unlike a phone, a notebook is told in its sentence what to send.
            careless = {*complaints(Reply(reply.status_code, dict(reply.headers), reply.content))} - {"an error that is not one sentence"}
            assert careless == set(), path


def test_the_state_is_what_a_facilitator_may_know(room: RunningRoom) -> None:
    """The state says where the room stands and what can be asked; of people it gives numbers and steps, and no seat, no ballot, no time."""
    run = answered(room, 3)
    told = room.as_led()

    assert {name: value for name, value in told.items() if name not in ("boot", "number")} == {
        **{"section": None, "stage": "follow", "scene": "question", "ends_at": None},
        "current": [{"run": run, "phase": "open", "step": "under 5"}],
        "runs": [{"run": run, "poll": "loudest", "phase": "open", "step": "under 5", "together": run, "before": None}],
        **{"locked": True, "door": "locked", "seats": MANY, "heads": MANY, "round": 0, "seats_told": "20+", "capacity": 60},
        **{
            "counts_heads": True,
            "by_card": False,
            "cards": {"printed": 0, "unused": 0, "expected": 0},
            "pauses": 0,
            "simulated": False,
            "people": None,
        },
        **{"plan": None, "policy": {"floor": 5, "cell": 3}, "agenda": None, "notes": {}, "can_undo": False},
        **{"phone_tried": False, "stage_opened": False, "country": None, "local_contact": None},
        **{"code": room.code, "public_url": room.connection.public_url, "other_urls": [], "language": "en"},
    }
    assert [seat for seat in PEOPLE if seat in str(told)] == []


def test_there_is_no_result_before_closing(room: RunningRoom) -> None:
    """While a poll is open its facilitator gets neither a result nor a chart, and cannot reveal one; once it is discarded it is gone."""
    run = answered(room)
    acts = [*(("GET", f"result.{kind}") for kind in ("json", "html")), *(("POST", act) for act in ("reveal", "hide"))]
    early = {refused(room.control.request(method, f"/runs/{run}/{rest}"), 409) for method, rest in acts}
    assert early == {"This poll is still open. Close it first."}
    room.lead(run, "close", "reveal", "discard")
    gone = {refused(room.control.request(method, f"/runs/{run}/{rest}"), 404) for method, rest in [*acts, ("POST", "close")]}
    assert gone == {"There is no such poll in this room, or it was discarded."}


@pytest.mark.parametrize("people", [3, 10])
def test_phones_get_the_facilitators_result_to_the_byte(room: RunningRoom, people: int) -> None:
    """Few answers or many, before revealing, after it and after hiding, the result is one and the same."""
    run = answered(room, people)
    seen = []
    for act in ("close", "reveal", "hide"):
        room.lead(run, act)
        seen.append(room.control.get(f"/runs/{run}/result.json").raise_for_status().content)
    room.lead(run, "reveal")
    assert {*seen} == {room.public.get(room.path(f"/runs/{run}/result.json")).raise_for_status().content}
    assert set(room.result(run)) == set(Published.from_dict(room.result(run)).to_dict())


def test_a_comparison_is_seen_once_the_later_result_is_revealed(room: RunningRoom) -> None:
    """Phones get it with the later result, the facilitator once that is closed, both the same bytes; the earlier stays hidden, or takes it along."""
    first = answered(room)
    room.lead(first, "close")
    second = answered(room, before=first)
    path = f"/runs/{second}/comparison.json"
    seen = []
    for acts in ([], ["close"], ["reveal"], ["hide"], ["reveal"]):
        room.lead(second, *acts)
        seen.append((room.public.get(room.path(path)).status_code, room.control.get(path).status_code))
    shown, pages = room.public.get(room.path(path)), [room.public.get(room.path()).text]
    both = [room.control.get(f"/runs/{run}/result.json").json() for run in (first, second)]
    hidden = [f"/runs/{first}/{rest}" for rest in ("result.json", "result.svg", "result.html", "comparison.json")]

    assert seen == [(404, 409), (404, 200), (200, 200), (404, 200), (200, 200)]
    assert shown.content == room.control.get(path).content
    assert shown.json() == {"before": both[0], "after": both[1], "pairs": shown.json()["pairs"]}
    assert {room.public.get(room.path(each)).status_code for each in hidden} == {404}

    alone = [room.control.get(f"/runs/{first}/comparison.json")]
    room.lead(first, "discard")
    alone += [room.control.get(path), room.public.get(room.path(path))]
    assert {refused(reply, 404) for reply in alone} == {"This result is not compared with an earlier one."}
    piece = room.control.get(f"/runs/{second}/result.html").raise_for_status().text
    assert ["Before" in page for page in (*pages, room.public.get(room.path()).text, piece)] == [True, False, False]
    assert (piece.count("<svg"), "<table>" in piece, "10 people answered" in piece) == (1, True, True)
    assert re.findall(r'(?:src|srcset)=|href="(?!#)|<script|<style', piece) == []


@pytest.mark.parametrize("minutes", [0.5, 1, 180])
def test_a_timer_ends_so_many_minutes_from_now(room: RunningRoom, minutes: float) -> None:
    """Everyone is told the second at which it ends."""
    earliest = time.time()
    room.tell("/timer", minutes=minutes)
    latest, ends_at = time.time(), room.state()["ends_at"]
    assert type(ends_at) is int
    assert earliest - 1 <= ends_at - 60 * minutes <= latest + 1


def test_a_pause_reaches_the_facilitator_and_is_acknowledged(tmp_path: Path) -> None:
    """Heard after a while, it is told without a word of whose it was; acknowledging clears it, and is told before the next tick."""
    led, phone = meals.seated(meals.opened(tmp_path)), meals.SEATS[0]
    at_once: list[int] = []
    results, reports = Results(tmp_path), Reports(tmp_path, None, None)

    def told() -> dict[str, object]:
        at_once.append(led.pauses)
        return {"told": at_once}

    app = ControlApp(led, results, News(), Drawings(), reports, told, asyncio.Lock()).app("secret")
    secret = {"Authorization": "Bearer secret"}

    async def lead() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=secret) as control:
            for ticks, heard in ((0, 0), (max(PAUSE_TICKS), 1)):
                meals.after_ticks(led, ticks)
                state = await control.get("/state")
                assert (state.json()["pauses"], phone in state.text) == (heard, False)
            # What was told goes along with the reply; it is not made a second time.
            assert (await control.post("/pauses/acknowledge")).json() == {"state": {"told": [0]}}
            assert ((await control.get("/state")).json()["pauses"], at_once) == (0, [0])

    led.pause(phone)
    asyncio.run(lead())


def test_comments_reach_the_facilitator_and_nobody_else(room: RunningRoom) -> None:
    """While they are read no state, page or stream holds a word of them; once they are shown, not a word of those that were left out."""
    read(room)
    comments = room.control.get("/runs/1/lines").raise_for_status().json()
    public = ("", "/stage", "/privacy", "/runs/1/result.json", "/runs/1/result.html", "/runs/1/result.svg", "/runs/1/lines")
    control = ("/state", "/runs/1/result.json", "/runs/1/result.html", "/runs/1/comparison.json", "/runs/1/lines")

    def words(*hidden: str) -> list[str]:
        replies = [room.public.get(room.path(rest)) for rest in public] + [room.control.get(rest) for rest in control if rest not in hidden]
        return re.findall(r"canary comment \d+", "".join(reply.text for reply in replies) + str([room.state(), room.as_led()]))

    assert set(comments) == {"lines"}
    assert {frozenset(line) for line in comments["lines"]} == {frozenset(("number", "text", "flags", "decision", "words"))}
    assert sorted(line["text"] for line in comments["lines"]) == sorted(f"canary comment {number}" for number in range(12))
    assert words("/runs/1/lines") == []

    with closing(LedRoom(lambda: room.connection)) as led:
        run = led.run(1)
        for line in run.lines():
            run.decide(line.number, "rewrite" if line.text.endswith("7") else "approve", "Somebody's words")
        run.publish_lines()
        run.reveal()
        assert run.lines() == []
    assert {*words()} == {f"canary comment {number}" for number in range(12) if number != 7}
    assert "Somebody's words" in room.result(1)["texts"]


def test_whoever_leads_from_python_can_do_the_same(room: RunningRoom) -> None:
    """A notebook's room does what the control app does, asks again with the care a poll was asked with, and gets refusals as errors."""
    with closing(LedRoom(lambda: room.connection)) as led:
        led.set_up("evening", 0, "room", "DE", "Room 3")
        for act, place in (("go_to", ARRIVAL), ("later", FEARS), ("leave_out", SLACK), ("go_to", FIRST)):
            led.bend_agenda(act, place)
        led.undo_agenda()
        led.add_section("02", FIRST)
        led.note("01", "A word for tomorrow")
        led.show_on_stage("break")
        led.set_timer(5)
        told = led.state()
        assert [entry["section"] for entry in told["agenda"]["entries"][1:5]] == ["01", "02", "05", "06"]
        assert (told["agenda"]["current"], told["notes"]) == (ARRIVAL, {"01": "A word for tomorrow"})
        assert (told["stage"], told["ends_at"] is None) == ("break", False)

        room.sit(*PEOPLE[:3])
        led.make_larger(80)
        led.print_cards(3)
        led.lock_door()
        led.count(3)
        led.one_more()
        led.void_cards()
        told = led.state()
        assert (told["capacity"], told["cards"], told["heads"]) == (80, {"printed": 1, "unused": 0, "expected": 1}, 4)
        led.nobody_more()
        led.count_again()
        led.open_door()
        led.enter_by("code")
        room.gather()
        first = led.ask("loudest", floor=9, cell=4)
        first.close()
        again = first.ask_again()
        with pytest.raises(NotNow):
            led.ask_together("fears", "guarding")
        again.close()
        assert again.result().policy == Policy(9, 4)
        assert again.comparison().before.to_dict() == first.result().to_dict()
        assert [run.number for run in led.ask_together("fears", "pulse")] == [3, 4]
        with pytest.raises(InvalidAnswer):
            led.set_timer(0)


@pytest.mark.room("--door", "locked")
def test_what_was_tried_before_people_come_is_seen_and_nothing_else(room: RunningRoom) -> None:
    """A phone at the locked door counts and gets no seat; the stage counts where it is opened, and not as a picture in the cockpit."""
    preview = room.public.get(room.path("/stage?preview"))
    seating = room.public.post(room.path("/seats"), json={"seat": PEOPLE[0]})
    assert "locked" in refused(seating, 403)
    # What is opened is written down within a second.
    room.public.get(room.path())
    wait_for(lambda: room.as_led()["phone_tried"], "the phone to be noted")
    assert not room.as_led()["stage_opened"]
    stage = room.public.get(room.path("/stage"))
    wait_for(lambda: room.as_led()["stage_opened"], "the stage to be noted")

    assert room.cast(1, PEOPLE[0], 3).status_code == 403
    assert room.as_led()["door"] == "locked"
    framers = [re.findall(r"frame-ancestors ([^;]*)", reply.headers["content-security-policy"]) for reply in (preview, stage)]
    assert framers == [["http://127.0.0.1:*"], ["'none'"]]
    assert preview.text == stage.text


def test_a_plan_that_leads_to_what_is_gone_is_dropped_when_the_room_goes_on(tmp_path: Path) -> None:
    """Where a section was taken out of the material the room comes back without the agenda that leads there; a new one can be chosen."""
    folder = tmp_path / "material"
    with RunningRoom(tmp_path / "room", *every_kind.arguments(folder)) as room:
        room.tell("/setup", plan=every_kind.PLAN, meeting=0, policy="room")
        room.tell("/agenda", act="go_to", place=1)
        for file in (folder / "workshop.yaml", folder / "polls.yaml"):
            file.write_text(file.read_text(encoding="utf-8").replace('"02"', '"03"'), encoding="utf-8")
        code = room.code
        room.kill()
        room.start()
        told = room.as_led()
        assert (told["code"], told["agenda"], told["plan"], told["section"]) == (code, None, every_kind.PLAN, "01")
        room.tell("/setup", plan=every_kind.PLAN, meeting=0, policy="room")
        assert [entry["section"] for entry in room.as_led()["agenda"]["entries"]] == [None, "01", "03", None, None]
