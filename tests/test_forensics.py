"""Forensics: an evening is played with answers that can be told from all others, and every byte that was written is searched."""

import gc
import gzip
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from html import escape
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests import every_kind, meals
from tests.browsers import HERE, PATIENCE_MS, QUIET, path_of_the_browser, run_all_cells
from tests.forensics import CANNOT_BE_WATCHED, THOROUGH, Trail, can_be_watched, copy_of_the_kit, files_below, tell_tales
from tests.test_whole_evening import COMMAND, Evening, card, is_answered, press, seat_of
from tests.world import PATIENCE_SECONDS, RoomProcess, wait_for
from workshop_kit import client
from workshop_kit.ballots import Ballots
from workshop_kit.client import LedRoom
from workshop_kit.connection import find_room
from workshop_kit.disclosure import step
from workshop_kit.errors import WorkshopError
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.results import FILE as RESULTS_FILE
from workshop_kit.results import Results
from workshop_kit.room import PAUSE_TICKS, Room
from workshop_kit.workshop import Section, Workshop

# What stands in every line that is let through, in every line that is not, in every seat, and in a journal that is not saved.
KEPT, DROPPED, SEAT, UNSAVED = "Zilpzälp 4711", "Girlitz „leise“ 9", "5ea7ca4a27f1c0de", "Wendehals 83 fliegt"
PERSONAL: Final = {"a line that was left out": DROPPED, "a seat": SEAT, "a journal that was not saved": UNSAVED}
LINES: Final = {"a line that was let through": KEPT}
CHOICES: Final = ("loudest", "fears", "guarding", "wished_for", "asking_ease")
WORDS: Final = "one_thing"
PEOPLE: Final = 11
PHONE_SIZE, DESK_SIZE = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
# What a program leaves under another name for a moment, or for as long as it runs.
PASSING: Final = re.compile(
    r"/home/\.cache/matplotlib/[\w.-]+-lock$"
    r"|/kit/(?:\.connection-\w+|connection\.json|results\.sqlite-journal|tmp\w+)$"
    r"|/kit/workshop_kit_\w+/"
    r"|/tree/notebooks/(?:\.~)?[\w.~-]+$"
    r"|/__pycache__/[\w.-]+\.pyc\.\d+$"
)


class WatchedEvening(Evening):
    """An evening of which every written file is known, with a kit of its own that may be written to."""

    def __init__(self, place: Path, *arguments: str) -> None:
        super().__init__(place / "user", "--host", HERE, *arguments)
        self.tree = copy_of_the_kit(place / "tree")
        self.profiles = [place / name for name in ("phone", "desk")]
        # This user's home and temporary folder lie in the place; beside it there is where programs are, and what all users share.
        self.trail = Trail(place / "trail", [place, Path(sys.prefix), Path("/var/tmp"), Path("/dev/shm")])

    @property
    def command(self) -> list[str]:
        """What is typed, on the trail of every file that is written."""
        return self.trail.command(*super().command)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this user, whose kit is the copy."""
        return {**super().variables, "PYTHONPATH": str(self.tree)}

    @property
    def files(self) -> set[Path]:
        """Every file that any process of the kit has written so far, and all that this user and two browsers have."""
        return self.trail.written() | files_below(*self.folders, *self.profiles)

    def room(self) -> LedRoom:
        """Return the room as a facilitator's script finds it."""
        return client.connect(lambda: find_room(lambda: self.folders[1]))

    def kill_the_server(self) -> None:
        """End the room server as a power cut would, and wait until it is started again."""
        killed = self.server()
        assert killed is not None
        boot = self._boot()
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: self._boot() not in (None, boot), "the server to be started again")

    def typed(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Let the same user type another command."""
        return subprocess.run([COMMAND, *words], env=self.variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    def _boot(self) -> str | None:
        try:
            with closing(self.room()) as room:
                return str(room.state()["boot"])
        except WorkshopError:
            return None


class Company:
    """People whose phones are programs, with seats that can be told from all others."""

    def __init__(self, address: str, random: Random) -> None:
        self.seats = [SEAT + random.randbytes(8).hex() for _ in range(PEOPLE)]
        self._address = address
        self._http = httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self._http.close()

    def sit(self) -> None:
        for seat in self.seats:
            self._http.post(f"{self._address}/seats", json={"seat": seat}).raise_for_status()

    def need_a_moment(self) -> None:
        for seat in self.seats[:3]:
            self._http.post(f"{self._address}/pause", json={"seat": seat}).raise_for_status()

    def answer(self, run: int, answers: list[Any]) -> None:
        """Let everyone answer; some think again, one takes the answer back for a while, and one passes in the end."""
        first, again = zip(self.seats, answers, strict=True), zip(self.seats[:3], reversed(answers), strict=False)
        for seat, each in [*first, *again, *zip(self.seats[:3], answers, strict=False)]:
            self._cast(run, seat, each)
        self._http.request("DELETE", f"{self._address}/runs/{run}/ballot", json={"seat": self.seats[4]}).raise_for_status()
        self._cast(run, self.seats[4], answers[4])

    def _cast(self, run: int, seat: str, answer: object) -> None:
        self._http.put(f"{self._address}/runs/{run}/ballot", json={"seat": seat, "answer": answer}).raise_for_status()


@contextmanager
def browsers_that_remember(evening: WatchedEvening) -> Iterator[list[BrowserContext]]:
    """Open a browser on a phone and one on the facilitator's desk, each with all its files in a folder of its own."""
    expect.set_options(timeout=PATIENCE_MS)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    # A browser keeps a socket among its temporary files, whose path must be short.
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        evening.profiles.append(Path(temporary))
        contexts = []
        for profile, size in zip(evening.profiles[:2], (PHONE_SIZE, DESK_SIZE), strict=True):
            profile.mkdir()
            context = playwright.chromium.launch_persistent_context(
                str(profile),
                executable_path=path_of_the_browser(),
                args=[*QUIET, *sandbox],
                env={**os.environ, "HOME": str(profile), "TMPDIR": temporary},
                viewport=size,
            )
            context.set_default_timeout(PATIENCE_MS)
            contexts.append(context)
        try:
            yield contexts
        finally:
            for context in contexts:
                context.close()


def given_to(poll: Poll, random: Random) -> list[Any]:
    """Return what the company answers to a poll."""
    ids = [option.id for option in poll.options]
    ways: dict[str, Any] = {
        "single": lambda: random.choice(ids),
        "multi": lambda: random.sample(ids, 2),
        "scale": lambda: random.choice(ids),
        "slider": lambda: random.randint(0, 10),
        "rank": lambda: random.sample(ids, len(ids)),
    }
    return [{"pass": True}, *(ways[poll.kind]() for _ in range(PEOPLE - 1))]


def test_an_evening_leaves_no_answer_in_any_file(tmp_path: Path, workshop: Workshop) -> None:
    """Open, killed, being read, published, ended, erased: in no file that any process wrote is an answer, a seat or an unsaved word."""
    random, found = Random(61), {}
    evening = WatchedEvening(tmp_path, "--plan", "half_day")

    def look(moment: str, canaries: dict[str, str]) -> None:
        found[moment] = tell_tales(evening.files, canaries)

    with evening, browsers_that_remember(evening) as (phones, desk), ExitStack() as open_ones:
        evening.ready()
        company = open_ones.enter_context(closing(Company(evening.said("Phone address"), random)))
        room = open_ones.enter_context(closing(evening.room()))
        company.sit()
        phone = phones.new_page()
        phone.goto(evening.said("Phone address"))
        company.need_a_moment()
        for name in CHOICES:
            run = room.ask(name)
            company.answer(run.number, given_to(workshop.poll(name), random))
            answer_by_thumb(phone, workshop.poll(name))
            run.close()
            run.reveal()
            expect(phone.locator("table")).to_be_visible()

        dashboard, lab = (opened(desk, evening.said(name), workshop.section("11")) for name in ("Cockpit", "JupyterLab"))
        run_all_cells(lab)

        lines = [f"{KEPT if number < 6 else DROPPED} {number}" for number in range(PEOPLE)]
        run = room.ask(WORDS)
        company.answer(run.number, [f"{DROPPED} first of all"] * PEOPLE)
        phone.locator("textarea").fill(f"{DROPPED} by thumb")
        press(phone, "Send my answer")
        is_answered(phone)
        look("open", PERSONAL | LINES)

        evening.kill_the_server()
        look("killed", PERSONAL | LINES)
        company.sit()
        company.answer(run.number, lines)
        is_answered(phone)

        run.close()
        for page in (dashboard, lab):
            expect(card(page, workshop.poll(WORDS).question).get_by_text(f"{DROPPED} 7")).to_be_visible()
        press_first(dashboard, "Reword")
        dashboard.get_by_label("Words for line 1").first.press_sequentially(UNSAVED)
        lab.keyboard.press("Control+s")
        checkpoints = evening.tree / "notebooks" / ".ipynb_checkpoints"
        wait_for(lambda: list(checkpoints.glob("11_*")), "JupyterLab to save the notebook and its checkpoint")
        look("being read", PERSONAL | LINES)

        for line in run.lines():
            run.decide(line.number, "approve" if KEPT in line.text else "decline")
        run.publish_lines()
        run.reveal()
        expect(phone.get_by_text(f"{KEPT} 3").first).to_be_visible()
        assert sorted(run.result().to_dict()["texts"]) == lines[:6]
        look("published", PERSONAL)
        seat = seat_of(phone)
        assert evening.end() == 0
        look("ended", PERSONAL)

    look("browsers closed", PERSONAL)
    own = tell_tales(evening.files, {"seat": seat})
    gone = [str(file.relative_to(tmp_path)) for file in evening.trail.written() if not file.exists()]
    erased = evening.typed("erase", "--all", "--yes")
    look("erased", PERSONAL | LINES)

    assert {moment: where for moment, where in found.items() if where} == {}
    assert len(found) == 7
    # That the search sees what a browser keeps: a page that is reloaded finds its seat where this finds it.
    assert [where for where in own if "Session Storage" not in where] == []
    assert own != []
    assert [name for name in gone if not PASSING.search(f"/{name}")] == []
    assert erased.returncode == 0
    assert list(evening.folders[1].iterdir()) == []


def answer_by_thumb(phone: Page, poll: Poll) -> None:
    """Answer on the page of a phone, change the answer, and answer as before."""
    form = phone.get_by_role("group", name=poll.question)
    expect(form).to_be_visible()
    if poll.kind == "rank":
        form.locator("button.down:enabled").first.click()
    else:
        form.locator("input").last.check()
    phone.locator("form.ballot button.main").click()
    is_answered(phone)


def press_first(page: Page, words: str) -> None:
    """Press the first of several buttons that are called alike."""
    page.get_by_role("button", name=words, exact=True).first.click()


def opened(desk: BrowserContext, address: str, section: Section) -> Page:
    """Return a page of the facilitator's browser with a section's notebook, as a dashboard or in JupyterLab."""
    page = desk.new_page()
    page.goto(re.sub(r"\w+\.ipynb", section.notebook, address))
    expect(page.get_by_role("heading", name=section.title)).to_be_visible()
    return page


def test_a_room_that_people_answer_in_leaves_no_trace_of_them(tmp_path: Path) -> None:
    """What a server writes, says and keeps while five people answer, think again and ask for a moment holds no seat and no answer."""
    places = {name: str(tmp_path / name) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    for place in places.values():
        Path(place).mkdir()
    material = every_kind.arguments(tmp_path / "material")
    with RoomProcess(tmp_path / "room", *material, environment=places, cwd=tmp_path / "HOME") as room:
        seats = [f"{SEAT}{number:016x}" for number in range(5)]
        room.sit(*seats)
        run = room.ask("text")
        for words in (DROPPED, f"{DROPPED}, or not"):
            for seat in seats:
                room.cast(run, seat, words).raise_for_status()
        for seat in seats:
            room.public.post(room.path("/pause"), json={"seat": seat}).raise_for_status()
        room.withdraw(run, seats[0]).raise_for_status()
        found = tell_tales(files_below(tmp_path), PERSONAL)
        room.lead(run, "close", "reveal")
        room.stop()
        assert room.output == ""

    assert found == tell_tales(files_below(tmp_path), PERSONAL) == []


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="This system does not tell the limits of a process.")
def test_no_memory_of_an_evening_may_be_dumped(tmp_path: Path) -> None:
    """Started where crashed programs are dumped on the disk, no process of the kit lets that be done with its own memory."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("Nothing may be dumped on this computer, so nothing can be seen to be kept from it.")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        with Evening(tmp_path / "user", "--host", HERE) as evening:
            evening.ready()
            httpx.get(evening.said("Cockpit"), follow_redirects=True, trust_env=False, timeout=PATIENCE_SECONDS).raise_for_status()
            limits = {each.command: Path(f"/proc/{each.pid}/limits").read_text() for each in evening.descendants()}
            assert evening.end() == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)

    assert [name for name in limits if "ipykernel" in name] != []
    assert [name for name, told in limits.items() if not re.search(r"Max core file size\s+0\s+0\s", told)] == []


# ---- that the search would find it --------------------------------------------------------------------------------------

WRITES: Final = """
import os, subprocess, sys
from pathlib import Path
os.chdir(sys.argv[1])
Path("left behind").write_text("a")
Path("för a moment").write_text("b")
os.rename("för a moment", "in the end")
Path("gone").write_text("c")
Path("gone").unlink()
open("opened for both", "w+").close()
open("in the end").close()
subprocess.run([sys.executable, "-c", "open('by a child', 'w')"], cwd="below", check=True)
"""


def test_every_file_that_was_written_is_seen(tmp_path: Path) -> None:
    """Left behind, renamed, deleted again, written by a child in another folder: all are seen, and what was only read is not."""
    if not can_be_watched():
        pytest.skip(CANNOT_BE_WATCHED)
    place = tmp_path / "place"
    (place / "below").mkdir(parents=True)
    trail = Trail(tmp_path / "trail", [place])

    subprocess.run(trail.command(sys.executable, "-c", WRITES, str(place)), check=True)

    seen = {str(file.relative_to(place)) for file in trail.written() if place in file.parents}
    assert seen == {"left behind", "för a moment", "in the end", "gone", "opened for both", "below/by a child"}


def test_without_strace_what_is_left_is_seen(tmp_path: Path) -> None:
    """Comparing folders before and after finds what is new and what has changed, and nothing else."""
    for name in ("stays", "grows"):
        (tmp_path / name).write_text("as it was")
    trail = Trail(tmp_path / "trail", [tmp_path], watch=False)

    assert trail.command("a", "b") == ["a", "b"]
    (tmp_path / "grows").write_text("as it was, and more")
    (tmp_path / "new").write_text("")
    assert {file.name for file in trail.written()} == {"grows", "new"}


@pytest.mark.parametrize("canary", [KEPT, DROPPED, SEAT + "00ff"])
def test_a_canary_is_found_in_every_form(tmp_path: Path, canary: str) -> None:
    """Whatever a program makes of a text on its way to the disk, compressed or not, or in a file's name, it is found."""
    body = f'{{"answer": "{canary} and more"}}'
    written = {
        "as json": json.dumps({"answer": f"{canary} and more"}).encode(),
        "as json in json": json.dumps(json.dumps({"answer": canary})).encode(),
        "as python": repr({"answer": canary}).encode(),
        "as a browser does": f"x{canary}y".encode("utf-16-le"),
        "as a page": f"<p>{escape(canary)}</p>".encode(),
        "as old pages": canary.encode("ascii", "xmlcharrefreplace"),
        "in an address": f"/?q={quote(canary)}&".encode(),
        "in a form": f"q={quote_plus(canary)}".encode(),
        "in hex": body.encode().hex().encode(),
        "in base64": b64encode(body.encode()),
        "in base64, moved on": b64encode(b"x" + body.encode()),
        "in base64, in an address": urlsafe_b64encode(b"xy" + body.encode()),
        "in a log": gzip.compress(body.encode() * 3),
        "in the middle": Random(1).randbytes(5000) + zlib.compress(body.encode()) + Random(2).randbytes(5000),
        "by chance": Random(3).randbytes(5000),
    }
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / f"named {canary}").write_bytes(b"")

    found = tell_tales(files_below(tmp_path), {"it": canary})

    assert {where.rpartition("/")[2] for where in found} == {*written, f"named {canary}"} - {"by chance"}


# ---- the same ballots in another order ----------------------------------------------------------------------------------

# What SQLite counts up with every write; how many there were, every second in which seats were taken may add to.
COUNTERS: Final = (slice(24, 28), slice(92, 96))


def given_by_all(seed: int) -> dict[str, dict[str, object]]:
    """Return what fourteen people answer to each poll of a small workshop, by their seats."""
    random, seats = Random(seed), meals.SEATS[:14]
    given_to_each: dict[str, dict[str, object]] = {}
    for name, poll in ((str(name), poll) for name, poll in meals.POLLS.items()):
        given_to_each[name] = {}
        ids = [option.id for option in poll.options]
        for seat in seats:
            ways: dict[str, object] = {
                "multi": random.sample(ids, min(2, len(ids))),
                "rank": random.sample(ids, len(ids)),
                "slider": random.randint(0, 10),
                "text": f"What {seat[:5]} says",
            }
            given_to_each[name][seat] = PASS if random.random() < 0.1 else ways.get(poll.kind) or random.choice(ids)
    return given_to_each


def bytes_after(folder: Path, ballots: dict[str, dict[str, object]], chance: Random) -> bytes:
    """Return the results file of a room in which people answered so, in an order and with second thoughts that chance has drawn."""
    room = meals.opened(folder, chance.randrange(10**6))
    for seat in chance.sample(meals.SEATS[:14], 14):
        room.take_seat(seat)
    room.tick()
    for name, answers in ballots.items():
        run = room.ask(name).number
        for seat in chance.sample([*answers] * 3, 3 * len(answers)):
            act = chance.choice(("answer", "think again", "take back", "wait"))
            if act == "take back":
                room.withdraw(run, seat)
            elif act == "wait":
                room.tick()
            else:
                room.cast(run, seat, PASS if act == "think again" else answers[seat])
        for seat in chance.sample(sorted(answers), len(answers)):
            room.cast(run, seat, answers[seat])
        if room.close(run) is None:
            for line in room.lines(run):
                room.decide(run, line.number, "approve")
            room.publish_lines(run)
        room.reveal(run)
    return (folder / RESULTS_FILE).read_bytes()


@pytest.mark.parametrize("seed", range(12 if THOROUGH else 3))
def test_the_same_ballots_leave_the_same_bytes(tmp_path: Path, seed: int) -> None:
    """Whoever came first, thought again or answered last: of the same ballots, the file is the same to the last byte."""
    left = set()
    for order in range(5):
        (tmp_path / str(order)).mkdir()
        left.add(bytes_after(tmp_path / str(order), given_by_all(seed), Random(100 * seed + order)))

    assert len(left) == 1


def test_other_ballots_leave_other_bytes(tmp_path: Path) -> None:
    """That files are compared which hold results: where one person in fourteen answers otherwise, most of the time one sees it."""
    left = set()
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        left.add(bytes_after(tmp_path / str(seed), given_by_all(seed), Random(1)))

    assert len(left) == 4


def test_a_server_leaves_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    """Played over HTTP from the same room on, evenings of the same ballots differ in no result, no size and no byte of the file."""
    chance = Random(71)
    replies: list[list[tuple[bytes, str]]] = []
    files: list[bytes] = []
    material = every_kind.arguments(tmp_path / "material")
    with RoomProcess(tmp_path / "first", *material) as room:
        room.stop()
        code = room.code
    seats = {place: seat for place, seat in enumerate(meals.SEATS[:12])}
    for evening in range(6 if THOROUGH else 2):
        shutil.copytree(tmp_path / "first", tmp_path / str(evening))
        sent = []
        with RoomProcess(tmp_path / str(evening), *material, "--room", code) as room:
            room.sit(*chance.sample(sorted(seats.values()), 12))
            room.control.post("/door", json={"state": "locked"}).raise_for_status()
            for name, answers in (("single", ["shore"] * 5 + ["dunes"] * 7), ("multi", [["coat"]] * 4 + [["book", "bread"]] * 8)):
                run = room.ask(name)
                for place in chance.sample(range(12), 12):
                    room.cast(run, seats[place], {"pass": True}).raise_for_status()
                for place in chance.sample(range(12), 12):
                    room.cast(run, seats[place], answers[place]).raise_for_status()
                room.lead(run, "close", "reveal")
                for shown in ("result.json", "result.html", "result.svg"):
                    reply = room.public.get(room.path(f"/runs/{run}/{shown}"))
                    sent.append((reply.content, reply.headers["content-length"]))
            room.stop()
        kept = bytearray((tmp_path / str(evening) / RESULTS_FILE).read_bytes())
        for counter in COUNTERS:
            kept[counter] = bytes(4)
        replies.append(sent)
        files.append(bytes(kept))

    assert all(each == replies[0] for each in replies)
    assert len(set(files)) == 1


# ---- what time gives away -----------------------------------------------------------------------------------------------


@settings(max_examples=500 if THOROUGH else 40)
@given(st.lists(st.tuples(st.sampled_from(["cast", "withdraw", "tick"]), st.integers(0, 13)), max_size=60))
def test_the_counter_says_what_was_so_at_the_last_tick(acts: list[tuple[str, int]]) -> None:
    """Whatever people do between two ticks, nothing that is told changes; at a tick it is the step of how many there are by then."""
    with tempfile.TemporaryDirectory() as place:
        room = meals.seated(meals.opened(Path(place)), 14)
        room.ask("one")
        room.tick()
        answered, expected = set(), step(0)
        for act, person in acts:
            if act == "cast":
                room.cast(1, meals.SEATS[person], "abc"[person % 3])
                answered.add(person)
            elif act == "withdraw":
                room.withdraw(1, meals.SEATS[person])
                answered.discard(person)
            else:
                room.tick()
                expected = step(len(answered))
            assert room.state.step == room.state.current[0].step == room.holds()["ballots"] == expected


class Drawn(Random):
    """Chance of which the test says what it draws next."""

    def __init__(self) -> None:
        super().__init__(1)
        self.next: Any = None

    def choice(self, seq: Any) -> Any:
        """Return what was said, having seen that it could have been drawn."""
        assert self.next in seq
        return self.next


def test_a_pause_comes_as_late_as_chance_says_whoever_asks(tmp_path: Path) -> None:
    """For each of the delays that can be drawn and each of five seats, the signal is heard after just that many ticks."""
    chance = Drawn()
    room = meals.seated(Room(meals.WORKSHOP, Results(tmp_path), meals.TUESDAY, chance))
    heard = set()
    for ticks in PAUSE_TICKS:
        chance.next = ticks
        for seat in meals.SEATS[:5]:
            room.pause(seat)
            late = next(number for number in range(1, 100) if meals.after_ticks(room, 1).pauses)
            room.acknowledge_pauses()
            heard.add((ticks, late))

    assert heard == {(ticks, ticks) for ticks in PAUSE_TICKS}


def unevenness(delays: list[int]) -> float:
    """Return how far some delays are from being drawn evenly from all there are: Pearson's chi-squared, of 25 degrees of freedom."""
    expected = len(delays) / len(PAUSE_TICKS)
    return sum((delays.count(ticks) - expected) ** 2 / expected for ticks in PAUSE_TICKS)


# Exceeded by chance alone once in a million times.
MOST_UNEVEN: Final = 75.0


def test_each_delay_of_a_pause_is_as_likely_as_any_other(tmp_path: Path) -> None:
    """Of some three thousand signals, no delay is heard more often than chance makes it, from no seat more than from another."""
    room = meals.seated(meals.opened(tmp_path, seed=29), 40)
    delays: dict[str, list[int]] = {"first seats": [], "last seats": []}
    for group, seats in (("first seats", meals.SEATS[:20]), ("last seats", meals.SEATS[20:])):
        for _ in range(75):
            for seat in seats:
                room.pause(seat)
            for tick in range(1, PAUSE_TICKS.stop):
                before = room.pauses
                delays[group] += [tick] * (meals.after_ticks(room, 1).pauses - before)

    assert {group: len(each) for group, each in delays.items()} == {"first seats": 1500, "last seats": 1500}
    assert {group: unevenness(each) < MOST_UNEVEN for group, each in delays.items()} == {"first seats": True, "last seats": True}


def test_a_delay_that_favours_some_would_be_found() -> None:
    """Delays that come out shorter for some, or a little earlier on the whole, are too uneven to be chance."""
    random = Random(5)
    hurried = [min(random.choice(PAUSE_TICKS), random.choice(PAUSE_TICKS)) for _ in range(1500)]
    clipped = [max(random.choice(PAUSE_TICKS), 8) for _ in range(1500)]

    assert min(unevenness(hurried), unevenness(clipped)) > MOST_UNEVEN


# ---- memory -------------------------------------------------------------------------------------------------------------


def held_anywhere(canary: str) -> set[str]:
    """Return the texts with a canary that this whole process can still reach from anything it keeps."""
    gc.collect()
    return held_by(canary, *gc.get_objects())


def held_by(canary: str, *starts: object) -> set[str]:
    """Return the texts with a canary, and the bytes, that can be reached from somewhere."""
    return meals.strings_with(canary, list(meals.reachable(*starts)))


def kept_for_a_run() -> list[object]:
    """Return everything in this process that holds counts or answers of a run."""
    return [each for each in gc.get_objects() if isinstance(each, Tally) or (isinstance(each, Ballots) and len(each))]


def everyone_writes(room: Room, run: int, canary: str) -> None:
    """Let twelve people think twice about what they write."""
    for words in ("first of all", "in the end"):
        for number, seat in enumerate(meals.SEATS[:12]):
            room.cast(run, seat, f"{canary} {words}, {number}")


@pytest.mark.parametrize("end", ["publish_lines", "discard", "discard while open"])
def test_no_line_and_no_count_can_be_reached_in_the_whole_process(tmp_path: Path, end: str) -> None:
    """Open and being read, lines are found in memory; once published without them or thrown away, nothing leads to a line or a Tally."""
    canary = Random(83).randbytes(8).hex()
    before = kept_for_a_run()
    room = meals.seated(meals.opened(tmp_path))
    run = room.ask("text").number
    everyone_writes(room, run, canary)
    while_open = len(held_by(canary, room))
    if end == "discard while open":
        room.discard(run)
    else:
        room.close(run)
        assert len(held_by(canary, room)) >= 12
        for number in range(1, 13):
            room.decide(run, number, "decline")
        getattr(room, end)(run)

    assert while_open >= 12
    assert held_anywhere(canary) == set()
    # Other tests keep some of their own.
    assert [each for each in kept_for_a_run() if not any(each is other for other in before)] == []


def test_a_line_that_is_kept_in_an_odd_place_is_found() -> None:
    """Within something that somebody else holds, in a form that is no text, the search through the whole process finds it."""
    canary = Random(85).randbytes(8).hex()
    odd_place = [{("a", 1): [f"before {canary} after".encode()]}]

    assert held_anywhere(canary) == {f"before {canary} after"}
    assert odd_place != []


def copies_in_memory(pid: int, trace: bytes) -> int:
    """Return how often some bytes stand in what a process may write to in its memory, freed or not."""
    found = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in re.findall(r"^(\w+)-(\w+) rw", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE):
            memory.seek(int(start, 16))
            with suppress(OSError):
                found += memory.read(int(end, 16) - int(start, 16)).count(trace)
    return found


@pytest.mark.skipif(not os.access("/proc/self/mem", os.R_OK), reason="This system shows nobody the memory of a process.")
def test_a_server_lets_go_of_lines_that_were_left_out(tmp_path: Path) -> None:
    """In the memory of a real server lines stand while they are read; once they were left out, the server holds on to none.

    Python gives memory back without wiping it, so a copy may outlast its line for a while; that all of them do would mean
    that they are still held. docs/promises.md says so among the limits.
    """
    canary = Random(84).randbytes(8).hex()
    with RoomProcess(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as room:
        room.sit(*meals.SEATS[:12])
        run = room.ask("text")
        for number, seat in enumerate(meals.SEATS[:12]):
            room.cast(run, seat, f"{canary} {number}").raise_for_status()
        room.lead(run, "close")
        while_read = copies_in_memory(room.pid, canary.encode())
        for number in range(1, 13):
            room.control.post(f"/runs/{run}/lines/{number}", json={"decision": "decline"}).raise_for_status()
        room.lead(run, "publish", "reveal")
        for _ in range(50):
            room.public.get(room.path("/privacy")).raise_for_status()
        afterwards = copies_in_memory(room.pid, canary.encode())

    assert while_read >= 12
    assert afterwards < 12
