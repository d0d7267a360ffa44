"""Seats and ballots: what people do with them in any order, compared with a model as plain as a list and a dictionary."""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import new_seats
from workshop_kit.ballots import Ballots, Seats
from workshop_kit.errors import InvalidAnswer, NotAdmitted

SEATS: Final = new_seats(Random(11), 12)
ANSWERS: Final[list[object]] = [{"pass": True}, "hurt", "known", ["hurt", "self"], [], 3]

any_seat = st.sampled_from(SEATS)
# What people do to a run: a seat and its answer, or a seat and None, which takes the answer back.
acts = st.lists(st.tuples(any_seat, st.sampled_from([*ANSWERS, None])), max_size=60)


def ballots_after(done: Iterable[tuple[str, object]], secret: bytes = b"one run's secret") -> Ballots:
    ballots = Ballots(secret)
    for seat, answer in done:
        if answer is None:
            ballots.withdraw(seat)
        else:
            ballots.cast(seat, answer)
    return ballots


def model_after(done: Iterable[tuple[str, object]]) -> dict[str, object]:
    model: dict[str, object] = {}
    for seat, answer in done:
        model[seat] = answer
    return {seat: answer for seat, answer in model.items() if answer is not None}


def bag(answers: Iterable[object]) -> Counter[str]:
    return Counter(map(repr, answers))


def keys_of(ballots: Ballots) -> set[Any]:
    """Return every key under which anything is kept inside, wherever it is kept."""
    return {key for kept in vars(ballots).values() if isinstance(kept, dict) for key in kept}


def admitted(seats: Seats, tokens: Iterable[str]) -> list[bool]:
    return [_admits(seats, token) for token in tokens]


def _admits(seats: Seats, token: str) -> bool:
    try:
        seats.take(token)
    except NotAdmitted:
        return False
    return True


# ---- ballots ------------------------------------------------------------------------------------------------------------


@given(acts)
def test_each_seat_has_the_answer_that_it_gave_last(done: list[tuple[str, object]]) -> None:
    """However often people change their answers or take them back, the last word of each counts once."""
    ballots, model = ballots_after(done), model_after(done)

    assert len(ballots) == len(model)
    assert bag(ballots.answers(Random(1).shuffle)) == bag(model.values())


@given(acts)
def test_casting_everything_again_changes_nothing(done: list[tuple[str, object]]) -> None:
    """Phones that send their answers again, once or twice, after a lost line are counted once."""
    ballots, model = ballots_after(done), model_after(done)

    for seat, answer in [*model.items(), *model.items()]:
        ballots.cast(seat, answer)

    assert bag(ballots.answers(Random(1).shuffle)) == bag(model.values())


@given(acts)
def test_a_restart_loses_nothing_that_pages_still_hold(done: list[tuple[str, object]]) -> None:
    """New ballots under a new secret, filled again by the pages, hold the same answers."""
    model = model_after(done)

    again = ballots_after(model.items(), secret=b"drawn after the restart")

    assert bag(again.answers(Random(1).shuffle)) == bag(model.values())


@given(acts, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_two_runs_share_no_key(done: list[tuple[str, object]], one: bytes, other: bytes) -> None:
    """The same seats in two runs are kept under keys that have nothing in common with each other or with the seats."""
    if one == other:
        return
    first, second = keys_of(ballots_after(done, one)), keys_of(ballots_after(done, other))

    assert len(first) == len(second) == len(model_after(done))
    assert first & second == set()
    assert [key for key in first | second if any(seat.encode() in key or bytes.fromhex(seat) in key for seat in SEATS)] == []


@given(acts)
def test_what_is_forgotten_is_gone(done: list[tuple[str, object]]) -> None:
    """After forgetting, no answer, no key and no secret is left inside."""
    ballots = ballots_after(done)

    ballots.forget()

    assert len(ballots) == 0
    assert ballots.answers(Random(1).shuffle) == []
    assert not any(vars(ballots).values())


def test_answers_come_out_in_no_order_of_arrival() -> None:
    """Over many shuffles, the first to answer is found in every place, and about as often in each."""
    ballots = ballots_after(zip(SEATS[:6], "abcdef", strict=True))
    random = Random(3)

    places = Counter(ballots.answers(random.shuffle).index("a") for _ in range(600))

    assert sorted(places) == [0, 1, 2, 3, 4, 5]
    assert all(60 < times < 140 for times in places.values())


def test_ballots_say_nothing_of_themselves() -> None:
    """Neither answers, nor seats, nor the secret are in what a log or a traceback would show."""
    ballots = ballots_after([(SEATS[0], "canary")])

    assert [word for word in ("canary", SEATS[0], "secret") if word in f"{ballots} {ballots!r}"] == []


# ---- seats --------------------------------------------------------------------------------------------------------------


@given(st.lists(any_seat, max_size=40), st.integers(min_value=1, max_value=12))
def test_a_room_admits_as_many_as_it_has_room_for(arrivals: list[str], capacity: int) -> None:
    """The first different seats get in, up to the capacity; who is in stays in, whatever comes after."""
    room = Seats(capacity)
    inside = list(dict.fromkeys(arrivals))[:capacity]

    let_in = admitted(room, arrivals)

    assert let_in == [seat in inside for seat in arrivals]
    assert room.number == len(inside)
    assert [room.check(seat) for seat in inside] == inside


@given(st.lists(any_seat, max_size=12, unique=True), st.data())
def test_behind_a_locked_door_exactly_those_who_were_in_return(inside: list[str], data: st.DataObject) -> None:
    """After a restart behind a locked door, in whatever order and however often they knock, all return and nobody is added."""
    room = Seats(60, returning=len(inside))
    room.lock()
    knocks = data.draw(st.permutations(inside + inside))

    assert all(admitted(room, knocks))
    assert admitted(room, (seat for seat in SEATS if seat not in inside)) == [False] * (len(SEATS) - len(inside))
    assert room.number == len(inside)


def test_a_locked_door_lets_nobody_new_in() -> None:
    """Locking keeps those who are in and refuses the rest; opening lets them in."""
    room = Seats(60)
    admitted(room, SEATS[:3])

    room.lock()
    assert room.locked
    assert admitted(room, SEATS[:5]) == [True, True, True, False, False]

    room.open()
    assert not room.locked
    assert all(admitted(room, SEATS[:5]))


def test_a_door_locked_before_all_returned_still_lets_them_return() -> None:
    """Seats that a room had before its restart are kept free behind the door, even if it is locked only after the restart."""
    room = Seats(60, returning=4)
    admitted(room, SEATS[:1])

    room.lock()

    assert room.number == 4
    assert admitted(room, SEATS[:6]) == [True, True, True, True, False, False]


def test_a_door_locked_a_second_time_lets_nobody_extra_in() -> None:
    """People who came in between two locks are among those the second lock counts, and nobody else is."""
    room = Seats(60, returning=2)
    room.lock()
    admitted(room, SEATS[:2])
    room.open()
    admitted(room, SEATS[2:4])

    room.lock()

    assert admitted(room, SEATS[:6]) == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    "token",
    [
        None,
        7,
        True,
        [],
        {},
        "",
        "fifteen-letters",
        "a" * 65,
        "with a blank in it",
        "ümlaut-ümlaut-ümlaut",
        "a" * 16 + "\n",
        "../../etc/passwd",
    ],
    ids=repr,
)
def test_a_seat_is_a_random_token_and_nothing_else(token: object) -> None:
    """Nothing but 16 to 64 letters, digits, hyphens and underscores is taken for a seat, and a refusal repeats none of it."""
    room = Seats(60)

    with pytest.raises(InvalidAnswer) as fault:
        room.take(token)

    assert room.number == 0
    assert not token or str(token) not in str(fault.value)


@pytest.mark.parametrize("token", ["a" * 16, "Z" * 64, "0123456789_-abcDEF"])
def test_a_seat_may_be_short_or_long(token: str) -> None:
    """Sixteen letters are enough for a seat and sixty-four are not too many."""
    room = Seats(60)

    room.take(token)

    assert room.check(token) == token


@pytest.mark.parametrize("token", [SEATS[1], None, 7, [], {}, ""], ids=repr)
def test_a_seat_that_was_never_taken_is_not_known(token: object) -> None:
    """Whoever has no seat is refused, in whatever form they ask."""
    room = Seats(60)
    room.take(SEATS[0])

    with pytest.raises(NotAdmitted):
        room.check(token)


def test_two_people_do_not_draw_the_same_seat() -> None:
    """Tokens as pages draw them differ, so two people never share a ballot."""
    tokens = new_seats(Random(1), 5000)

    room = Seats(len(tokens))

    assert all(admitted(room, tokens))
    assert room.number == len(tokens)
