"""Rehearsals: a simulated evening from its first seat to its report, and a group that outlives what people's phones outlive."""

import asyncio
import json
import subprocess
import sysconfig
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests.after.paper import Page
from tests.world import PATIENCE_SECONDS, SAY, RunningRoom, environment
from workshop_kit import charts
from workshop_kit.client import line_for
from workshop_kit.disclosure import ROOM, Comparison, Published, compare, publish
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.rehearsal import group
from workshop_kit.workshop import Workshop

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
PEOPLE: Final = 12
SEED: Final = 7
MANY: Final = 30
FILES: Final = ["report.html", "report.pdf", "results.json"]


def rehearse(home: Path, plan: str, out: Path) -> None:
    """Type the command as a user does whose folders all lie in `home`; see that it says where everything is, and complains of nothing."""
    options = ["--people", str(PEOPLE), "--seed", str(SEED), "--headless", "--plan", plan, "--out", str(out)]
    variables = environment({"HOME": str(home), "TMPDIR": str(home), FOLDER_VARIABLE: str(home / "kit")})
    done = subprocess.run([COMMAND, "rehearse", *options], env=variables, cwd=home, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, [name for name in FILES if str(out / name) not in done.stdout]) == (0, "", [])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a user who rehearses."""
    return tmp_path_factory.mktemp("home")


PLANS: Final = ["evening", *(pytest.param(plan, marks=pytest.mark.prove) for plan in ("half_day", "series", "webinar"))]


@pytest.fixture(scope="module", params=PLANS)
def rehearsed(home: Path, request: pytest.FixtureRequest) -> Path:
    """Return the folder that a headless rehearsal of a plan wrote into; it was not there before."""
    out = home / "new" / str(request.param)
    rehearse(home, request.param, out)
    return out


def results_in(folder: Path) -> dict[str, Any]:
    """Return the results that a rehearsal wrote."""
    written: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return written


def shown_in(folder: Path) -> list[charts.Shown]:
    """Return what a rehearsal has shown: each result, beside the last one of the same poll where there is one."""
    shown: list[charts.Shown] = []
    earlier: dict[str, Published] = {}
    for result in map(Published.from_dict, results_in(folder)["results"]):
        # The questions about a meeting are asked anew in each, and not compared.
        before = earlier.get(result.poll.id) if result.poll.section else None
        shown.append(compare(before, result) if before else result)
        earlier[result.poll.id] = result
    return shown


def test_it_writes_published_results_of_its_polls_and_nothing_else(rehearsed: Path, workshop: Workshop) -> None:
    """There is a Published result for each poll of the plan and its closings, in order, and a comparison where one was asked again."""
    written = results_in(rehearsed)
    blocks = [block for meeting in workshop.plan(rehearsed.name).meetings for block in meeting]
    asked: list[Poll] = []
    for block in blocks:
        asked += [workshop.poll(name) for name in block.polls]
        asked += workshop.closing if block.kind == "closing" else ()
    compared = [each.to_dict() for each in shown_in(rehearsed) if isinstance(each, Comparison)]

    results, comparisons = written.pop("results"), written.pop("comparisons")

    assert written == {"simulated": True, "people": PEOPLE, "seed": SEED, "plan": rehearsed.name}
    assert [Published.from_dict(each).to_dict() for each in results] == results
    assert [each["poll"] for each in results] == [poll.to_dict() for poll in asked]
    assert workshop.poll("fears") in asked
    assert comparisons == json.loads(json.dumps(compared))
    assert comparisons


def test_its_report_says_what_was_led_what_came_out_and_that_it_is_simulated(rehearsed: Path, workshop: Workshop) -> None:
    """The report has every section of the plan and all that the rehearsal has shown, and says first that people were simulated."""
    report = Page((rehearsed / "report.html").read_text(encoding="utf-8"))
    results = shown_in(rehearsed)
    led = {block.section for meeting in workshop.plan(rehearsed.name).meetings for block in meeting if block.section}
    due = [said for each in results for said in (each.poll.question, charts.note(each, SAY), *map(" ".join, charts.table(each, SAY).rows))]

    simulated, begin, end = (report.words.index(SAY(f"report.{name}")) for name in ("simulated", "sections", "results"))
    assert simulated < begin
    done = report.words[begin:end]
    assert [section.id for section in workshop.sections if section.title in done] == sorted(led)
    assert report.html.count("<svg") == sum(each.poll.kind != "text" and bool(charts.table(each, SAY).rows) for each in results)
    assert [said for said in due if " ".join(said.split()) not in report.words] == []


@pytest.mark.parametrize("rehearsed", [PLANS[1], pytest.param("series", marks=pytest.mark.prove)], indirect=True)
def test_with_words_it_shows_lines_that_nobody_wrote(rehearsed: Path) -> None:
    """Of polls in people's own words the report has lines, each of which says that it is simulated."""
    report = Page((rehearsed / "report.html").read_text(encoding="utf-8")).words
    lines = [line for each in results_in(rehearsed)["results"] if each["poll"]["kind"] == "text" for line in each["texts"]]

    assert len(lines) >= 3
    assert [line for line in lines if not line.endswith("(simulated)") or line not in report] == []


@pytest.mark.prove
@pytest.mark.parametrize("rehearsed", ["evening"], indirect=True)
def test_the_same_seed_gives_the_same_evening(rehearsed: Path, home: Path) -> None:
    """A rehearsal with the same people and the same seed writes the same results to the byte."""
    rehearse(home, rehearsed.name, home / "new" / "again")

    assert [name for name in FILES if (home / "new" / "again" / name).read_bytes() != (rehearsed / name).read_bytes()] == []


def test_it_leaves_nothing_but_its_report(rehearsed: Path, home: Path) -> None:
    """A rehearsal is not kept among the rooms, and leaves no temporary file behind."""
    left = {file.relative_to(home).parts[0] for file in home.rglob("*") if file.is_file() and ".cache" not in file.parts}

    assert left == {"new"}
    assert sorted(each.name for each in rehearsed.iterdir()) == FILES


def test_thirty_people_outlast_a_killed_server_and_each_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    """A group whose server is killed while it answers says to the last person what its seed makes it say, once each."""
    poll, heard = workshop.poll("loudest"), Heard()
    monkeypatch.setattr(group, "line_for", heard.line_for)

    with RunningRoom(tmp_path / "room") as room:
        run = asyncio.run(outlast(room, poll.id, heard))
        room.lead(run, "close", "reveal")
        result = Published.from_dict(room.result(run))

    answers = [last_answer(poll, number) for number in range(MANY)]
    assert result == publish(Tally.of(poll, answers), ROOM)
    # Some must have answered, and some passed, for this to mean anything.
    assert MANY / 2 < sum(answer != PASS for answer in answers) < MANY


def test_simulated_people_who_are_shut_out_knock_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the door is locked before everyone is there, nobody gives up, and once it is open all of them come in and are counted by one press."""
    refused: list[int] = []
    monkeypatch.setattr(group, "KNOCK_SECONDS", 0.01)

    def line(phones: int) -> httpx.AsyncClient:
        async def note(reply: httpx.Response) -> None:
            refused.extend([1] if reply.status_code == 403 else [])

        heard = line_for(phones)
        heard.event_hooks = {"response": [note]}
        return heard

    async def knock(room: RunningRoom) -> None:
        people = group.Group(PEOPLE, SAY, SEED)
        sitting = asyncio.create_task(people.take_part(room.connection.public_url, room.code))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(refused) < 2 * PEOPLE:
                await asyncio.sleep(0.01)
            room.tell("/door", state="open")
            await people.seated()
        room.tell("/door", state="locked")
        assert room.as_led()["heads"] == PEOPLE
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)

    monkeypatch.setattr(group, "line_for", line)
    with RunningRoom(tmp_path / "room", "--simulated", "--heads", str(PEOPLE), "--door", "locked") as room:
        asyncio.run(knock(room))


class Heard:
    """Whose answers the server has taken since it was last started."""

    def __init__(self) -> None:
        self.seats: set[str] = set()

    def line_for(self, phones: int) -> httpx.AsyncClient:
        """Return a line that notes each answer with the start of the server to which it was sent."""

        async def sent(request: httpx.Request) -> None:
            request.extensions["heard"] = self.seats

        async def taken(reply: httpx.Response) -> None:
            if (reply.request.method, reply.status_code) == ("PUT", 204):
                reply.request.extensions["heard"].add(json.loads(reply.request.content)["seat"])

        line = line_for(phones)
        line.event_hooks = {"request": [sent], "response": [taken]}
        return line

    async def everyone(self, people: int) -> None:
        """Wait until so many have been heard."""
        while len(self.seats) < people:
            await asyncio.sleep(0.01)


async def outlast(room: RunningRoom, poll: str, heard: Heard) -> int:
    """Ask thirty people, kill the server when a third have answered, and wait until it has heard from all; return the run."""
    people = group.Group(MANY, SAY, SEED, longest_thought_s=1)
    sitting = asyncio.create_task(people.take_part(room.connection.public_url, room.code))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await people.seated()
            assert await asyncio.to_thread(room.count) == MANY
            run = await asyncio.to_thread(room.ask, poll)
            await heard.everyone(MANY // 3)
            room.kill()
            heard.seats = set()
            await asyncio.to_thread(room.start)
            await heard.everyone(MANY)
            # Those who change their minds are heard more than once.
            await people.answered(run)
            return run
    finally:
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)


def last_answer(poll: Poll, number: int) -> object:
    """Return what a simulated person has said to a room's first poll in the end."""
    random = Random(f"{SEED}/{number}")
    first, second = (group.opinion(poll, SAY, random) for _ in range(2))
    return second if number in (group.CHANGES_MIND, group.TAKES_BACK) else first
