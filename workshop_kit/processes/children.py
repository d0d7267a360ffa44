"""Processes that `workshop-kit` looks after: started, watched, started again, and ended with nothing left behind."""

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from workshop_kit.errors import SetupError
from workshop_kit.processes.listening import handing_on
from workshop_kit.words.catalog import Language

# Ends a child whose parent is gone; see there.
TETHER: Final = "workshop_kit.processes.tether"
# With it neither a child nor what it starts, kernels too, runs a secrets.py that lies where somebody happens to be.
SAFE_PATH: Final = "PYTHONSAFEPATH"
GRACE_SECONDS: Final = 8.0
READY_SECONDS: Final = 90.0
LOOK_SECONDS: Final = 0.05
LINES_KEPT: Final = 20
MOST_RESTARTS: Final = 5
RESTART_WINDOW_SECONDS: Final = 60.0

# What a child is to people: it chooses the sentences about it.
Part: TypeAlias = Literal["room", "notebooks", "guest_notebook"]

_Work = TypeVar("_Work")


class Child:
    """A Python module that runs as a process of its own.

    Its process group is its own too, so Ctrl-C in the terminal reaches only the one who looks after it, and whatever the
    child starts can be ended together with it.

    Parameters
    ----------
    module
        What comes after ``python -m``.
    arguments
        Words for its command line. Never a secret: command lines are for everyone to see.
    variables
        Environment variables on top of those that it inherits.
    inherits
        Whether it inherits the variable of a name from this process; by default it inherits all, but for those of a proxy.
    cwd
        Its working directory; by default this process's own.
    listening
        A socket that it inherits each time it is started; its command line or its settings name the number.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        *,
        inherits: Callable[[str], bool] = lambda _: True,
        cwd: Path | None = None,
        listening: socket.socket | None = None,
    ) -> None:
        self.arguments = list(arguments)
        self._module = module
        self._cwd = cwd
        self._listening = listening
        inherited = {name: value for name, value in os.environ.items() if inherits(name) and not is_of_a_proxy(name)}
        # What it says is read as UTF-8, whatever the terminal can show.
        self._environment = {**inherited, "PYTHONIOENCODING": "utf-8", **variables, SAFE_PATH: "1"}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last_lines: deque[str] = deque(maxlen=LINES_KEPT)

    @property
    def last_words(self) -> str:
        """The last lines that the process wrote, for when it ends too early."""
        return "\n".join(self._last_lines)

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None, "a child has no id before it is started"
        return self._process.pid

    async def start(self) -> None:
        """Start the process, or start it again."""
        self._last_lines.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", TETHER, self._module, *self.arguments),
            env=self._environment,
            cwd=self._cwd,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            **(handing_on(self._listening) if self._listening else {}),
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def ended(self) -> int:
        """Wait until the process ends; return its exit code."""
        assert self._process is not None, "a child must be started before it can end"
        assert self._reading is not None
        code = await _exited(self._process)
        # A grandchild may hold the pipe open for longer; its words are not waited for.
        await asyncio.wait([self._reading], timeout=1)
        return code

    async def stop(self, *, at_once: bool = False) -> None:
        """Ask the process to end, and end its whole group if it does not; or end that at once, as a power cut would."""
        if self._process is None:
            return
        if self.is_running and not at_once:
            self._process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(_exited(self._process), GRACE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self.ended()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self._last_lines.append(line.decode(errors="replace").rstrip())


async def _exited(process: asyncio.subprocess.Process) -> int:
    """Return a process's exit code once it has ended; its own `wait` may wait for whoever holds its pipes, too."""
    while process.returncode is None:
        await asyncio.sleep(LOOK_SECONDS)
    return process.returncode


class Ending:
    """The wish to end: Ctrl-C or a polite signal. To be made inside a running loop.

    Where the window was closed, all ends too, but nobody wished it: `is_cut_off` says so.
    """

    def __init__(self) -> None:
        self._wished, self.is_cut_off = asyncio.Event(), False
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._wished.set)
        loop.add_signal_handler(signal.SIGHUP, self._cut_off)

    def _cut_off(self) -> None:
        self.is_cut_off |= not self._wished.is_set()
        self._wished.set()

    async def or_done(self, work: Awaitable[_Work]) -> _Work | None:
        """Return what some work returns, or None once somebody wishes to end."""
        working, wishing = asyncio.ensure_future(work), asyncio.ensure_future(self._wished.wait())
        done, _ = await asyncio.wait([working, wishing], return_when=asyncio.FIRST_COMPLETED)
        wishing.cancel()
        if working in done:
            return working.result()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        return None


async def until_it_answers(child: Child, asks: Callable[[], bool], part: Literal["notebooks", "guest_notebook"]) -> None:
    """Wait until a child answers.

    Parameters
    ----------
    child
        Which one; it has been started.
    asks
        Asks it something, and returns whether it answered.
    part
        What it is to people.

    Raises
    ------
    SetupError
        If it ends instead, or takes too long.
    """
    for _ in range(int(READY_SECONDS * 10)):
        await asyncio.sleep(0.1)
        if not child.is_running:
            await child.ended()
            raise SetupError(f"processes.{part}.not_started", last_words=child.last_words)
        if await asyncio.to_thread(asks):
            return
    raise SetupError(f"processes.{part}.too_slow")


async def keep(child: Child, part: Part, say: Language) -> None:
    """Start a child again whenever it ends, and say so, until cancelled.

    Raises
    ------
    SetupError
        If it keeps falling over.
    """
    restarts: list[float] = []
    loop = asyncio.get_running_loop()
    while True:
        await child.ended()
        restarts = [each for each in restarts if loop.time() - each < RESTART_WINDOW_SECONDS] + [loop.time()]
        if len(restarts) > MOST_RESTARTS:
            raise SetupError(f"processes.{part}.too_often", n=len(restarts), last_words=child.last_words)
        tell(say(f"processes.{part}.again"))
        await child.start()


def is_of_a_proxy(name: str) -> bool:
    """Return whether a variable names a proxy, through which nothing of the kit goes: HTTP_PROXY, NO_PROXY and so on, in any letters.

    All that the kit asks is on this computer; and some of what it is built on stops at a proxy that it cannot use.
    """
    return name.upper().endswith("_PROXY")


def tell(words: str) -> None:
    """Print a line at once, also where the output is read by a program; where nobody can read it any more, go on."""
    with suppress(OSError):
        print(words, flush=True)
