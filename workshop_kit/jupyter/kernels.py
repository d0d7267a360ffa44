"""Kernels: the programs behind notebooks, and when they end.

A dashboard's kernel serves one page, and a page that is reloaded gets a new one. Browsers tell of a page that goes away only
sometimes, and Jupyter takes a kernel that listens to the room for a busy one, so it would keep it for ever. So whether
somebody is there is the only question asked here; and it is asked by counting looks, not by a clock, because after a night
with the lid closed the clock would say that everyone has been away for hours.

A notebook in JupyterLab is its owner's workbench. Its kernel is left alone until the end, lid closed or not.
"""

import asyncio
from collections import Counter
from typing import Any, Final
from uuid import uuid4

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Integer

# By what Voilà puts into it, a dashboard's environment is told from that of a notebook in JupyterLab.
MARK: Final = "VOILA_BASE_URL"
# A page is often that much slower to open than to notice that it is gone: all of its notebook is run before.
LONGER_TO_OPEN: Final = 3
# The hello of a page that is reloaded often comes before its goodbye, and the goodbye sometimes never.
LOOKS_FOR_A_PLACE: Final = 30
SECONDS_BETWEEN_LOOKS: Final = 0.1


class WatchedKernels(AsyncMappingKernelManager):
    """Kernels, of which those behind a dashboard end when nobody has its page open any more."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._absences: Counter[str] = Counter()
        self._opened: set[str] = set()

    async def start_kernel(self, **wishes: Any) -> str:  # type: ignore[override]
        """Start a kernel, and watch over it if it is a dashboard's."""
        kernel_id: str = await super().start_kernel(**wishes)
        if MARK in (wishes.get("env") or {}):
            self._absences[kernel_id] = 0
            # One that has crashed would come back empty behind a page that looks alive.
            self.get_kernel(kernel_id).stop_restarter()
        return kernel_id

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended."""
        self._absences.pop(kernel_id, None)
        self._opened.discard(kernel_id)
        return super().remove_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End the kernel of a dashboard that crashed, or at which nobody has been for some looks."""
        if kernel_id not in self._absences:
            return
        if not await ensure_async(self.get_kernel(kernel_id).is_alive()):
            await self.shutdown_kernel(kernel_id, now=True)
        elif self._kernel_connections.get(kernel_id):
            self._absences[kernel_id] = 0
        else:
            await self._note_an_absence(kernel_id)

    def notify_connect(self, kernel_id: str) -> None:
        """Count one more page at a kernel."""
        super().notify_connect(kernel_id)
        self._opened.add(kernel_id)

    def start_buffering(self, kernel_id: str, session_key: str, channels: dict[str, Any]) -> None:
        """Keep what a kernel says for a page that may come back, but not what a dashboard's says: its page gets a new kernel."""
        if kernel_id not in self._absences:
            super().start_buffering(kernel_id, session_key, channels)
            return
        for channel in channels.values():
            channel.close()

    async def _note_an_absence(self, kernel_id: str) -> None:
        self._absences[kernel_id] += 1
        patience = self.cull_idle_timeout * (1 if kernel_id in self._opened else LONGER_TO_OPEN)
        if self._absences[kernel_id] * self.cull_interval >= patience:
            await self.shutdown_kernel(kernel_id)


class GuestKernels(WatchedKernels):
    """Kernels of guests, of which there are only so many."""

    most = Integer(10, config=True, help="Most guests at a time.")

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._coming: set[str] = set()
        self._going: set[str] = set()

    async def start_kernel(self, **wishes: Any) -> str:  # type: ignore[override]
        """Start a kernel, if need be at the place of one whose page is gone.

        Raises
        ------
        HTTPError
            503, if there are as many guests as there may be.
        """
        await self._find_a_place()
        kernel_id = str(uuid4())
        self._coming.add(kernel_id)
        try:
            return await super().start_kernel(**wishes, kernel_id=kernel_id)
        finally:
            self._coming.discard(kernel_id)

    async def shutdown_kernel(self, kernel_id: str, **wishes: Any) -> None:  # type: ignore[override]
        """End a kernel; its place is free at once, so that a page that is reloaded finds one."""
        if kernel_id in self._going:
            # A page that goes away says so twice, to be heard by every browser.
            return
        self._going.add(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, **wishes)
        finally:
            self._going.discard(kernel_id)

    async def _find_a_place(self) -> None:
        for _ in range(LOOKS_FOR_A_PLACE):
            if len({*self._coming, *self.list_kernel_ids()} - self._going) < self.most:
                return
            if left := next((each for each in self._opened - self._going if not self._kernel_connections.get(each)), None):
                await self.shutdown_kernel(left)
            else:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        raise HTTPError(503)
