"""A tether: ``python -m workshop_kit.processes.tether MODULE …`` runs a module, and ends it when whoever started it is gone.

`workshop-kit` holds the other end of this process's standard input. However it ends, be it by a signal that nobody can answer,
the system closes that end. Then nobody is left who could end the room, or start it again, so all of this process's group ends
at once, as in a power cut: a room that goes on by itself could be neither led nor left.
"""

import ctypes
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from typing import Final

# Of <linux/prctl.h>.
PR_SET_DUMPABLE: Final = 4


def main() -> None:
    """Run the module that the command line names, on a tether."""
    # Notebooks hold lines while they are read, and guests' answers; no process of the kit may be dumped on a disk.
    no_core_dumps()
    end = os.dup(0)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_hold, args=(end,), daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def no_core_dumps() -> None:
    """Let no memory of this process be dumped on a disk or handed to a program that reports crashes, nor that of what it starts.

    Where Linux hands dumps to a program, it passes over a limit of 0 but not one of 1, which no file would fit in either; and the limit
    is inherited. That this process may not be dumped at all is not: each process says so for itself. It also keeps other programs of
    the same user from reading its memory.

    References
    ----------
    ``coredump_pipe`` in fs/coredump.c of Linux; prctl(2), PR_SET_DUMPABLE.
    """
    try:
        import resource
    except ImportError:  # Windows has neither the module nor core dumps.
        return
    least = 1 if sys.platform == "linux" else 0
    # Where nothing above 0 is granted, it is 0 already.
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (least, least))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _hold(end: int) -> None:
    while os.read(end, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
