"""Run the bench: ``make bench``. Writes `bench/latest.json`, one entry a goal, and prints it as a table."""

import json
from pathlib import Path

from bench import cockpit

LATEST = Path(__file__).parent / "latest.json"


def main() -> None:
    """Measure everything, say it, and keep it."""
    measured = cockpit.measure()
    LATEST.write_text(json.dumps([each.to_dict() for each in measured], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for each in measured:
        verdict = {True: "met", False: "NOT met", None: ""}[each.met]
        print(f"{each.value:10.3f} {each.unit:6} {each.goal:10} {verdict:8} {each.name}")


if __name__ == "__main__":
    main()
