"""`workshop-kit study`: the notebooks for one person alone, with no room and nobody else in it.

The same notebooks as for a group; with no room running they turn into self-study by themselves.
"""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from workshop_kit import client
from workshop_kit.disk.journal import Journal
from workshop_kit.errors import SetupError
from workshop_kit.jupyter.server import FIRST, Notebooks
from workshop_kit.processes.browsing import open_in_browser
from workshop_kit.processes.children import Ending, keep, tell
from workshop_kit.processes.connection import user_folder
from workshop_kit.words.catalog import Language

# Whoever comes back finds there which section comes next; the first section would greet them as new each time.


async def study(say: Language, *, browser: bool = True) -> None:
    """Open the notebooks, keep them open until Ctrl-C, and leave nothing running.

    Raises
    ------
    SetupError
        If a room is running on this computer, or something keeps the notebooks from starting.
    """
    _refuse_beside_a_room()
    folder = user_folder()
    ending = Ending()
    async with AsyncExitStack() as closing:
        tell(say("cli.study.opening"))
        private = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_", dir=folder, ignore_cleanup_errors=True)))
        notebooks = Notebooks(folder, private, say)
        closing.push_async_callback(notebooks.stop)
        await notebooks.start()
        if await ending.or_done(notebooks.answered()) is None:
            return
        address = notebooks.lab(FIRST)
        tell(f"\n{say('cli.study.where', lab=address, journal=Journal(folder).file)}\n")
        tell(say("cli.study.kept"))
        tell(say("cli.study.ready"))
        if browser:
            tell(say("cli.opening"))
            open_in_browser(address, private, say)
        await ending.or_done(keep(notebooks.child, "notebooks", say))
        tell(f"\n{say('cli.study.closing')}")
    tell(say("cli.study.closed"))


def _refuse_beside_a_room() -> None:
    try:
        running = client.connect()
    except SetupError:
        return
    raise SetupError("cli.study.room_open", code=running.code)
