"""`workshop-kit rehearse` without `--headless`: a room with a simulated group, for somebody to lead."""

import os
import tempfile

from workshop_kit.cli.start import Evening, Wishes
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.words.catalog import Language


async def play_live(people: int, seed: int, say: Language) -> None:
    """Open a room with a simulated group and wait for someone to lead it; keep nothing of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="workshop_kit_rehearsal_") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        print(say("cli.rehearse.nothing_kept"), end="\n\n", flush=True)
        await Evening(Wishes(people=people, seed=seed, seats=max(60, people)), say).lead()
