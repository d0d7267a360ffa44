"""The control app over real HTTP: only with the secret, only from this computer, and with no view that phones lack."""

import re
import socket
import sys
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests.rooms import RunningRoom, disk_that_refuses, first_state, new_seats, states, wait_for
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
    ("POST", "/door"),
    ("POST", "/section"),
    ("POST", "/pauses/acknowledge"),
    ("GET", "/nothing/here"),
]


def refused(reply: httpx.Response, status: int) -> str:
    """Return the sentence of a refusal, having seen that it is one."""
    assert reply.status_code == status, reply.text
    assert set(reply.json()) == {"error"}
    said: str = reply.json()["error"]
    assert re.fullmatch(r"[A-Z][^\n<>\\]{15,200}\.", said)
    assert re.findall(r"Traceback|Error|Exception|None|\bnull\b", said) == []
    return said


def state(room: RunningRoom) -> dict[str, Any]:
    told: dict[str, Any] = room.control.get("/state").raise_for_status().json()
    return told


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
    assert {**state(room_server), "step": None} == {**before, "step": None}
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
                reply = room_server.public.request(method, there, headers=secret, json={"poll": "fears", "state": "locked", "id": "06"})
                assert reply.status_code in (404, 405), there

    assert (state(room_server)["run"], state(room_server)["phase"], state(room_server)["door"]) == (run, "open", "open")


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
        "code": room_server.code,
        "public_url": room_server.connection.public_url,
        "door": "open",
        "seats": "5+",
        "pauses": 0,
        "simulated": False,
        "country": None,
        "local_contact": None,
        "runs": [{"run": run, "poll": "loudest", "phase": "open"}],
    }
    assert told["workshop"]["title"] == workshop.title
    polls = {poll["id"]: poll for section in told["workshop"]["sections"] for poll in section["polls"]}
    assert polls == {name: poll.to_dict() for name, poll in workshop.polls.items()}
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
    for path in ("/runs", "/door", "/section"):
        assert refused(shared.control.post(path, content=b'{"poll": '), 422)


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
    assert room_server.output == ""
