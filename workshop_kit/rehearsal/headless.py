"""An evening with a simulated group, played through at once, and its report."""

import asyncio
import json
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

from workshop_kit import charts, material
from workshop_kit.after import report
from workshop_kit.charts import Shown
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.disclosure import Comparison
from workshop_kit.disk.rooms import Results
from workshop_kit.errors import SetupError
from workshop_kit.processes.children import tell
from workshop_kit.rehearsal.group import Group
from workshop_kit.rehearsal.room import rehearsed
from workshop_kit.words.catalog import Language, language
from workshop_kit.workshop import Block, Plan, Workshop

PATIENCE_SECONDS: Final = 60.0


async def play_headless(people: int, seed: int, plan_id: str, out: Path) -> None:
    """Play every poll of a plan through with a simulated group; write the report of it, and `results.json`.

    Raises
    ------
    Unknown
        If there is no such plan.
    SetupError
        If the folder cannot be written, or the room does not go along.
    """
    workshop = material.read()
    say = language(workshop.language)
    plan = workshop.plan(plan_id)
    _make(out)
    results: list[Shown] = []
    group = Group(people, say, seed, longest_thought_s=0)
    async with rehearsed(group, "--plan", plan.id) as (folder, room, _server, sitting):
        await _or_failed(group.seated(), sitting)
        # So many were said to come, so they are counted with that.
        room.lock_door()
        tell(say("rehearsal.seated", people=people, plan=plan.title, n=_polls_in(plan, workshop)))
        asked: dict[str, LedRun] = {}
        for block in _led(room, plan):
            for poll in block.polls:
                again = poll in asked and workshop.poll(poll).kind != "text"
                run = asked[poll].ask_again() if again else room.ask(poll)
                await _or_failed(group.answered(run.number), sitting)
                run.close()
                _let_every_line_through(run)
                run.reveal()
                results.append(run.comparison() if again else run.result())
                asked[poll] = run
                _tell_of(results[-1], block, say)
            if block.kind == "closing" and workshop.closing:
                runs = room.ask_together(*(poll.id for poll in workshop.closing))
                for run in runs:
                    await _or_failed(group.answered(run.number), sitting)
                for run in runs:
                    run.close()
                    run.reveal()
                    results.append(run.result())
                    _tell_of(results[-1], block, say)
        written = _report(Results(folder), room.code, workshop, out)
    _write(out, people, seed, plan, results)
    tell(say("rehearsal.done", html=written.html, pdf=written.pdf, results=out / "results.json"))


def _tell_of(result: Shown, block: Block, say: Language) -> None:
    section = block.section or say(f"labels.block.{block.kind}")
    tell(say("rehearsal.result", section=section, poll=result.poll.id, finding=charts.finding(result, say)))


def _polls_in(plan: Plan, workshop: Workshop) -> int:
    blocks = [block for blocks in plan.meetings for block in blocks]
    return sum(len(block.polls) + (len(workshop.closing) if block.kind == "closing" else 0) for block in blocks)


def _led(room: LedRoom, plan: Plan) -> Iterator[Block]:
    """Lead a room through the plan as its facilitator would, and yield each part when it has begun."""
    for meeting, blocks in enumerate(plan.meetings):
        room.set_up(plan.id, meeting, "room", None, None)
        for place, block in enumerate(blocks):
            room.bend_agenda("go_to", place)
            yield block


def _report(results: Results, code: str, workshop: Workshop, out: Path) -> report.Written:
    record = results.room(code)
    assert record is not None, "The room that was just led is gone."
    return report.write(record, results.runs(code), workshop, out, replace=True, tell=tell)


def _let_every_line_through(run: LedRun) -> None:
    """Do what a facilitator does with lines in people's own words; simulated people write nothing that needs care."""
    lines = run.lines()
    for line in lines:
        run.decide(line.number, "approve")
    if lines:
        run.publish_lines()


async def _or_failed(waiting: Coroutine[Any, Any, None], sitting: asyncio.Task[None]) -> None:
    """Wait for the group, but not for ever, and not for a group that has fallen over."""
    task = asyncio.create_task(waiting)
    await asyncio.wait([task, sitting], timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if sitting.done():
        sitting.result()
    if not task.done():
        task.cancel()
        raise SetupError("rehearsal.too_slow")


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError:
        raise SetupError("rehearsal.no_folder", folder=out) from None


def _write(out: Path, people: int, seed: int, plan: Plan, results: list[Shown]) -> None:
    written = {
        **{"simulated": True, "people": people, "seed": seed, "plan": plan.id},
        # One result for each time a poll was asked, and beside them what was shown where it was asked again.
        "results": [(shown.after if isinstance(shown, Comparison) else shown).to_dict() for shown in results],
        "comparisons": [shown.to_dict() for shown in results if isinstance(shown, Comparison)],
    }
    (out / "results.json").write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
