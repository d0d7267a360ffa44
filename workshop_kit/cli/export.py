"""`workshop-kit export`: what groups said, as a file that may leave the house, and what is not in it."""

from pathlib import Path

from workshop_kit.after.export import FEWEST, DateTo, export


def export_results(to: Path, *, room: str | None, date_to: DateTo, simulated: bool, replace: bool) -> None:
    """Write the file, and say what is in it and what is not."""
    table = export(to, room=room, date_to=date_to, simulated=simulated, replace=replace)
    rooms = table["room"].nunique()
    print(f"Wrote {len(table)} line{'s' if len(table) > 1 else ''} from {rooms} room{'s' if rooms > 1 else ''} to {to}.")
    print(
        f"Not in it: results of fewer than {FEWEST} answers (most kinds of question need a few more), answers in people's own words, "
        "room codes, notes, and how many passed. Numbers of fewer than eleven people are joined with others or told as a band."
    )
    print("What each column means stands in docs/export.md. The file is no longer in the kit's hands; erasing here does not reach it.")
