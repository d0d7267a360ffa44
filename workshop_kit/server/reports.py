"""Reports: what an evening leaves, written on request by a process of its own.

Drawing a report takes some seconds and brings along much that the room server must not carry. So the server never imports what
writes one: it starts ``python -m workshop_kit.after.report``, which reads the results from the disk and answers with one line.
"""

import asyncio
import json
from pathlib import Path
from typing import Final

from workshop_kit.disk.rooms import RoomRecord
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.processes.children import Child

# Most of it is for charts, on a slow computer that is busy with a room.
WRITING_SECONDS: Final = 240.0


class Reports:
    """The reports of a room, one at a time.

    Parameters
    ----------
    folder
        Where the room and its results are kept.
    material
        The folder of the workshop's material; None for what comes with the kit.
    into
        Where reports go, a folder for each room; None where nothing of the room is kept.
    """

    def __init__(self, folder: Path, material: Path | None, into: Path | None) -> None:
        self._folder, self._material, self._into = folder, material, into
        self._one_at_a_time = asyncio.Lock()

    async def write(self, record: RoomRecord, *, facilitator: bool) -> dict[str, str]:
        """Write a room's report, in place of an earlier one; return the paths of its two files, `html` and `pdf`.

        Raises
        ------
        Unknown
            If nothing of the room is kept.
        SetupError
            If the report cannot be written.
        """
        if self._into is None:
            raise Unknown("server.nothing_to_report")
        words = ["--folder", str(self._folder), "--room", record.code, "--out", str(self._into / f"{record.opened_on} {record.code}")]
        words += ["--material", str(self._material)] if self._material else []
        words += ["--facilitator"] if facilitator else []
        async with self._one_at_a_time:
            told = json.loads(await _last_words(Child("workshop_kit.after.report", words, {})))
        if "error" in told:
            raise SetupError("server.report_not_written", said=told["error"])
        return {"html": told["html"], "pdf": told["pdf"]}


async def _last_words(writer: Child) -> str:
    try:
        await writer.start()
        is_well = await asyncio.wait_for(writer.ended(), WRITING_SECONDS) == 0
    except TimeoutError:
        is_well = False
    finally:
        await writer.stop()
    if not is_well:
        raise SetupError("server.report_not_written")
    return writer.last_words.rpartition("\n")[2]
