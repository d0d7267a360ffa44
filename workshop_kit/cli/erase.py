"""`workshop-kit erase`: what is kept here, what goes, and what no program on this computer can reach.

Without a choice it explains, and changes nothing.
"""

import textwrap
from datetime import date, timedelta

import typer

from workshop_kit.after.erasing import Chosen, Erased, Kept, erase, erase_older, kept, refuse_while_running
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.connection import user_folder
from workshop_kit.words.catalog import Language

WIDTH = 100


def erase_what_was_chosen(
    room: str | None, say: Language, *, everything: bool, rooms: bool | None, results: bool | None, journal: bool | None, sure: bool
) -> None:
    """Explain, ask, erase, search, and say what was removed and what cannot be reached."""
    folder = user_folder()
    here = kept(folder)
    chosen = _chosen(room, everything, rooms, results, journal)
    if not (chosen.rooms or chosen.results or chosen.journal):
        print(f"{say('erase.here', folder=folder)}\n\n{textwrap.indent(_listed(here, say), '  ')}\n\n{say('erase.how')}")
        return
    refuse_while_running(folder)
    if not (sure or here.is_nothing or _agreed(say("erase.sure", what=_goes(here, chosen, say), yes=say("erase.yes")), say)):
        print(say("erase.kept"))
        raise typer.Exit(1)
    _tell(erase(folder, chosen), chosen, say)


def erase_past_keeping(days: int, say: Language, going_on: str | None) -> None:
    """Erase rooms that were opened more than so many days ago, and say so."""
    day = date.today() - timedelta(days=days)
    gone = erase_older(user_folder(), day, but=going_on)
    if gone:
        print(say("erase.past_keeping", n=gone, day=day))


def _agreed(question: str, say: Language) -> bool:
    try:
        answer = str(typer.prompt(question, default="", show_default=False))
    except typer.Abort:
        print()
        return False
    return answer.strip().casefold() == say("erase.yes").casefold()


def _chosen(room: str | None, everything: bool, rooms: bool | None, results: bool | None, journal: bool | None) -> Chosen:
    if room and everything:
        raise WorkshopError("erase.one_or_all")
    if (rooms or results) and not (room or everything):
        raise WorkshopError("erase.which_rooms")
    some = bool(room or everything)
    return Chosen(
        None if everything else {room.upper()} if room else (),
        rooms=some and rooms is not False,
        results=some and results is not False,
        journal=bool(journal) or (everything and journal is None),
    )


def _listed(here: Kept, say: Language) -> str:
    lines = [
        say("erase.here.simulated_room" if room.simulated else "erase.here.room", code=room.code, day=room.opened_on, n=results)
        for room, results in sorted(here.rooms, key=lambda each: each[0].opened_on)
    ]
    others = {"unreadable": not here.readable, "journal": here.journal, "progress": here.progress}
    lines += [say(f"erase.here.{name}") for name, is_there in others.items() if is_there]
    return "\n".join(lines) or say("erase.here.nothing")


def _goes(here: Kept, chosen: Chosen, say: Language) -> list[str]:
    """Return what goes, each thing in a few words."""
    taken = [(room, results) for room, results in here.rooms if chosen.takes(room)]
    rooms = "erase.what.rooms" if chosen.results else "erase.what.about_rooms"
    parts = [say(rooms, n=len(taken))] if chosen.rooms and taken else []
    parts += [say("erase.what.results", n=sum(results for _, results in taken))] if chosen.results and taken else []
    parts += [say("erase.what.unreadable")] if chosen.whole_file and not here.readable else []
    parts += [say("erase.what.journal")] if chosen.journal and here.journal else []
    parts += [say("erase.what.progress")] if chosen.journal and here.progress else []
    return parts or [say("erase.what.nothing")]


def _tell(erased: Erased, chosen: Chosen, say: Language) -> None:
    told = [say("erase.erased", what=_goes(erased.before, chosen, say))]
    if erased.found:
        told += [say("erase.found"), *(f"  {file}" for file in erased.found)]
    else:
        told.append(say("erase.none_found" if erased.before.readable else "erase.unsearchable"))
    if erased.unread:
        told += [say("erase.unread"), *(f"  {file}" for file in erased.unread)]
    print("\n".join(told) + "\n\n" + textwrap.fill(say("erase.unreached"), WIDTH))
