"""How long a notebook waits for its first line: `import workshop_kit.notebook`, beside `import ipywidgets` alone.

Each is imported in a fresh process, in turns. The kit's notebook cards are widgets, so ipywidgets is the least they could cost;
pandas and matplotlib are to be imported when a table or a chart is wanted, not before. The line with which a notebook really begins is
told as well: what an import puts off, it may have to pay.
"""

import json
import subprocess
import sys
from typing import Final

from bench.goals import Measured, Size, say
from tests.rooms import ROOT, environment

OURS: Final = "workshop_kit.notebook"
THEIRS: Final = "ipywidgets"
FIRST_LINE: Final = f"from {OURS} import section"
LATE: Final = ("matplotlib", "pandas")
_PROGRAM: Final = """
import json, sys, time
began = time.perf_counter()
{line}
print(json.dumps([time.perf_counter() - began, [each for each in {late} if each in sys.modules]]))
"""


def measure(size: Size) -> list[Measured]:
    """Return what was measured of imports."""
    ours, theirs, first_lines, early = [], [], [], set[str]()
    # At first it is the disk that is measured.
    for line in (FIRST_LINE, f"import {THEIRS}"):
        _run(line)
    for number in range(size.visits):
        say(f"import {number + 1} of {size.visits}")
        ours.append(_run(f"import {OURS}")[0])
        taken, loaded = _run(FIRST_LINE)
        first_lines.append(taken)
        early |= loaded
        theirs.append(_run(f"import {THEIRS}")[0])
    return [
        Measured.beside(f"import {OURS}, beside import {THEIRS}", ours, theirs, "<= 1.3"),
        Measured.over_rounds(f"import {OURS}", ours, "reported", "s"),
        Measured.over_rounds(FIRST_LINE, first_lines, "reported", "s"),
        Measured.over_rounds(f"import {THEIRS}", theirs, "reported", "s"),
        Measured("of matplotlib and pandas, imported before they are needed", len(early), "<= 0", "of 2"),
    ]


def _run(line: str) -> tuple[float, set[str]]:
    program = _PROGRAM.format(line=line, late=LATE)
    done = subprocess.run([sys.executable, "-c", program], env=environment(), cwd=ROOT, capture_output=True, check=True)
    taken, loaded = json.loads(done.stdout)
    return taken, set(loaded)
