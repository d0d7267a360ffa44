"""Follow: one listener for each kernel that hears of every change in the room and tells the cards.

It is a task on the kernel's own loop. It prints nothing and displays nothing, because output from a background task
lands wherever the notebook happens to be; it only calls the cards, which set the values of their widgets.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias
from weakref import WeakMethod

from workshop_kit.client import LedRoom, connect
from workshop_kit.errors import SetupError
from workshop_kit.words.catalog import Language

State: TypeAlias = Mapping[str, Any]
Listener: TypeAlias = Callable[[State | None], None]


class Follower:
    """Tells its listeners the state of the room, or None while no room is running.

    Parameters
    ----------
    say
        The language of the workshop, in which the cards speak.
    find
        How the room is found; by default the one that runs on this computer.
    """

    def __init__(self, say: Language, find: Callable[[], LedRoom] | None = None) -> None:
        self.say = say
        self.room: LedRoom | None = None
        self._find = find or connect
        self._at_a_glance: State | None = None
        self._listeners: list[WeakMethod[Listener]] = []
        self._task: asyncio.Task[None] | None = None

    def tell(self, listener: Listener) -> None:
        """Tell a method the state at once, and again after every change for as long as its object lives."""
        self._listeners.append(WeakMethod(listener))
        listener(self._at_a_glance or self.look())
        self._keep_listening()

    def forget(self, listener: Listener) -> None:
        """Tell a method nothing any more."""
        self._listeners = [each for each in self._listeners if each() not in (listener, None)]

    @contextmanager
    def at_a_glance(self) -> Iterator[State | None]:
        """Look once for all who begin to listen within, as many cards do that are put up together."""
        self._at_a_glance = self.look()
        try:
            yield self._at_a_glance
        finally:
            self._at_a_glance = None

    def turn_to(self, find: Callable[[], LedRoom] | None = None) -> None:
        """Follow another room from now on, found in another way; by default again the one that runs on this computer."""
        if self._task is not None:
            self._task.cancel()
        if self.room is not None:
            self.room.close()
        self._find, self.room, self._task = find or connect, None, None
        self.refresh()
        self._keep_listening()

    def look(self) -> State | None:
        """Return the state of the room now, or None."""
        try:
            self.room = self.room or self._find()
            return self.room.state()
        except SetupError:
            self.room = None
            return None

    def refresh(self) -> None:
        """Ask the room for its state, and tell every listener."""
        self._spread(self.look())

    def pass_on(self) -> None:
        """Tell every listener what the room said last, in reply to a press or of itself."""
        self._spread((self.room and self.room.latest) or self.look())

    def _keep_listening(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # A plain Python prompt has no loop; its cards are as fresh as the last button pressed.
            return
        if self.room is not None and (self._task is None or self._task.done()):
            self._task = loop.create_task(self._listen(self.room))

    async def _listen(self, room: LedRoom) -> None:
        async for _ in room.states():
            self.pass_on()

    def _spread(self, state: State | None) -> None:
        for listener in list(self._listeners):
            method = listener()
            # Whoever was told before may have closed this one.
            if method is not None and listener in self._listeners:
                method(state)
        self._listeners = [each for each in self._listeners if each() is not None]


@cache
def follow(say: Language) -> Follower:
    """Return this kernel's follower."""
    return Follower(say)
