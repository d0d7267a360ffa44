"""`workshop-kit study`: the notebooks for one person alone, with no room and nobody else in it.

The same notebooks as for a group; with no room running they turn into self-study by themselves.
"""

import tempfile
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path

from workshop_kit import client
from workshop_kit.disk.journal import Journal
from workshop_kit.errors import SetupError
from workshop_kit.jupyter.server import FIRST, Notebooks
from workshop_kit.processes.children import Ending, keep, say
from workshop_kit.processes.connection import user_folder

# Whoever comes back finds there which section comes next; the first section would greet them as new each time.


async def study(*, browser: bool = True) -> None:
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
        say("Opening the notebooks ...")
        private = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_", dir=folder, ignore_cleanup_errors=True)))
        notebooks = Notebooks(folder, private)
        closing.push_async_callback(notebooks.stop)
        await notebooks.start()
        if await ending.or_done(notebooks.answered()) is None:
            return
        address = notebooks.lab(FIRST)
        say(f"\n  JupyterLab     {address}\n  Your journal   {Journal(folder).file}\n")
        say("It is written only when you press Save in it. Besides it, only which sections you mark as finished is kept.")
        say("Keep this window open; Ctrl-C closes the notebooks.")
        if browser:
            webbrowser.open(address)
        await ending.or_done(keep(notebooks.child, "The notebooks"))
        say("\nClosing the notebooks ...")
    say("Closed; nothing is left running. To go on another time: workshop-kit study")


def _refuse_beside_a_room() -> None:
    try:
        running = client.connect()
    except SetupError:
        return
    raise SetupError(
        f"A room is open on this computer ({running.code}), and the notebooks would lead it rather than be for you alone. "
        "End it with Ctrl-C where it was started, then try again."
    )
