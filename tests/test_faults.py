"""Faults: whatever falls over, fills up, jumps or goes to sleep, nothing published is lost and no ballot counts twice."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests import every_kind, meals
from tests.forensics import THOROUGH
from tests.test_whole_evening import COMMAND, Evening, Running, is_said_plainly, running, start
from tests.world import PATIENCE_SECONDS, RoomProcess, new_seats, note_ballots, wait_for
from workshop_kit import client, material
from workshop_kit.client import LedRoom, LedRun, Phone, line_for
from workshop_kit.connection import find_room
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.errors import NotNow, SetupError
from workshop_kit.moderation import Decision
from workshop_kit.polls import Tally
from workshop_kit.results import FILE, SCHEMA, Results, RoomRecord
from workshop_kit.room import Room
from workshop_kit.server.control import ControlApp
from workshop_kit.server.drawings import Drawings
from workshop_kit.server.news import News
from workshop_kit.server.public import PublicApp

OPTIONS: Final = ("hurt", "known", "flawless", "self", "other")
# What SQLite's pages are long by default, and the kit leaves them so.
PAGE: Final = 4096
# The more phones share one line, the longer its own book-keeping takes.
PHONES_ON_A_LINE: Final = 10


# ---- a process that is killed -------------------------------------------------------------------------------------------


def test_a_killed_jupyter_takes_nothing_from_the_room(tmp_path: Path) -> None:
    """With Jupyter killed under an open poll, room and answers stay, Jupyter is back at its address, and no old kernel goes on."""
    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening:
        evening.ready()
        address, dashboard, server = evening.said("Phone address"), evening.said("Cockpit"), evening.server()
        with led(evening) as room, httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS, follow_redirects=True) as page:
            run = room.ask("loudest")
            answer_over_http(address, run.number, ["hurt"] * 6 + ["known"] * 5)
            page.get(dashboard).raise_for_status()
            [jupyter] = [each for each in evening.descendants() if "jupyterlab" in each.command]
            kernels = [each for each in evening.descendants() if "ipykernel" in each.command]

            os.kill(jupyter.pid, signal.SIGKILL)

            wait_for(lambda: answers(dashboard), "Jupyter to be started again")
            wait_for(lambda: not still_there(kernels), "the kernels without a Jupyter to end")
            assert kernels != []
            assert evening.server() == server
            assert room.state()["phase"] == "open"
            run.close()
            assert run.result().answered == 11
        assert evening.end() == 0


def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    """With the command itself killed, room and notebooks end too; the room can be gone on with, and erasing reaches all of it."""
    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening:
        evening.ready()
        started = evening.descendants()
        try:
            assert evening._process is not None
            evening._process.kill()
            evening._process.wait()

            for _ in range(100):
                time.sleep(0.05 if still_there(started) else 0)
            assert [each.command for each in still_there(started)] == []
            assert Results(evening.folders[1]).unfinished_room() is not None
            erased = subprocess.run([COMMAND, "erase", "--all", "--yes"], env=evening.variables, capture_output=True, text=True)
            assert erased.returncode == 0
            assert list(evening.folders[1].iterdir()) == []
        finally:
            for each in still_there(started):
                with suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)


def still_there(processes: list[Running]) -> list[Running]:
    """Return which of some processes still run."""
    now = {(each.pid, each.command) for each in running()}
    return [each for each in processes if (each.pid, each.command) in now]


def answers(address: str) -> bool:
    """Return whether a page can be had."""
    try:
        return httpx.get(address, trust_env=False, timeout=PATIENCE_SECONDS, follow_redirects=True).is_success
    except httpx.TransportError:
        return False


@contextmanager
def led(evening: Evening) -> Iterator[LedRoom]:
    """Lead the room of an evening from a script."""
    with closing(client.connect(lambda: find_room(lambda: evening.folders[1]))) as room:
        yield room


def answer_over_http(address: str, run: int, given: list[str]) -> None:
    """Let some people take a seat each and answer."""
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as line:
        for seat, answer in zip(meals.SEATS, given, strict=False):
            line.post(f"{address}/seats", json={"seat": seat}).raise_for_status()
            line.put(f"{address}/runs/{run}/ballot", json={"seat": seat, "answer": answer}).raise_for_status()


# ---- a disk that is full, a file that is damaged ------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="This system sets no limits for a process that runs already.")
@pytest.mark.parametrize("poll", ["single", "text"])
def test_a_disk_that_is_full_while_publishing_loses_nothing(tmp_path: Path, poll: str) -> None:
    """However many bytes the disk still takes, a close or a publishing is done or refused as a whole, and done once there is room."""
    given: list[Any] = ["shore"] * 6 + ["dunes"] * 6 if poll == "single" else [f"A line, the {number}th" for number in range(12)]
    act, refusals = "close" if poll == "single" else "publish", 0
    with RoomProcess(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as room:
        room.sit(*meals.SEATS[:12])
        for left in (0, 1, 512, 700, PAGE, 2 * PAGE, 16 * PAGE):
            run = room.ask(poll)
            for seat, answer in zip(meals.SEATS, given, strict=False):
                room.cast(run, seat, answer).raise_for_status()
            if poll == "text":
                room.lead(run, "close")
                for number in range(1, 13):
                    room.control.post(f"/runs/{run}/lines/{number}", json={"decision": "approve"}).raise_for_status()
            with no_file_longer_than(room.pid, left):
                was_refused = room.control.post(f"/runs/{run}/{act}").status_code == 503
            refusals += was_refused
            room.lead(run, *([act] if was_refused else []), "reveal")
            result = room.result(run)
            assert result["answered"] == 12
            assert [bucket["fewest"] for bucket in result["buckets"]] == ([6, 6] if poll == "single" else [])
        kept = room.control.get("/state").json()["runs"]
        room.kill()
        room.start()
        assert room.control.get("/state").json()["runs"] == kept
        assert room.output == ""
    assert refusals >= 4
    assert [run.phase for run in Results(tmp_path / "room").runs(room.code)] == ["revealed"] * 7


@contextmanager
def no_file_longer_than(pid: int, length: int) -> Iterator[None]:
    """Let a process write nothing beyond a length into any file, as on a disk that has no more room."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def newer(file: Path) -> None:
    statement = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE schema SET version = {SCHEMA + 1}'); c.commit()"
    subprocess.run([sys.executable, "-W", "ignore", "-c", statement, file], check=True)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 2 * PAGE])


@pytest.mark.parametrize("harm", [cut_short, *([newer] if THOROUGH else [])], ids=lambda harm: harm.__name__)
def test_an_evening_does_not_begin_on_a_file_it_cannot_read(tmp_path: Path, harm: Any) -> None:
    """The command names the file in a sentence, ends with 2, leaves every byte of it as it is, and leaves nothing running."""
    evening = Evening(tmp_path / "user")
    file = evening.folders[1] / FILE
    several_evenings(evening.folders[1])
    harm(file)
    before = file.read_bytes()

    refused = start(evening.variables, "--host", "127.0.0.1")

    assert refused.returncode == 2
    assert is_said_plainly(refused.stderr)
    assert str(file) in refused.stderr
    assert file.read_bytes() == before
    assert [each.command for each in running() if str(tmp_path) in each.command] == []


def several_evenings(folder: Path) -> bytes:
    """Leave the results of some earlier rooms in a folder; return the file's content."""
    given: dict[str, list[Any]] = {"many": [["a", "b"]] * 6 + [["c"]] * 8, "one": [*"aaaaaaabbbbbbb"], "scale": [1] * 7 + [3] * 7}
    for place in range(8):
        record = replace(meals.TUESDAY, code=f"K7PMQ{place + 2}")
        room = meals.seated(Room(meals.WORKSHOP, Results(folder), record, Random(place)), 14)
        for name, answers_ in given.items():
            run = room.ask(name).number
            meals.answer(room, *answers_, run=run)
            room.close(run)
        room.end(1.0)
    return (folder / FILE).read_bytes()


def test_damage_anywhere_in_the_file_is_found_before_anything_is_written(tmp_path: Path) -> None:
    """Whichever page of the file is spoilt, an evening that begins on it refuses to, and no byte of the file is changed."""
    whole, written = several_evenings(tmp_path), []
    for page in range(1, len(whole) // PAGE):
        for spoilt in (bytes(PAGE), Random(page).randbytes(PAGE)):
            damaged = whole[: page * PAGE] + spoilt + whole[(page + 1) * PAGE :]
            (tmp_path / FILE).write_bytes(damaged)
            with suppress(SetupError):
                results = Results(tmp_path)
                results.unfinished_room()
                results.end_rooms()
                Room(meals.WORKSHOP, results, replace(meals.TUESDAY, code="NEWNEW"), Random(1)).ask("one")
            if (tmp_path / FILE).read_bytes() != damaged:
                written.append((page, spoilt == bytes(PAGE)))

    assert len(whole) > 8 * PAGE
    assert written == []


# ---- a clock that jumps -------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back ten years, forward twenty, to 1970: seats, answers, timer and plan go on, and every answer counts once."""
    now = 1_795_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    record = RoomRecord("K7PMQ4", material.read().id, date(2025, 11, 4), ROOM, 60, plan="evening")
    seats, years = new_seats(Random(9), 12), 365 * 86400

    async def play() -> Published:
        nonlocal now
        async with in_this_process(Room(material.read(), Results(tmp_path), record, Random(3))) as (phones, control):
            settled = {"plan": "evening", "meeting": 0, "policy": "room", "country": None, "contact": None}
            (await control.post("/setup", json=settled)).raise_for_status()
            (await control.post("/runs", json={"poll": "loudest"})).raise_for_status()
            for place, jump in enumerate((0, -10 * years, 20 * years, -int(now), int(now) + 3)):
                now += jump
                for seat in seats[: 3 * (place + 1)]:
                    (await phones.post("/K7PMQ4/seats", json={"seat": seat})).raise_for_status()
                    answer = {"seat": seat, "answer": OPTIONS[seats.index(seat) % 2]}
                    (await phones.put("/K7PMQ4/runs/1/ballot", json=answer)).raise_for_status()
                (await control.post("/timer", json={"minutes": 5})).raise_for_status()
                assert (await control.get("/state")).json()["ends_at"] == round(now + 300)
                (await control.post("/agenda", json={"act": "go_to", "place": place})).raise_for_status()
            told = (await control.get("/state")).json()
            assert [entry["used_s"] >= 0 for entry in told["agenda"]["entries"]] == [True] * len(told["agenda"]["entries"])
            (await control.post("/runs/1/close")).raise_for_status()
            return Published.from_dict((await control.get("/runs/1/result.json")).json())

    expected = Tally.of(material.read().poll("loudest"), [OPTIONS[place % 2] for place in range(12)])
    assert asyncio.run(play()) == publish(expected, ROOM)


@asynccontextmanager
async def in_this_process(room: Room) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Serve both apps of a room within this process; yield a line to each."""
    drawings, url = Drawings(), "http://127.0.0.1"
    control = ControlApp(room, News(), drawings, url, lambda: None)
    public = httpx.ASGITransport(PublicApp(room, News(), drawings, url).app(frozenset()))
    secret = {"Authorization": "Bearer secret"}
    async with (
        httpx.AsyncClient(transport=public, base_url=url) as phones,
        httpx.AsyncClient(transport=httpx.ASGITransport(control.app("secret")), base_url=url, headers=secret) as facilitator,
    ):
        try:
            yield phones, facilitator
        finally:
            await control.stop()
            await drawings.stop()


# ---- a Wi-Fi that goes, a phone that sleeps -----------------------------------------------------------------------------


class WiFi:
    """What lies between phones and the room: it can be cut, and phones behind it can fall asleep in the middle of a word."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[Any]] = set()
        self._awake = asyncio.Event()
        self._awake.set()
        self.is_up = True
        self.url = ""

    @asynccontextmanager
    async def around(self) -> AsyncIterator["WiFi"]:
        """Carry what is said between phones and room for as long as this lasts."""
        server = await asyncio.start_server(self._carry_both_ways, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self._awake.set()
            self.cut()
            server.close()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    def cut(self) -> None:
        """Break every line, and refuse new ones until `is_up` again."""
        self.is_up = False
        for line in self._lines:
            line.transport.abort()

    def sleep(self) -> None:
        """Carry nothing any more, and say nothing of it."""
        self._awake.clear()

    def wake(self) -> None:
        """Go on where it was; what has broken meanwhile is broken."""
        self._awake.set()

    async def _carry_both_ways(self, hears: asyncio.StreamReader, tells: asyncio.StreamWriter) -> None:
        lines = {tells}
        if self.is_up:
            with suppress(OSError):
                room_hears, room_tells = await asyncio.open_connection("127.0.0.1", self._port)
                lines.add(room_tells)
                self._lines |= lines
                ways = {asyncio.create_task(self._carry(*way)) for way in ((hears, room_tells), (room_hears, tells))}
                self._carrying |= ways
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                self._lines -= lines
        for line in lines:
            line.transport.abort()

    async def _carry(self, hears: asyncio.StreamReader, tells: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await hears.read(65536):
                await self._awake.wait()
                tells.write(said)
                await tells.drain()
        await self._awake.wait()


class Crowd:
    """Phones that are programs, behind one Wi-Fi, and what the room has taken from each."""

    def __init__(self, phones: list[Phone], taken: Counter[str], listening: list[asyncio.Task[None]]) -> None:
        self.phones = phones
        self.taken = taken
        self._listening = listening

    @staticmethod
    @asynccontextmanager
    async def behind(wifi: WiFi, code: str, seats: list[str]) -> AsyncIterator["Crowd"]:
        """Seat people in a room, who then listen to it."""
        taken: Counter[str] = Counter()
        async with AsyncExitStack() as lines:
            phones = []
            for first in range(0, len(seats), PHONES_ON_A_LINE):
                some = seats[first : first + PHONES_ON_A_LINE]
                line = await lines.enter_async_context(note_ballots(line_for(len(some)), taken))
                phones += [Phone(wifi.url, code, seat, line) for seat in some]
            await asyncio.gather(*(phone.take_seat() for phone in phones))
            crowd = Crowd(phones, taken, [asyncio.create_task(_listen(phone)) for phone in phones])
            try:
                yield crowd
            finally:
                for task in crowd._listening:
                    task.cancel()
                await asyncio.gather(*crowd._listening, return_exceptions=True)

    async def answer(self, run: int, given: list[Any]) -> None:
        """Let everyone answer; whoever has no line keeps the answer until there is one."""
        await asyncio.gather(*(phone.cast(run, each) for phone, each in zip(self.phones, given, strict=True)))

    async def has_handed_in(self, run: int) -> None:
        """Wait until the room has everybody's answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(phone.holds_back(run) for phone in self.phones) or len(self.taken) < len(self.phones):
                await asyncio.sleep(0.02)


async def _listen(phone: Phone) -> None:
    async for _ in phone.states():
        pass


def public_port(room: RoomProcess) -> int:
    return httpx.URL(room.connection.public_url).port or 0


@pytest.mark.parametrize("meanwhile", ["the server is killed", *(["nothing"] if THOROUGH else [])])
def test_two_hundred_phones_return_at_once(tmp_path: Path, meanwhile: str) -> None:
    """With the Wi-Fi gone all change their minds; it returns, for all in the same moment, and each counts once, as it is now."""
    random, people = Random(19), 200
    before, after = ([random.choice(OPTIONS) for _ in range(people)] for _ in range(2))

    async def play(room: RoomProcess) -> int:
        run = await asyncio.to_thread(room.ask, "loudest")
        async with WiFi(public_port(room)).around() as wifi, Crowd.behind(wifi, room.code, new_seats(random, people)) as crowd:
            await crowd.answer(run, before)
            await crowd.has_handed_in(run)
            wifi.cut()
            crowd.taken.clear()
            await crowd.answer(run, after)
            assert sum(phone.holds_back(run) for phone in crowd.phones) == people
            if meanwhile != "nothing":
                await asyncio.to_thread(room.kill)
                await asyncio.to_thread(room.start)
            wifi.is_up = True
            await crowd.has_handed_in(run)
            await asyncio.to_thread(room.lead, run, "close", "reveal")
        return run

    with RoomProcess(tmp_path / "room", "--seats", str(people)) as room:
        result = Published.from_dict(room.result(asyncio.run(play(room))))

        assert result == publish(Tally.of(material.read().poll("loudest"), after), ROOM)
        assert result.answered == people
        assert room.output == ""


def test_a_phone_asleep_across_a_restart(tmp_path: Path) -> None:
    """Who wakes while the poll is open is counted once, who wakes after its close is in no result, of this poll or of the next."""
    seats, early, late = new_seats(Random(20), 12), ["hurt"] * 3, ["known"] * 3

    async def play(room: RoomProcess) -> None:
        run = await asyncio.to_thread(room.ask, "loudest")
        wifis = [WiFi(public_port(room)) for _ in range(3)]
        async with (
            wifis[0].around(),
            wifis[1].around(),
            wifis[2].around(),
            Crowd.behind(wifis[0], room.code, seats[:6]) as awake,
            Crowd.behind(wifis[1], room.code, seats[6:9]) as wake_early,
            Crowd.behind(wifis[2], room.code, seats[9:]) as wake_late,
        ):
            for crowd, given in ((awake, ["hurt"] * 6), (wake_early, early), (wake_late, late)):
                await crowd.answer(run, given)
                await crowd.has_handed_in(run)
                crowd.taken.clear()
            for wifi in wifis[1:]:
                wifi.sleep()
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            await awake.has_handed_in(run)
            wifis[1].wake()
            await wake_early.has_handed_in(run)
            await asyncio.to_thread(room.lead, run, "close", "reveal")
            again = await asyncio.to_thread(room.ask, "loudest")
            wifis[2].wake()
            for crowd, given in ((awake, ["self"] * 6), (wake_early, ["self"] * 3)):
                crowd.taken.clear()
                await crowd.answer(again, given)
                await crowd.has_handed_in(again)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while any(phone.has_answered(run) for phone in wake_late.phones):
                    await asyncio.sleep(0.02)
            assert wake_late.taken == Counter()
            await asyncio.to_thread(room.lead, again, "close", "reveal")

    with RoomProcess(tmp_path / "room") as room:
        asyncio.run(play(room))
        results = [Published.from_dict(room.result(run)) for run in (1, 2)]

    poll = material.read().poll("loudest")
    assert results == [publish(Tally.of(poll, [each] * 9), ROOM) for each in ("hurt", "self")]


# ---- two at once --------------------------------------------------------------------------------------------------------


def at_once(*acts: Any) -> list[Any]:
    """Do some acts all at the same time."""
    with ThreadPoolExecutor(len(acts)) as people:
        return [each.result() for each in [people.submit(act) for act in acts]]


def test_a_close_that_arrives_many_times_closes_once(room_server: RoomProcess) -> None:
    """Eight closes at once, while people still answer: whatever was acknowledged is counted once, and whatever was refused is not."""
    random, seats = Random(21), new_seats(Random(21), 40)
    room_server.sit(*seats)

    def cast(run: int, seat: str, answer: object) -> tuple[object, int]:
        return answer, room_server.cast(run, seat, answer).status_code

    def close(run: int) -> tuple[object, int]:
        return None, room_server.control.post(f"/runs/{run}/close").status_code

    for _ in range(20 if THOROUGH else 4):
        run = room_server.ask("loudest")
        acts = [partial(cast, run, seat, random.choice([*OPTIONS, {"pass": True}])) for seat in seats] + [partial(close, run)] * 8
        random.shuffle(acts)

        replies = at_once(*acts)

        assert [status for answer, status in replies if answer is None] == [204] * 8
        assert {status for answer, status in replies if answer is not None} <= {204, 409}
        counted = [answer for answer, status in replies if answer is not None and status == 204]
        shown = Published.from_dict(room_server.control.get(f"/runs/{run}/result.json").json())
        assert shown == publish(Tally.of(material.read().poll("loudest"), counted), ROOM)


def test_two_cockpits_at_once_lead_one_room(tmp_path: Path) -> None:
    """Both ask, close, read and publish at the same time: one poll is opened, one result comes of it, and both are told the same."""
    with RoomProcess(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as server:
        server.sit(*meals.SEATS[:12])
        cockpits = [client.connect(lambda: server.connection) for _ in range(2)]
        try:
            for _ in range(10 if THOROUGH else 3):
                led_at_once(server, cockpits)
            states = [cockpit.state() for cockpit in cockpits]
            assert states[0] == states[1]
        finally:
            for cockpit in cockpits:
                cockpit.close()


def led_at_once(server: RoomProcess, cockpits: list[LedRoom]) -> None:
    """Let two cockpits lead one poll in people's own words, each as if it were alone."""
    asked = at_once(*[partial(tried, partial(cockpit.ask, "text")) for cockpit in cockpits])
    [run] = [each.number for each in asked if isinstance(each, LedRun)]
    assert sorted(type(each).__name__ for each in asked) == ["LedRun", "NotNow"]
    for number, seat in enumerate(meals.SEATS[:12]):
        server.cast(run, seat, f"The {number}th line").raise_for_status()

    runs = [cockpit.run(run) for cockpit in cockpits]
    at_once(*[each.close for each in runs])
    numbers = [line.number for line in runs[0].lines()]
    at_once(partial(decide, runs[0], numbers, "approve"), partial(decide, runs[1], numbers[::-1], "decline"))
    approved = sorted(line.text for line in runs[1].lines() if line.decision == "approve")
    published = at_once(*[partial(tried, each.publish_lines) for each in runs])

    assert sorted(type(each).__name__ for each in published) == ["NoneType", "NotNow"]
    assert runs[0].result() == runs[1].result()
    assert sorted(runs[0].result().texts) == (approved if len(approved) >= ROOM.cell else [])


def decide(run: LedRun, lines: list[int], decision: Decision) -> None:
    """Decide alike on some lines."""
    for line in lines:
        run.decide(line, decision)


def tried(act: Any) -> object:
    """Return what comes of an act, or that it was refused for now."""
    try:
        return act()
    except NotNow as refusal:
        return refusal
