"""Write a room's report for the room server: ``python -m workshop_kit.after.report``. People type ``workshop-kit report``.

The last line of what it prints is for the server: the paths of the two files as JSON, or why there are none.
"""

import argparse
import json
from pathlib import Path

from workshop_kit import material
from workshop_kit.after.report import write
from workshop_kit.disk.rooms import Results
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.words.catalog import language


def main() -> None:
    """Write the report in place of an earlier one, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m workshop_kit.after.report", description="Write a room's report.")
    parser.add_argument("--folder", type=Path, required=True, help="folder that keeps rooms and results")
    parser.add_argument("--room", metavar="CODE", required=True, help="which room")
    parser.add_argument("--out", type=Path, required=True, help="folder to write it into")
    parser.add_argument("--material", type=Path, help="folder with the workshop's material (default: the one that comes with the kit)")
    parser.add_argument("--facilitator", action="store_true", help="the facilitator's edition, not for handing out")
    options = parser.parse_args()
    say = language()
    try:
        workshop = material.read(options.material)
        say = language(workshop.language)
        results = Results(options.folder)
        room = results.room(options.room)
        if room is None:
            raise Unknown("report.no_room_of_code")
        html, pdf = write(room, results.runs(room.code), workshop, options.out, facilitator=options.facilitator, replace=True)
        told = {"html": str(html), "pdf": str(pdf)}
    except WorkshopError as fault:
        told = {"error": say.error(fault)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
