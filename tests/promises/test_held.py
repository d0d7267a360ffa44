"""P-HELD: whatever is killed, fills up, jumps or goes to sleep, no answer on an open page is lost and none counts twice."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self

import httpx
import pytest

from tests import meals
from tests.evening import Evening, Others, running, still_there
from tests.forensics import THOROUGH
from tests.world import PATIENCE_SECONDS, PEOPLE, SAY, RoomProcess, RunningRoom, new_seats, states, wait_for
from workshop_kit import client, material
from workshop_kit.client import LedRoom, LedRun, Phone
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import NotAdmitted, NotNow, SetupError
from workshop_kit.memory import Decision
from workshop_kit.polls import Tally
from workshop_kit.room.room import Room

OPTIONS: Final = ("hurt", "known", "flawless", "self", "other")
# What SQLite's pages are long by default, and the kit leaves them so.
PAGE: Final = 4096


def at_once(*acts: Any) -> list[Any]:
    """Do some acts as a group of people does: all at the same time."""
    with ThreadPoolExecutor(min(len(acts), 48)) as people:
        return [each.result() for each in [people.submit(act) for act in acts]]


def knock(room: RunningRoom, seat: str, ticket: str | None = None) -> httpx.Response:
    """Ask for a seat, with the ticket that a page may have."""
    return room.public.post(room.path("/seats"), json={"seat": seat, "ticket": ticket})


def counted(room: RunningRoom, *seats: str) -> dict[str, str]:
    """Return the tickets of some people, by their seats, after they were counted behind a locked door."""
    tickets = {seat: str(knock(room, seat).raise_for_status().json()["ticket"]) for seat in seats}
    assert room.count() == len(seats)
    return tickets


def page_returns(room: RunningRoom, run: int, seat: str, answer: object, ticket: str | None = None) -> None:
    """Take a seat again and hand in its answer again, as a page does that has noticed a new boot."""
    knock(room, seat, ticket).raise_for_status()
    room.cast(run, seat, answer).raise_for_status()


def where_it_was(room: RunningRoom) -> dict[str, Any]:
    """Return what a page is told of a room, without the boot, who is back, and how many have answered: that moves with the clock."""
    state = room.state()
    return {**state, "boot": None, "seats": None, "current": [(each["run"], each["phase"]) for each in state["current"]]}


def published(poll: str, given: Sequence[object]) -> Published:
    """Return what a room has to show when such answers were given."""
    return publish(Tally.of(material.read().poll(poll), given), ROOM)


# ---- a server or a command that is killed or stopped --------------------------------------------------------------------


def test_thirty_answers_survive_three_kills_once_each(room_process: RoomProcess) -> None:
    """Killed before, while and after pages return, the room comes back; strangers who knock first stay out; each answer counts once; what is shown stays."""
    room, random = room_process, Random(42)
    answers = {seat: random.choice(OPTIONS) for seat in PEOPLE[:30]}
    tickets, strangers = counted(room, *answers), PEOPLE[30:33]
    run = room.ask("loudest")
    at_once(*[partial(room.cast, run, seat, "other") for seat in answers])
    code, before, boots = room.code, where_it_was(room), {room.state()["boot"]}
    room.kill()
    for coming_back in ([], list(answers)[:9], [*answers, *random.sample(sorted(answers), 10)]):
        room.start()
        boots.add(room.state()["boot"])
        assert where_it_was(room) == before
        assert (room.code, room.as_led()["door"], room.as_led()["seats"]) == (code, "locked", 0)
        # With nothing, or with what they have seen on another phone.
        assert [knock(room, each, ticket).status_code for each in strangers for ticket in (None, tickets[PEOPLE[0]])] == [403] * 6
        assert room.cast(run, PEOPLE[0], answers[PEOPLE[0]]).status_code == 403
        random.shuffle(coming_back)
        at_once(*[partial(page_returns, room, run, seat, answers[seat], tickets[seat]) for seat in coming_back or answers])
        if len(coming_back) < len(answers):
            room.kill()
    assert ([knock(room, each).status_code for each in strangers], room.as_led()["seats"]) == ([403] * 3, 30)
    statuses = []
    for acts in (("close", "reveal"), ("hide",), ("reveal",)):
        room.lead(run, *acts)
        room.kill()
        room.start()
        statuses.append(room.public.get(room.path(f"/runs/{run}/result.json")).status_code)

    assert len(boots) == 4
    assert statuses == [200, 404, 200]
    assert Published.from_dict(room.result(run)) == published("loudest", list(answers.values()))


def test_a_phone_that_is_flat_is_one_head_less(room: RunningRoom) -> None:
    """After a crash, one of those who were counted does not return: no close until the others are counted again, and nobody's answer is lost."""
    seats = PEOPLE[:9]
    tickets, run = counted(room, *seats), room.ask("loudest")
    room.kill()
    room.start()
    for seat in seats[:8]:
        page_returns(room, run, seat, "hurt", tickets[seat])
    refused = room.control.post(f"/runs/{run}/close")
    assert (refused.status_code, refused.json()["error"]) == (409, SAY("runs.close_not_as_many", seats=8, heads=9))
    assert [knock(room, each).status_code for each in (seats[8], PEOPLE[9])] == [403, 403]

    room.tell("/heads/again")
    assert room.control.post(f"/runs/{run}/close").json()["code"] == "runs.close_uncounted"
    for seat in seats[:8]:
        page_returns(room, run, seat, "hurt", tickets[seat])
    assert room.count() == 8
    # Once the battery is full again, it comes too late for this count.
    assert knock(room, seats[8], tickets[seats[8]]).status_code == 403
    room.lead(run, "close", "reveal")
    assert Published.from_dict(room.result(run)) == published("loudest", ["hurt"] * 8)


def test_a_card_is_good_across_a_restart(room_process: RoomProcess) -> None:
    """One more person is still expected after a kill, comes in by the card then, and comes back by it; it is never a second seat."""
    room, seats = room_process, PEOPLE[:6]
    tickets = counted(room, *seats)
    card = room.control.post("/heads/one-more").raise_for_status().json()["card"]
    for _ in range(2):
        room.kill()
        room.start()
        assert [knock(room, seat, tickets[seat]).status_code for seat in seats] == [201] * 6
        assert room.control.post("/runs", json={"poll": "loudest"}).json()["code"] == "runs.ask_not_as_many"
        assert knock(room, PEOPLE[6]).status_code == 403
        assert [room.public.post(room.path("/seats"), json={"card": card}).status_code for _ in range(2)] == [201, 201]
        assert (room.as_led()["seats"], room.as_led()["heads"]) == (7, 7)
    room.lead(room.ask("loudest"), "close")


@pytest.mark.room(kinds=True)
def test_comments_that_were_being_read_are_handed_in_again(room: RunningRoom) -> None:
    """Killed while the leader reads, the room asks for the comments again; twelve phones hand theirs in anew, each counts once."""
    code, phases = room.code, list[str]()
    written = [f"What person {letter} wrote" for letter in "abcdefghijkl"]

    async def play() -> None:
        async with Crowd(room, PEOPLE[:12]) as crowd:
            assert room.count() == 12
            run = room.ask("text")
            await crowd.answer(run, written)
            for kill in (True, True, False):
                await crowd.has_handed_in(run)
                room.lead(run, "close")
                phases.extend(room.phases())
                if kill:
                    crowd.taken.clear()
                    room.kill()
                    room.start()
                    phases.extend(room.phases())

    asyncio.run(play())
    waiting = [line["text"] for line in room.control.get("/runs/1/lines").raise_for_status().json()["lines"]]
    room.let_through(1)
    room.lead(1, "reveal")
    result = room.result(1)

    assert room.code == code
    assert phases == ["reading", "open", "reading", "open", "reading"]
    assert sorted(waiting) == sorted(result["texts"]) == written
    assert (result["answered"], result["passed"]) == (12, "few")


def test_a_room_that_was_stopped_is_over(room_process: RoomProcess) -> None:
    """Asked to end or interrupted, with a poll, a stream and a drawing under way: it ends well, takes its file along, and the next is new."""
    room, codes, secrets = room_process, list[str](), set[str]()
    for number in (signal.SIGTERM, signal.SIGINT):
        if not room.is_running:
            room.start()
        assert [room.public.get(f"/{code}").status_code for code in codes] == [404] * len(codes)
        assert room.phases() == []
        codes.append(room.code)
        secrets.add(room.connection.secret)
        room.poll("fears", [["hurt"]] * 6, "close")
        room.ask("loudest")
        with closing(states(room.public, room.path("/events"))) as told:
            next(told)
            room.stop(number)
        assert [each.name for each in room.folder.iterdir()] == [FILE]

    assert (len(set(codes)), len(secrets)) == (2, 2)


def test_a_killed_jupyter_and_a_killed_command_take_nothing_along_and_leave_nothing_behind(tmp_path: Path) -> None:
    """Jupyter killed: the room and its answers stay, it is back at its address. The command killed: all ends, and erasing reaches it."""
    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening:
        evening.ready()
        dashboard, server = evening.said("Cockpit"), evening.server()
        public_url, _, code = evening.said("Phone address").rpartition("/")
        with (
            evening.room() as room,
            Others(public_url, code, ["hurt"] * 6 + ["known"] * 5) as others,
            httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS, follow_redirects=True) as page,
        ):
            others.are_counted(room)
            run = room.ask("loudest")
            wait_for(lambda: others.casts == 11, "all to answer")
            page.get(dashboard).raise_for_status()
            [jupyter] = [each for each in evening.descendants() if "lab_pages" in each.command]
            kernels = [each for each in evening.descendants() if "ipykernel" in each.command]

            os.kill(jupyter.pid, signal.SIGKILL)

            wait_for(lambda: not still_there([jupyter, *kernels]), "Jupyter to end, and the kernels that it leaves behind")
            # Whoever asks meanwhile waits until Jupyter is back.
            page.get(dashboard).raise_for_status()
            assert kernels != []
            assert evening.server() == server
            assert [each["phase"] for each in room.state()["current"]] == ["open"]
            run.close()
            assert run.result().answered == 11
        started = evening.descendants()

        evening.kill()

        wait_for(lambda: not still_there(started), "everything that the command had started to end")
        assert Results(evening.folders[1]).unfinished_room() is not None
        assert evening.typed("erase", "--all", "--yes").returncode == 0
        assert list(evening.folders[1].iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="There, a window that is closed says nothing to what runs in it.")
def test_a_window_that_is_closed_ends_no_room(tmp_path: Path) -> None:
    """Who closes the terminal has not ended the evening: all ends and nothing is left but the room, which the next start takes up."""
    evening = Evening(tmp_path / "user", "--host", "127.0.0.1", checklist=True)
    in_a_window = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    words = [sys.executable, "-c", in_a_window, *evening.command]
    window, inside = os.openpty()
    with subprocess.Popen(words, env=evening.variables, stdin=inside, stdout=inside, stderr=inside, start_new_session=True) as command:
        os.close(inside)
        said = b""
        while b"The room is ready." not in said:
            said += os.read(window, 4096)
        code, started = evening.connection().code, [each for each in running() if each.parent == command.pid]

        os.close(window)

        command.wait(PATIENCE_SECONDS)
    wait_for(lambda: not still_there(started), "everything that the command had started to end")
    assert started != []
    assert [each.name for each in evening.folders[1].iterdir() if each.is_dir()] == []
    with evening:
        evening.ready()
        assert evening.connection().code == code
        assert evening.end() == 0


# ---- a disk that is full, a file that is damaged, a clock that jumps ----------------------------------------------------


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="This system sets no limits for a process that runs already.")
@pytest.mark.room(kinds=True)
def test_a_disk_that_is_full_while_publishing_loses_nothing(room_process: RoomProcess) -> None:
    """However many bytes the disk still takes, a close or a publishing is done or refused as a whole, and done once there is room."""
    room, closes, publishings = room_process, list[bool](), list[bool]()
    for left in (0, 1, 512, 700, PAGE, 2 * PAGE, 16 * PAGE):
        chosen = room.poll("single", ["shore"] * 6 + ["dunes"] * 6)
        closes.append(is_refused_at_first(room, chosen, "close", left))
        assert [bucket["fewest"] for bucket in room.result(chosen)["buckets"]] == [6, 6]
        written = room.poll("text", [f"A comment, the {number}th" for number in range(12)], "close")
        for number in range(1, 13):
            room.control.post(f"/runs/{written}/lines/{number}", json={"decision": "approve"}).raise_for_status()
        publishings.append(is_refused_at_first(room, written, "publish", left))
        assert (room.result(chosen)["answered"], room.result(written)["answered"]) == (12, 12)
    kept = room.as_led()["runs"]
    room.kill()
    room.start()

    assert room.as_led()["runs"] == kept
    assert [run["phase"] for run in kept] == ["revealed"] * 14
    assert min(sum(closes), sum(publishings)) >= 4


def is_refused_at_first(room: RoomProcess, run: int, act: str, left: int) -> bool:
    """End a run while no file may be longer than `left`, as on a full disk, once more where that was refused, and show the result."""
    before = resource.prlimit(room.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(room.pid, resource.RLIMIT_FSIZE, (left, before[1]))
    was_refused = room.control.post(f"/runs/{run}/{act}").status_code == 503
    resource.prlimit(room.pid, resource.RLIMIT_FSIZE, before)
    room.lead(run, *([act] if was_refused else []), "reveal")
    return was_refused


def test_damage_anywhere_in_the_file_is_found_before_anything_is_written(tmp_path: Path) -> None:
    """Whichever page of the file is spoilt, an evening that begins on it refuses to, and no byte of the file is changed."""
    given: dict[str, list[Any]] = {"many": [["a", "b"]] * 6 + [["c"]] * 8, "one": [*"aaaaaaabbbbbbb"], "scale": [1] * 7 + [3] * 7}
    for place in range(8):
        record = replace(meals.TUESDAY, code=f"K7PMQ{place + 2}", notes={"soup": "Longer than a page. " * 250})
        room = meals.seated(Room(meals.WORKSHOP, Results(tmp_path), record, Random(place)), 14)
        for name, answers in given.items():
            run = room.runs.ask(name).number
            meals.answer(room, *answers, run=run)
            room.runs.close(run)
        room.end(1.0)
    whole, changed = (tmp_path / FILE).read_bytes(), []
    for page in range(1, len(whole) // PAGE):
        for spoilt in (bytes(PAGE), Random(page).randbytes(PAGE)):
            damaged = whole[: page * PAGE] + spoilt + whole[(page + 1) * PAGE :]
            (tmp_path / FILE).write_bytes(damaged)
            with suppress(SetupError):
                results = Results(tmp_path)
                results.unfinished_room()
                results.end_rooms()
                meals.seated(Room(meals.WORKSHOP, results, replace(meals.TUESDAY, code="NEWNEW"), Random(1))).runs.ask("one")
            # A page that nothing is on is empty already.
            if damaged not in (whole, (tmp_path / FILE).read_bytes()):
                changed.append((page, spoilt == bytes(PAGE)))

    assert len(whole) > 8 * PAGE
    assert changed == []


def test_a_clock_that_jumps_costs_nothing(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back ten years, forward twenty, to 1970: seats, answers, timer and plan go on, and every answer counts once."""
    now, years = 1_795_000_000.0, 365 * 86400
    monkeypatch.setattr(time, "time", lambda: now)
    room.tell("/setup", plan="evening", meeting=0, policy="room", country=None, contact=None)
    run = room.ask("loudest")
    for place, jump in enumerate((0, -10 * years, 20 * years, -int(now), int(now) + 3)):
        now += jump
        for number, seat in enumerate(PEOPLE[: 3 * (place + 1)]):
            page_returns(room, run, seat, OPTIONS[number % 2])
        room.tell("/timer", minutes=5)
        assert room.as_led()["ends_at"] == round(now + 300)
        room.tell("/agenda", act="go_to", place=place)
    told = room.as_led()
    room.lead(run, "close", "reveal")

    assert all(entry["used_s"] >= 0 for entry in told["agenda"]["entries"])
    assert Published.from_dict(room.result(run)) == published("loudest", [OPTIONS[number % 2] for number in range(15)])


class Crowd:
    """Phones that are programs, behind a Wi-Fi that can be gone; they can all be asleep, and follow the room for as long as this lasts."""

    def __init__(self, room: RunningRoom, seats: Sequence[str]) -> None:
        self.is_up = True
        self.awake = asyncio.Event()
        self.awake.set()
        # The seats from which an answer was taken.
        self.taken: set[str] = set()
        self._lines = [httpx.AsyncClient(transport=Wire(self), timeout=PATIENCE_SECONDS) for _ in seats]
        self.phones = [Phone(room.connection.public_url, room.code, *each) for each in zip(seats, self._lines, strict=True)]
        # For each phone the latest run that it was told of.
        self._told = dict.fromkeys(self.phones, 0)

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(phone.take_seat() for phone in self.phones))
        self._listening = [asyncio.create_task(self._listen(phone)) for phone in self.phones]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        for each in self._listening:
            each.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        for line in self._lines:
            await line.aclose()

    async def answer(self, run: int, given: Sequence[Any]) -> None:
        """Let everyone answer who is asked; whoever has no line keeps the answer until there is one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while min(self._told.values()) < run:
                await asyncio.sleep(0.02)
        self.taken.clear()
        await asyncio.gather(*(phone.cast(run, each) for phone, each in zip(self.phones, given, strict=True)))

    async def has_handed_in(self, run: int) -> None:
        """Wait until the room has everybody's answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(phone.holds_back(run) for phone in self.phones) or len(self.taken) < len(self.phones):
                await asyncio.sleep(0.02)

    async def _listen(self, phone: Phone) -> None:
        # Who slept through a count stays out.
        with suppress(NotAdmitted):
            async for state in phone.states():
                self._told[phone] = max([each["run"] for each in state["current"]], default=0)


class Wire(httpx.AsyncHTTPTransport):
    """What lies between one phone of a crowd and the room."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(verify=False)
        self._crowd = crowd

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request to the room as soon as the phone is awake, or not at all; note whose answer was taken."""
        await self._crowd.awake.wait()
        if not self._crowd.is_up:
            raise httpx.ConnectError("The Wi-Fi is gone.")
        reply = await super().handle_async_request(request)
        if (request.method, reply.status_code) == ("PUT", 204):
            self._crowd.taken.add(json.loads(request.content)["seat"])
        return reply


@pytest.mark.long
@pytest.mark.parametrize("people", [200 if THOROUGH else 60])
def test_a_crowd_returns_at_once(tmp_path: Path, people: int) -> None:
    """With the Wi-Fi gone all change their minds, the server is killed; all return in the same moment, and each counts once, as it is now."""
    random = Random(19)
    before, after = ([random.choice(OPTIONS) for _ in range(people)] for _ in range(2))

    async def play(room: RunningRoom) -> int:
        async with Crowd(room, new_seats(random, people)) as crowd:
            assert room.count() == people
            run = room.ask("loudest")
            await crowd.answer(run, before)
            await crowd.has_handed_in(run)
            crowd.is_up = False
            await crowd.answer(run, after)
            assert sum(phone.holds_back(run) for phone in crowd.phones) == people
            room.kill()
            room.start()
            crowd.is_up = True
            await crowd.has_handed_in(run)
            room.lead(run, "close", "reveal")
        return run

    with RunningRoom(tmp_path / "room", "--seats", str(people)) as room:
        result = Published.from_dict(room.result(asyncio.run(play(room))))

    assert result == published("loudest", after)


def test_a_phone_asleep_across_a_restart(room: RunningRoom) -> None:
    """Who wakes while the poll is open is counted once; without the others it closes once it was counted anew, and who wakes later is in no result."""

    async def play() -> None:
        async with Crowd(room, PEOPLE[:6]) as awake, Crowd(room, PEOPLE[6:9]) as wake_early, Crowd(room, PEOPLE[9:12]) as wake_late:
            assert room.count() == 12
            run = room.ask("loudest")
            for crowd, answer in ((awake, "hurt"), (wake_early, "hurt"), (wake_late, "known")):
                await crowd.answer(run, [answer] * len(crowd.phones))
                await crowd.has_handed_in(run)
                crowd.taken.clear()
            wake_early.awake.clear()
            wake_late.awake.clear()
            room.kill()
            room.start()
            await awake.has_handed_in(run)
            wake_early.awake.set()
            await wake_early.has_handed_in(run)
            assert room.control.post(f"/runs/{run}/close").json()["code"] == "runs.close_not_as_many"
            for crowd in (awake, wake_early):
                crowd.taken.clear()
            room.tell("/heads/again")
            for crowd in (awake, wake_early):
                await crowd.has_handed_in(run)
            assert room.count() == 9
            room.lead(run, "close", "reveal")
            again = room.ask("loudest")
            wake_late.awake.set()
            for crowd in (awake, wake_early):
                await crowd.answer(again, ["self"] * len(crowd.phones))
                await crowd.has_handed_in(again)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while any(phone.has_answered(run) for phone in wake_late.phones):
                    await asyncio.sleep(0.02)
            assert wake_late.taken == set()
            room.lead(again, "close", "reveal")

    asyncio.run(play())

    assert [Published.from_dict(room.result(run)) for run in (1, 2)] == [published("loudest", [each] * 9) for each in ("hurt", "self")]


@pytest.mark.long
def test_a_close_that_arrives_many_times_closes_once(room: RunningRoom) -> None:
    """Eight closes at once, while people still answer: whatever was acknowledged is counted once, and whatever was refused is not."""
    random, seats = Random(21), PEOPLE[:40]
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

        assert [status for answer, status in replies if answer is None] == [200] * 8
        assert {status for answer, status in replies if answer is not None} <= {204, 409}
        counted = [answer for answer, status in replies if answer is not None and status == 204]
        assert Published.from_dict(room.control.get(f"/runs/{run}/result.json").json()) == published("loudest", counted)


@pytest.mark.long
@pytest.mark.room(kinds=True)
def test_two_cockpits_at_once_lead_one_room(room: RunningRoom) -> None:
    """Both ask, close, read and publish at the same time: one poll is opened, one result comes of it, and both are told the same."""
    counted(room, *PEOPLE[:12])
    with ExitStack() as open_ones:
        cockpits = [open_ones.enter_context(closing(client.connect(lambda: room.connection))) for _ in range(2)]
        for _ in range(10 if THOROUGH else 3):
            led_at_once(room, cockpits)
        assert cockpits[0].state() == cockpits[1].state()


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
