"""Rehearsal: a simulated group that behaves, over real HTTP, much as people in a room do.

Each simulated person has a phone of its own and leanings of its own, drawn from a seed, so that the same seed gives the
same evening. Most answer, now and then someone passes, one changes an answer, one takes it back and answers again. What
they say means nothing: it is there so that a facilitator can see how a room feels before people sit in it.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

from workshop_kit.client import Phone, Question, line_for
from workshop_kit.errors import NotNow
from workshop_kit.polls import PASS

PASSES: Final = 0.06
CHANGES_MIND: Final = 3
TAKES_BACK: Final = 7
# What simulated people write; nobody has said any of it, and each line says that it is simulated.
LINES: Final = tuple(
    f"{line} (simulated)"
    for line in (
        "One small step is enough",
        "I can ask for a pause",
        "Others are careful too",
        "Say what I need, once",
        "Listening without a plan",
        "A walk instead of a talk",
        "Being seen and staying",
        "Slowly is a speed as well",
        "Ask twice, assume once less",
        "A kind word before the phone",
        "My share is the part I can move",
        "It need not be perfect",
    )
)


class Group:
    """Some simulated people in a room.

    Parameters
    ----------
    people
        How many.
    seed
        The same seed gives the same answers. None draws a group that nobody has met before.
    longest_thought_s
        The longest that anyone thinks before answering, in seconds.
    """

    def __init__(self, people: int, seed: int | None = None, *, longest_thought_s: float = 6.0) -> None:
        self.people = people
        self._seed = secrets.randbits(32) if seed is None else seed
        self._longest_thought_s = longest_thought_s
        self._answered: Counter[int] = Counter()
        self._seated = 0
        self._news = asyncio.Condition()

    async def take_part(self, public_url: str, code: str) -> None:
        """Sit in a room and answer whatever it asks, until cancelled."""
        async with line_for(self.people) as line, asyncio.TaskGroup() as tasks:
            for number in range(self.people):
                phone = Phone(public_url, code, secrets.token_hex(16), line)
                tasks.create_task(self._sit(phone, number))

    async def seated(self) -> None:
        """Wait until everyone has a seat."""
        async with self._news:
            await self._news.wait_for(lambda: self._seated >= self.people)

    async def answered(self, run: int) -> None:
        """Wait until everyone has answered a run."""
        async with self._news:
            await self._news.wait_for(lambda: self._answered[run] >= self.people)

    async def _sit(self, phone: Phone, number: int) -> None:
        random = Random(f"{self._seed}/{number}")
        latest, thinking, known = 0, None, False
        async for state in phone.states():
            if not known:
                known = True
                await self._note(seated=True)
            if state["phase"] == "open" and state["run"] > latest:
                latest = max(each["run"] for each in state["current"])
                thinking = asyncio.create_task(self._answer(phone, number, random))
            elif thinking is not None and state["phase"] != "open":
                thinking.cancel()

    async def _answer(self, phone: Phone, number: int, random: Random) -> None:
        for run, question in sorted((await phone.questions()).items()):
            first, second = (opinion(question, random) for _ in range(2))
            await asyncio.sleep(random.random() * self._longest_thought_s)
            try:
                await phone.cast(run, first)
                if number == TAKES_BACK:
                    await phone.withdraw(run)
                if number in (CHANGES_MIND, TAKES_BACK):
                    await phone.cast(run, second)
            except NotNow:
                continue
            await self._note(run=run)

    async def _note(self, *, seated: bool = False, run: int | None = None) -> None:
        async with self._news:
            self._seated += seated
            if run is not None:
                self._answered[run] += 1
            self._news.notify_all()


def opinion(question: Question, random: Random) -> object:
    """Return a simulated answer to a question, in the form in which a phone sends it."""
    if random.random() < PASSES:
        return dict(PASS)
    if question.kind == "text":
        return random.choice(LINES)
    if question.kind == "rank":
        # Each leans towards the first of the list, and now and then somebody sees it the other way round.
        leaning = dict(zip(question.options, _leanings(question.options), strict=True))
        return sorted(question.options, key=lambda option: random.random() ** (1 / leaning[option]), reverse=True)
    if question.kind == "multi":
        return [option for option, leaning in zip(question.options, _leanings(question.options), strict=True) if random.random() < leaning]
    [choice] = random.choices(question.options, _leanings(question.options))
    return choice if question.kind == "single" else int(choice)


def _leanings(options: Sequence[str]) -> list[float]:
    """Return how likely each option is: the first ones more than the last, as with most lists that people write."""
    return [0.65 - 0.45 * place / (len(options) - 1) for place in range(len(options))]
