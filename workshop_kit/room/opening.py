"""Opening a room: a new one, one that was cut short, or one of an earlier evening."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from workshop_kit import material
from workshop_kit.disclosure import Policy
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.errors import SetupError
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda

CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a room is to be like; `earlier` is the code of the one to go on with, and `new` passes over one that was cut short."""

    policy: Policy
    seats: int
    simulated: bool = False
    locked: bool = False
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
        return _as_it_can_go_on(replace(found, ended=False, locked=locked, plan=wanted.plan or found.plan), workshop)
    cut_short = None if wanted.new else results.unfinished_room()
    if cut_short is not None and _is_as_wanted(cut_short, wanted, workshop):
        going_on = replace(cut_short, capacity=max(cut_short.capacity, wanted.seats), plan=wanted.plan or cut_short.plan)
        return _as_it_can_go_on(going_on, workshop)
    results.end_rooms()
    return RoomRecord(
        new_code(random),
        workshop.id,
        date.today(),
        wanted.policy,
        wanted.seats,
        wanted.simulated,
        wanted.country,
        wanted.contact,
        wanted.plan,
        locked=wanted.locked,
    )


def new_code(random: Random) -> str:
    """Return a room code: six signs without those that are easily confused, from 31 to the 6th (some 887 million)."""
    return "".join(random.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def _is_as_wanted(record: RoomRecord, wanted: Wanted, workshop: Workshop) -> bool:
    # The checklist may have made it more careful since the room was opened.
    as_careful = record.policy.floor >= wanted.policy.floor and record.policy.cell >= wanted.policy.cell
    return as_careful and (record.workshop, record.simulated) == (workshop.id, wanted.simulated)


def _as_it_can_go_on(record: RoomRecord, workshop: Workshop) -> RoomRecord:
    """Return where a room goes on, without a section or a plan that its material does not have any more."""
    has_section = record.section in {section.id for section in workshop.sections}
    has_plan = record.plan in {plan.id for plan in workshop.plans}
    is_led = record.agenda is not None and Agenda.from_dict(record.agenda).fits(workshop)
    return replace(
        record,
        section=record.section if has_section else None,
        plan=record.plan if has_plan else None,
        agenda=record.agenda if is_led else None,
    )
