"""Rehearsals and the command line: a simulated evening from its first seat to its report, and what the commands say of themselves."""

import asyncio
import json
import re
import subprocess
import sysconfig
from collections import Counter
from html import unescape
from pathlib import Path
from random import Random
from typing import Any, Final, cast

import httpx
import pytest
from typer.core import TyperGroup
from typer.main import get_command

from tests import every_kind
from tests.world import PATIENCE_SECONDS, RunningRoom, environment, note_ballots
from workshop_kit import __version__, charts, rehearsal
from workshop_kit.cli import app
from workshop_kit.client import Phone, Question, line_for
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import ROOM, Comparison, Published, compare, publish
from workshop_kit.polls import Poll, Tally
from workshop_kit.report.words import RESULTS, SECTIONS, SIMULATED
from workshop_kit.workshop import Workshop

COMMANDS: Final = cast(TyperGroup, get_command(app)).commands
COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
PEOPLE: Final = 12
SEED: Final = 7
MANY: Final = 30
# The only addresses that may stand in a report: names of languages, which nothing ever fetches.
NAMESPACES: Final = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


def workshop_kit(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as it is typed, for a user whose folders lie in `home`."""
    variables = {
        "HOME": str(home),
        "TMPDIR": str(home),
        FOLDER_VARIABLE: str(home / "kit"),
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=environment(variables),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_SECONDS,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a user who rehearses."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", params=["evening", "half_day", "series", "webinar"])
def rehearsed(home: Path, request: pytest.FixtureRequest) -> Path:
    """Return the folder that a headless rehearsal of a plan wrote into; it was not there before."""
    out = home / "new" / str(request.param)
    done = workshop_kit(home, "rehearse", "--people", PEOPLE, "--seed", SEED, "--headless", "--plan", request.param, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [name for name in ("report.html", "report.pdf", "results.json") if str(out / name) not in done.stdout] == []
    return out


def results_in(folder: Path) -> dict[str, Any]:
    """Return the results that a rehearsal wrote."""
    written: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return written


def test_a_rehearsal_writes_published_results_of_its_polls_and_nothing_else(rehearsed: Path, workshop: Workshop) -> None:
    """Each entry is a Published result, whole and without a further word, one for each poll of the plan and of its closings, in order."""
    written = results_in(rehearsed)

    plan = workshop.plan(written["plan"])
    asked: list[Poll] = []
    for block in [block for meeting in plan.meetings for block in meeting]:
        asked += [workshop.poll(name) for name in block.polls]
        asked += workshop.closing if block.kind == "closing" else ()
    assert {name: written[name] for name in ("simulated", "people", "seed")} == {"simulated": True, "people": PEOPLE, "seed": SEED}
    assert set(written) == {"simulated", "people", "seed", "plan", "results", "comparisons"}
    assert [Published.from_dict(each).to_dict() for each in written["results"]] == written["results"]
    assert [each["poll"] for each in written["results"]] == [poll.to_dict() for poll in asked]
    assert workshop.poll("fears") in asked
    assert sorted(each.name for each in rehearsed.iterdir()) == ["report.html", "report.pdf", "results.json"]


def shown_in(folder: Path) -> list[charts.Shown]:
    """Return what a rehearsal has shown: each result, beside the last one of the same poll where there is one."""
    shown: list[charts.Shown] = []
    earlier: dict[str, Published] = {}
    for result in (Published.from_dict(each) for each in results_in(folder)["results"]):
        # The questions about a meeting are asked anew in each, and not compared.
        before = earlier.get(result.poll.id) if result.poll.section else None
        shown.append(compare(before, result) if before else result)
        earlier[result.poll.id] = result
    return shown


def test_a_rehearsal_compares_what_was_asked_again(rehearsed: Path) -> None:
    """Where a poll of the plan is asked a second time, its result is written beside the one before, and none other is."""
    expected = [each.to_dict() for each in shown_in(rehearsed) if isinstance(each, Comparison)]

    assert results_in(rehearsed)["comparisons"] == json.loads(json.dumps(expected))
    assert expected


@pytest.mark.parametrize("rehearsed", ["half_day", "series"], indirect=True)
def test_a_rehearsal_of_a_plan_with_words_shows_lines_that_nobody_wrote(rehearsed: Path) -> None:
    """Of polls in people's own words the report has lines, each of which says that it is simulated."""
    lines = [line for each in results_in(rehearsed)["results"] if each["poll"]["kind"] == "text" for line in each["texts"]]

    report = unescape((rehearsed / "report.html").read_text(encoding="utf-8"))
    assert len(lines) >= 3
    assert [line for line in lines if not line.endswith("(simulated)") or line not in report] == []


def test_a_report_says_what_was_led_what_came_out_and_that_it_is_simulated(rehearsed: Path, workshop: Workshop) -> None:
    """The report has every section of the plan, every question with its chart, numbers and note, and says first that people were simulated."""
    report = (rehearsed / "report.html").read_text(encoding="utf-8")
    words = re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", " ", report)))
    results = shown_in(rehearsed)
    meetings = workshop.plan(results_in(rehearsed)["plan"]).meetings
    led = {block.section for meeting in meetings for block in meeting if block.section}

    assert words.index(SIMULATED) < words.index(SECTIONS)
    done = words[words.index(SECTIONS) : words.index(RESULTS)]
    assert [section.id for section in workshop.sections if section.title in done] == sorted(led)
    assert report.count("<svg") == sum(each.poll.kind != "text" and bool(charts.table(each).rows) for each in results)
    for each in results:
        assert (each.after if isinstance(each, Comparison) else each).poll.question in words
        assert charts.note(each) in words
        assert all(" ".join(row) in words for row in charts.table(each).rows)


def test_a_report_needs_nothing_from_anywhere(rehearsed: Path) -> None:
    """A report can be read on a computer that is alone in the world: it refers to no other file and no other place."""
    report = (rehearsed / "report.html").read_text(encoding="utf-8")

    addresses = re.findall(r"""[a-z]+://[^\s"'<>)]*""", report)
    assert [each for each in addresses if each not in NAMESPACES] == []
    assert [each for each in re.findall(r"""(?:src|href|srcset|action|data)=["']?([^"'\s>]*)""", report) if not each.startswith("#")] == []
    assert [each for each in re.findall(r"url\(([^)]*)\)", report) if not each.startswith("#")] == []
    assert "@import" not in report
    assert "<script" not in report


@pytest.mark.parametrize("rehearsed", ["half_day"], indirect=True)
def test_the_same_seed_gives_the_same_evening(rehearsed: Path, home: Path) -> None:
    """A rehearsal with the same people and the same seed writes the same results to the byte."""
    again = home / "again"

    arguments = ("--people", PEOPLE, "--seed", SEED, "--headless", "--plan", "half_day", "--out", again)
    assert workshop_kit(home, "rehearse", *arguments).returncode == 0

    assert (again / "results.json").read_bytes() == (rehearsed / "results.json").read_bytes()
    assert (again / "report.html").read_bytes() == (rehearsed / "report.html").read_bytes()
    assert (again / "report.pdf").read_bytes() == (rehearsed / "report.pdf").read_bytes()


@pytest.mark.parametrize("rehearsed", ["half_day"], indirect=True)
def test_a_rehearsal_leaves_nothing_but_its_report(rehearsed: Path, home: Path) -> None:
    """A rehearsal is not kept among the rooms, and leaves no temporary file behind."""
    files = {file.relative_to(home).parts[0] for file in home.rglob("*") if file.is_file() and ".cache" not in file.parts}

    assert files <= {"new", "again"}


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Where the report cannot be written, the command says so before it plays anything, and ends with 2."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    refused = workshop_kit(tmp_path, "rehearse", "--headless", "--out", tmp_path / "file" / "report")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"The folder {tmp_path / 'file' / 'report'} cannot be written. Name another one with --out.\n"


def test_a_plan_that_does_not_exist_is_said_in_one_sentence(tmp_path: Path, workshop: Workshop) -> None:
    """Where no plan has the name that was typed, the command names those there are, and ends with 2."""
    refused = workshop_kit(tmp_path, "rehearse", "--headless", "--plan", "fortnight", "--out", tmp_path / "report")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert "evening" in refused.stderr


def test_a_room_is_not_opened_for_a_plan_that_does_not_exist(tmp_path: Path) -> None:
    """Starting a room by a plan that nobody knows ends with 2, names the plans there are, and leaves no room behind."""
    refused = workshop_kit(tmp_path, "start", "--plan", "fortnight", "--no-browser", "--host", "127.0.0.1")

    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "evening" in refused.stderr
    assert "Room code" not in refused.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself_and_its_options(tmp_path: Path, command: str) -> None:
    """The help of a command says what the command does and what each of its options is for."""
    parameters = COMMANDS[command].params
    options = [name for each in parameters for name in (*each.opts, *each.secondary_opts) if name.startswith("--")]

    helped = workshop_kit(tmp_path, command, "--help")

    assert helped.returncode == 0
    assert [option for option in options if option not in helped.stdout] == []
    assert all(getattr(each, "help", None) for each in parameters)
    assert str(COMMANDS[command].help).split(".")[0] in " ".join(helped.stdout.split())


def test_the_command_says_which_version_it_is_and_which_commands_it_has(tmp_path: Path) -> None:
    """`--version` is one line; with no word at all the command lists what can be typed."""
    version, bare = workshop_kit(tmp_path, "--version"), workshop_kit(tmp_path)

    assert (version.returncode, version.stdout) == (0, f"workshop_kit {__version__}\n")
    assert {"start", "rehearse"} <= set(COMMANDS)
    assert [command for command in COMMANDS if command not in bare.stdout + bare.stderr] == []


def test_thirty_people_outlast_a_killed_server_and_each_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    """With thirty phones answering, a SIGKILL loses nobody's answer and doubles none: the result is exactly theirs."""
    taken: Counter[str] = Counter()
    monkeypatch.setattr(rehearsal, "line_for", lambda phones: note_ballots(line_for(phones), taken))
    poll = workshop.poll("loudest")

    with RunningRoom(tmp_path / "room") as room:
        run = asyncio.run(outlast(room, poll.id, taken))
        room.lead(run, "close", "reveal")
        result = Published.from_dict(room.result(run))

    assert result == publish(Tally.of(poll, [last_answer(poll, number) for number in range(MANY)]), ROOM)
    assert result.answered is not None
    assert MANY / 2 < result.answered < MANY, "some people must have answered, and some passed, for this to mean anything"


async def outlast(room: RunningRoom, poll: str, taken: Counter[str]) -> int:
    """Ask thirty people, kill the server when a third have answered, and wait until it has heard from all; return the run."""
    group = rehearsal.Group(MANY, SEED, longest_thought_s=2)
    sitting = asyncio.create_task(group.take_part(room.connection.public_url, room.code))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await group.seated()
            run = await asyncio.to_thread(room.ask, poll)
            await heard_from(taken, MANY // 3)
            room.kill()
            taken.clear()
            await asyncio.to_thread(room.start)
            await heard_from(taken, MANY)
            # Those who change their minds are heard more than once.
            await group.answered(run)
            return run
    finally:
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)


async def heard_from(taken: Counter[str], people: int) -> None:
    """Wait until the server has taken the answers of some people."""
    while len(taken) < people:
        await asyncio.sleep(0.01)


def last_answer(poll: Poll, number: int) -> object:
    """Return what a simulated person has said to a room's first poll in the end."""
    question, random = Question(poll.kind, tuple(str(option.id) for option in poll.options)), Random(f"{SEED}/{number}")
    first, second = (rehearsal.opinion(question, random) for _ in range(2))
    return second if number in (rehearsal.CHANGES_MIND, rehearsal.TAKES_BACK) else first


def test_a_phone_as_a_program_answers_a_server_that_has_just_come_back(room_server: RunningRoom, seat_tokens: list[str]) -> None:
    """As the page does, a phone that is told it has no seat takes it again and casts, even before it hears of the restart."""
    own, *others = seat_tokens[:9]

    async def answer_after_a_restart() -> None:
        async with line_for(1) as line:
            phone = Phone(room_server.connection.public_url, room_server.code, own, line)
            await phone.take_seat()
            run = await asyncio.to_thread(room_server.ask, "loudest")
            room_server.kill()
            await asyncio.to_thread(room_server.start)
            await phone.cast(run, "hurt")

    asyncio.run(answer_after_a_restart())

    assert answered_with(room_server, others) == 9


def test_a_phone_as_a_program_keeps_its_wish_to_take_an_answer_back(room_server: RunningRoom, seat_tokens: list[str]) -> None:
    """As the page does, a phone whose answer is taken back while the server is away holds none when it returns, and breaks nothing."""
    own, *others = seat_tokens[:9]

    async def take_back_while_away() -> None:
        async with line_for(1) as line:
            phone = Phone(room_server.connection.public_url, room_server.code, own, line)
            await phone.take_seat()
            run = await asyncio.to_thread(room_server.ask, "loudest")
            await phone.cast(run, "hurt")
            room_server.kill()
            await phone.withdraw(run)
            await asyncio.to_thread(room_server.start)
            async for state in phone.states():
                assert state["run"] == run
                break

    asyncio.run(take_back_while_away())

    assert answered_with(room_server, others) == 8


def test_a_phone_as_a_program_keeps_an_answer_for_each_question(tmp_path: Path, seat_tokens: list[str]) -> None:
    """As the page does, a phone reads what is asked, and after a restart hands in its answer to each question that is still open."""
    own, *others = seat_tokens[:10]

    async def answer_all() -> dict[str, Question]:
        async with line_for(1) as line:
            phone = Phone(room.connection.public_url, room.code, own, line)
            await phone.take_seat()
            asked = {room.control.get("/state").json()["runs"][run - 1]["poll"]: each for run, each in (await phone.questions()).items()}
            for run, answer in zip(runs, ("inn", [], ["tea", "talk", "birds", "wind"], "A line"), strict=True):
                await phone.cast(run, answer)
            await phone.withdraw(runs[1])
            room.lead(runs[0], "discard")
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            async for state in phone.states():
                assert [each["run"] for each in state["current"]] == runs[1:]
                break
        return asked

    with RunningRoom(tmp_path / "room", *every_kind.arguments(tmp_path / "material")) as room:
        runs = room.control.post("/runs", json={"polls": ["single", "multi", "rank", "text"]}).raise_for_status().json()["runs"]
        asked = asyncio.run(answer_all())
        room.sit(*others)
        for seat in others:
            for run, answer in zip(runs[1:], (["book"], ["tea", "talk", "birds", "wind"], "Another line"), strict=True):
                room.cast(run, seat, answer).raise_for_status()
        room.lead(runs[1], "close", "reveal")
        room.lead(runs[2], "close", "reveal")
        room.lead(runs[3], "close")
        lines = room.control.get(f"/runs/{runs[3]}/lines").json()["lines"]

        assert [room.result(run)["answered"] for run in runs[1:3]] == [9, 10]
        assert sorted(line["text"] for line in lines) == ["A line", "Another line"]
    assert {name: question.kind for name, question in asked.items()} == {each: each for each in ("single", "multi", "rank", "text")}
    assert asked["rank"].options == ("wind", "birds", "talk", "tea")
    assert asked["text"].options == ()


def test_a_phone_as_a_program_outlives_a_poll_that_closes_before_it(room_server: RunningRoom, seat_tokens: list[str]) -> None:
    """If a poll closes in the moment in which a phone comes back with its answer, the phone goes on and answers the next one."""

    async def come_back_too_late() -> list[str]:
        phases = []
        async with line_for(1) as line:
            phone = Phone(room_server.connection.public_url, room_server.code, seat_tokens[0], line)
            await phone.take_seat()
            run = await asyncio.to_thread(room_server.ask, "loudest")
            await phone.cast(run, "hurt")
            await asyncio.to_thread(room_server.kill)
            await asyncio.to_thread(room_server.start)

            async def close_at_once(reply: httpx.Response) -> None:
                if reply.request.method == "POST":
                    await asyncio.to_thread(room_server.lead, run, "close")

            line.event_hooks = {"response": [close_at_once]}
            async for state in phone.states():
                phases.append(state["phase"])
                if state["phase"] == "closed":
                    break
            line.event_hooks = {"response": []}
            again = await asyncio.to_thread(room_server.ask, "loudest")
            await phone.cast(again, "known")
        return phases

    assert asyncio.run(come_back_too_late()) == ["open", "closed"]
    assert room_server.control.get("/state").json()["runs"][1]["phase"] == "open"


def answered_with(room: RunningRoom, seats: list[str]) -> int | None:
    """Let some more people answer the first run, close it, and return how many have answered in all."""
    for seat in seats:
        room.sit(seat)
        room.cast(1, seat, "known").raise_for_status()
    room.lead(1, "close", "reveal")
    return Published.from_dict(room.result(1)).answered
