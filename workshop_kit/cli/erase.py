"""`workshop-kit erase`: what is kept here, what goes, and what no program on this computer can reach.

Without a choice it explains, and changes nothing.
"""

import textwrap
from datetime import date, timedelta

import typer

from workshop_kit.after.erasing import UNREACHED, Chosen, Erased, Kept, erase, erase_older, kept, refuse_while_running
from workshop_kit.disk.journal import spoken
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.connection import user_folder

HOW = """\
  workshop-kit erase --room CODE   one room, with its results
  workshop-kit erase --all         every room, every result, the journal and the progress of self-study
  workshop-kit erase --journal     the journal and the progress of self-study

Add --no-results to keep the published results and erase the rest of a room: notes, plan, contact.
Add --no-rooms to keep the room and erase its results. Add --no-journal to keep the journal.

Nothing has been erased."""
WIDTH = 100


def erase_what_was_chosen(
    room: str | None, *, everything: bool, rooms: bool | None, results: bool | None, journal: bool | None, sure: bool
) -> None:
    """Explain, ask, erase, search, and say what was removed and what cannot be reached."""
    folder = user_folder()
    here = kept(folder)
    chosen = _chosen(room, everything, rooms, results, journal)
    if not (chosen.rooms or chosen.results or chosen.journal):
        print(f"In {folder} there is:\n\n{textwrap.indent(_listed(here), '  ')}\n\nErase what you do not need any more:\n\n{HOW}")
        return
    refuse_while_running(folder)
    if not (sure or here.is_nothing):
        typer.confirm(f"{_told(here, chosen, 'This erases')} It cannot be undone. Go on?", abort=True)
    _say(erase(folder, chosen), chosen)


def erase_past_keeping(days: int, going_on: str | None) -> None:
    """Erase rooms that were opened more than so many days ago, and say so."""
    gone = erase_older(user_folder(), date.today() - timedelta(days=days), but=going_on)
    if gone:
        print(
            f"Erased {_number(gone, 'room')} with all {'its' if gone == 1 else 'their'} results, opened more than {_number(days, 'day')} ago."
        )


def _chosen(room: str | None, everything: bool, rooms: bool | None, results: bool | None, journal: bool | None) -> Chosen:
    if room and everything:
        raise WorkshopError("Choose one room with --room, or all of them with --all.")
    if (rooms or results) and not (room or everything):
        raise WorkshopError("Say which rooms: one with --room CODE, or all of them with --all.")
    some = bool(room or everything)
    return Chosen(
        None if everything else {room.upper()} if room else (),
        rooms=some and rooms is not False,
        results=some and results is not False,
        journal=bool(journal) or (everything and journal is None),
    )


def _listed(here: Kept) -> str:
    lines = [
        f"{room.code}  opened {spoken(room.opened_on)}, {_number(results, 'result')}{', simulated people' if room.simulated else ''}"
        for room, results in sorted(here.rooms, key=lambda each: each[0].opened_on)
    ]
    lines += [] if here.readable else ["a file of rooms and results that cannot be read"]
    lines += ["the journal of self-study"] if here.journal else []
    lines += ["which sections were finished in self-study"] if here.progress else []
    return "\n".join(lines) or "nothing"


def _told(here: Kept, chosen: Chosen, opening: str) -> str:
    """Return what goes in one sentence."""
    taken = [(room, results) for room, results in here.rooms if chosen.takes(room)]
    about = "" if chosen.results else "what was written about "
    parts = [about + _number(len(taken), "room")] if chosen.rooms and taken else []
    parts += [_number(sum(results for _, results in taken), "result")] if chosen.results and taken else []
    parts += ["the file of rooms and results that could not be read"] if chosen.whole_file and not here.readable else []
    parts += ["the journal"] if chosen.journal and here.journal else []
    parts += ["the progress of self-study"] if chosen.journal and here.progress else []
    *others, last = parts or ["nothing, because there is none of it"]
    return f"{opening} {', '.join(others)}{' and ' if others else ''}{last}."


def _say(erased: Erased, chosen: Chosen) -> None:
    said = [_told(erased.before, chosen, "Erased:")]
    if erased.found:
        said.append("These files still hold some of it. The kit did not make them, or they are copies; remove them yourself:")
        said += [f"  {file}" for file in erased.found]
    elif erased.before.readable:
        said.append("Every file in the folder was searched for it afterwards, and none of it was found.")
    else:
        said.append("What the unreadable file held could not be searched for; the file was overwritten and removed as a whole.")
    if erased.unread:
        said += ["These files could not be searched:", *(f"  {file}" for file in erased.unread)]
    print("\n".join(said) + "\n\n" + textwrap.fill(UNREACHED, WIDTH))


def _number(many: int, thing: str) -> str:
    return f"{many} {thing}" if many == 1 else f"{many} {thing}s"
