"""`workshop-kit rehearse`: an evening with a simulated group, live or played through at once."""

import asyncio
import json
import os
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from workshop_kit import charts, material, report
from workshop_kit.cli.processes import Child, say
from workshop_kit.cli.start import Evening, Wishes, opened_room
from workshop_kit.connection import FOLDER_VARIABLE, find_room
from workshop_kit.disclosure import Published
from workshop_kit.errors import SetupError
from workshop_kit.rehearsal import Group
from workshop_kit.workshop import Plan, Section

PATIENCE_SECONDS: Final = 60.0


async def play_live(people: int, seed: int) -> None:
    """Open a room with a simulated group and wait for someone to lead it; keep nothing of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="workshop_kit_rehearsal_") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        say("This is a rehearsal with simulated people. When it ends, nothing of it is kept.\n")
        await Evening(Wishes(people=people, seed=seed, seats=max(60, people))).lead()


async def play_headless(people: int, seed: int, plan_id: str, out: Path) -> None:
    """Play every poll of a plan through with a simulated group; write `report.html` and `results.json`.

    Raises
    ------
    Unknown
        If there is no such plan.
    SetupError
        If the folder cannot be written, or the room does not go along.
    """
    workshop = material.read()
    plan = workshop.plan(plan_id)
    led = [(workshop.section(block.section), block.polls) for blocks in plan.meetings for block in blocks if block.section]
    _make(out)
    results: list[tuple[Section, Published]] = []
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_rehearsal_")))
        server = Child("workshop_kit.server", _room_arguments(folder, people), {})
        closing.push_async_callback(server.stop)
        await server.start()
        room = await opened_room(server, lambda: find_room(lambda: folder))
        group = Group(people, seed, longest_thought_s=0)
        sitting = asyncio.create_task(group.take_part(room.public_url, room.code))
        closing.callback(sitting.cancel)
        await _or_failed(group.seated(), sitting)
        say(f"{people} simulated people have taken their seats. {plan.title}: {sum(len(polls) for _, polls in led)} polls to play.")
        for section, polls in led:
            room.go_to(section.id)
            for poll in polls:
                run = room.ask(poll)
                await _or_failed(group.answered(run.number), sitting)
                run.close()
                run.reveal()
                results.append((section, run.result()))
                say(f"  {section.id} {poll}: {charts.finding(results[-1][1])}")
    _write(out, people, seed, plan, results)
    say(f"Done. The report is in {out / 'report.html'}, the published results are in {out / 'results.json'}.")


def _room_arguments(folder: Path, people: int) -> list[str]:
    return ["--folder", str(folder), "--port", "0", "--seats", str(max(60, people)), "--simulated"]


async def _or_failed(waiting: Coroutine[Any, Any, None], sitting: asyncio.Task[None]) -> None:
    """Wait for the group, but not for ever, and not for a group that has fallen over."""
    task = asyncio.create_task(waiting)
    await asyncio.wait([task, sitting], timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if sitting.done():
        sitting.result()
    if not task.done():
        task.cancel()
        raise SetupError("The simulated group did not answer in time. Is this computer very busy? Please try again.")


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError:
        raise SetupError(f"The folder {out} cannot be written. Name another one with --out.") from None


def _write(out: Path, people: int, seed: int, plan: Plan, results: list[tuple[Section, Published]]) -> None:
    subtitle = f"{plan.title}. A rehearsal with {people} simulated people (seed {seed}); no person said any of this."
    (out / "report.html").write_text(report.page(material.read().title, subtitle, results), encoding="utf-8")
    published = {"simulated": True, "people": people, "seed": seed, "plan": plan.id, "results": [result.to_dict() for _, result in results]}
    (out / "results.json").write_text(json.dumps(published, ensure_ascii=False, indent=1), encoding="utf-8")
