"""P-RAM and P-UNLINK: an answer is in memory for as long as its poll is open, and nowhere else, and nothing of it comes after."""

import gc
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from contextlib import suppress
from html import escape
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import every_kind, forensics, meals
from tests.kept import an_answer
from tests.world import RoomProcess, RunningRoom, disk_that_refuses, wait_for
from workshop_kit.disk.rooms import FILE as RESULTS_FILE
from workshop_kit.disk.rooms import Results
from workshop_kit.memory import PAUSE_TICKS, Ballots
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.processes.lock import FILE as LOCK_FILE
from workshop_kit.room.room import Room
from workshop_kit.words.catalog import language
from workshop_kit.words.results import so_many


def open_files(room: RoomProcess) -> set[str]:
    """Return the regular files that a server holds open, those that were deleted included, where the system tells."""
    held = Path(f"/proc/{room.pid}/fd")
    names = {os.readlink(each) for each in held.iterdir()} if os.access(held, os.R_OK) else set()
    return {name for name in names if name.startswith("/") and not name.startswith("/dev/")}


def test_a_room_that_people_answer_in_leaves_no_trace_of_them(tmp_path: Path) -> None:
    """Open, killed, read, killed, read again, published, shown, discarded, stopped: no file holds a seat, or more than was let through.

    Answers to a poll of options, asked beside the comments, are in no file as they were sent.
    """
    places = {name: str(tmp_path / name) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    for place in places.values():
        Path(place).mkdir()
    comments = [f"{forensics.KEPT if number < 6 else forensics.DROPPED} {letter}" for number, letter in enumerate("abcdefghijkl")]
    choices: list[object] = [["coat", "book"], ["friend", "coat", "bread"], ["book", "friend", "coat"]] * 4
    sent = {form for each in choices for form in (json.dumps(each), json.dumps(each, separators=(",", ":")), repr(each))}
    personal = {**forensics.PERSONAL, **{f"an answer {each}": each for each in sent}}
    every = {**personal, "a comment that may be let through": forensics.KEPT}
    found: list[str] = []
    arguments = every_kind.arguments(tmp_path / "material")
    room = RoomProcess(tmp_path / "room", *arguments, environment=places, cwd=tmp_path / "HOME")

    def look(moment: str, canaries: dict[str, str]) -> None:
        found.extend(f"{moment}: {trace}" for trace in forensics.tell_tales(forensics.files_below(tmp_path), canaries))
        assert not room.is_running or open_files(room) <= {str(room.folder / name) for name in (RESULTS_FILE, LOCK_FILE)} | {
            str(room.output_file)
        }

    def everyone_writes(run: int) -> None:
        forensics.everyone_answers(room, run, comments, [f"{forensics.DROPPED}, or not"] * 12)
        # After a restart nobody else comes back.
        room.count()

    def read(run: int) -> None:
        room.lead(run, "close")
        for line in room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]:
            decision = "approve" if forensics.KEPT in line["text"] else "decline"
            room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": decision}).raise_for_status()

    with room:
        run, chosen = room.ask_together("text", "multi")
        everyone_writes(run)
        forensics.everyone_answers(room, chosen, choices, [{"pass": True}] * 12)
        wait_for(lambda: room.state()["current"][0]["step"] == "10+", "a tick, at which things are written down")
        look("open", every)
        room.lead(chosen, "close", "reveal", "hide")
        room.kill()
        look("killed while open", every)
        room.start()
        everyone_writes(run)
        read(run)
        with disk_that_refuses(room.folder):
            assert room.control.post(f"/runs/{run}/publish").status_code == 503
        look("being read", every)
        room.kill()
        room.start()
        look("killed while being read", every)
        everyone_writes(run)
        read(run)
        room.lead(run, "publish", "reveal")
        for rest in ("", "/stage", f"/runs/{run}/result.svg", f"/runs/{run}/result.html"):
            assert room.public.get(room.path(rest)).status_code == 200
        assert sorted(room.result(run)["texts"]) == comments[:6]
        look("shown", personal)
        later = room.ask("text")
        everyone_writes(later)
        room.lead(later, "close", "discard")
        room.lead(run, "discard")
        look("discarded", every)
        modes = {oct(each.stat().st_mode & 0o777) for each in room.folder.iterdir()}
        room.stop()
        look("stopped", every)
        modes |= {oct(each.stat().st_mode & 0o777) for each in room.folder.iterdir()}

    assert found == []
    assert room.output == ""
    assert (modes, room.folder.stat().st_mode & 0o777) == ({"0o600"}, 0o700)
    assert b"coat" in (room.folder / RESULTS_FILE).read_bytes()


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
    if not forensics.can_be_watched():
        pytest.skip(forensics.CANNOT_BE_WATCHED)
    place = tmp_path / "place"
    (place / "below").mkdir(parents=True)
    trail = forensics.Trail(tmp_path / "trail")

    subprocess.run(trail.command(sys.executable, "-c", WRITES, str(place)), check=True)

    seen = {str(file.relative_to(place)) for file in trail.written() if place in file.parents}
    assert seen == {"left behind", "för a moment", "in the end", "gone", "opened for both", "below/by a child"}


@pytest.mark.parametrize("canary", [forensics.KEPT, forensics.DROPPED, forensics.SEAT + "00ff"])
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

    found = forensics.tell_tales(forensics.files_below(tmp_path), {"it": canary})

    assert {where.rpartition("/")[2] for where in found} == {*written, f"named {canary}"} - {"by chance"}


# What SQLite counts up with every write; how many there were, every second in which seats were taken may add to.
COUNTERS: Final = (slice(24, 28), slice(92, 96))


def given_by_all(seed: int) -> dict[str, dict[str, object]]:
    """Return what fourteen people answer to each poll of a small workshop, by their seats."""
    random = Random(seed)

    def drawn(poll: Poll, seat: str) -> object:
        if random.random() < 0.1:
            return PASS
        return f"What {seat[:5]} says" if poll.kind == "text" else an_answer(random, poll)

    return {str(name): {seat: drawn(poll, seat) for seat in meals.SEATS[:14]} for name, poll in meals.POLLS.items()}


def bytes_after(folder: Path, ballots: dict[str, dict[str, object]], chance: Random) -> bytes:
    """Return the results file of a room in which people answered so, in an order and with second thoughts that chance has drawn."""
    room = meals.opened(folder, chance.randrange(10**6))
    for seat in chance.sample(meals.SEATS[:14], 14):
        room.take_seat(seat)
    room.door.set("locked")
    room.door.count(14)
    room.keep()
    for name, answers in ballots.items():
        run = room.runs.ask(name).number
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
        if room.runs.close(run) is None:
            for line in room.runs.lines(run):
                room.runs.decide(run, line.number, "approve")
            room.runs.publish_lines(run)
        room.runs.reveal(run)
    return (folder / RESULTS_FILE).read_bytes()


def until_kept(folder: Path, code: str, part: str, number: int) -> None:
    """Wait until the disk knows a number of a room."""
    wait_for(lambda: getattr(Results(folder).room(code), part) == number, f"the number of {part} to be written down")


@pytest.mark.long
def test_the_same_ballots_leave_the_same_bytes(tmp_path: Path) -> None:
    """Whoever came first, thought again or answered last: of the same ballots, the file is the same to the last byte; of others it is not."""
    left = []
    for seed in range(12 if forensics.THOROUGH else 2):
        files = set()
        for order in range(5):
            folder = tmp_path / f"{seed} {order}"
            folder.mkdir()
            files.add(bytes_after(folder, given_by_all(seed), Random(100 * seed + order)))
        left.append(files)

    assert [len(files) for files in left] == [1] * len(left)
    assert len(set.union(*left)) == len(left)


@pytest.mark.long
def test_a_server_leaves_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    """Played over HTTP from the same room on, evenings of the same ballots differ in no result, no size and no byte of the file."""
    chance, left = Random(71), []
    material = every_kind.arguments(tmp_path / "material")
    with RunningRoom(tmp_path / "first", *material) as room:
        room.stop()
    for evening in range(6 if forensics.THOROUGH else 2):
        folder, sent = tmp_path / str(evening), []
        shutil.copytree(tmp_path / "first", folder)
        with RunningRoom(folder, *material, "--room", room.code) as again:
            again.sit(*chance.sample(meals.SEATS[:12], 12))
            # When the disk hears of seats and heads is a second's business, and nobody's answer; so it has heard of both before the first.
            until_kept(folder, room.code, "seats", 12)
            again.count()
            until_kept(folder, room.code, "heads", 12)
            for name, answers in (("single", ["shore"] * 5 + ["dunes"] * 7), ("multi", [["coat"]] * 4 + [["book", "bread"]] * 8)):
                run = again.ask(name)
                for place in chance.sample(range(12), 12):
                    again.cast(run, meals.SEATS[place], {"pass": True}).raise_for_status()
                for place in chance.sample(range(12), 12):
                    again.cast(run, meals.SEATS[place], answers[place]).raise_for_status()
                again.lead(run, "close", "reveal")
                for shown in ("result.json", "result.html", "result.svg"):
                    reply = again.public.get(again.path(f"/runs/{run}/{shown}"))
                    sent.append((reply.content, reply.headers["content-length"]))
            again.stop()
        kept = bytearray((folder / RESULTS_FILE).read_bytes())
        for counter in COUNTERS:
            kept[counter] = bytes(4)
        left.append((sent, bytes(kept)))

    assert [each for each in left if each != left[0]] == []


@pytest.mark.long
@settings(max_examples=500 if forensics.THOROUGH else 40)
@given(st.lists(st.tuples(st.sampled_from(["cast", "withdraw", "tick"]), st.integers(0, 13)), max_size=60))
def test_the_counter_says_what_was_so_at_the_last_tick(acts: list[tuple[str, int]]) -> None:
    """Whatever people do between two ticks, nothing that is told changes; at a tick it is the step of how many there are by then."""
    with tempfile.TemporaryDirectory() as place:
        room = meals.seated(meals.opened(Path(place)), 14)
        room.runs.ask("one")
        room.tick()
        answered, expected = set(), so_many(0, language())
        for act, person in acts:
            if act == "cast":
                room.cast(1, meals.SEATS[person], "abc"[person % 3])
                answered.add(person)
            elif act == "withdraw":
                room.withdraw(1, meals.SEATS[person])
                answered.discard(person)
            else:
                room.tick()
                expected = so_many(len(answered), language())
            assert room.state.current[0].step == room.holds()["ballots"] == expected


class Drawn(Random):
    """Chance of which the test says what it draws next."""

    next: Any = None

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


def test_each_delay_of_a_pause_is_as_likely_as_any_other(tmp_path: Path) -> None:
    """Of three thousand signals, no delay is heard more often than chance makes it, from any seats; one that favours some would be found."""
    most_uneven = 75.0  # Exceeded by chance alone once in a million times.
    room = meals.seated(meals.opened(tmp_path, seed=29), 40)
    delays: list[list[int]] = [[], []]
    for heard, seats in zip(delays, (meals.SEATS[:20], meals.SEATS[20:]), strict=True):
        for _ in range(75):
            for seat in seats:
                room.pause(seat)
            for tick in range(1, PAUSE_TICKS.stop):
                before = room.pauses
                heard += [tick] * (meals.after_ticks(room, 1).pauses - before)
    random = Random(5)
    hurried = [min(random.choice(PAUSE_TICKS), random.choice(PAUSE_TICKS)) for _ in range(1500)]
    clipped = [max(random.choice(PAUSE_TICKS), 8) for _ in range(1500)]

    assert [len(each) for each in delays] == [1500, 1500]
    assert max(map(unevenness, delays)) < most_uneven
    assert min(unevenness(hurried), unevenness(clipped)) > most_uneven


def held_by(canary: str, *starts: object) -> set[str]:
    """Return the texts with a canary, and the bytes, that can be reached from somewhere; by default, from anything in this process."""
    gc.collect()
    return meals.strings_with(canary, list(meals.reachable(*(starts or gc.get_objects()))))


def kept_for_a_run() -> list[object]:
    """Return everything in this process that holds counts or answers of a run."""
    return [each for each in gc.get_objects() if isinstance(each, Tally) or (isinstance(each, Ballots) and len(each))]


def test_no_line_and_no_count_can_be_reached_in_the_whole_process(tmp_path: Path) -> None:
    """Open and being read, lines are found in memory; once published without them or thrown away, nothing leads to a line or a Tally.

    A line that somebody else holds, within something odd and in a form that is no text, would be found.
    """
    canary, rooms = Random(83).randbytes(8).hex(), list[Room]()
    before = kept_for_a_run()
    for end in ("publish_lines", "discard", "discard while open"):
        (tmp_path / end).mkdir()
        rooms.append(room := meals.seated(meals.opened(tmp_path / end)))
        run = room.runs.ask("text").number
        for words in ("first of all", "in the end"):
            meals.answer(room, *(f"{canary} {words}, {number}" for number in range(12)))
        assert len(held_by(canary, room)) >= 12
        if end == "discard while open":
            room.runs.discard(run)
        else:
            room.runs.close(run)
            assert len(held_by(canary, room)) >= 12
            for number in range(1, 13):
                room.runs.decide(run, number, "decline")
            getattr(room.runs, end)(run)
    odd_place = [{("a", 1): [f"odd {canary}".encode()]}]

    assert held_by(canary) == {odd_place[0]["a", 1][0].decode()}
    # Other tests keep some of their own.
    assert [each for each in kept_for_a_run() if not any(each is other for other in before)] == []
    assert len(rooms) == 3


def copies_in_memory(pid: int, trace: bytes) -> int:
    """Return how often some bytes stand in what a process may write to in its memory, freed or not."""
    found = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in re.findall(r"^(\w+)-(\w+) rw", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE):
            memory.seek(int(start, 16))
            with suppress(OSError):
                found += memory.read(int(end, 16) - int(start, 16)).count(trace)
    return found


@pytest.mark.skipif(not os.access("/proc/1/mem", os.R_OK), reason="Only root is shown the memory of a room server.")
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
