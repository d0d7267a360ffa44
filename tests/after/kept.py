"""Rooms that are over, with what was published in them; their polls are those of `tests.kept`."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.kept import TUESDAY, asked
from workshop_kit.disclosure import ROOM, Policy, Published, publish
from workshop_kit.disk.rooms import Results
from workshop_kit.polls import Poll, Tally

if TYPE_CHECKING:
    import pandas as pd


def counted(poll: Poll, *counts: int, answered: int | None = None, policy: Policy = ROOM) -> Published:
    """Return what is published of some counts."""
    return publish(Tally(poll, sum(counts) if answered is None else answered, 0, counts), policy)


def keep(folder: Path, code: str, *results: Published, day: date = TUESDAY.opened_on, simulated: bool = False) -> None:
    """Keep a room of which these results were published, one after the other."""
    runs = [asked(number, each.poll, each.policy, "closed", each) for number, each in enumerate(results, start=1)]
    Results(folder).save_room(replace(TUESDAY, code=code, opened_on=day, simulated=simulated, ended=True), *runs)


def rows(table: "pd.DataFrame", *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table, row by row."""
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]
