"""Drawings: charts as SVG, drawn in a process of their own and kept.

Drawing takes a tenth of a second, and matplotlib some sixty megabytes; neither belongs on an event loop that a hundred
phones are waiting on. The worker (`python -m workshop_kit.charts`) reads one result or comparison a line and writes
one drawing a line. It ends when its input does, so it cannot outlive a server that was killed.
"""

import asyncio
import json
import sys
from typing import Any, Final

from workshop_kit.charts import Shown, Size, Style
from workshop_kit.disclosure import Comparison
from workshop_kit.errors import SetupError
from workshop_kit.server import pages
from workshop_kit.words.catalog import Language

LARGEST_DRAWING: Final = 4 * 1024 * 1024
# Of the results that a room is still looking at. An older one is drawn once more when somebody asks for it.
MOST_KEPT: Final = 60


class Drawings:
    """The charts of a room, each drawn, packed and kept for as long as it is likely to be looked at."""

    def __init__(self) -> None:
        self._worker: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._over = False
        self._kept: dict[tuple[Shown, str, bool, Size, Style], pages.Packed] = {}

    async def svg(
        self, shown: Shown, say: Language, *, dark: bool = False, size: Size = "phone", style: Style = "diverging"
    ) -> pages.Packed:
        """Return the chart of a result or a comparison, as `workshop_kit.charts.svg` draws it.

        Raises
        ------
        SetupError
            If the worker fails twice in a row.
        """
        # Whoever stops waiting must not take the worker's reply along: the next to ask would be given it.
        drawing = asyncio.ensure_future(self._svg((shown, say.tag, dark, size, style)))
        # And once nobody waits any more, nobody needs to be told that it could not be drawn.
        drawing.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(drawing)

    async def _svg(self, key: tuple[Shown, str, bool, Size, Style]) -> pages.Packed:
        async with self._one_at_a_time:
            if key in self._kept:
                return self._kept[key]
            drawn = await self._draw(*key) or await self._draw(*key)
            if drawn is None:
                raise SetupError("charts.not_drawn")
            if len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = pages.picture(drawn)
            return self._kept[key]

    def kept(self, shown: Shown, say: Language, *, dark: bool) -> pages.Packed | None:
        """Return the chart in the size of a phone, if it has been drawn."""
        return self._kept.get((shown, say.tag, dark, "phone", "diverging"))

    async def warm_up(self) -> None:
        """Start the worker, so that the first chart need not wait for it."""
        async with self._one_at_a_time:
            await self._running()

    async def stop(self) -> None:
        """End the worker for good; a drawing that was being waited for fails."""
        self._over = True
        await self._end()

    async def _draw(self, shown: Shown, language: str, dark: bool, size: Size, style: Style) -> str | None:
        worker = await self._running()
        if worker is None or worker.stdin is None or worker.stdout is None:
            return None
        look = {"language": language, "dark": dark, "size": size, "style": style}
        try:
            worker.stdin.write(json.dumps({**_told(shown), **look}).encode() + b"\n")
            await worker.stdin.drain()
            reply = json.loads(await worker.stdout.readline() or b"{}")
        except (OSError, ValueError):
            reply = {}
        if "svg" not in reply:
            await self._end()
        drawn: str | None = reply.get("svg")
        return drawn

    async def _running(self) -> asyncio.subprocess.Process | None:
        if self._over or (self._worker is not None and self._worker.returncode is None):
            return self._worker
        self._worker = worker = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "workshop_kit.charts"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LARGEST_DRAWING,
        )
        assert worker.stdout is not None
        ready = await worker.stdout.readline()
        if not ready or self._over:
            await self._end()
        return self._worker

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()


def _told(shown: Shown) -> dict[str, Any]:
    if isinstance(shown, Comparison):
        return {"before": shown.before.to_dict(), "after": shown.after.to_dict()}
    return {"published": shown.to_dict()}
