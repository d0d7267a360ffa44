"""How long a notebook waits before it shows anything, beside `import ipywidgets` alone.

Each is done in a fresh process, in turns. The kit's notebook cards are widgets, so ipywidgets is the least they could cost;
pandas and matplotlib are to be imported when a table or a chart is wanted, not before.

`import workshop_kit.notebook` imports next to nothing, because each of its names is found when it is asked for: its figure alone
would flatter. So two more are told. The first line is the one with which a notebook really begins. The first card is that line
and the next, which reads the material: what the first line has put off, this one pays. A person alone is measured, with no
room running, and in a process that holds nothing; a kernel has parts of this already.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.goals import Measured, Size, say
from tests.world import ROOT, environment
from workshop_kit.processes.connection import FOLDER_VARIABLE

OURS: Final = "import workshop_kit.notebook"
THEIRS: Final = "import ipywidgets"
FIRST_LINE: Final = "from workshop_kit.notebook import section"
FIRST_CARD: Final = f'{FIRST_LINE}; section("06").poll()'
LINES: Final = (OURS, FIRST_LINE, FIRST_CARD, THEIRS)
LATE: Final = ("matplotlib", "pandas")
_PROGRAM: Final = """
import json, sys, time
began = time.perf_counter()
{line}
print(json.dumps([time.perf_counter() - began, [each for each in {late} if each in sys.modules]]))
"""


def measure(size: Size) -> list[Measured]:
    """Return what was measured of imports."""
    taken: dict[str, list[float]] = {line: [] for line in LINES}
    early = set[str]()
    with TemporaryDirectory() as folder:
        # At first it is the disk that is measured, and Python, which compiles what was edited since it last ran.
        for line in LINES:
            _run(line, Path(folder))
        for number in range(size.visits):
            say(f"import {number + 1} of {size.visits}")
            for line in LINES:
                seconds, loaded = _run(line, Path(folder))
                taken[line].append(seconds)
                early |= loaded
    return [
        Measured.beside(f"{OURS}, beside {THEIRS}", taken[OURS], taken[THEIRS], "<= 1.3"),
        Measured.beside(f"{FIRST_LINE}, beside {THEIRS}", taken[FIRST_LINE], taken[THEIRS], "reported"),
        Measured.beside(f"{FIRST_CARD}, beside {THEIRS}", taken[FIRST_CARD], taken[THEIRS], "reported"),
        *(Measured.over_rounds(line, taken[line], "reported", "s") for line in LINES),
        Measured("of matplotlib and pandas, imported before they are needed", len(early), "<= 0", "of 2"),
    ]


def _run(line: str, folder: Path) -> tuple[float, set[str]]:
    program = _PROGRAM.format(line=line, late=LATE)
    alone = environment(
        {FOLDER_VARIABLE: str(folder / "room"), "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    )
    done = subprocess.run([sys.executable, "-c", program], env=alone, cwd=ROOT, capture_output=True, check=True)
    taken, loaded = json.loads(done.stdout)
    return taken, set(loaded)
