"""Rehearsal: a simulated group that behaves, over real HTTP, much as people in a room do.

Each simulated person has a phone of its own and leanings of its own, drawn from a seed, so that the same seed gives the
same evening. Most answer, now and then someone passes, one changes an answer, one takes it back and answers again. What
they say means nothing: it is there so that a facilitator can see how a room feels before people sit in it.
"""

import asyncio
import secrets
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Final

from workshop_kit.client import Phone, line_for
from workshop_kit.errors import NotAdmitted, NotNow
from workshop_kit.polls import HIGHEST, PASS, Poll
from workshop_kit.words.catalog import Language

PASSES: Final = 0.06
CHANGES_MIND: Final = 3
TAKES_BACK: Final = 7
KNOCK_SECONDS: Final = 1.0


class Group:
    """Some simulated people in a room.

    Parameters
    ----------
    people
        How many.
    say
        The language in which they write.
    seed
        The same seed gives the same answers. None draws a group that nobody has met before.
    longest_thought_s
        The longest that anyone thinks before answering, in seconds.
    """

    def __init__(self, people: int, say: Language, seed: int | None = None, *, longest_thought_s: float = 6.0) -> None:
        self.people, self._say = people, say
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
        while True:
            # Whoever comes to a locked door knocks again after a while.
            with suppress(NotAdmitted):
                async for state in phone.states():
                    if not known:
                        known = True
                        await self._note(seated=True)
                    newest = max((each["run"] for each in state["current"] if each["phase"] == "open"), default=0)
                    if newest > latest:
                        latest = newest
                        thinking = asyncio.create_task(self._answer(phone, number, random))
                    elif thinking is not None and not newest:
                        thinking.cancel()
            await asyncio.sleep(KNOCK_SECONDS)

    async def _answer(self, phone: Phone, number: int, random: Random) -> None:
        for run, poll in sorted((await phone.questions()).items()):
            first, second = (opinion(poll, self._say, random) for _ in range(2))
            await asyncio.sleep(random.random() * self._longest_thought_s)
            try:
                await phone.cast(run, first)
                if number == TAKES_BACK:
                    await phone.withdraw(run)
                if number in (CHANGES_MIND, TAKES_BACK):
                    await phone.cast(run, second)
            except (NotAdmitted, NotNow):
                continue
            await self._note(run=run)

    async def _note(self, *, seated: bool = False, run: int | None = None) -> None:
        async with self._news:
            self._seated += seated
            if run is not None:
                self._answered[run] += 1
            self._news.notify_all()


def opinion(poll: Poll, say: Language, random: Random) -> object:
    """Return a simulated answer to a poll, in the form in which a phone sends it."""
    if random.random() < PASSES:
        return dict(PASS)
    if poll.kind == "text":
        return random.choice(list(say.block("rehearsal.line.").values()))
    options = list(range(HIGHEST + 1)) if poll.kind == "slider" else [option.id for option in poll.options]
    leanings = dict(zip(options, _leanings(len(options)), strict=True))
    if poll.kind == "rank":
        # Each leans towards the first of the list, and now and then somebody sees it the other way round.
        return sorted(options, key=lambda option: random.random() ** (1 / leanings[option]), reverse=True)
    if poll.kind == "multi":
        return [option for option in options if random.random() < leanings[option]]
    [choice] = random.choices(options, list(leanings.values()))
    return choice


def _leanings(options: int) -> list[float]:
    """Return how likely each of some options is: the first ones more than the last, as with most lists that people write."""
    return [0.65 - 0.45 * place / (options - 1) for place in range(options)]
