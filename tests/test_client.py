"""The client: a phone as a program outlives what a page outlives, and counts once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

import httpx
import pytest

from tests.phones import polls_of
from tests.world import PEOPLE, RunningRoom
from workshop_kit.client import Phone, line_for
from workshop_kit.errors import NotNow
from workshop_kit.polls import Poll

OWN, *OTHERS = PEOPLE[:10]
ORDER: Final = ["tea", "talk", "birds", "wind"]


def with_phone(room: RunningRoom, act: Callable[[Phone, httpx.AsyncClient], Awaitable[None]]) -> None:
    """Let a phone as a program take its seat and do something."""

    async def sit_and_act() -> None:
        async with line_for(1) as line:
            phone = Phone(room.connection.public_url, room.code, OWN, line)
            await phone.take_seat()
            await act(phone, line)

    asyncio.run(sit_and_act())


async def after_the_next_state(phone: Phone) -> list[int]:
    """Let a phone hear where the room stands, and do what it has to; return what is being asked."""
    async with aclosing(phone.states()) as states:
        state = await anext(states)
    return [each["run"] for each in state["current"]]


def answered_with_others(room: RunningRoom, run: int, answer: object) -> object:
    """Let nine more people answer a run, close it, and return how many have answered in all."""
    room.sit(*OTHERS)
    for seat in OTHERS:
        room.cast(run, seat, answer).raise_for_status()
    # After a restart nobody else comes back.
    room.count()
    room.lead(run, "close", "reveal")
    return room.result(run)["answered"]


def test_it_answers_or_takes_back_whatever_happens_to_the_server(room: RunningRoom) -> None:
    """As the page does, a phone without a seat takes it again and casts, even before it hears of a restart; and what it took back stays taken back."""

    async def answer_and_take_back(phone: Phone, _: httpx.AsyncClient) -> None:
        run = room.ask("loudest")
        room.kill()
        room.start()
        await phone.cast(run, "hurt")
        assert (phone.has_answered(run), phone.holds_back(run)) == (True, False)
        assert answered_with_others(room, run, "known") == 10

        run = room.ask("loudest")
        await phone.cast(run, "hurt")
        room.kill()
        await phone.withdraw(run)
        assert phone.holds_back(run)
        room.start()
        assert await after_the_next_state(phone) == [run]
        assert not phone.has_answered(run)
        assert answered_with_others(room, run, "known") == 9

    with_phone(room, answer_and_take_back)


@pytest.mark.room(kinds=True)
def test_it_keeps_an_answer_for_each_question(room: RunningRoom) -> None:
    """As the page does, a phone reads what is asked, and after a restart hands in its answer to each question that is still open."""
    names = ("single", "multi", "rank", "text")
    runs = room.ask_together(*names)
    asked: dict[int, Poll] = {}

    async def answer_all(phone: Phone, _: httpx.AsyncClient) -> None:
        asked.update(await phone.questions())
        for run, answer in zip(runs, ("inn", [], ORDER, "A line"), strict=True):
            await phone.cast(run, answer)
        await phone.withdraw(runs[1])
        room.lead(runs[0], "discard")
        room.kill()
        room.start()
        assert await after_the_next_state(phone) == runs[1:]

    with_phone(room, answer_all)

    assert [asked[run] for run in runs] == [polls_of(room)[name] for name in names]
    assert answered_with_others(room, runs[1], ["book"]) == 9
    assert answered_with_others(room, runs[2], ORDER) == 10
    for seat in OTHERS:
        room.cast(runs[3], seat, "Another line").raise_for_status()
    room.lead(runs[3], "close")
    lines = room.control.get(f"/runs/{runs[3]}/lines").raise_for_status().json()["lines"]
    assert sorted(line["text"] for line in lines) == ["A line", "Another line"]


def test_it_outlives_a_poll_that_closes_before_it(room: RunningRoom) -> None:
    """If a poll closes in the moment in which a phone comes back with its answer, the phone goes on and answers the next one."""
    run = room.ask("loudest")
    phases: list[str] = []

    async def come_back_too_late(phone: Phone, line: httpx.AsyncClient) -> None:
        await phone.cast(run, "hurt")
        room.kill()
        room.start()

        def count_and_close() -> None:
            # Nobody else has come back from the restart.
            room.count()
            room.lead(run, "close")

        async def close_at_once(reply: httpx.Response) -> None:
            if reply.request.method == "POST":
                await asyncio.to_thread(count_and_close)

        line.event_hooks = {"response": [close_at_once]}
        async with aclosing(phone.states()) as states:
            while "closed" not in phases:
                phases.extend(each["phase"] for each in (await anext(states))["current"])
        line.event_hooks = {"response": []}
        with pytest.raises(NotNow):
            await phone.cast(run, "known")
        await phone.cast(await asyncio.to_thread(room.ask, "loudest"), "known")

    with_phone(room, come_back_too_late)

    assert list(dict.fromkeys(phases)) == ["open", "closed"]
    assert answered_with_others(room, 2, "known") == 10
