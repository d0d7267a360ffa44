"""`workshop-kit export`: what groups said, as a file that may leave the house, and what is not in it."""

from pathlib import Path

from workshop_kit.after.export import FEWEST, DateTo, export
from workshop_kit.words.catalog import Language


def export_results(to: Path, say: Language, *, room: str | None, date_to: DateTo, simulated: bool, replace: bool) -> None:
    """Write the file, and say what is in it and what is not."""
    table = export(to, room=room, date_to=date_to, simulated=simulated, replace=replace, language=say.tag)
    print(say("cli.export.wrote", n=len(table), file=to), say("cli.export.rooms", n=table["room"].nunique()))
    print(say("cli.export.not_in_it", fewest=FEWEST))
    print(say("cli.export.columns"))
