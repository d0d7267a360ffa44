"""Opening a room: a new one, one that was cut short, or one of an earlier evening."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from workshop_kit import material
from workshop_kit.disclosure import Policy
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.errors import SetupError
from workshop_kit.memory.seats import SIGNS, drawn_signs
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda

CODE_LETTERS: Final = SIGNS
CODE_LENGTH: Final = 6
# So many times a server may start again before people are counted, and those who slept through all of it still come back.
MOST_KEYS: Final = 10
# How many a room has unless more are asked for.
SEATS: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a room is to be like.

    `earlier` is the code of the one to go on with, and `new` passes over one that was cut short. `people` says how many will come. A
    room that goes on may become larger than it was, and keeps how it was entered.
    """

    policy: Policy
    seats: int | None = None
    simulated: bool = False
    locked: bool = False
    by_card: bool = False
    people: int | None = None
    plan: str | None = None
    country: str | None = None
    contact: str | None = None
    earlier: str | None = None
    new: bool = False


def opened(wanted: Wanted, workshop: Workshop, results: Results, random: Random) -> RoomRecord:
    """Return where to go on: the room asked for, the room that was cut short, or a new one. Every other room has ended then.

    Raises
    ------
    SetupError, Unknown
        If there is no such room, plan or country.
    """
    if wanted.country:
        material.contacts().for_country(wanted.country)
    if wanted.plan:
        workshop.plan(wanted.plan)
    if wanted.earlier:
        found = results.room(wanted.earlier.upper())
        if found is None:
            raise SetupError("room.no_earlier")
        # One that was cut short goes on behind the door that it had; one that had ended opens its door anew.
        locked = wanted.locked if found.ended else found.locked
        results.end_rooms()
        return _going_on(replace(found, ended=False, locked=locked), wanted, workshop, random)
    cut_short = None if wanted.new else results.unfinished_room()
    if cut_short is not None and _is_as_wanted(cut_short, wanted, workshop):
        return _going_on(cut_short, wanted, workshop, random)
    results.end_rooms()
    return RoomRecord(
        new_code(random),
        workshop.id,
        date.today(),
        wanted.policy,
        wanted.seats or SEATS,
        wanted.simulated,
        wanted.country,
        wanted.contact,
        wanted.plan,
        locked=wanted.locked,
        people=wanted.people,
        by_card=wanted.by_card,
        key=_new_key(random),
    )


def new_code(random: Random) -> str:
    """Return a room code: six signs without those that are easily confused, from 31 to the 6th (some 887 million)."""
    return drawn_signs(random, CODE_LENGTH)


def _new_key(random: Random) -> str:
    return random.randbytes(16).hex()


def _is_as_wanted(record: RoomRecord, wanted: Wanted, workshop: Workshop) -> bool:
    # The checklist may have made it more careful since the room was opened.
    as_careful = record.policy.floor >= wanted.policy.floor and record.policy.cell >= wanted.policy.cell
    # People who sit by the room's code are not to be told that they need a card.
    as_entered = record.by_card or not wanted.by_card
    return as_careful and as_entered and (record.workshop, record.simulated) == (workshop.id, wanted.simulated)


def _going_on(record: RoomRecord, wanted: Wanted, workshop: Workshop, random: Random) -> RoomRecord:
    """Return where a room goes on, without a section or a plan that its material does not have any more."""
    plan = wanted.plan or record.plan
    has_section = record.section in {section.id for section in workshop.sections}
    has_plan = plan in {plan.id for plan in workshop.plans}
    is_led = record.agenda is not None and Agenda.from_dict(record.agenda).fits(workshop)
    return replace(
        record,
        section=record.section if has_section else None,
        plan=plan if has_plan else None,
        agenda=record.agenda if is_led else None,
        capacity=max(record.capacity, wanted.seats or 0),
        people=wanted.people or record.people,
        # One that had ended has let go of its key, and of what opened a seat in it.
        key=_new_key(random),
        former_keys=(record.key, *record.former_keys)[:MOST_KEYS] if record.key else (),
        by_card=record.by_card if record.key else wanted.by_card,
    )
