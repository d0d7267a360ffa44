"""P-HELD: whatever is killed, fills up, jumps or goes to sleep, no answer on an open page is lost and none counts twice."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests import meals
from tests.evening import Evening, is_said_plainly, running, still_there
from tests.forensics import THOROUGH
from tests.world import PATIENCE_SECONDS, PEOPLE, RoomProcess, RunningRoom, note_ballots, states, wait_for
from workshop_kit import client, material
from workshop_kit.client import LedRoom, LedRun, Phone, line_for
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.errors import NotNow, SetupError
from workshop_kit.moderation import Decision
from workshop_kit.polls import Tally
from workshop_kit.results import FILE, SCHEMA, Results
from workshop_kit.room import Room

OPTIONS: Final = ("hurt", "known", "flawless", "self", "other")
# What SQLite's pages are long by default, and the kit leaves them so.
PAGE: Final = 4096
# The more phones share one line, the longer its own book-keeping takes.
PHONES_ON_A_LINE: Final = 10


def at_once(*acts: Any) -> list[Any]:
    """Do some acts as a group of people does: all at the same time."""
    with ThreadPoolExecutor(min(len(acts), 48)) as people:
        return [each.result() for each in [people.submit(act) for act in acts]]


def page_returns(room: RunningRoom, run: int, seat: str, answer: object) -> None:
    """Take a seat again and hand in its answer again, as a page does that has noticed a new boot."""
    room.sit(seat)
    room.cast(run, seat, answer).raise_for_status()


def where_it_was(room: RunningRoom) -> dict[str, Any]:
    """Return what a page is told of a room, without the boot, and without how many have answered: that moves with the clock."""
    state = room.state()
    return {**state, "boot": None, "step": None, "current": [(each["run"], each["phase"]) for each in state["current"]]}


def published(poll: str, given: Sequence[object]) -> Published:
    """Return what a room has to show when such answers were given."""
    return publish(Tally.of(material.read().poll(poll), given), ROOM)


# ---- a server that is killed --------------------------------------------------------------------------------------------


def test_thirty_answers_survive_three_kills_once_each(room_process: RoomProcess) -> None:
    """Killed before, while and after pages return, the room comes back with code, door and run, and each answer counts once."""
    room, random = room_process, Random(42)
    answers = {seat: random.choice(OPTIONS) for seat in PEOPLE[:30]}
    room.sit(*answers)
    room.control.post("/door", json={"state": "locked"}).raise_for_status()
    run = room.ask("loudest")
    at_once(*[partial(room.cast, run, seat, "other") for seat in answers])
    code, before, boots = room.code, where_it_was(room), {room.state()["boot"]}
    with closing(states(room.public, room.path("/events"))) as told:
        next(told)
        room.kill()
        with pytest.raises((httpx.HTTPError, StopIteration)):
            next(told)
    for coming_back in ([], list(answers)[:9], [*answers, *random.sample(sorted(answers), 10)]):
        room.start()
        boots.add(room.state()["boot"])
        assert where_it_was(room) == before
        assert (room.code, room.control.get("/state").json()["door"]) == (code, "locked")
        assert room.cast(run, PEOPLE[0], answers[PEOPLE[0]]).status_code == 403
        random.shuffle(coming_back)
        at_once(*[partial(page_returns, room, run, seat, answers[seat]) for seat in coming_back or answers])
        if len(coming_back) < len(answers):
            room.kill()
    stranger = room.public.post(room.path("/seats"), json={"seat": PEOPLE[30]})
    room.lead(run, "close", "reveal")

    assert stranger.status_code == 403
    assert len(boots) == 4
    assert Published.from_dict(room.result(run)) == published("loudest", list(answers.values()))


def test_polls_asked_together_and_what_was_published_survive_a_kill(room: RunningRoom) -> None:
    """Of three polls one is revealed, one discarded, one open: after a kill each is where it was, and what comes again counts once."""
    random, people = Random(43), PEOPLE[:12]
    room.sit(*people)
    runs = room.control.post("/runs", json={"polls": ["loudest", "fears", "pulse"]}).raise_for_status().json()["runs"]
    given = {seat: (random.choice(OPTIONS), random.sample(OPTIONS, 2), random.randint(0, 10)) for seat in people}
    for seat, answers in given.items():
        for run, answer in zip(runs, answers, strict=True):
            room.cast(run, seat, answer).raise_for_status()
    room.lead(runs[0], "close", "reveal")
    room.lead(runs[1], "discard")
    shown = room.public.get(room.path(f"/runs/{runs[0]}/result.json")).content
    before = where_it_was(room)

    room.kill()
    room.start()

    assert where_it_was(room) == before
    assert before["current"] == [(runs[0], "revealed"), (runs[2], "open")]
    for seat in [*people, *people]:
        page_returns(room, runs[2], seat, given[seat][2])
    assert room.cast(runs[1], people[0], ["hurt"]).status_code == 409
    room.lead(runs[2], "close", "reveal", "hide")
    kept = room.control.get(f"/runs/{runs[2]}/result.json").json()
    room.kill()
    room.start()

    assert Published.from_dict(kept) == published("pulse", [pulse for _, _, pulse in given.values()])
    assert room.control.get(f"/runs/{runs[2]}/result.json").json() == kept
    assert room.public.get(room.path(f"/runs/{runs[2]}/result.json")).status_code == 404
    assert room.public.get(room.path(f"/runs/{runs[0]}/result.json")).content == shown


def test_a_comparison_survives_a_kill(room: RunningRoom) -> None:
    """Killed while a poll is asked again, and once more when it is closed, the room still knows with what it is compared."""
    for before in ({}, {"before": 1}):
        run = room.ask("loudest", **before)
        if before:
            room.kill()
            room.start()
        for place, seat in enumerate(PEOPLE[:12]):
            page_returns(room, run, seat, OPTIONS[place % (run + 1)])
        room.lead(run, "close")
    compared = room.control.get("/runs/2/comparison.json").raise_for_status().content

    room.kill()
    room.start()
    hidden = room.public.get(room.path("/runs/2/comparison.json"))
    room.lead(2, "reveal")

    assert hidden.status_code == 404
    assert room.public.get(room.path("/runs/2/comparison.json")).content == compared
    assert room.control.get("/runs/2/comparison.json").content == compared


@pytest.mark.room(kinds=True)
def test_comments_that_were_being_read_are_handed_in_again(room: RunningRoom) -> None:
    """Killed while the leader reads, the room asks for the comments again; twelve phones hand theirs in anew, each counts once."""
    code = room.code
    phases = asyncio.run(killed_while_reading(room))
    comments = [line["text"] for line in room.control.get("/runs/1/lines").raise_for_status().json()["lines"]]
    for number in range(1, 13):
        room.control.post(f"/runs/1/lines/{number}", json={"decision": "approve"}).raise_for_status()
    room.lead(1, "publish", "reveal")
    result = room.result(1)

    assert room.code == code
    assert phases == ["reading", "open", "reading", "open", "reading"]
    assert sorted(comments) == sorted(result["texts"]) == sorted(written(number) for number in range(12))
    assert (result["answered"], result["passed"]) == (12, "few or none")


def written(number: int) -> str:
    return f"What person {'abcdefghijkl'[number]} wrote"


async def killed_while_reading(room: RunningRoom) -> list[str]:
    """Let twelve phones write a comment, kill the server twice while they are read, and return what was told of the phases."""
    phases: list[str] = []
    taken: Counter[str] = Counter()
    async with note_ballots(line_for(12), taken) as line:
        crowd = Crowd([Phone(room.connection.public_url, room.code, seat, line) for seat in PEOPLE[:12]], taken)
        async with crowd.listening():
            run = await asyncio.to_thread(room.ask, "text")
            await asyncio.gather(*(phone.take_seat() for phone in crowd.phones))
            await crowd.answer(run, [written(number) for number in range(12)])
            for kill in (True, True, False):
                await crowd.has_handed_in(run)
                await asyncio.to_thread(room.lead, run, "close")
                phases.append(room.state()["phase"])
                if kill:
                    await asyncio.to_thread(room.kill)
                    taken.clear()
                    await asyncio.to_thread(room.start)
                    phases.append(room.state()["phase"])
    return phases


# ---- stopping -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["asked to", "interrupted"])
def test_a_room_that_was_stopped_is_over(room_process: RoomProcess, number: signal.Signals) -> None:
    """However it is stopped, with a poll, a stream and a drawing under way: it ends well, takes its file along, and the next is new."""
    room = room_process
    room.poll("fears", [["hurt"]] * 6, "close")
    room.ask("loudest")
    code, secret = room.code, room.connection.secret
    with closing(states(room.public, room.path("/events"))) as told:
        next(told)
        room.stop(number)
    left = sorted(each.name for each in room.folder.iterdir())
    room.start()

    assert left == [FILE]
    assert room.code != code
    assert room.connection.secret != secret
    assert room.state()["phase"] == "waiting"
    assert room.public.get(f"/{code}").status_code == 404


# ---- what the command has started ---------------------------------------------------------------------------------------


def test_a_killed_jupyter_and_a_killed_command_take_nothing_along_and_leave_nothing_behind(tmp_path: Path) -> None:
    """Jupyter killed: the room and its answers stay, it is back at its address. The command killed: all ends, and erasing reaches it."""
    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening:
        evening.ready()
        address, dashboard, server = evening.said("Phone address"), evening.said("Cockpit"), evening.server()
        with evening.room() as room, httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS, follow_redirects=True) as page:
            run = room.ask("loudest")
            for seat, answer in zip(PEOPLE, ["hurt"] * 6 + ["known"] * 5, strict=False):
                page.post(f"{address}/seats", json={"seat": seat}).raise_for_status()
                page.put(f"{address}/runs/{run.number}/ballot", json={"seat": seat, "answer": answer}).raise_for_status()
            page.get(dashboard).raise_for_status()
            [jupyter] = [each for each in evening.descendants() if "lab_pages" in each.command]
            kernels = [each for each in evening.descendants() if "ipykernel" in each.command]

            os.kill(jupyter.pid, signal.SIGKILL)

            wait_for(lambda: answers(dashboard), "Jupyter to be started again")
            wait_for(lambda: not still_there(kernels), "the kernels without a Jupyter to end")
            assert kernels != []
            assert evening.server() == server
            assert room.state()["phase"] == "open"
            run.close()
            assert run.result().answered == 11
        started = evening.descendants()

        evening.kill()

        wait_for(lambda: not still_there(started), "everything that the command had started to end")
        assert Results(evening.folders[1]).unfinished_room() is not None
        assert evening.typed("erase", "--all", "--yes").returncode == 0
        assert list(evening.folders[1].iterdir()) == []


def answers(address: str) -> bool:
    """Return whether a page can be had."""
    try:
        return httpx.get(address, trust_env=False, timeout=PATIENCE_SECONDS, follow_redirects=True).is_success
    except httpx.TransportError:
        return False


# ---- a disk that is full, a file that is damaged ------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="This system sets no limits for a process that runs already.")
@pytest.mark.room(kinds=True)
@pytest.mark.parametrize("poll", ["single", "text"])
def test_a_disk_that_is_full_while_publishing_loses_nothing(room_process: RoomProcess, poll: str) -> None:
    """However many bytes the disk still takes, a close or a publishing is done or refused as a whole, and done once there is room."""
    room = room_process
    given: list[Any] = ["shore"] * 6 + ["dunes"] * 6 if poll == "single" else [f"A comment, the {number}th" for number in range(12)]
    act, refusals = "close" if poll == "single" else "publish", 0
    for left in (0, 1, 512, 700, PAGE, 2 * PAGE, 16 * PAGE):
        run = room.poll(poll, given)
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
    assert [run["phase"] for run in kept] == ["revealed"] * 7
    assert refusals >= 4


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


@pytest.mark.long
@pytest.mark.parametrize("harm", [cut_short, *([newer] if THOROUGH else [])], ids=lambda harm: harm.__name__)
def test_an_evening_does_not_begin_on_a_file_it_cannot_read(tmp_path: Path, harm: Any) -> None:
    """The command names the file in a sentence, ends with 2, leaves every byte of it as it is, and leaves nothing running."""
    evening = Evening(tmp_path / "user")
    file = evening.folders[1] / FILE
    several_evenings(evening.folders[1])
    harm(file)
    before = file.read_bytes()

    refused = evening.once_more("--host", "127.0.0.1")

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
    whole, changed = several_evenings(tmp_path), []
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
                changed.append((page, spoilt == bytes(PAGE)))

    assert len(whole) > 8 * PAGE
    assert changed == []


# ---- a clock that jumps -------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_costs_nothing(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back ten years, forward twenty, to 1970: seats, answers, timer and plan go on, and every answer counts once."""
    now, years = 1_795_000_000.0, 365 * 86400
    monkeypatch.setattr(time, "time", lambda: now)
    settled = {"plan": "evening", "meeting": 0, "policy": "room", "country": None, "contact": None}
    room.control.post("/setup", json=settled).raise_for_status()
    run = room.ask("loudest")
    for place, jump in enumerate((0, -10 * years, 20 * years, -int(now), int(now) + 3)):
        now += jump
        for number, seat in enumerate(PEOPLE[: 3 * (place + 1)]):
            page_returns(room, run, seat, OPTIONS[number % 2])
        room.control.post("/timer", json={"minutes": 5}).raise_for_status()
        assert room.control.get("/state").json()["ends_at"] == round(now + 300)
        room.control.post("/agenda", json={"act": "go_to", "place": place}).raise_for_status()
    told = room.control.get("/state").json()
    room.lead(run, "close", "reveal")

    assert all(entry["used_s"] >= 0 for entry in told["agenda"]["entries"])
    assert Published.from_dict(room.result(run)) == published("loudest", [OPTIONS[number % 2] for number in range(15)])


# ---- a Wi-Fi that goes, a phone that sleeps -----------------------------------------------------------------------------


class WiFi:
    """What lies between phones and the room: it can be cut, and phones behind it can fall asleep in the middle of a word."""

    def __init__(self, room: RunningRoom) -> None:
        self._port = httpx.URL(room.connection.public_url).port or 0
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
    """Phones that are programs, and what the room has taken from each."""

    def __init__(self, phones: list[Phone], taken: Counter[str]) -> None:
        self.phones = phones
        self.taken = taken

    @staticmethod
    @asynccontextmanager
    async def behind(wifi: WiFi, code: str, seats: list[str]) -> AsyncIterator["Crowd"]:
        """Seat people behind a Wi-Fi, who then listen to the room."""
        taken: Counter[str] = Counter()
        async with AsyncExitStack() as lines:
            phones = []
            for first in range(0, len(seats), PHONES_ON_A_LINE):
                some = seats[first : first + PHONES_ON_A_LINE]
                line = await lines.enter_async_context(note_ballots(line_for(len(some)), taken))
                phones += [Phone(wifi.url, code, seat, line) for seat in some]
            await asyncio.gather(*(phone.take_seat() for phone in phones))
            crowd = Crowd(phones, taken)
            async with crowd.listening():
                yield crowd

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Let everyone follow the room for as long as this lasts."""
        tasks = [asyncio.create_task(_listen(phone)) for phone in self.phones]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def answer(self, run: int, given: Sequence[Any]) -> None:
        """Let everyone answer; whoever has no line keeps the answer until there is one."""
        self.taken.clear()
        await asyncio.gather(*(phone.cast(run, each) for phone, each in zip(self.phones, given, strict=True)))

    async def has_handed_in(self, run: int) -> None:
        """Wait until the room has everybody's answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(phone.holds_back(run) for phone in self.phones) or len(self.taken) < len(self.phones):
                await asyncio.sleep(0.02)


async def _listen(phone: Phone) -> None:
    async for _ in phone.states():
        pass


@pytest.mark.long
@pytest.mark.parametrize("people", [200 if THOROUGH else 60])
def test_a_crowd_returns_at_once(tmp_path: Path, people: int) -> None:
    """With the Wi-Fi gone all change their minds, the server is killed; all return in the same moment, and each counts once, as it is now."""
    random = Random(19)
    before, after = ([random.choice(OPTIONS) for _ in range(people)] for _ in range(2))
    seats = [random.randbytes(16).hex() for _ in range(people)]

    async def play(room: RunningRoom) -> int:
        run = await asyncio.to_thread(room.ask, "loudest")
        async with WiFi(room).around() as wifi, Crowd.behind(wifi, room.code, seats) as crowd:
            await crowd.answer(run, before)
            await crowd.has_handed_in(run)
            wifi.cut()
            await crowd.answer(run, after)
            assert sum(phone.holds_back(run) for phone in crowd.phones) == people
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            wifi.is_up = True
            await crowd.has_handed_in(run)
            await asyncio.to_thread(room.lead, run, "close", "reveal")
        return run

    with RoomProcess(tmp_path / "room", "--seats", str(people)) as room:
        result = Published.from_dict(room.result(asyncio.run(play(room))))
        assert room.output == ""

    assert result == published("loudest", after)


def test_a_phone_asleep_across_a_restart(room: RunningRoom) -> None:
    """Who wakes while the poll is open is counted once, who wakes after its close is in no result, of this poll or of the next."""

    async def play() -> None:
        run = await asyncio.to_thread(room.ask, "loudest")
        async with (
            WiFi(room).around() as steady,
            WiFi(room).around() as early,
            WiFi(room).around() as late,
            Crowd.behind(steady, room.code, PEOPLE[:6]) as awake,
            Crowd.behind(early, room.code, PEOPLE[6:9]) as wake_early,
            Crowd.behind(late, room.code, PEOPLE[9:12]) as wake_late,
        ):
            for crowd, answer in ((awake, "hurt"), (wake_early, "hurt"), (wake_late, "known")):
                await crowd.answer(run, [answer] * len(crowd.phones))
                await crowd.has_handed_in(run)
                crowd.taken.clear()
            early.sleep()
            late.sleep()
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            await awake.has_handed_in(run)
            early.wake()
            await wake_early.has_handed_in(run)
            await asyncio.to_thread(room.lead, run, "close", "reveal")
            again = await asyncio.to_thread(room.ask, "loudest")
            late.wake()
            for crowd in (awake, wake_early):
                await crowd.answer(again, ["self"] * len(crowd.phones))
                await crowd.has_handed_in(again)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while any(phone.has_answered(run) for phone in wake_late.phones):
                    await asyncio.sleep(0.02)
            assert wake_late.taken == Counter()
            await asyncio.to_thread(room.lead, again, "close", "reveal")

    asyncio.run(play())

    assert [Published.from_dict(room.result(run)) for run in (1, 2)] == [published("loudest", [each] * 9) for each in ("hurt", "self")]


# ---- two at once --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_close_that_arrives_many_times_closes_once(room_process: RoomProcess) -> None:
    """Eight closes at once, while people still answer: whatever was acknowledged is counted once, and whatever was refused is not."""
    room, random, seats = room_process, Random(21), PEOPLE[:40]
    room.sit(*seats)

    def cast(run: int, seat: str, answer: object) -> tuple[object, int]:
        return answer, room.cast(run, seat, answer).status_code

    def close(run: int) -> tuple[object, int]:
        return None, room.control.post(f"/runs/{run}/close").status_code

    for _ in range(20 if THOROUGH else 4):
        run = room.ask("loudest")
        acts = [partial(cast, run, seat, random.choice([*OPTIONS, {"pass": True}])) for seat in seats] + [partial(close, run)] * 8
        random.shuffle(acts)

        replies = at_once(*acts)

        assert [status for answer, status in replies if answer is None] == [204] * 8
        assert {status for answer, status in replies if answer is not None} <= {204, 409}
        counted = [answer for answer, status in replies if answer is not None and status == 204]
        assert Published.from_dict(room.control.get(f"/runs/{run}/result.json").json()) == published("loudest", counted)


@pytest.mark.long
@pytest.mark.room(kinds=True)
def test_two_cockpits_at_once_lead_one_room(room: RunningRoom) -> None:
    """Both ask, close, read and publish at the same time: one poll is opened, one result comes of it, and both are told the same."""
    room.sit(*PEOPLE[:12])
    cockpits = [client.connect(lambda: room.connection) for _ in range(2)]
    try:
        for _ in range(10 if THOROUGH else 3):
            led_at_once(room, cockpits)
        assert cockpits[0].state() == cockpits[1].state()
    finally:
        for cockpit in cockpits:
            cockpit.close()


def led_at_once(room: RunningRoom, cockpits: list[LedRoom]) -> None:
    """Let two cockpits lead one poll in people's own words, each as if it were alone."""
    asked = at_once(*[partial(tried, partial(cockpit.ask, "text")) for cockpit in cockpits])
    [run] = [each.number for each in asked if isinstance(each, LedRun)]
    assert sorted(type(each).__name__ for each in asked) == ["LedRun", "NotNow"]
    for number, seat in enumerate(PEOPLE[:12]):
        room.cast(run, seat, f"The {number}th comment").raise_for_status()

    runs = [cockpit.run(run) for cockpit in cockpits]
    at_once(*[each.close for each in runs])
    numbers = [line.number for line in runs[0].lines()]
    both: tuple[Decision, Decision] = ("approve", "decline")
    decisions = [partial(each.decide, number, decision) for each, decision in zip(runs, both, strict=True) for number in numbers]
    Random(run).shuffle(decisions)
    at_once(*decisions)
    approved = sorted(line.text for line in runs[1].lines() if line.decision == "approve")
    ended = at_once(*[partial(tried, each.publish_lines) for each in runs])

    assert sorted(type(each).__name__ for each in ended) == ["NoneType", "NotNow"]
    assert runs[0].result() == runs[1].result()
    assert sorted(runs[0].result().texts) == (approved if len(approved) >= ROOM.cell else [])


def tried(act: Any) -> object:
    """Return what comes of an act, or that it was refused for now."""
    try:
        return act()
    except NotNow as refusal:
        return refusal
