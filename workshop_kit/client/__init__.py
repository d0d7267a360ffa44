"""The client: how a notebook leads a room, and how a program can sit in one.

`connect` finds the room that runs on this computer by its connection file and returns a `LedRoom`::

    from workshop_kit.client import connect

    room = connect()
    room.lock_door()
    room.count(11)
    run = room.ask("fears")
    run.close()
    run.reveal()
    run.result().frame()

A `Phone` does what the room page does: it holds a seat, keeps its own answer, and when the server comes back after a
crash takes its seat again and casts again. Rehearsals and tests are made of phones.

Nothing here sees more than the two apps give. pandas and matplotlib are imported when a result is asked for a frame or a
figure, httpx when there is a room to speak to, and each name below when it is asked for: a notebook should open at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

__all__ = ["LedRoom", "LedRun", "Phone", "Result", "connect", "line_for"]

_HOMES: Final = {
    "LedRoom": "led",
    "LedRun": "led",
    "Phone": "phones",
    "Result": "result",
    "connect": "led",
    "line_for": "phones",
}

if TYPE_CHECKING:
    from workshop_kit.client.led import LedRoom, LedRun, connect
    from workshop_kit.client.phones import Phone, line_for
    from workshop_kit.client.result import Result
else:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
