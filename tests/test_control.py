"""The control app over real HTTP: only with the secret, only from this computer, and with no view that phones lack."""

import json
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests import every_kind
from tests.world import RunningRoom, disk_that_refuses, first_state, new_seats, states, wait_for
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import Policy, Published
from workshop_kit.errors import InvalidAnswer, NotNow, Unknown
from workshop_kit.results import FILE
from workshop_kit.workshop import Workshop

SEATS: Final = new_seats(Random(31), 30)
PATHS: Final = [
    ("GET", "/state"),
    ("GET", "/events"),
    ("POST", "/runs"),
    ("POST", "/runs/1/close"),
    ("POST", "/runs/1/reveal"),
    ("POST", "/runs/1/hide"),
    ("POST", "/runs/1/discard"),
    ("GET", "/runs/1/result.json"),
    ("GET", "/runs/1/result.html"),
    ("GET", "/runs/1/comparison.json"),
    ("GET", "/runs/1/lines"),
    ("POST", "/runs/1/lines/1"),
    ("POST", "/runs/1/publish"),
    ("POST", "/setup"),
    ("POST", "/agenda"),
    ("POST", "/agenda/add"),
    ("POST", "/agenda/undo"),
    ("POST", "/notes"),
    ("POST", "/door"),
    ("POST", "/section"),
    ("POST", "/stage"),
    ("POST", "/timer"),
    ("POST", "/pauses/acknowledge"),
    ("GET", "/nothing/here"),
]


def refused(reply: httpx.Response, status: int) -> str:
    """Return the sentence of a refusal, having seen that it is one."""
    assert reply.status_code == status, reply.text
    assert set(reply.json()) == {"error"}
    said: str = reply.json()["error"]
    assert re.fullmatch(r"[A-Z0-9][^\n<>\\]{15,200}\.", said)
    assert re.findall(r"Traceback|Error|Exception|None|\bnull\b", said) == []
    return said


def state(room: RunningRoom) -> dict[str, Any]:
    told: dict[str, Any] = room.control.get("/state").raise_for_status().json()
    return told


def post(room: RunningRoom, path: str, **body: object) -> httpx.Response:
    """Tell the control app to do something, and see that it did."""
    return room.control.post(path, json=body).raise_for_status()


def answered(room: RunningRoom, people: int = 10, **thresholds: int) -> int:
    """Open a run of a single choice and let some people answer it."""
    room.sit(*SEATS[:people])
    run = room.ask("loudest", **thresholds)
    for place, seat in enumerate(SEATS[:people]):
        assert room.cast(run, seat, ("hurt", "known")[place % 2]).status_code == 204
    return run


# ---- who may lead -------------------------------------------------------------------------------------------------------


def test_nobody_leads_without_the_secret(room_server: RunningRoom) -> None:
    """Without the secret, or with anything that is not quite it, every address says the same 401, the missing ones too."""
    secret = room_server.connection.secret
    right = f"Bearer {secret}".encode()
    wrong = [b"", secret.encode(), right[:-1], right + b"x", right.lower(), right.replace(b"Bearer", b"Basic"), b"Bearer", b"Bearer \xff"]
    run = answered(room_server)
    wait_for(lambda: state(room_server)["step"] == "10+", "the counter to come to rest")
    before = state(room_server)

    with httpx.Client(base_url=room_server.connection.control_url, trust_env=False) as stranger:
        replies = [
            stranger.request(method, path, headers=headers, json={"poll": "fears"})
            for method, path in PATHS
            for headers in [{}, *({b"Authorization": each} for each in wrong)]
        ]
        replies.append(stranger.get("/state", params={"secret": secret, "token": secret, "authorization": f"Bearer {secret}"}))

    assert {refused(reply, 401) for reply in replies} == {refused(replies[0], 401)}
    assert [reply for reply in replies if secret in reply.text] == []
    assert state(room_server) == before
    room_server.lead(run, "close")


def test_a_facilitator_leads_from_this_computer_only(tmp_path: Path) -> None:
    """Even where phones reach the room by every address of this computer, the control app listens on 127.0.0.1 alone."""
    with RunningRoom(tmp_path / "room", "--host", "0.0.0.0") as room:
        control, public = httpx.URL(room.connection.control_url), httpx.URL(room.connection.public_url)
        reached = [(address, reaches(address, public.port), reaches(address, control.port)) for address in own_addresses()]

    assert control.host == "127.0.0.1"
    assert ("127.0.0.1", True, True) in reached
    assert [address for address, _, control_too in reached if control_too] == ["127.0.0.1"]
    assert sys.platform != "linux" or [address for address, public_too, _ in reached if not public_too] == []


def own_addresses() -> list[str]:
    """Return addresses of this computer, those of its networks included where their names say them."""
    found = {"127.0.0.1"}
    if sys.platform == "linux":
        # A datagram socket that is "connected" sends nothing; it only learns from which address it would.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            try:
                asking.connect(("192.0.2.1", 9))
                found.add(asking.getsockname()[0])
            except OSError:
                pass
        found.add("127.0.0.2")
    return sorted(found)


def reaches(address: str, port: int | None) -> bool:
    try:
        with socket.create_connection((address, port or 0), timeout=10):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "elsewhere.example"}, 400),
        ({"Host": "elsewhere.example:80"}, 400),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
    ids=str,
)
def test_a_page_from_elsewhere_leads_nothing(room_server: RunningRoom, headers: dict[str, str], status: int) -> None:
    """A browser that was led astray is refused although it carries the secret."""
    reply = room_server.control.post("/runs", json={"poll": "fears"}, headers=headers)

    assert refused(reply, status)
    assert state(room_server)["phase"] == "waiting"


def test_the_public_app_knows_none_of_the_facilitators_acts(room_server: RunningRoom) -> None:
    """With the secret and the code in hand, nothing of the control app can be reached by the phones' address."""
    run = answered(room_server)
    secret = {"Authorization": f"Bearer {room_server.connection.secret}"}

    for method, path in PATHS:
        for there in (path, room_server.path(path)):
            if there != room_server.path("/events"):
                body = {"poll": "fears", "state": "locked", "id": "06", "show": "break", "minutes": 5, "decision": "approve"}
                reply = room_server.public.request(method, there, headers=secret, json=body)
                assert reply.status_code in (404, 405), there

    after = state(room_server)
    assert {name: after[name] for name in ("run", "phase", "door", "section", "stage", "ends_at")} == {
        **{"run": run, "phase": "open", "door": "open"},
        **{"section": None, "stage": "follow", "ends_at": None},
    }


def test_every_reply_is_careful(room_server: RunningRoom) -> None:
    """No reply may be stored, framed or read by another page, and none sets a cookie."""
    answered(room_server)
    acts = [("POST", "/runs/1/close"), *PATHS]

    for method, path in acts:
        if path != "/events":
            reply = room_server.control.request(method, path, json={})
            careful = {
                name: reply.headers.get(name)
                for name in ("cache-control", "x-frame-options", "x-content-type-options", "set-cookie", "server")
            }
            assert careful == {
                "cache-control": "no-store",
                "x-frame-options": "DENY",
                "x-content-type-options": "nosniff",
                "set-cookie": None,
                "server": None,
            }, path


# ---- what a facilitator sees --------------------------------------------------------------------------------------------


def test_the_state_is_what_a_facilitator_may_know(room_server: RunningRoom, workshop: Workshop) -> None:
    """The state says where the room stands and what can be asked; of people it gives steps and no seat, no ballot, no time."""
    run = answered(room_server, 7)
    wait_for(lambda: state(room_server)["step"] == "5+", "the counter to move")

    told = state(room_server)

    assert {name: value for name, value in told.items() if name not in ("boot", "workshop")} == {
        "section": None,
        "run": run,
        "phase": "open",
        "step": "5+",
        "current": [{"run": run, "phase": "open", "step": "5+"}],
        "stage": "follow",
        "ends_at": None,
        "locked": False,
        "scene": "question",
        "plan": None,
        "policy": {"floor": 5, "cell": 3},
        "agenda": None,
        "notes": {},
        "can_undo": False,
        "phone_tried": True,
        "stage_opened": False,
        "code": room_server.code,
        "public_url": room_server.connection.public_url,
        "door": "open",
        "seats": "5+",
        "pauses": 0,
        "simulated": False,
        "country": None,
        "local_contact": None,
        "runs": [{"run": run, "poll": "loudest", "phase": "open", "step": "5+", "together": run, "before": None}],
    }
    assert told["workshop"]["title"] == workshop.title
    polls = {poll["id"]: poll for section in told["workshop"]["sections"] for poll in section["polls"]}
    assert polls == {name: poll.to_dict() for name, poll in workshop.polls.items() if poll.section}
    assert [seat for seat in SEATS if seat in str(told)] == []


def test_phones_and_facilitator_are_told_the_same(room_server: RunningRoom) -> None:
    """Whatever is in a phone's state is in the facilitator's, with the same value, in every phase."""
    run = answered(room_server)
    wait_for(lambda: room_server.state()["step"] == "10+", "the counter to come to rest")
    pairs = [(room_server.state(), state(room_server))]
    for act in ("close", "reveal", "hide", "discard"):
        room_server.lead(run, act)
        pairs.append((room_server.state(), state(room_server)))

    assert [phone for phone, facilitator in pairs if not phone.items() <= facilitator.items()] == []


def test_the_stream_begins_with_the_state_and_tells_each_act(room_server: RunningRoom) -> None:
    """A notebook that listens learns of every act, whoever did it, without asking again."""
    assert first_state(room_server.control, "/events") == state(room_server)

    told = states(room_server.control, "/events")
    seen = [next(told)["phase"]]
    run = room_server.ask("loudest")
    seen.append(next(told)["phase"])
    room_server.control.post("/door", json={"state": "locked"}).raise_for_status()
    seen.append(next(told)["door"])
    room_server.lead(run, "close")
    seen.append(next(told)["phase"])
    told.close()

    assert seen == ["waiting", "open", "locked", "closed"]


def test_there_is_no_result_before_closing(room_server: RunningRoom) -> None:
    """While a poll is open its facilitator gets neither a result nor a chart, and cannot reveal one."""
    run = answered(room_server)

    early = [room_server.control.get(f"/runs/{run}/result.{kind}") for kind in ("json", "html")]
    early += [room_server.control.post(f"/runs/{run}/{act}") for act in ("reveal", "hide")]

    assert {refused(reply, 409) for reply in early} == {"This poll is still open. Close it first."}
    assert state(room_server)["phase"] == "open"


@pytest.mark.parametrize("people", [3, 10])
def test_phones_get_the_facilitators_result_to_the_byte(room_server: RunningRoom, people: int) -> None:
    """Few answers or many, before revealing, after it and after hiding, the result is one and the same."""
    run = answered(room_server, people)
    seen = []
    for act in ("close", "reveal", "hide"):
        room_server.lead(run, act)
        seen.append(room_server.control.get(f"/runs/{run}/result.json").raise_for_status().content)
    room_server.lead(run, "reveal")
    public = room_server.public.get(room_server.path(f"/runs/{run}/result.json")).raise_for_status().content

    assert {*seen, public} == {public}


def test_the_facilitators_piece_holds_its_chart(room_server: RunningRoom) -> None:
    """A notebook gets a result in one piece, with chart, alternative text and table, and nothing to be fetched."""
    run = answered(room_server)
    room_server.lead(run, "close")

    piece = room_server.control.get(f"/runs/{run}/result.html").raise_for_status().text

    assert piece.count("<svg") == 1
    assert "<table>" in piece
    assert "10 people answered" in piece
    assert re.findall(r'(?:src|srcset)=|href="(?!#)|<script|<style', piece) == []


# ---- leading ------------------------------------------------------------------------------------------------------------


def test_a_run_is_led_through_its_phases(room_server: RunningRoom) -> None:
    """Asking gives a number, closing and revealing twice do no harm, and a discarded run is gone for good."""
    asked = room_server.control.post("/runs", json={"poll": "fears"})
    run = asked.json()["run"]
    phases = [state(room_server)["phase"]]
    for act in ("close", "close", "reveal", "reveal", "hide", "hide", "close", "discard"):
        assert room_server.control.post(f"/runs/{run}/{act}").status_code == 204
        phases.append(state(room_server)["phase"])

    assert (asked.status_code, asked.json()) == (201, {"run": 1})
    assert phases == ["open", "closed", "closed", "revealed", "revealed", "closed", "closed", "closed", "waiting"]
    gone = [room_server.control.post(f"/runs/{run}/{act}") for act in ("close", "reveal", "hide", "discard")]
    gone += [room_server.control.get(f"/runs/{run}/result.{kind}") for kind in ("json", "html")]
    assert {refused(reply, 404) for reply in gone} == {"There is no such poll in this room, or it was discarded."}
    assert room_server.ask("fears") == 2


def test_one_poll_is_open_at_a_time(room_server: RunningRoom) -> None:
    """A second poll is refused while one is open, and the open one keeps its answers."""
    run = answered(room_server)

    assert refused(room_server.control.post("/runs", json={"poll": "fears"}), 409)

    room_server.lead(run, "close", "reveal")
    assert room_server.result(run)["answered"] == 10


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/runs", {"poll": "nothing"}, 404),
        ("/runs", {}, 422),
        ("/runs", {"poll": ["fears"]}, 422),
        ("/runs", {"poll": "fears", "floor": "6"}, 422),
        ("/runs", {"poll": "fears", "floor": True}, 422),
        ("/runs", {"poll": "fears", "cell": 3.0}, 422),
        ("/runs", {"poll": "fears", "floor": 4}, 422),
        ("/runs", {"poll": "fears", "cell": 2}, 422),
        ("/runs", {"poll": "fears", "floor": -1}, 422),
        ("/runs", ["fears"], 422),
        ("/runs", {"poll": "fears", "floor": 10**30}, 422),
        ("/runs", {"poll": "fears", "cell": 10**30}, 422),
        ("/runs", {"poll": None, "polls": None}, 422),
        ("/runs", {"polls": []}, 422),
        ("/runs", {"polls": ["fears"]}, 422),
        ("/runs", {"polls": ["fears", "fears"]}, 422),
        ("/runs", {"polls": ["fears", "nothing"]}, 404),
        ("/runs", {"polls": ["fears", 1]}, 422),
        ("/runs", {"polls": ["fears", ["loudest"]]}, 422),
        ("/runs", {"polls": "fears"}, 422),
        ("/runs", {"polls": {"fears": "loudest"}}, 422),
        ("/runs", {"polls": ["fears", "loudest"], "floor": 4}, 422),
        ("/runs", {"polls": ["fears", "loudest"], "before": 1}, 422),
        ("/runs", {"polls": ["fears", "one_thing"]}, 409),
        ("/runs", {"poll": "one_thing"}, 409),
        ("/runs", {"poll": "fears", "before": 7}, 404),
        ("/runs", {"poll": "fears", "before": "1"}, 422),
        ("/runs", {"poll": "fears", "before": True}, 422),
        ("/runs", {"poll": "fears", "before": 10**30}, 422),
        ("/runs/7/lines/1", {"decision": "approve"}, 404),
        ("/runs/7/publish", {}, 404),
        ("/stage", {}, 422),
        ("/stage", {"show": "question"}, 422),
        ("/stage", {"show": ["break"]}, 422),
        ("/stage", {"show": "Break"}, 422),
        ("/timer", {"minutes": 0}, 422),
        ("/timer", {"minutes": -1}, 422),
        ("/timer", {"minutes": 181}, 422),
        ("/timer", {"minutes": 10**400}, 422),
        ("/timer", {"minutes": "5"}, 422),
        ("/timer", {"minutes": True}, 422),
        ("/timer", {"minutes": [5]}, 422),
        ("/runs/7/close", {}, 404),
        ("/runs/7/reveal", {}, 404),
        ("/runs/7/hide", {}, 404),
        ("/runs/7/discard", {}, 404),
        ("/door", {"state": "ajar"}, 422),
        ("/door", {"state": ["open"]}, 422),
        ("/door", {}, 422),
        ("/section", {"id": "99"}, 404),
        ("/section", {}, 404),
        ("/section", {"id": "x" * 5000}, 413),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_makes_no_sense_is_refused(shared: RunningRoom, path: str, body: object, status: int) -> None:
    """A wrong name, a wrong form or a wrong number gets one plain sentence and changes nothing."""
    before = state(shared)

    assert refused(shared.control.post(path, json=body), status)

    assert state(shared) == before


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Yield a room that nothing has happened in; tests that share it leave it so."""
    with RunningRoom(tmp_path_factory.mktemp("shared") / "room") as room:
        yield room


def test_broken_json_is_refused(shared: RunningRoom) -> None:
    """A body that cannot be read is the sender's fault and no more."""
    for path in ("/runs", "/door", "/section", "/stage", "/timer", "/runs/1/lines/1"):
        assert refused(shared.control.post(path, content=b'{"poll": '), 422)


@pytest.mark.parametrize("minutes", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_is_none_sets_no_timer(shared: RunningRoom, minutes: str) -> None:
    """Numbers that JSON does not have, but that Python would read, are refused like any other nonsense."""
    assert refused(shared.control.post("/timer", content=f'{{"minutes": {minutes}}}'.encode()), 422)

    assert state(shared)["ends_at"] is None


def test_the_policy_may_be_raised_for_one_run(room_server: RunningRoom) -> None:
    """A higher floor holds for the run for which it was asked, and the next has the room's again; a higher cell is kept to."""
    policies = []
    raised: list[dict[str, int]] = [{"floor": 12, "cell": 4}, {"cell": 4}, {"floor": 5, "cell": 4}]
    for thresholds in raised:
        run = answered(room_server, 10, **thresholds)
        room_server.lead(run, "close", "reveal")
        result = room_server.result(run)
        policies.append((result["policy"], result["outcome"]))

    assert policies == [
        ({"floor": 12, "cell": 4}, "too_few"),
        ({"floor": 5, "cell": 4}, "shown"),
        ({"floor": 5, "cell": 4}, "shown"),
    ]
    assert refused(room_server.control.post("/runs", json={"poll": "loudest"}), 409)
    assert room_server.ask("fears") == 4


@pytest.mark.parametrize(
    ("policy", "lowered"), [("together", {"cell": 3}), ("webinar", {"floor": 10}), ("webinar", {"cell": 5, "floor": 20})]
)
def test_the_policy_is_never_lowered(tmp_path: Path, policy: str, lowered: dict[str, int]) -> None:
    """What was promised when the room was opened cannot be taken back for a single poll."""
    with RunningRoom(tmp_path / "room", "--policy", policy) as room:
        said = refused(room.control.post("/runs", json={"poll": "fears", **lowered}), 422)
        after = state(room)

    assert "never lowered" in said
    assert (after["phase"], after["runs"]) == ("waiting", [])


def test_the_door_is_locked_and_opened(room_server: RunningRoom) -> None:
    """The state says how the door is, and locking or opening it twice is no mistake."""
    doors = []
    for wanted in ("locked", "locked", "open", "open"):
        assert room_server.control.post("/door", json={"state": wanted}).status_code == 204
        doors.append(state(room_server)["door"])

    assert doors == ["locked", "locked", "open", "open"]


def test_the_room_moves_to_a_section(room_server: RunningRoom, workshop: Workshop) -> None:
    """Phones and facilitator are told of the section to which the room has moved."""
    for section in workshop.sections:
        assert room_server.control.post("/section", json={"id": section.id}).status_code == 204
        assert state(room_server)["section"] == room_server.state()["section"] == section.id


def test_several_polls_are_asked_by_one_act(room_server: RunningRoom) -> None:
    """The reply has a number for each, in the order in which they were named; phones are told of all of them at once."""
    room_server.sit(*SEATS[:6])
    with closing(states(room_server.public, room_server.path("/events"))) as told:
        next(told)
        asked = room_server.control.post("/runs", json={"polls": ["loudest", "pulse"], "floor": 6, "cell": 3})
        at_once = next(told)

    assert (asked.status_code, asked.json()) == (201, {"runs": [1, 2]})
    assert at_once["current"] == [{"run": number, "phase": "open", "step": "under 5"} for number in (1, 2)]
    assert [(run["run"], run["poll"], run["together"]) for run in state(room_server)["runs"]] == [(1, "loudest", 1), (2, "pulse", 1)]
    for seat in SEATS[:6]:
        assert room_server.cast(1, seat, {"pass": True}).status_code == 204
        assert room_server.cast(2, seat, 1).status_code == 204
    room_server.lead(2, "close", "reveal")
    assert [(each["run"], each["phase"]) for each in room_server.state()["current"]] == [(1, "open"), (2, "revealed")]
    assert room_server.result(2)["answered"] == 6
    assert room_server.public.get(room_server.path("/runs/1/result.json")).status_code == 404


# ---- asked again to compare ---------------------------------------------------------------------------------------------


def test_a_comparison_is_seen_once_the_later_result_is_revealed(room_server: RunningRoom) -> None:
    """Phones get it with the later result and not before, the facilitator once that is closed; both get the same bytes."""
    first = answered(room_server)
    room_server.lead(first, "close")
    second = answered(room_server, before=first)
    path, control = room_server.path(f"/runs/{second}/comparison.json"), f"/runs/{second}/comparison.json"
    seen = [(room_server.public.get(path).status_code, room_server.control.get(control).status_code)]
    for act in ("close", "reveal"):
        room_server.lead(second, act)
        seen.append((room_server.public.get(path).status_code, room_server.control.get(control).status_code))
    shown = room_server.public.get(path)
    room_server.lead(second, "hide")
    seen.append((room_server.public.get(path).status_code, room_server.control.get(control).status_code))

    assert seen == [(404, 409), (404, 200), (200, 200), (404, 200)]
    assert shown.content == room_server.control.get(control).content
    both = [room_server.control.get(f"/runs/{run}/result.json").json() for run in (first, second)]
    assert [shown.json()["before"], shown.json()["after"]] == both
    assert set(shown.json()) == {"before", "after", "pairs"}


def test_a_result_that_is_compared_is_still_a_result(room_server: RunningRoom) -> None:
    """As data the later result is the one published result, the same bytes for phones and facilitator; the earlier stays hidden."""
    first = answered(room_server)
    room_server.lead(first, "close")
    second = answered(room_server, before=first)
    room_server.lead(second, "close", "reveal")

    path = f"/runs/{second}/result.json"
    assert room_server.public.get(room_server.path(path)).content == room_server.control.get(path).content
    assert set(room_server.result(second)) == set(Published.from_dict(room_server.result(second)).to_dict())
    assert [
        room_server.public.get(room_server.path(f"/runs/{first}/{rest}")).status_code
        for rest in ("result.json", "result.svg", "result.html", "comparison.json")
    ] == [404] * 4


def test_a_result_that_stands_alone_has_no_comparison(room_server: RunningRoom) -> None:
    """Where nothing is compared, and where the earlier run was thrown away, there is nothing to be had, and it is said so."""
    first = answered(room_server)
    room_server.lead(first, "close", "reveal")
    alone = [
        room_server.public.get(room_server.path(f"/runs/{first}/comparison.json")),
        room_server.control.get(f"/runs/{first}/comparison.json"),
    ]
    second = answered(room_server, before=first)
    room_server.lead(second, "close", "reveal")
    before = room_server.public.get(room_server.path()).text
    room_server.lead(first, "discard")
    alone += [
        room_server.public.get(room_server.path(f"/runs/{second}/comparison.json")),
        room_server.control.get(f"/runs/{second}/comparison.json"),
    ]
    after = room_server.public.get(room_server.path()).text

    assert {refused(reply, 404) for reply in alone} == {"This result is not compared with an earlier one."}
    assert ("Before" in before, "Before" in after) == (True, False)
    assert "Before" not in room_server.control.get(f"/runs/{second}/result.html").text


def test_a_poll_is_asked_again_with_the_care_it_was_asked_with(room_server: RunningRoom) -> None:
    """Asked again from Python, a poll keeps the floor and the cell of the run it is compared with."""
    first = answered(room_server, floor=9, cell=4)
    room_server.lead(first, "close")

    with closing(LedRoom(lambda: room_server.connection)) as room:
        again = room.run(first).ask_again()
        again.close()

        assert again.result().policy == Policy(9, 4)
        assert again.comparison().before.to_dict() == room.run(first).result().to_dict()


# ---- stage and timer ----------------------------------------------------------------------------------------------------


def test_the_stage_is_told_what_to_show(room_server: RunningRoom) -> None:
    """Phones, wall and facilitator are told of each scene; the next question takes the stage again."""
    told = []
    for scene in ("welcome", "section", "break", "closing", "follow"):
        assert post(room_server, "/stage", show=scene).status_code == 204
        assert room_server.state()["stage"] == state(room_server)["stage"] == scene
        told.append(state(room_server)["scene"])
    post(room_server, "/stage", show="break")
    room_server.ask("fears")

    assert told == ["welcome", "welcome", "break", "closing", "welcome"]
    assert (state(room_server)["stage"], state(room_server)["scene"]) == ("follow", "question")


@pytest.mark.parametrize("minutes", [1, 0.5, 90, 180])
def test_a_timer_ends_so_many_minutes_from_now(shared: RunningRoom, minutes: float) -> None:
    """Everyone is told the second at which it ends; null takes it away, and so does taking it away twice."""
    earliest = time.time() + 60 * minutes
    post(shared, "/timer", minutes=minutes)
    latest = time.time() + 60 * minutes
    ends_at = state(shared)["ends_at"]
    told = [shared.state()["ends_at"]]
    for _ in range(2):
        post(shared, "/timer", minutes=None)
        told.append(shared.state()["ends_at"])

    assert earliest - 1 <= ends_at <= latest + 1
    assert type(ends_at) is int
    assert told == [ends_at, None, None]


def test_stage_and_timer_survive_a_kill(room_server: RunningRoom) -> None:
    """After a crash the wall shows what it showed, and the timer ends when it would have."""
    post(room_server, "/stage", show="break")
    post(room_server, "/timer", minutes=10)
    before = room_server.state()

    room_server.kill()
    room_server.start()

    assert {**room_server.state(), "boot": None} == {**before, "boot": None}


def test_whoever_leads_from_python_has_stage_and_timer_too(room_server: RunningRoom) -> None:
    """A notebook's room can do what the control app can, and gets its refusals as errors."""
    with closing(LedRoom(lambda: room_server.connection)) as room:
        room.show_on_stage("break")
        room.set_timer(5)
        shown = room_server.state()
        room.set_timer(None)
        runs = room.ask_together("loudest", "pulse")

        assert shown["stage"] == "break"
        assert shown["ends_at"] is not None
        assert room_server.state()["ends_at"] is None
        assert [run.number for run in runs] == [1, 2]
        with pytest.raises(InvalidAnswer):
            room.show_on_stage("question")
        with pytest.raises(InvalidAnswer):
            room.set_timer(0)
        with pytest.raises(NotNow):
            room.ask_together("fears", "guarding")
        with pytest.raises(Unknown):
            room.run(9).comparison()


# ---- people's own words -------------------------------------------------------------------------------------------------


@contextmanager
def with_lines_to_read(folder: Path) -> Iterator[RunningRoom]:
    """Open a room whose facilitator has twelve lines to read."""
    with RunningRoom(folder / "room", *every_kind.arguments(folder / "material")) as room:
        room.sit(*SEATS[:12])
        run = room.ask("text")
        for number, seat in enumerate(SEATS[:12]):
            room.cast(run, seat, f"canary line {number}").raise_for_status()
        room.lead(run, "close")
        yield room


@pytest.fixture
def read(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room of this test's own with twelve lines to read."""
    with with_lines_to_read(tmp_path) as room:
        yield room


@pytest.fixture(scope="module")
def shared_read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room with twelve lines to read that tests share which leave them as they are."""
    with with_lines_to_read(tmp_path_factory.mktemp("read")) as room:
        yield room


def test_lines_reach_the_facilitator_and_nobody_else(shared_read: RunningRoom) -> None:
    """A line has a number, its text, why to read it twice, and what was decided; no state, page or stream holds a word of it."""
    read = shared_read
    lines = read.control.get("/runs/1/lines").raise_for_status().json()
    told = [
        read.control.get("/state").text,
        str(first_state(read.control, "/events")),
        str(read.state()),
        *(read.public.get(read.path(rest)).text for rest in ("", "/stage", "/privacy", "/runs/1/result.json", "/runs/1/lines")),
        *(read.control.get(f"/runs/1/{rest}").text for rest in ("result.json", "result.html", "comparison.json")),
    ]

    assert set(lines) == {"lines"}
    assert {frozenset(line) for line in lines["lines"]} == {frozenset(("number", "text", "flags", "decision", "words"))}
    assert sorted(line["text"] for line in lines["lines"]) == sorted(f"canary line {number}" for number in range(12))
    assert [each for each in told if "canary" in each] == []
    assert (state(read)["phase"], state(read)["runs"][0]["phase"]) == ("reading", "reading")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/runs/1/lines/0", {"decision": "approve"}, 404),
        ("/runs/1/lines/13", {"decision": "approve"}, 404),
        ("/runs/1/lines/99999999999999999999", {"decision": "approve"}, 404),
        ("/runs/1/lines/-1", {"decision": "approve"}, 404),
        ("/runs/1/lines/one", {"decision": "approve"}, 404),
        ("/runs/1/lines/1", {}, 422),
        ("/runs/1/lines/1", {"decision": "show"}, 422),
        ("/runs/1/lines/1", {"decision": ["approve"]}, 422),
        ("/runs/1/lines/1", {"decision": {"approve": True}}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite"}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": " "}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": "x" * 141}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": "\ud800\u202e\x00"}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": 5}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": {"pass": True}}, 422),
        ("/runs/1/lines/1", {"decision": "rewrite", "words": "x" * 5000}, 413),
        ("/runs/1/publish", {}, 409),
        ("/runs/1/reveal", {}, 409),
        ("/runs/1/hide", {}, 409),
        ("/runs", {"poll": "single"}, 409),
        ("/runs", {"polls": ["single", "rank"]}, 409),
        ("/runs", {"poll": "text", "before": 1}, 409),
    ],
    ids=lambda each: str(each)[:40],
)
def test_while_lines_are_read_what_makes_no_sense_is_refused(shared_read: RunningRoom, path: str, body: object, status: int) -> None:
    """A wrong line, a wrong decision, too early an act: one plain sentence, and every line waits as before."""
    before = shared_read.control.get("/runs/1/lines").content

    # Written out in full, for what no sender's library would send.
    said = refused(shared_read.control.post(path, content=json.dumps(body).encode()), status)

    assert "canary" not in said
    assert shared_read.control.get("/runs/1/lines").content == before


def test_lines_are_led_from_python(read: RunningRoom) -> None:
    """A notebook reads, decides and publishes; what it gets then is what the room gets, and nothing that was left out."""
    with closing(LedRoom(lambda: read.connection)) as room:
        run = room.run(1)
        for line in run.lines():
            if line.text.endswith(" 7"):
                run.decide(line.number, "decline")
            elif line.text.endswith(" 8"):
                run.decide(line.number, "rewrite", "Somebody's words")
            else:
                run.decide(line.number, "approve")
        run.publish_lines()
        closed = state(read)["phase"]
        run.reveal()
        left, result = run.lines(), run.result()

    assert (closed, left) == ("closed", [])
    assert set(result.texts) == {"Somebody's words", *(f"canary line {number}" for number in range(12) if number not in (7, 8))}
    replies = [
        read.public.get(read.path(rest)).text for rest in ("", "/stage", "/runs/1/result.json", "/runs/1/result.html", "/runs/1/result.svg")
    ]
    replies += [read.control.get(f"/runs/1/{rest}").text for rest in ("result.json", "result.html", "lines")]
    assert [each for each in replies if re.search(r"canary line [78]\b", each)] == []
    assert read.public.get(read.path("/runs/1/result.json")).content == read.control.get("/runs/1/result.json").content


def test_a_full_disk_takes_no_line_from_the_facilitator(read: RunningRoom) -> None:
    """If publishing is refused by the disk, every line and decision is still there, and publishing again succeeds."""
    for number in range(1, 13):
        post(read, f"/runs/1/lines/{number}", decision="approve")
    before = read.control.get("/runs/1/lines").content
    with disk_that_refuses(read.folder):
        said = refused(read.control.post("/runs/1/publish"), 503)
        while_refused = read.control.get("/runs/1/lines").content

    assert "canary" not in said
    assert while_refused == before
    read.lead(1, "publish", "reveal")
    assert len(read.result(1)["texts"]) == 12


def test_a_pause_reaches_the_facilitator_and_is_acknowledged(room_server: RunningRoom) -> None:
    """Pressed by many, the first signal is heard after a while, without a word of whose it was; acknowledging clears it."""
    room_server.sit(*SEATS)
    for seat in SEATS:
        assert room_server.public.post(room_server.path("/pause"), json={"seat": seat}).status_code == 204
    at_once = state(room_server)["pauses"]
    heard = wait_for(lambda: state(room_server)["pauses"], "a pause to be heard")
    told = str(state(room_server))
    assert room_server.control.post("/pauses/acknowledge").status_code == 204

    assert at_once == 0
    assert heard >= 1
    assert [seat for seat in SEATS if seat in told] == []
    assert state(room_server)["pauses"] < len(SEATS)
    assert "pauses" not in room_server.state()


def test_a_close_that_the_disk_refuses_can_be_tried_again(room_server: RunningRoom) -> None:
    """While the disk takes nothing, acts are refused in words and nothing is lost; afterwards the same button works."""
    run = answered(room_server, 9)
    with disk_that_refuses(room_server.folder):
        said = refused(room_server.control.post(f"/runs/{run}/close"), 503)
        phase = room_server.state()["phase"]
        room_server.sit(SEATS[9])
        room_server.cast(run, SEATS[9], "known")
    room_server.lead(run, "close", "reveal")

    assert FILE in said
    assert phase == "open"
    assert room_server.result(run)["answered"] == 10
