"""The door: who comes in and by what, how many they are, and what the disk knows of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.meals import SEATS, known, opened, seated, ticket_of
from workshop_kit.disk.rooms import FILE
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, WorkshopError
from workshop_kit.memory import card_hash
from workshop_kit.room.room import Room


def let_in(act: Callable[..., object], *shown: object) -> bool:
    """Ask for a seat; return whether there was one."""
    try:
        act(*shown)
    except NotAdmitted:
        return False
    return True


@pytest.mark.parametrize("locked", ["before the restart", "after it"])
def test_a_locked_door_lets_as_many_return_as_there_were(tmp_path: Path, locked: str) -> None:
    """Behind strangers who knock first, twelve return after a restart, and after a second one; their number is written at a lock or a second later."""
    room = opened(tmp_path)
    for seat in SEATS[:12]:
        room.take_seat(seat)
    room.door.set("locked") if locked == "before the restart" else room.keep()

    for seed in (2, 3):
        again = opened(tmp_path, seed)
        if not again.locked:
            again.door.set("locked")
        assert [seat for seat in SEATS[12:24] if let_in(again.take_seat, seat)] == []
        with pytest.raises(NotAdmitted):
            again.cast(1, SEATS[0], "a")
        seated(again)
        assert not let_in(again.take_seat, SEATS[12], ticket_of(again, SEATS[12]))


def test_counting_again_outlives_restarts(tmp_path: Path, room: Room) -> None:
    """Pressed twice, and the server killed after either, pages return by the ticket they have until the count, and by no old one afterwards."""
    old = {seat: ticket_of(room, seat) for seat in SEATS[:12]}
    room.leave_seat(SEATS[11])
    room.keep()
    for seed in (2, 3):
        room.door.count_again()
        room = opened(tmp_path, seed)
        assert [let_in(room.take_seat, seat, old[seat]) for seat in SEATS[8:12]] == [True] * 3 + [False]
    new = {seat: room.take_seat(seat, old[seat]) for seat in SEATS[:10]}
    with pytest.raises(NotNow, match=r"^seats\.not_as_many seats=11 heads=10$"):
        room.door.count(10)
    room.leave_seat(SEATS[10])
    room.door.count(10)
    room.door.count_again()  # before the disk has heard of the count
    newest = {seat: room.take_seat(seat, new[seat]) for seat in SEATS[:10]}

    room = opened(tmp_path, seed=4)
    assert [let_in(room.take_seat, seat, old[seat]) for seat in SEATS[:12]] == [False] * 12
    assert [let_in(room.take_seat, seat, newest[seat]) for seat in SEATS[:10]] == [True] * 10
    room.door.count(10)
    room.keep()
    room = opened(tmp_path, seed=5)
    assert (room.state.heads, room.state.seats) == (10, 0)
    assert [let_in(room.take_seat, seat, new[seat]) for seat in SEATS[:10]] == [False] * 10


@pytest.mark.parametrize("simulated", [True, False], ids=["simulated", "people"])
def test_only_a_simulated_group_is_counted_with_the_lock(tmp_path: Path, simulated: bool) -> None:
    """Where simulated people are all there, locking the door counts them; people are looked at first, on the stage too."""
    room = opened(tmp_path, people=12, simulated=simulated)
    seen = []
    for people in (11, 12):
        for seat in SEATS[:people]:
            room.take_seat(seat)
        room.door.set("locked")
        seen.append((room.state.seats, room.state.heads, room.evening.scene))
        room.door.set("open")
    assert seen == [(11, None, "heads"), (12, 12, "welcome") if simulated else (12, None, "heads")]
    assert (room.state.seats, room.state.heads) == (None, None)


VAIN: Final[dict[str, tuple[Callable[[Room], object], type[WorkshopError], str]]] = {
    "ajar": (lambda room: room.door.set("ajar"), InvalidAnswer, "acts.door"),
    "nobody": (lambda room: room.door.count(0), InvalidAnswer, "acts.count"),
    "too many": (lambda room: room.door.count(13), NotNow, "seats.not_as_many"),
    "by the window": (lambda room: room.door.enter_by("window"), InvalidAnswer, "acts.enter_by"),
    "by card, too late": (lambda room: room.door.enter_by("card"), NotNow, "room.seats_are_taken"),
    "smaller": (lambda room: room.door.make_larger(59), InvalidAnswer, "room.not_larger"),
    "a stadium": (lambda room: room.door.make_larger(10_001), InvalidAnswer, "room.not_larger"),
    "no cards": (lambda room: room.door.print_cards(0), InvalidAnswer, "pages.cards.too_many"),
    "reams of cards": (lambda room: room.door.print_cards(201), InvalidAnswer, "pages.cards.too_many"),
    "no such sheets": (lambda room: room.door.sheets("key"), NotNow, "pages.cards.fetched"),
    "no key": (lambda room: room.door.sheets(None), NotNow, "pages.cards.fetched"),
    "one more in the middle of a poll": (lambda room: room.door.one_more(), NotNow, "runs.another_open"),
}


@pytest.mark.parametrize("act", VAIN)
def test_what_makes_no_sense_at_the_door_is_refused(tmp_path: Path, room: Room, act: str) -> None:
    """Each is told why, and changes nothing."""
    room.runs.ask("one")
    before = known(tmp_path, room)
    done, fault, code = VAIN[act]
    with pytest.raises(fault) as refused:
        done(room)
    assert (refused.value.code, known(tmp_path, room)) == (code, before)


def test_a_full_room_is_made_larger(tmp_path: Path) -> None:
    """More people get in at once, and after a restart."""
    room = opened(tmp_path, capacity=3)
    assert [let_in(room.take_seat, seat) for seat in SEATS[:4]] == [True] * 3 + [False]
    room.door.make_larger(5)
    for each in (room, opened(tmp_path)):
        assert [let_in(each.take_seat, seat) for seat in SEATS[:6]] == [True] * 5 + [False]


def test_cards_are_printed_once_and_open_a_seat_each(tmp_path: Path) -> None:
    """Sheets are fetched once; what was voided opens nothing; killed with the lock, the server lets those return whose card had opened a seat."""
    room = opened(tmp_path)
    room.door.enter_by("card")
    key = room.door.print_cards(16)
    cards = room.door.sheets(key)
    with pytest.raises(NotNow):
        room.door.sheets(key)
    assert len(set(cards)) == 16
    assert [let_in(room.take_card, card) for card in cards[:12]] == [True] * 12
    assert room.door.cards["unused"] is None, "It would say how many sit."
    room.door.set("locked")
    assert room.door.cards == {"printed": 16, "unused": 4, "expected": 0}

    again = opened(tmp_path, seed=2)
    assert [let_in(again.take_card, card) for card in reversed(cards)] == [False] * 4 + [True] * 12
    again.door.count(12)
    assert again.runs.ask("one").number == 1
    unfetched = again.door.print_cards(2)
    again.door.void_cards()
    again.door.set("open")
    assert (len(again.record.cards), [let_in(again.take_card, card) for card in cards]) == (12, [True] * 12 + [False] * 4)
    with pytest.raises(NotNow):
        again.door.sheets(unfetched)


def test_no_seat_and_no_ticket_is_on_the_disk(tmp_path: Path, room: Room) -> None:
    """Of those who sit there is a number; of a card and of a ticket whose holder left, a hash; and once the room has ended, not even a key."""
    tickets = {seat: ticket_of(room, seat) for seat in SEATS[:12]}
    card = room.door.one_more()
    room.take_card(card)
    room.leave_seat(SEATS[0])
    room.door.count_again()
    tickets |= {f"anew {seat}": room.take_seat(seat, tickets[seat]) for seat in SEATS[1:12]}
    room.keep()
    kept = (tmp_path / FILE).read_bytes()
    hashes = [card_hash(each).encode() for each in (card, tickets[SEATS[0]])]
    keys = [each.encode() for each in (room.record.key, *room.record.former_keys)]
    assert len(keys) == 2
    assert [each for each in (*SEATS, *tickets.values(), card) if each.encode() in kept] == []
    assert [each for each in (*hashes, *keys) if each not in kept] == []
    others = [card_hash(each).encode() for each in (*SEATS, *list(tickets.values())[1:])]
    assert [each for each in others if each in kept] == []

    room.end(0)
    assert [each for each in (*hashes, *keys) if each in (tmp_path / FILE).read_bytes()] == []
