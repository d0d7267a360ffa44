"""The command line: what a therapist types, and what is said back."""

import asyncio
import io
import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Literal

import typer

from workshop_kit import __version__, material
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.children import is_of_a_proxy
from workshop_kit.words.catalog import Language, language

app = typer.Typer(
    name="workshop-kit",
    help="Lead a group through a workshop, poll it anonymously, and show what the group said.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; what goes wrong is said in one sentence, with exit code 2."""
    for name in filter(is_of_a_proxy, list(os.environ)):
        del os.environ[name]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every terminal can show every letter; a sentence with one that is missing is better than none.
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except WorkshopError as fault:
        print(_language().error(fault), file=sys.stderr)
        sys.exit(2)


def _language(folder: Path | None = None) -> Language:
    """Return the language of a workshop, or English where its files cannot be read."""
    try:
        return language(material.read(folder).language)
    except WorkshopError:
        return language()


def _version(wanted: bool) -> None:
    if wanted:
        print(f"workshop_kit {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Lead a group through a workshop, poll it anonymously, and show what the group said."""


@app.command()
def start(
    people: Annotated[int, typer.Option(min=0, max=200, help="Also seat this many simulated people, to see how a room feels.")] = 0,
    plan: Annotated[
        str | None, typer.Option(help="Your plan: evening, half_day, series or webinar. Some plans ask for people's own words.")
    ] = None,
    seats: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="Maximum number of seats (default 60, or as many as an earlier room has).")
    ] = None,
    heads: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="How many people you expect; the cockpit shows it when you count them."),
    ] = None,
    by_card: Annotated[
        bool, typer.Option("--by-card", help="Let people in by printed seat cards, one for each (default: by the room's code).")
    ] = False,
    together: Annotated[
        bool, typer.Option("--together", help="Couples or friends attend together: results are kept more general.")
    ] = False,
    webinar: Annotated[bool, typer.Option("--webinar", help="A large online group: results in numbers of at least eleven people.")] = False,
    host: Annotated[str | None, typer.Option(help="Address on which phones reach this computer. Found by itself if left out.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port for phones. If left out: 8080, or the next one free.")] = None,
    country: Annotated[str | None, typer.Option(help="Country whose support contacts people are offered, such as DE.")] = None,
    contact: Annotated[str | None, typer.Option(help="Somebody near by to turn to, in your own words.")] = None,
    room: Annotated[str | None, typer.Option(metavar="CODE", help="Go on with an earlier room.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Open a new room even if one was cut short.")] = False,
    guest_notebook: Annotated[
        bool, typer.Option("--guest-notebook", help="Also offer the polls in a notebook, for people who sit at laptops.")
    ] = False,
    guests: Annotated[int, typer.Option(min=1, max=60, help="Most laptops at a time that have the guest notebook open.")] = 10,
    checklist: Annotated[
        bool, typer.Option(help="Keep the door locked until the checklist in the cockpit is done; without it people may come in at once.")
    ] = True,
    browser: Annotated[bool, typer.Option(help="Open the cockpit in the browser.")] = True,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate, if phones are to reach the room by https. Phones must trust it.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The key that belongs to the certificate.")] = None,
    keep_days: Annotated[
        int | None,
        typer.Option(min=1, max=36_500, help="First erase rooms, with their results, that were opened more than so many days ago."),
    ] = None,
) -> None:
    """Open a room: phones join by QR code, you lead from the cockpit. Ctrl-C ends it."""
    from workshop_kit.cli.start import Evening, Wishes
    from workshop_kit.room.opening import SEATS

    say = _language()
    if not checklist and not room and not people and sys.stdin.isatty():
        # Otherwise the cockpit asks, before the door opens.
        country, contact = _confirmed(country, contact, say)
    wishes = Wishes(
        people=people,
        seats=max(seats or SEATS, people) if people else seats,
        heads=heads or people or None,
        by_card=by_card,
        plan=plan or None,
        policy="webinar" if webinar else "together" if together else "room",
        host=host,
        port=port,
        room=room,
        new=new,
        browser=browser,
        country=country.upper() if country else None,
        contact=contact or None,
        guests=guests if guest_notebook else 0,
        checklist=checklist,
        tls_cert=tls_cert,
        tls_key=tls_key,
    )
    if keep_days:
        from workshop_kit.cli.erase import erase_past_keeping

        erase_past_keeping(keep_days, say, room.upper() if room else None)
    asyncio.run(Evening(wishes, say).lead())


def _confirmed(country: str | None, contact: str | None, say: Language) -> tuple[str | None, str | None]:
    """Ask the facilitator whom people can turn to, unless it was said; an empty answer is an answer."""
    known = material.contacts().countries
    while country is None or country.upper() not in {*known, ""}:
        country = typer.prompt(say("cli.start.country", countries=list(known)), default="", show_default=False)
    if contact is None:
        contact = typer.prompt(say("cli.start.contact"), default="", show_default=False)
    return country, contact


@app.command()
def rehearse(
    people: Annotated[int, typer.Option(min=1, max=200, help="How many simulated people take part.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same group.")] = 7,
    headless: Annotated[
        bool, typer.Option("--headless", help="Play every poll of a plan through at once, write the report, and stop.")
    ] = False,
    plan: Annotated[str, typer.Option(help="Which plan a headless rehearsal plays: evening, half_day, series or webinar.")] = "evening",
    out: Annotated[Path, typer.Option(help="Folder for the report of a headless rehearsal.")] = Path("rehearsal"),
) -> None:
    """Rehearse with a simulated group; nothing of it is kept among your rooms."""
    from workshop_kit.cli.rehearse import play_live
    from workshop_kit.rehearsal.headless import play_headless

    if headless:
        asyncio.run(play_headless(people, seed, plan, out))
    else:
        asyncio.run(play_live(people, seed, _language()))


@app.command()
def report(
    room: Annotated[str | None, typer.Option(metavar="CODE", help="Which room; the latest one if left out.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write it into.")] = Path("report"),
    facilitator: Annotated[
        bool, typer.Option("--facilitator", help="Your own edition, with times, notes and what was not shown; not for handing out.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of an earlier report in that folder.")] = False,
) -> None:
    """Write what the group takes home: a page to read, and a PDF to print."""
    from workshop_kit.cli.report import write_report

    write_report(room, out, facilitator=facilitator, replace=replace)


@app.command()
def study(browser: Annotated[bool, typer.Option(help="Open JupyterLab in the browser.")] = True) -> None:
    """Study alone: opens the notebooks with a private ballot and a journal that stays on this computer. Ctrl-C ends it."""
    from workshop_kit.cli.study import study as open_notebooks

    asyncio.run(open_notebooks(_language(), browser=browser))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a workshop; the one that comes with the kit if left out.")] = None,
    notebooks: Annotated[Path | None, typer.Option(help="Folder of its notebooks, if they do not lie beside it.")] = None,
) -> None:
    """Check the files of a workshop: what is wrong, on which line, and what to write instead."""
    from workshop_kit.cli.check import check_workshop

    if not check_workshop(folder, notebooks, _language(folder)):
        raise typer.Exit(1)


@app.command()
def export(
    to: Annotated[Path, typer.Option(help="Where to: a file that ends in .csv, .parquet or .json.")],
    room: Annotated[str | None, typer.Option(metavar="CODE", help="Only this room; all of them if left out.")] = None,
    with_date: Annotated[Literal["year", "month", "day"], typer.Option(help="How finely to tell when a room was opened.")] = "year",
    simulated: Annotated[bool, typer.Option("--simulated", help="Also rooms with simulated people.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of a file of that name.")] = False,
) -> None:
    """Export what groups said, for a spreadsheet or a program: numbers of at least eleven people, nobody's words."""
    from workshop_kit.cli.export import export_results

    export_results(to, _language(), room=room.upper() if room else None, date_to=with_date, simulated=simulated, replace=replace)


@app.command()
def erase(
    room: Annotated[str | None, typer.Option(metavar="CODE", help="One room, with its results.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every room and result, the journal and the progress of self-study.")] = False,
    rooms: Annotated[bool | None, typer.Option(help="What is known of the rooms: codes, notes, plans, contacts.")] = None,
    results: Annotated[bool | None, typer.Option(help="What was published in them.")] = None,
    journal: Annotated[bool | None, typer.Option(help="The journal, and the progress of self-study.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
) -> None:
    """Erase rooms, results or the journal from this computer. By itself it only says what there is."""
    from workshop_kit.cli.erase import erase_what_was_chosen

    erase_what_was_chosen(room, _language(), everything=everything, rooms=rooms, results=results, journal=journal, sure=yes)


@app.command()
def data_protection(
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("data-protection.html"),
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of a file of that name.")] = False,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Write what your data protection officer asks for: two printed sides, with a sheet for participants."""
    from workshop_kit.after.data_protection import write

    write(out, replace=replace)
    print(_language()("protection.written", file=out))
    if browser:
        webbrowser.open(out.resolve().as_uri())
