"""The promises, kept by a real server: nothing is lost in a crash, nothing of an answer is left, and nothing is babbled."""

import asyncio
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus

import httpx
import pytest

from tests import every_kind
from tests.world import (
    PATIENCE_SECONDS,
    RoomProcess,
    disk_that_refuses,
    environment,
    new_seats,
    note_ballots,
    server_command,
    states,
    wait_for,
)
from workshop_kit.client import Phone, line_for
from workshop_kit.connection import FILE as CONNECTION_FILE
from workshop_kit.results import FILE as RESULTS_FILE
from workshop_kit.results import SCHEMA, Results

SEATS: Final = new_seats(Random(41), 32)
OPTIONS: Final = ("hurt", "known", "flawless", "self", "other")
POLLS: Final = """\
polls:
  - id: canaries
    section: "01"
    kind: multi
    question: Which birds do you hear?
    options:
      - {id: canary_red, label: The red one}
      - {id: canary_green, label: The green one}
      - {id: canary_blue, label: The blue one}
      - {id: canary_white, label: The white one}
"""
OUTLINE: Final = """\
id: aviary
title: In the aviary
sections:
  - {id: "01", title: Birds, notebook: 01_birds.ipynb, sources: [A birds]}
"""


def material_in(folder: Path, outline: str = OUTLINE, polls: str = POLLS) -> Path:
    folder.mkdir()
    (folder / "workshop.yaml").write_text(outline, encoding="utf-8")
    (folder / "polls.yaml").write_text(polls, encoding="utf-8")
    return folder


def at_once(*acts: Any) -> list[Any]:
    """Do some acts as a group of people does: all at the same time."""
    with ThreadPoolExecutor(8) as people:
        return list(people.map(lambda act: act(), acts))


# ---- a killed server ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["open", "locked"])
def test_thirty_answers_survive_a_kill_once_each(tmp_path: Path, door: str) -> None:
    """Killed in the middle of a poll, the room comes back with code, door and run; thirty pages send again, all count once."""
    random = Random(42)
    answers = {seat: random.choice(OPTIONS) for seat in SEATS[:30]}
    with RoomProcess(tmp_path / "room") as room:
        room.sit(*answers)
        room.control.post("/door", json={"state": door}).raise_for_status()
        run = room.ask("loudest")
        at_once(*[lambda seat=seat: room.cast(run, seat, "other").raise_for_status() for seat in answers])
        code, before = room.code, room.state()

        room.kill()
        room.start()

        after = room.state()
        assert room.code == code
        assert {**after, "boot": None, "step": None} == {**before, "boot": None, "step": None}
        assert after["boot"] != before["boot"]
        assert room.control.get("/state").json()["door"] == door
        assert room.cast(run, SEATS[0], answers[SEATS[0]]).status_code == 403
        pages = [*answers, *random.sample(sorted(answers), 10)]
        random.shuffle(pages)
        at_once(*[lambda seat=seat: page_returns(room, run, seat, answers[seat]) for seat in pages])
        stranger = room.public.post(room.path("/seats"), json={"seat": SEATS[30]})
        room.lead(run, "close", "reveal")
        result = room.result(run)

    assert stranger.status_code == (201 if door == "open" else 403)
    assert (result["answered"], result["passed"]) == (30, "few or none")
    counted = {option: bucket["fewest"] for bucket in result["buckets"] for option in bucket["options"] if len(bucket["options"]) == 1}
    given = list(answers.values())
    assert counted == {option: given.count(option) for option in counted}
    assert room.output == ""


def page_returns(room: RoomProcess, run: int, seat: str, answer: object) -> None:
    room.sit(seat)
    room.cast(run, seat, answer).raise_for_status()


def test_polls_asked_together_survive_a_kill(room_server: RoomProcess) -> None:
    """Three asked together, one closed and one discarded: after a kill each is where it was, and what is sent again counts once."""
    random = Random(43)
    room_server.sit(*SEATS[:12])
    runs = room_server.control.post("/runs", json={"polls": ["loudest", "fears", "pulse"]}).raise_for_status().json()["runs"]
    given = {seat: (random.choice(OPTIONS), random.sample(OPTIONS, 2), random.randint(0, 10)) for seat in SEATS[:12]}
    for seat, answers in given.items():
        for run, answer in zip(runs, answers, strict=True):
            room_server.cast(run, seat, answer).raise_for_status()
    room_server.lead(runs[0], "close", "reveal")
    room_server.lead(runs[1], "discard")
    shown = room_server.public.get(room_server.path(f"/runs/{runs[0]}/result.json")).content
    before = room_server.state()

    room_server.kill()
    room_server.start()

    after = room_server.state()
    assert [(each["run"], each["phase"]) for each in after["current"]] == [(runs[0], "revealed"), (runs[2], "open")]
    assert {**after, "boot": None, "step": None, "current": None} == {**before, "boot": None, "step": None, "current": None}
    pages = [*given, *given]
    random.shuffle(pages)
    at_once(*[lambda seat=seat: page_returns(room_server, runs[2], seat, given[seat][2]) for seat in pages])
    room_server.lead(runs[2], "close", "reveal")
    assert room_server.result(runs[2])["answered"] == 12
    assert room_server.public.get(room_server.path(f"/runs/{runs[0]}/result.json")).content == shown
    assert room_server.cast(runs[1], SEATS[0], ["hurt"]).status_code == 409
    assert room_server.output == ""


def test_a_comparison_survives_a_kill(room_server: RoomProcess) -> None:
    """Killed while a poll is asked again, and once more when it is closed, the room still knows with what it is compared."""
    room_server.sit(*SEATS[:12])
    for before in ({}, {"before": 1}):
        run = room_server.ask("loudest", **before)
        if before:
            room_server.kill()
            room_server.start()
        for place, seat in enumerate(SEATS[:12]):
            page_returns(room_server, run, seat, OPTIONS[place % (run + 1)])
        room_server.lead(run, "close")
    compared = room_server.control.get("/runs/2/comparison.json").raise_for_status().content

    room_server.kill()
    room_server.start()
    hidden = room_server.public.get(room_server.path("/runs/2/comparison.json"))
    room_server.lead(2, "reveal")

    assert hidden.status_code == 404
    assert room_server.public.get(room_server.path("/runs/2/comparison.json")).content == compared
    assert room_server.control.get("/runs/2/comparison.json").content == compared


def test_lines_that_were_being_read_are_handed_in_again(tmp_path: Path) -> None:
    """Killed while the facilitator reads, the room asks for the lines again; twelve phones hand theirs in anew, each counts once."""
    with RoomProcess(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as room:
        code, phases = asyncio.run(killed_while_reading(room))
        lines = [line["text"] for line in room.control.get("/runs/1/lines").raise_for_status().json()["lines"]]
        for number in range(1, 13):
            room.control.post(f"/runs/1/lines/{number}", json={"decision": "approve"}).raise_for_status()
        room.lead(1, "publish", "reveal")
        result = room.result(1)

    assert room.code == code
    assert phases == ["reading", "open", "reading", "open", "reading"]
    assert sorted(lines) == sorted(result["texts"]) == sorted(written(number) for number in range(12))
    assert (result["answered"], result["passed"]) == (12, "few or none")
    assert room.output == ""


def written(number: int) -> str:
    return f"What person {'abcdefghijkl'[number]} wrote"


async def killed_while_reading(room: RoomProcess) -> tuple[str, list[str]]:
    """Let twelve phones write a line, kill the server twice while they are read, and return what was told of the phases."""
    phases: list[str] = []
    taken: Counter[str] = Counter()
    async with note_ballots(line_for(12), taken) as line:
        phones = [Phone(room.connection.public_url, room.code, seat, line) for seat in SEATS[:12]]
        listening = [asyncio.create_task(listen(phone)) for phone in phones]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                run = await asyncio.to_thread(room.ask, "text")
                await asyncio.gather(*(phone.take_seat() for phone in phones))
                await asyncio.gather(*(phone.cast(run, written(number)) for number, phone in enumerate(phones)))
                for kill in (True, True, False):
                    while len(taken) < 12:
                        await asyncio.sleep(0.01)
                    await asyncio.to_thread(room.lead, run, "close")
                    phases.append(room.state()["phase"])
                    if kill:
                        await asyncio.to_thread(room.kill)
                        taken.clear()
                        await asyncio.to_thread(room.start)
                        phases.append(room.state()["phase"])
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
    return room.code, phases


async def listen(phone: Phone) -> None:
    async for _ in phone.states():
        pass


def test_what_was_published_survives_a_kill(room_server: RoomProcess) -> None:
    """A revealed result is the same to the byte after a kill, and a hidden one stays hidden."""
    room_server.sit(*SEATS[:12])
    shown = []
    for poll in ("loudest", "loudest"):
        run = room_server.ask(poll)
        for place, seat in enumerate(SEATS[:12]):
            room_server.cast(run, seat, OPTIONS[place % 3])
        room_server.lead(run, "close", "reveal")
        shown.append(room_server.public.get(room_server.path(f"/runs/{run}/result.json")).content)
    room_server.lead(2, "hide")
    before = room_server.state()

    room_server.kill()
    room_server.start()

    assert {**room_server.state(), "boot": None} == {**before, "boot": None}
    assert room_server.public.get(room_server.path("/runs/1/result.json")).content == shown[0]
    assert room_server.public.get(room_server.path("/runs/2/result.json")).status_code == 404
    assert room_server.control.get("/runs/2/result.json").content == shown[1]


def test_a_room_killed_again_and_again_goes_on(room_server: RoomProcess) -> None:
    """Three kills in a row, one before anybody came back, leave code, number of seats and run as they were."""
    room_server.sit(*SEATS[:12])
    room_server.control.post("/door", json={"state": "locked"}).raise_for_status()
    run, code = room_server.ask("loudest"), room_server.code

    boots = {room_server.state()["boot"]}
    for _ in range(3):
        room_server.kill()
        room_server.start()
        boots.add(room_server.state()["boot"])
    for seat in SEATS[:12]:
        page_returns(room_server, run, seat, "hurt")

    assert room_server.code == code
    assert len(boots) == 4
    assert room_server.public.post(room_server.path("/seats"), json={"seat": SEATS[12]}).status_code == 403
    room_server.lead(run, "close")


def test_a_stream_that_breaks_off_shows_the_new_boot(room_server: RoomProcess) -> None:
    """A page whose line broke with the server learns from the first state after it that everything must be sent again."""
    told = states(room_server.public, room_server.path("/events"))
    before = next(told)
    room_server.kill()
    with pytest.raises((httpx.HTTPError, StopIteration)):
        next(told)
    told.close()
    room_server.start()

    assert room_server.state()["boot"] != before["boot"]


# ---- stopping, and going on ---------------------------------------------------------------------------------------------


def test_a_room_that_was_stopped_is_over(room_server: RoomProcess) -> None:
    """Stopping ends the room and takes the connection file along, also with a poll and streams open; the next room is new."""
    room_server.sit(*SEATS[:6])
    room_server.ask("loudest")
    code, secret = room_server.code, room_server.connection.secret
    with closing(states(room_server.public, room_server.path("/events"))) as told:
        next(told)
        room_server.stop()
    left = sorted(each.name for each in room_server.folder.iterdir())
    room_server.start()

    assert left == [RESULTS_FILE]
    assert room_server.code != code
    assert room_server.connection.secret != secret
    assert room_server.state()["phase"] == "waiting"
    assert room_server.public.get(f"/{code}").status_code == 404
    assert room_server.output == ""


def test_a_room_stops_while_a_chart_is_being_drawn(room_server: RoomProcess) -> None:
    """A facilitator who closes a poll and stops the room at once gets the terminal back, however far the drawing was."""
    for _ in range(8):
        room_server.lead(room_server.ask("loudest"), "close")
        room_server.stop()
        room_server.start()

    assert room_server.output == ""


def test_an_earlier_room_can_be_gone_on_with(tmp_path: Path) -> None:
    """A room that was stopped comes back by its code, typed in any case, with the results it had."""
    with RoomProcess(tmp_path / "room") as first:
        first.sit(*SEATS[:10])
        run = first.ask("loudest")
        for seat in SEATS[:10]:
            first.cast(run, seat, {"pass": True})
        first.lead(run, "close", "reveal")
        code, shown = first.code, first.result(run)
        first.stop()

    with RoomProcess(tmp_path / "room", "--room", code.lower()) as again:
        assert again.code == code
        assert again.result(run) == shown


@pytest.mark.parametrize("different", ["--new", "--simulated", "--policy=together"])
def test_a_room_that_was_cut_short_is_not_forced_on_another(tmp_path: Path, different: str) -> None:
    """Whoever asks for a new room, a rehearsal or another policy gets a room of that kind and not the one that was cut short."""
    with RoomProcess(tmp_path / "room") as first:
        code = first.code
        first.kill()

    with RoomProcess(tmp_path / "room", different) as other:
        assert other.code != code


def test_another_workshop_is_another_room(tmp_path: Path) -> None:
    """A room that was cut short is not taken up with material that it was not opened with, whose sections it does not know."""
    with RoomProcess(tmp_path / "room") as first:
        first.control.post("/section", json={"id": "06"}).raise_for_status()
        code = first.code
        first.kill()

    with RoomProcess(tmp_path / "room", "--material", str(material_in(tmp_path / "aviary"))) as other:
        assert other.public.get(other.path()).status_code == 200
        assert other.state()["section"] is None
        assert other.code != code


def test_material_that_was_changed_meanwhile_keeps_no_room_from_going_on(tmp_path: Path) -> None:
    """A room whose section and plan are no longer in the material goes on without them: its pages open, and no line is asked for."""
    folder = every_kind.material_of_every_kind(tmp_path / "material")
    with RoomProcess(tmp_path / "room", "--material", str(folder), "--plan", every_kind.PLAN) as first:
        first.control.post("/section", json={"id": "02"}).raise_for_status()
        code = first.code
        first.kill()
    outline = (folder / "workshop.yaml").read_text(encoding="utf-8")
    (folder / "workshop.yaml").write_text(outline.replace('"02"', '"12"').replace(every_kind.PLAN, "another"), encoding="utf-8")
    polls = (folder / "polls.yaml").read_text(encoding="utf-8")
    (folder / "polls.yaml").write_text(polls.replace('"02"', '"12"'), encoding="utf-8")

    with RoomProcess(tmp_path / "room", "--material", str(folder)) as again:
        told = again.control.get("/state").json()
        statuses = [again.public.get(again.path(rest)).status_code for rest in ("", "/stage", "/privacy")]
        asked = [again.control.post("/runs", json={"poll": poll}).status_code for poll in ("text", "rank")]

        assert (again.code, told["section"], told["plan"]) == (code, None, None)
    assert statuses == [200, 200, 200]
    assert asked == [409, 201]


def test_a_plan_is_kept_until_another_is_named(tmp_path: Path) -> None:
    """A room that is gone on with keeps its plan, and whether lines may be asked for, unless it is given another."""
    plans = []
    for arguments in (["--plan", "half_day"], [], ["--plan", "evening"], []):
        with RoomProcess(tmp_path / "room", *arguments) as room:
            asked = room.control.post("/runs", json={"poll": "one_thing"})
            plans.append((room.control.get("/state").json()["plan"], asked.status_code))
            room.control.post("/runs/1/discard")
            room.kill()

    assert plans == [("half_day", 201), ("half_day", 201), ("evening", 409), ("evening", 409)]


# ---- nothing is left of an answer ---------------------------------------------------------------------------------------


class Places:
    """Everywhere a server could leave something behind, all of it new and empty."""

    def __init__(self, around: Path) -> None:
        self.around = around
        for name in ("home", "tmp", "cwd", "cache"):
            (around / name).mkdir()
        self.variables = {
            **dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"), str(around / "home")),
            **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(around / "tmp")),
            "XDG_CACHE_HOME": str(around / "cache"),
        }

    def files(self) -> Iterator[tuple[Path, bytes]]:
        """Yield every file there is, with its content."""
        for path in sorted(self.around.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()

    def holding(self, traces: dict[str, bytes]) -> list[str]:
        """Return where which of some traces is found, in a file's content or in its name."""
        return [
            f"{name} in {path}"
            for path, content in self.files()
            for name, trace in traces.items()
            if trace in content or trace in str(path).encode()
        ]


def traces_of_seats(seats: list[str]) -> dict[str, bytes]:
    """Return seat tokens in every form in which one might have been written."""
    forms: dict[str, bytes] = {}
    for seat in seats:
        plain, drawn = seat.encode(), bytes.fromhex(seat)
        forms |= {
            f"seat {seat}": plain,
            f"capital seat {seat}": plain.upper(),
            f"bytes of seat {seat}": drawn,
            f"hex of seat {seat}": plain.hex().encode(),
        }
        for shift in range(3):
            # Base64 looks different for each place in its groups of three; the torn ends are left out.
            forms[f"base64 of seat {seat}, {shift}"] = base64.b64encode(b"." * shift + plain)[4:40]
            forms[f"base64 of the bytes of seat {seat}, {shift}"] = base64.b64encode(b"." * shift + drawn)[4:20]
    return forms


def traces_of_answers(answers: list[list[str]], seats: list[str]) -> dict[str, bytes]:
    """Return answers as they were sent, and as Python and JSON would write them, alone and together with their seats."""
    forms: dict[str, bytes] = {}
    for answer, seat in zip(answers, seats, strict=True):
        for separators in ((",", ":"), (", ", ": ")):
            forms[f"answer {answer} {separators}"] = json.dumps(answer, separators=separators).encode()
            forms[f"body {answer} {separators}"] = json.dumps({"seat": seat, "answer": answer}, separators=separators).encode()
        forms[f"repr {answer}"] = repr(answer).encode()
        forms[f"set {answer}"] = repr(answer)[1:-1].encode()
    return forms


def test_the_search_finds_what_it_searches_for(tmp_path: Path) -> None:
    """If a server did write a seat or an answer, in whatever of these forms, the search below would see it."""
    places, answer = Places(tmp_path), ["canary_red", "canary_blue"]
    seat, body = SEATS[0], json.dumps({"seat": SEATS[0], "answer": answer}, separators=(",", ":"))
    written: list[str | bytes] = [
        seat,
        seat.encode().hex(),
        bytes.fromhex(seat),
        base64.b64encode(b"x" + seat.encode()),
        base64.b64encode(bytes.fromhex(seat)),
        body,
        str(answer),
    ]
    traces = traces_of_seats([seat]) | traces_of_answers([answer], [seat])

    for number, each in enumerate(written):
        (tmp_path / "tmp" / str(number)).write_bytes(each if isinstance(each, bytes) else each.encode())

    found = places.holding(traces)
    assert [number for number in range(len(written)) if not any(each.endswith(f"/tmp/{number}") for each in found)] == []


def test_nothing_of_an_answer_is_left_anywhere(tmp_path: Path) -> None:
    """While a poll is open, after a kill, after closing and at the end, no file holds a seat or an answer in any form."""
    places = Places(tmp_path)
    # At least two options each: an option alone is also part of the poll and of its result, and so no trace of a person.
    answers = [["canary_red", "canary_blue"], ["canary_blue", "canary_green"], ["canary_white", "canary_red", "canary_green"]] * 4
    seats = SEATS[: len(answers)]
    traces = traces_of_seats(seats) | traces_of_answers(answers, seats)
    room = RoomProcess(
        tmp_path / "room", "--material", str(material_in(tmp_path / "aviary")), environment=places.variables, cwd=tmp_path / "cwd"
    )
    found: dict[str, list[str]] = {}

    def everyone_answers(run: int) -> None:
        room.sit(*seats)
        for seat, answer in zip(seats, answers, strict=True):
            room.cast(run, seat, {"pass": True}).raise_for_status()
            room.cast(run, seat, answer).raise_for_status()
            room.public.post(room.path("/pause"), json={"seat": seat}).raise_for_status()

    with room:
        run = room.ask("canaries")
        everyone_answers(run)
        wait_for(lambda: room.state()["step"] == "10+", "a tick, at which things are written down")
        found["open"] = places.holding(traces)
        assert open_files(room) <= {str(room.folder / RESULTS_FILE), str(room.output_file)}
        room.kill()
        found["killed"] = places.holding(traces)
        room.start()
        everyone_answers(run)
        for step in ("close", "reveal"):
            room.lead(run, step)
            found[step] = places.holding(traces)
        assert room.result(run)["answered"] == 12
        assert room.public.get(room.path(f"/runs/{run}/result.svg")).status_code == 200
        room.stop()
        found["stopped"] = places.holding(traces)

    assert {moment: where for moment, where in found.items() if where} == {}
    assert len(found) == 5
    assert room.output == ""
    assert any(path.name == RESULTS_FILE and b"canary_red" in content for path, content in places.files())


def traces_of_lines(lines: list[str]) -> dict[str, bytes]:
    """Return lines in every form in which one might have been written."""
    forms: dict[str, bytes] = {}
    for line in lines:
        forms |= {
            f"line {line}": line.encode(),
            f"lower line {line}": line.lower().encode(),
            f"wide line {line}": line.encode("utf-16-le"),
            f"wider line {line}": line.encode("utf-32-le"),
            f"hex of line {line}": line.encode().hex().encode(),
            f"json of line {line}": json.dumps(line)[1:-1].encode(),
            f"quoted line {line}": quote(line).encode(),
            f"form of line {line}": quote_plus(line).encode(),
        }
        for shift in range(3):
            forms[f"base64 of line {line}, {shift}"] = base64.b64encode(b"." * shift + line.encode())[4:28]
    return forms


def test_the_search_finds_the_lines_it_searches_for(tmp_path: Path) -> None:
    """If a server did write a line, in whatever of these forms, the search below would see it."""
    places, line = Places(tmp_path), "Kanarienvogel „fünf“ singt leise"
    written = [line.encode(), json.dumps([line]).encode(), repr(line).encode(), line.encode("utf-16"), base64.b64encode(line.encode())]

    for number, each in enumerate(written):
        (tmp_path / "tmp" / str(number)).write_bytes(each)

    found = places.holding(traces_of_lines([line]))
    assert [number for number in range(len(written)) if not any(each.endswith(f"/tmp/{number}") for each in found)] == []


def test_nothing_of_a_line_is_left_anywhere_but_what_was_let_through(tmp_path: Path) -> None:
    """Open, read, killed, read again, published, discarded and stopped: no file holds a line that was not let through."""
    places = Places(tmp_path)
    lines = [f"Kanarienvogel „{sign}{sign}{sign}“ singt leise" for sign in "abcdefghijkl"]
    kept, dropped = lines[:6], lines[6:]
    earlier = traces_of_lines(["First thought of all"])
    every, hidden = traces_of_lines(lines) | earlier, traces_of_lines(dropped) | earlier
    seats = traces_of_seats(SEATS[:12])
    arguments = every_kind.arguments(tmp_path / "material")
    room = RoomProcess(tmp_path / "room", *arguments, environment=places.variables, cwd=tmp_path / "cwd")
    found: dict[str, list[str]] = {}

    def everyone_writes(run: int, *, then: str) -> None:
        room.sit(*SEATS[:12])
        for seat, line in zip(SEATS, lines, strict=False):
            room.cast(run, seat, "First thought of all").raise_for_status()
            room.cast(run, seat, line).raise_for_status()
        found[f"open, {then}"] = places.holding(every | seats)

    def read(run: int) -> None:
        room.lead(run, "close")
        for line in room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]:
            decision = "approve" if line["text"] in kept else "decline"
            room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": decision}).raise_for_status()

    with room:
        run = room.ask("text")
        everyone_writes(run, then="killed")
        room.kill()
        found["killed while open"] = places.holding(every | seats)
        room.start()
        everyone_writes(run, then="read")
        read(run)
        assert room.state()["phase"] == "reading"
        for act in ("publish", "reveal"):
            with disk_that_refuses(room.folder):
                assert room.control.post(f"/runs/{run}/{act}").status_code in (409, 503)
        found["reading"] = places.holding(every | seats)
        assert open_files(room) <= {str(room.folder / RESULTS_FILE), str(room.output_file)}
        room.kill()
        found["killed while reading"] = places.holding(every | seats)
        room.start()
        assert room.state()["phase"] == "open"
        everyone_writes(run, then="read again")
        read(run)
        room.lead(run, "publish")
        found["published"] = places.holding(hidden | seats)
        room.lead(run, "reveal")
        for rest in ("", "/stage", f"/runs/{run}/result.svg", f"/runs/{run}/result.html"):
            assert room.public.get(room.path(rest)).status_code == 200
        found["revealed"] = places.holding(hidden | seats)
        assert sorted(room.result(run)["texts"]) == kept
        later = room.ask("text")
        everyone_writes_as_well = [
            room.cast(later, seat, f"{line}, once more").status_code for seat, line in zip(SEATS, lines, strict=False)
        ]
        room.lead(later, "close", "discard")
        found["discarded while reading"] = places.holding(hidden | seats | traces_of_lines([f"{line}, once more" for line in kept]))
        room.lead(run, "discard")
        found["discarded"] = places.holding(every | seats)
        room.stop()
        found["stopped"] = places.holding(every | seats)

    assert {moment: where for moment, where in found.items() if where} == {}
    assert everyone_writes_as_well == [204] * 12
    assert len(found) == 11
    assert room.output == ""


def open_files(room: RoomProcess) -> set[str]:
    """Return the regular files that a server holds open, those that were deleted included, where the system tells."""
    held = Path(f"/proc/{room.pid}/fd")
    if not held.is_dir():
        return set()
    names = {os.readlink(each) for each in held.iterdir()}
    return {name for name in names if name.startswith("/") and not name.startswith("/dev/")}


def test_only_its_owner_may_read_what_a_room_leaves(tmp_path: Path) -> None:
    """Every file is 0600 and every folder 0700 while the room runs and when it was stopped."""
    with RoomProcess(tmp_path / "room") as room:
        room.lead(room.ask("loudest"), "close")
        modes = [{oct(each.stat().st_mode & 0o777) for each in room.folder.iterdir()}]
        room.stop()
        modes.append({oct(each.stat().st_mode & 0o777) for each in room.folder.iterdir()})

    assert modes == [{"0o600"}, {"0o600"}]
    assert room.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="This system does not tell the limits of a process.")
def test_memory_is_never_dumped_on_a_disk(room_server: RoomProcess) -> None:
    """The server's memory, in which answers are, is not written out if it crashes."""
    limits = Path(f"/proc/{room_server.pid}/limits").read_text()

    assert re.search(r"Max core file size\s+0\s+0\s", limits)


# ---- nothing is babbled -------------------------------------------------------------------------------------------------


def test_a_server_writes_nothing_whatever_people_do(room_server: RoomProcess) -> None:
    """Mistakes, attacks and broken lines leave no word in the terminal, where the whole room could read it on the wall."""
    room_server.sit(*SEATS[:12])
    run = room_server.ask("loudest")
    provoke(room_server, run)
    with disk_that_refuses(room_server.folder):
        assert room_server.control.post(f"/runs/{run}/close").status_code == 503
        room_server.sit(SEATS[20])
        provoke(room_server, run)
    room_server.lead(run, "close", "reveal")
    provoke(room_server, run)
    said = [room_server.output]
    room_server.kill()
    room_server.start()
    provoke(room_server, run)
    room_server.stop()
    said.append(room_server.output)

    assert said == ["", ""]


def provoke(room: RoomProcess, run: int) -> None:
    """Do to a server what it should not like."""
    address = httpx.URL(room.connection.public_url)
    ballot = room.path(f"/runs/{run}/ballot")
    head = f"PUT {ballot} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
    for garbage in (
        b"\x16\x03\x01 this is no HTTP\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        f"{head}Content-Length: 100\r\n\r\nhalf a bo".encode(),
        f"{head}Content-Length: minus one\r\n\r\n".encode(),
        f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode(),
        f"GET {room.path('/events')} HTTP/1.1\r\nHost: {address.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".encode(),
        b"",
    ):
        hang_up(address, garbage, abruptly=False)
        hang_up(address, garbage, abruptly=True)
    hang_up(address, f"GET {room.path('/events')} HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode(), abruptly=True)
    runs = ("/9999999999999999999999/result.json", "/9999999999999999999999/comparison.json", "/0/result.svg?size=%00&style=%ff")
    for path in ("/WRANGQ", "/nothing/at/all", room.path("/stage?%ff"), *(room.path(f"/runs{rest}") for rest in runs)):
        room.public.get(path)
    for content in (b"", b"\xff", b"[" * 4000, b"9" * 4000, json.dumps({"seat": SEATS[0], "answer": "canary"}).encode()):
        room.public.put(ballot, content=content)
        room.control.post("/runs", content=content)
        room.control.post("/runs/1/lines/1", content=content)
        room.control.post("/stage", content=content)
        room.control.post("/timer", content=content)
    room.control.post("/runs/77/close")
    room.control.post("/runs/77/publish")
    room.control.get("/runs/9999999999999999999999/comparison.json")
    room.control.get("/runs/1/lines")
    assert room.public.get("/healthz").status_code == 200


def hang_up(address: httpx.URL, said: bytes, *, abruptly: bool) -> None:
    """Say something to a server and hang up, politely or in the middle of the line."""
    with socket.create_connection((address.host, address.port or 0), timeout=PATIENCE_SECONDS) as line:
        if abruptly:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        try:
            line.sendall(said)
            if not abruptly:
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):
                    pass
        except OSError:
            pass  # The server may have hung up first, and has every right to.


# ---- when this computer is in the way -----------------------------------------------------------------------------------


def run_server(*arguments: str | Path, variables: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a server that is expected to end by itself."""
    command = [*server_command(), "--port", "0", *map(str, arguments)]
    return subprocess.run(command, env=environment(variables), capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def one_sentence_from(ended: "subprocess.CompletedProcess[str]") -> str:
    """Return what a server said that could not start, having seen that it is one plain sentence and its status 2."""
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    said = ended.stderr.removesuffix("\n")
    assert re.findall(r"\n|Traceback|File \"|\w+Error", said) == []
    assert said.endswith(".") or said.endswith("start")
    return said


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    """The sentence names the port and the option with which to choose another, and no room is opened."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = one_sentence_from(run_server("--port", str(port), "--folder", tmp_path / "room"))

    assert str(port) in said
    assert "--port" in said
    assert not (tmp_path / "room" / CONNECTION_FILE).exists()
    assert Results(tmp_path / "room").unfinished_room() is None


@pytest.mark.parametrize("port", ["65536", "-1", "99999"])
def test_a_port_that_cannot_be_is_said_plainly(tmp_path: Path, port: str) -> None:
    """A number that is no port is refused like a port that is taken."""
    assert port in one_sentence_from(run_server(f"--port={port}", "--folder", tmp_path / "room"))


def test_an_address_that_is_not_ours_is_said_plainly(tmp_path: Path) -> None:
    """An address that this computer does not have is named."""
    assert "192.0.2.1" in one_sentence_from(run_server("--host", "192.0.2.1", "--folder", tmp_path / "room"))


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path, by: str) -> None:
    """However the folder was named, the sentence names it again."""
    in_the_way = tmp_path / "in_the_way"
    in_the_way.write_text("")

    if by == "option":
        said = one_sentence_from(run_server("--folder", in_the_way / "room"))
    else:
        said = one_sentence_from(run_server(variables={"WORKSHOP_KIT_FOLDER": str(in_the_way / "room")}))

    assert str(in_the_way / "room") in said


@pytest.mark.parametrize(
    ("outline", "polls", "line"),
    [
        (OUTLINE, POLLS.replace("polls:", "polls: ["), "polls.yaml, line "),
        (OUTLINE.replace("In the aviary", "[In, the, aviary]"), POLLS, "workshop.yaml, line 2"),
    ],
    ids=["no YAML", "a title that is a list"],
)
def test_broken_material_is_said_plainly(tmp_path: Path, outline: str, polls: str, line: str) -> None:
    """A broken file is named with its line before anything is opened or written."""
    folder = material_in(tmp_path / "aviary", outline, polls)

    said = one_sentence_from(run_server("--material", folder, "--folder", tmp_path / "room"))

    assert line in said
    assert not (tmp_path / "room").exists()


def test_results_that_cannot_be_read_are_said_plainly(tmp_path: Path) -> None:
    """A damaged file, or one of a newer version, is named and left as it is."""
    (tmp_path / RESULTS_FILE).write_bytes(Random(1).randbytes(8192))
    damaged = (tmp_path / RESULTS_FILE).read_bytes()
    said = one_sentence_from(run_server("--folder", tmp_path))
    assert str(tmp_path / RESULTS_FILE) in said
    assert (tmp_path / RESULTS_FILE).read_bytes() == damaged

    (tmp_path / RESULTS_FILE).unlink()
    Results(tmp_path)
    rewrite = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE schema SET version = {SCHEMA + 1}'); c.commit(); c.close()"
    subprocess.run([sys.executable, "-c", rewrite, tmp_path / RESULTS_FILE], check=True)
    assert "newer" in one_sentence_from(run_server("--folder", tmp_path))


def test_a_room_that_never_was_is_said_plainly(tmp_path: Path) -> None:
    """Whoever mistypes the code of an earlier room is told so, and no other room is opened in its stead."""
    said = one_sentence_from(run_server("--room", "WRANGQ", "--folder", tmp_path))

    assert "--room" in said
    assert not (tmp_path / CONNECTION_FILE).exists()


def test_a_plan_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    """Whoever mistypes a plan is told which there are, and no room is opened."""
    said = one_sentence_from(run_server("--plan", "fortnight", "--folder", tmp_path))

    assert "evening" in said
    assert "fortnight" not in said
    assert not (tmp_path / CONNECTION_FILE).exists()
    assert Results(tmp_path).unfinished_room() is None


def test_a_server_ends_well_when_it_is_interrupted(tmp_path: Path) -> None:
    """Ctrl-C in the terminal ends a room as quietly as anything else does."""
    with RoomProcess(tmp_path / "room") as room:
        os.kill(room.pid, signal.SIGINT)
        wait_for(lambda: not (room.folder / CONNECTION_FILE).exists(), "the room to end")
        wait_for(lambda: Results(room.folder).unfinished_room() is None, "the room to be marked as ended")

    assert room.output == ""
