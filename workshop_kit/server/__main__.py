"""Run the room server: ``python -m workshop_kit.server``. People start it with ``workshop-kit start``."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Final

from workshop_kit import material
from workshop_kit.disclosure import POLICIES
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.tether import no_core_dumps
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.house import House
from workshop_kit.words.catalog import language

# For ten thousand phones, each with its stream and with what it asks beside it. What the system grants may be less.
FILES_WANTED: Final = 20_500


def main() -> None:
    """Run a room until it is told to stop."""
    options = parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # What this process writes is for its owner only, and its memory is not to be dumped on a disk.
    os.umask(0o077)
    no_core_dumps()
    files = _files()
    say = language()
    try:
        say = language(material.read(options.material).language)
        asyncio.run(_serve(options, files))
    except WorkshopError as fault:
        print(say.error(fault), file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop_kit.server", description="Run one room. People start it with: workshop-kit start"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address on which phones reach the room; 0.0.0.0 for all (default: this computer only)"
    )
    parser.add_argument("--announced", metavar="URL", help="the address that the room is to name, where it has several")
    parser.add_argument("--port", type=int, default=8080, help="port for phones; 0 takes any free one (default: 8080)")
    parser.add_argument(
        "--listening", type=int, metavar="NUMBER", help="an inherited socket that listens for phones already, in place of a port"
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, so that phones reach the room by https")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="the key that belongs to the certificate")
    parser.add_argument("--seats", type=int, help="most seats in the room (default: 60, or as many as an earlier room has)")
    parser.add_argument(
        "--heads", type=int, help="how many people are expected; a simulated group of that size is counted when the door is locked"
    )
    parser.add_argument("--by-card", action="store_true", help="a seat is opened by a printed card, and by nothing else")
    parser.add_argument("--policy", choices=POLICIES, default="room", help="how careful results are (default: room)")
    parser.add_argument("--country", help="country whose support contacts are offered, such as DE (default: those of every country)")
    parser.add_argument("--contact", help="somebody near by to turn to, in your own words")
    parser.add_argument("--plan", help="the plan by which the room is led, such as evening; it says what may be asked")
    parser.add_argument("--door", choices=("open", "locked"), default="open", help="the door of a new room (default: open)")
    parser.add_argument("--room", metavar="CODE", help="go on with an earlier room")
    parser.add_argument("--new", action="store_true", help="open a new room even if one was cut short")
    parser.add_argument("--simulated", action="store_true", help="say on every page that people in this room are simulated")
    parser.add_argument("--material", type=Path, help="folder with the workshop's material (default: the one that comes with the kit)")
    parser.add_argument("--folder", type=Path, help="folder for rooms and results (default: your user data folder)")
    parser.add_argument("--reports", type=Path, help="folder for reports (default: your documents; none for a room in a folder of its own)")
    return parser


async def _serve(options: argparse.Namespace, files: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    drawings = Drawings()
    house = House(options, files, drawings)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        await house.run(ended)
    finally:
        await drawings.stop()


def _files() -> int:
    """Return how many files and connections this process may have open, after asking for enough."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return FILES_WANTED
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if most == resource.RLIM_INFINITY else min(FILES_WANTED, most)
    # Some systems name a limit and grant less than that.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(granted, wanted), most))
    granted = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return FILES_WANTED if granted == resource.RLIM_INFINITY else granted


if __name__ == "__main__":
    main()
