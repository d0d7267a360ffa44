"""P-HEAD: one person with a handful of tabs, who would be several people in any room that does not count heads."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.meals import POLLS, WORKSHOP, opened
from tests.world import PEOPLE, new_seats
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, publish
from workshop_kit.disk.rooms import Results
from workshop_kit.errors import NotAdmitted, NotNow
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.room.opening import Wanted
from workshop_kit.room.opening import opened as going_on
from workshop_kit.room.room import Room

# How many tabs turn every band into a number, where they count: for polls of several choices, and for all others.
TABS: Final = {ROOM: {"multi": 6}, TOGETHER: {"multi": 8}}
TABS_OTHERWISE: Final = {ROOM: 12, TOGETHER: 16}
GROUPS: Final = (5, 8, 11)
SPARE: Final = new_seats(Random(11), 16)


def tabs_for(poll: Poll, policy: Policy) -> list[str]:
    """Return the seats of as many tabs as it takes to see through a poll."""
    return SPARE[: TABS[policy].get(poll.kind, TABS_OTHERWISE[policy])]


def answers_to(poll: Poll, people: int) -> list[Any]:
    """Return some answers, none of them alike for everyone."""
    ids = [option.id for option in poll.options]
    choices: dict[str, list[Any]] = {
        "single": [*ids],
        "multi": [ids[:1], ids[:2], [], ids],
        "scale": [1, 2, 3],
        "slider": [0, 3, 9],
        "rank": [ids, ids[::-1]],
        "text": [f"Comment {letter}" for letter in "abcdefghijkl"],
    }
    return [choices[poll.kind][number % len(choices[poll.kind])] for number in range(people - 1)] + [dict(PASS)]


def sit(room: Room, seats: Sequence[str]) -> None:
    """Let pages take their seats."""
    for seat in seats:
        room.take_seat(seat)


@pytest.mark.parametrize("policy", [ROOM, TOGETHER], ids=["room", "together"])
def test_tabs_that_count_see_through_every_band(policy: Policy) -> None:
    """Where nobody counts heads, half of the tabs choose everything and half nothing, and each band becomes a number."""
    poll = POLLS["many"]
    tabs = tabs_for(poll, policy)
    ids = [option.id for option in poll.options]
    spare = [ids if place % 2 else [] for place in range(len(tabs))]
    for honest in ([["a"]], [["a"], ["a", "b"], [], ["c"]]):
        result = publish(Tally.of(poll, [*honest, *spare]), policy)

        counts = {bucket.options[0]: bucket.count for bucket in result.buckets}

        assert counts == {each: sum(each in answer for answer in honest) + len(tabs) // 2 for each in ids}


@pytest.mark.parametrize("people", GROUPS)
@pytest.mark.parametrize("policy", [ROOM, TOGETHER], ids=["room", "together"])
@pytest.mark.parametrize("name", POLLS)
def test_no_tab_counts_beside_its_owner(name: str, policy: Policy, people: int, tmp_path: Path) -> None:
    """Whether they come early, late, for somebody who left, or with a ticket of another room, tabs stay out or keep the poll from being asked."""
    poll, room = POLLS[name], opened(tmp_path, policy=policy)
    seats, tabs = PEOPLE[:people], tabs_for(poll, policy)
    answers = answers_to(poll, people)

    # Early: everyone sees that there are too many.
    sit(room, [*seats, *tabs])
    room.door.set("locked")
    assert room.state.seats == people + len(tabs)
    with pytest.raises(NotNow, match=r"seats.not_as_many"):
        room.door.count(people)
    with pytest.raises(NotNow, match=r"runs.ask_uncounted"):
        room.runs.ask(name)
    for tab in tabs:
        room.leave_seat(tab)
    room.door.count(people)

    # Late: the door is locked, and what was left brings nobody back.
    run = room.runs.ask(name).number
    for seat, answer in zip(seats, answers, strict=True):
        room.cast(run, seat, answer)
    (tmp_path / "other").mkdir()
    other = opened(tmp_path / "other", key="0f" * 16)
    for tab in tabs:
        for ticket in (None, other.take_seat(tab)):
            with pytest.raises(NotAdmitted):
                room.take_seat(tab, ticket)
        with pytest.raises(NotAdmitted):
            room.cast(run, tab, answers[0])

    # In the place of somebody who left: their seat stays empty, and nothing is closed until that is seen.
    room.leave_seat(seats[-1])
    with pytest.raises(NotAdmitted):
        room.take_seat(tabs[0])
    with pytest.raises(NotNow, match=r"runs.close_not_as_many"):
        room.runs.close(run)
    room.door.count(people - 1)

    room.runs.close(run)
    if poll.kind == "text" and room.runs.lines(run):
        for line in room.runs.lines(run):
            room.runs.decide(run, line.number, "approve")
        room.runs.publish_lines(run)
    assert room.runs.published(run) == publish(Tally.of(poll, answers[:-1]), policy.suited_to(poll))


@pytest.mark.parametrize("policy", [ROOM, TOGETHER], ids=["room", "together"])
def test_a_card_in_many_tabs_is_one_seat(policy: Policy, tmp_path: Path) -> None:
    """In a room by card every tab of one person shows the one card they drew, and no page sits down without one."""
    room = opened(tmp_path, policy=policy, by_card=True)
    cards = room.door.sheets(room.door.print_cards(5))
    for card in cards:
        room.take_card(card)
    for _ in range(12):
        assert room.take_card(cards[0].lower())[0] == cards[0]
    for tab in SPARE:
        with pytest.raises(NotAdmitted, match=r"seats.by_card"):
            room.take_seat(tab)

    room.door.set("locked")

    assert room.state.seats == len(cards)


def restarted(room: Room, folder: Path) -> Room:
    """Return the room as its server takes it up after a power cut, a second after what was done last."""
    room.keep()
    results = Results(folder)
    return Room(WORKSHOP, results, going_on(Wanted(ROOM), WORKSHOP, results, Random(5)), Random(6))


def test_a_tab_that_is_parked_misses_the_count_for_good(tmp_path: Path) -> None:
    """A page that stays away from the count, with a ticket from any time before it, takes nobody's place after a restart or a count again."""
    room = opened(tmp_path)
    seats, spare = PEOPLE[:5], SPARE[0]
    tickets = {seat: [room.take_seat(seat)] for seat in [*seats, spare]}
    room.door.set("locked")

    def returns(*pages: str) -> None:
        for page in pages:
            tickets[page].append(room.take_seat(page, tickets[page][-1]))

    # It comes back the first time, which makes one seat too many, and parks the second time.
    room.door.count_again()
    returns(*seats, spare)
    room.door.count_again()
    returns(*seats)
    room = restarted(room, tmp_path)
    returns(*seats)
    room.door.count(5)

    for again in range(3):
        for ticket in tickets[spare]:
            with pytest.raises(NotAdmitted):
                room.take_seat(spare, ticket)
        if again:
            room.door.count_again()
        else:
            room = restarted(room, tmp_path)
        with pytest.raises(NotAdmitted):
            room.take_seat(spare, tickets[spare][-1])
        # Pressed in a hurry and cut short, it shuts nobody out who was counted.
        room = restarted(room, tmp_path)
        returns(*seats)
        room.door.count(5)
        assert room.state.seats == room.state.heads == 5


def test_nobody_stops_being_counted_in_the_middle_of_an_evening(tmp_path: Path) -> None:
    """Once somebody sits, a room becomes no webinar and a webinar no room, so whether people are counted is not changed behind their backs."""
    for policy, other in ((ROOM, "webinar"), (WEBINAR, "room")):
        folder = tmp_path / other
        folder.mkdir()
        room = opened(folder, policy=policy)
        sit(room, PEOPLE[:1])

        with pytest.raises(NotNow, match=r"room.seats_are_taken"):
            room.evening.set_up("lunch", 0, other, None, None)

        assert room.state.counts_heads == (policy == ROOM)
