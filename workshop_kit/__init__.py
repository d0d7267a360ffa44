"""workshop_kit: lead a group through a workshop, poll it anonymously, show what the group said."""

import sys

# Under ``python -m workshop_kit…``, Python would look for each module first in the folder where that is typed, and run it.
if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    del sys.path[0]

__version__ = "0.1.0"
