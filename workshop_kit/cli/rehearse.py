"""`workshop-kit rehearse` without `--headless`: a room with a simulated group, for somebody to lead."""

import os
import tempfile

from workshop_kit.cli.start import Evening, Wishes
from workshop_kit.processes.children import say
from workshop_kit.processes.connection import FOLDER_VARIABLE


async def play_live(people: int, seed: int) -> None:
    """Open a room with a simulated group and wait for someone to lead it; keep nothing of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="workshop_kit_rehearsal_") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        say("This is a rehearsal with simulated people. When it ends, nothing of it is kept.\n")
        await Evening(Wishes(people=people, seed=seed, seats=max(60, people))).lead()
