"""The report: what an evening leaves for the group to take home, and what it leaves for whoever led.

A report is two files that say the same: a page, which reads well by ear, and a PDF for paper. Each needs nothing else to be
read. What the group said is drawn from Published results and comparisons of them and from nothing else, so a report can say no
more than the kit has said already; the group's edition says no more than the room has seen.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from workshop_kit import material
from workshop_kit.after.report.contents import contents
from workshop_kit.disk.rooms import RoomRecord, Run
from workshop_kit.errors import SetupError
from workshop_kit.material.afterwards import afterwards
from workshop_kit.workshop import Workshop

__all__ = ["Written", "write"]

GROUP: Final = "report"
# Not a longer form of the other name: nobody should hand out the wrong file by a slip.
FACILITATOR: Final = "for-the-facilitator"


class Written(NamedTuple):
    """Where a report was written."""

    html: Path
    pdf: Path


def write(
    record: RoomRecord,
    runs: Sequence[Run],
    workshop: Workshop,
    out: Path,
    *,
    facilitator: bool = False,
    replace: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write the report of a room in the workshop's language, both files or neither, readable by their owner only.

    It takes some seconds, most of them for charts.

    Parameters
    ----------
    record, runs
        The room and its runs, as `Results` keeps them.
    workshop
        The material that was led.
    out
        The folder, made if it is not there.
    facilitator
        Whether to write the facilitator's edition, which is not for handing out.
    replace
        Whether to put it in place of an earlier one.
    tell
        Is told what is being done, a line for each step.

    Raises
    ------
    SetupError
        If the folder cannot be written, a report is there already, what is kept of the room makes no sense, or there are no words
        in the workshop's language.
    MaterialError
        If the files of the workshop or of the contacts do not hold what they should.
    """
    # fpdf2 takes half a second to import, which no other command should wait for.
    from workshop_kit.after.report.page import html
    from workshop_kit.after.report.pdf import pdf

    name = FACILITATOR if facilitator else GROUP
    written = Written(out / f"{name}.html", out / f"{name}.pdf")
    _refuse_what_is_there(written, replace)
    told = contents(record, runs, workshop, material.contacts(), afterwards(workshop), facilitator=facilitator)
    tell(told.say("report.drawing_page", n=len(told.every)))
    page = html(told).encode()
    tell(told.say("report.drawing_pdf"))
    _keep({written.html: page, written.pdf: pdf(told)}, out)
    return written


def _refuse_what_is_there(written: Written, replace: bool) -> None:
    there = [file for file in written if file.exists()]
    if there and not (replace and all(file.is_file() for file in there)):
        raise SetupError("report.there_already", file=there[0])


def _keep(files: Mapping[Path, bytes], out: Path) -> None:
    """Put files into a folder, all of them or none: what was there before is put back if one of them cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".report-") as folder:
            new, old = Path(folder, "new"), Path(folder, "old")
            for each in (new, old):
                each.mkdir()
            for file, content in files.items():
                (new / file.name).touch(mode=0o600)
                (new / file.name).write_bytes(content)
            _swap(list(files), new, old)
    except OSError:
        raise SetupError("report.folder_unwritable", folder=out) from None


def _swap(files: Sequence[Path], new: Path, old: Path) -> None:
    there = [file for file in files if file.exists()]
    try:
        for file in there:
            file.replace(old / file.name)
        for file in files:
            (new / file.name).replace(file)
    except OSError:
        for file in files:
            if (old / file.name).exists():
                (old / file.name).replace(file)
            elif file not in there:
                file.unlink(missing_ok=True)
        raise
