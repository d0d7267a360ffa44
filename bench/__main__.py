"""Run the bench: ``make bench``. Writes `bench/latest.json`, one entry a goal or figure, and `bench/report.html`.

``--quick`` only shows that the bench works: small crowds, few rounds, without the cockpit; it takes under two minutes and writes
into `build/bench`. ``--only ballots`` measures one part and writes nothing.
"""

import argparse
import json
import resource
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench import ballots, cockpit, imports, pages, report, streams
from bench.goals import FULL, QUICK, Measured, Size, say

PARTS: Final[dict[str, Callable[[Size], list[Measured]]]] = {
    "ballots": ballots.measure,
    "streams": streams.measure,
    "pages": pages.measure,
    "imports": imports.measure,
    "cockpit": lambda _size: cockpit.measure(),
}
QUICK_PARTS: Final = [part for part in PARTS if part != "cockpit"]
QUICK_FOLDER: Final = Path("build") / "bench"


def main() -> None:
    """Measure everything, say it, and keep it."""
    options = _options()
    allow_many_connections()
    say(report.machine())
    parts = options.only or (QUICK_PARTS if options.quick else list(PARTS))
    measured = [each for part in parts for each in PARTS[part](QUICK if options.quick else FULL)]
    if options.quick and not options.only:
        QUICK_FOLDER.mkdir(parents=True, exist_ok=True)
        _keep(measured, QUICK_FOLDER / report.LATEST.name, QUICK_FOLDER / report.REPORT.name)
    elif not options.only:
        _keep(measured, report.LATEST, report.REPORT)
    tell(measured)


def tell(measured: Sequence[Measured]) -> None:
    """Print some figures as a table."""
    for each in measured:
        verdict = {True: "met", False: "NOT met", None: ""}[each.met]
        print(f"{each.value:12.3f} {each.unit:8} {each.goal:10} {verdict:8} {each.name}")


def keep(measured: Sequence[Measured], file: Path) -> None:
    """Write some figures down."""
    file.write_text(json.dumps([each.to_dict() for each in measured], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _keep(measured: Sequence[Measured], latest: Path, page: Path) -> None:
    keep(measured, latest)
    report.write(measured, page)
    print(f"Written: {latest}, {page}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure how fast the kit is, as ratios in one run.")
    parser.add_argument("--quick", action="store_true", help="a small bench that shows no more than that the bench works")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="measure these parts, and write nothing")
    return parser.parse_args()


def allow_many_connections() -> None:
    """Let this process, and the servers it starts, have as many open connections as this computer grants."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
