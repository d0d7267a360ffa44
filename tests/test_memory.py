"""What is only ever in memory: seats, ballots while a poll is open, and comments that wait to be read.

Seats and ballots are compared with models as plain as a list and a dictionary. The examples for the flags are our own, written as
people might write them; a pattern that is changed must still tell them apart.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.kept import WISH
from tests.world import PEOPLE
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, WorkshopError
from workshop_kit.memory import Ballots, Queue, Seats, card_hash
from workshop_kit.polls import Tally
from workshop_kit.words.flags import Flag, flags

SEATS: Final = PEOPLE[:12]
# What tickets are made with, here and in another room; and seat cards.
KEY, OTHER_KEY = "5e" * 16, "a1" * 16
CARDS: Final = tuple(f"K7M2PQ4R8TX{sign}" for sign in "23456Z")
NO_TICKETS: Final[Mapping[str, str]] = MappingProxyType({})
ANSWERS: Final[list[object]] = [{"pass": True}, "hurt", "known", ["hurt", "self"], [], 3]

any_seat = st.sampled_from(SEATS)
# What people do to a run: a seat and its answer, or a seat and None, which takes the answer back.
acts = st.lists(st.tuples(any_seat, st.sampled_from([*ANSWERS, None])), max_size=60)


def ballots_after(done: Iterable[tuple[str, object]], secret: bytes = b"one run's secret") -> Ballots:
    """Return ballots after some acts."""
    ballots = Ballots(secret)
    for seat, answer in done:
        if answer is None:
            ballots.withdraw(seat)
        else:
            ballots.cast(seat, answer)
    return ballots


def model_after(done: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return who has answered what after some acts."""
    return {seat: answer for seat, answer in dict(done).items() if answer is not None}


def bag(answers: Iterable[object]) -> Counter[str]:
    """Return how often each answer was given."""
    return Counter(map(repr, answers))


def keys_of(ballots: Ballots) -> set[Any]:
    """Return every key under which anything is kept inside, wherever it is kept."""
    return {key for kept in vars(ballots).values() if isinstance(kept, dict) for key in kept}


def refusal(act: Callable[..., object], *told: object) -> WorkshopError | None:
    """Do something; return why it was refused, if it was."""
    try:
        act(*told)
    except WorkshopError as fault:
        return fault
    return None


def why(act: Callable[..., object], *told: object) -> str | None:
    """Do something; return the code with which it was refused, if it was."""
    fault = refusal(act, *told)
    return fault.code if fault else None


def admitted(seats: Seats, tokens: Iterable[str], tickets: Mapping[str, str] = NO_TICKETS) -> list[bool]:
    """Let some pages ask for a seat one after the other, each with its ticket if it has one; return who got one."""
    return [why(seats.take, token, tickets.get(token)) is None for token in tokens]


def counted(people: int, capacity: int = 12) -> tuple[Seats, dict[str, str]]:
    """Return the seats of a room in which some people were counted behind a locked door, and the tickets of their pages."""
    seats = Seats(capacity, KEY)
    tickets = {seat: seats.take(seat) for seat in SEATS[:people]}
    seats.lock()
    seats.count(people)
    return seats, tickets


def restarted(seats: Seats) -> Seats:
    """Return the seats of a room whose server was killed and started again: what the disk knew of them, a new key, and nobody in them."""
    kept = {name: getattr(seats, name) for name in ("by_card", "locked", "heads", "cards", "left")}
    return Seats(seats.capacity, card_hash(seats.keys[0]), former_keys=seats.keys, returning=seats.number, **kept)


# ---- ballots ------------------------------------------------------------------------------------------------------------


@given(acts)
def test_each_seat_has_the_answer_that_it_gave_last(done: list[tuple[str, object]]) -> None:
    """However often people change answers, take them back or send them again, after a restart too, each one's last word counts; then it is gone."""
    ballots, model = ballots_after(done), model_after(done)
    assert len(ballots) == len(model)
    assert bag(ballots.answers(SEATS, Random(1).shuffle)) == bag(model.values())

    after_a_restart = ballots_after(model.items(), secret=b"drawn after the restart")
    for again in (ballots, after_a_restart):
        for seat, answer in [*model.items(), *model.items()]:
            again.cast(seat, answer)
        assert bag(again.answers(SEATS, Random(1).shuffle)) == bag(model.values())

    ballots.forget()
    assert (len(ballots), any(vars(ballots).values())) == (0, False)


@given(acts, st.lists(st.binary(min_size=16, max_size=16), min_size=2, max_size=2, unique=True))
def test_two_runs_share_no_key(done: list[tuple[str, object]], secrets: list[bytes]) -> None:
    """The same seats in two runs are kept under keys that have nothing in common with each other or with the seats."""
    first, second = (keys_of(ballots_after(done, secret)) for secret in secrets)

    assert len(first) == len(second) == len(model_after(done))
    assert first & second == set()
    assert [key for key in first | second if any(seat.encode() in key or bytes.fromhex(seat) in key for seat in SEATS)] == []


def test_answers_come_out_in_no_order_of_arrival() -> None:
    """Over many shuffles, the first to answer is found in every place, and about as often in each."""
    ballots = ballots_after(zip(SEATS[:6], "abcdef", strict=True))
    random = Random(3)

    places = Counter(ballots.answers(SEATS[:6], random.shuffle).index("a") for _ in range(600))

    assert sorted(places) == [0, 1, 2, 3, 4, 5]
    assert all(60 < times < 140 for times in places.values())


def test_only_the_answers_of_seats_that_are_taken_count() -> None:
    """What came from a seat that was freed, and whose page did not come back, is left out."""
    ballots = ballots_after(zip(SEATS[:6], "abcdef", strict=True))
    assert sorted(map(str, ballots.answers([*SEATS[:2], *SEATS[5:]], Random(1).shuffle))) == ["a", "b", "f"]


def test_ballots_say_nothing_of_themselves() -> None:
    """Neither answers, nor seats, nor the secret are in what a log or a traceback would show."""
    ballots = ballots_after([(SEATS[0], "canary")])

    assert [word for word in ("canary", SEATS[0], "secret") if word in f"{ballots} {ballots!r}"] == []


# ---- seats --------------------------------------------------------------------------------------------------------------


@given(st.lists(any_seat, max_size=40), st.integers(min_value=1, max_value=12))
def test_a_room_admits_as_many_as_it_has_room_for(arrivals: list[str], capacity: int) -> None:
    """The first different seats get in, up to the capacity; who is in stays in, whatever comes after."""
    seats = Seats(capacity, KEY)
    inside = list(dict.fromkeys(arrivals))[:capacity]

    let_in = admitted(seats, arrivals)

    assert let_in == [seat in inside for seat in arrivals]
    assert seats.number == len(inside)
    assert [seats.check(seat) for seat in inside] == inside


@given(st.sets(any_seat, min_size=1, max_size=11), st.data())
def test_behind_a_locked_door_exactly_those_who_were_in_return(inside: set[str], data: st.DataObject) -> None:
    """After a restart, in whatever order and however often they knock, each ticket brings back its own seat; no other brings back anybody."""
    seats = Seats(60, KEY)
    tickets = {seat: seats.take(seat) for seat in SEATS}
    for seat in set(SEATS) - inside:
        seats.leave(seat)
    seats.lock()
    again = restarted(seats)
    of_another_room = {seat: Seats(60, OTHER_KEY).take(seat) for seat in inside}
    of_others = {seat: tickets[SEATS[place - 1]] for place, seat in enumerate(SEATS)}
    for wrong in (NO_TICKETS, of_another_room, of_others, dict.fromkeys(inside, ""), {seat: tickets[seat] + "\n" for seat in inside}):
        assert not any(admitted(again, sorted(inside), wrong))
    assert not any(admitted(again, set(SEATS) - inside, tickets)), "These have left."

    assert all(admitted(again, data.draw(st.permutations([*inside, *inside])), tickets))
    assert (set(again), again.number) == (inside, len(inside))


def test_whoever_has_read_the_key_fills_no_room() -> None:
    """Of tickets made by somebody who saw the disk, no more are good than there were seats when the door was locked."""
    forged = {seat: Seats(60, KEY).take(seat) for seat in SEATS}
    assert admitted(restarted(counted(4)[0]), SEATS, forged) == [True] * 4 + [False] * 8


def test_a_locked_door_lets_nobody_new_in() -> None:
    """It keeps those who are in, and who were in before a restart, however late or often it is locked; opening lets the rest in."""
    tickets = {seat: Seats(60, KEY).take(seat) for seat in SEATS[:4]}
    seats = Seats(60, KEY, returning=4)
    admitted(seats, SEATS[:1])
    seats.lock()
    assert (seats.locked, seats.number, seats.are_looked_at, seats.are_counted) == (True, 4, True, False)
    assert admitted(seats, SEATS[:6], tickets) == [True] * 4 + [False] * 2
    assert why(seats.count, 5) == why(seats.count, 3) == "seats.not_as_many"
    seats.count(4)
    assert (seats.are_looked_at, seats.are_counted) == (False, True)

    seats.open()
    assert (seats.locked, seats.heads, why(seats.count, 4)) == (False, None, "seats.lock_first")
    assert all(admitted(seats, SEATS[:6]))
    seats.lock()
    assert admitted(seats, SEATS[:8]) == [True] * 6 + [False] * 2


def test_a_seat_that_was_left_is_nobodys() -> None:
    """Neither its page nor one that slept through the count takes it; by an open door it comes in again, and returns like any other."""
    seats, tickets = counted(4)
    seats = restarted(seats)
    tickets |= {seat: seats.take(seat, tickets[seat]) for seat in SEATS[:3]}
    seats.count(3)
    seats.leave(SEATS[0])
    assert why(seats.leave, SEATS[0]) == "seats.none"
    for each in (seats, restarted(seats)):
        assert admitted(each, SEATS[:3], tickets) == [False, True, True]
        assert admitted(each, (SEATS[0], SEATS[3]), tickets) == [False, False]
        assert (len(each), each.number, each.heads, each.are_counted) == (2, 2, 3, False)

    seats.open()
    assert admitted(seats, SEATS[:1]) == [True]
    seats.lock()
    assert admitted(restarted(seats), SEATS[:1], tickets) == [True]


@pytest.mark.parametrize("presses", [1, 2])
@pytest.mark.parametrize("restart", [False, True], ids=["at once", "after a restart"])
def test_counting_again_has_open_pages_back_until_the_count(presses: int, restart: bool) -> None:
    """Pressed once or twice, and over a restart in the middle, tickets of before are good until the count; then only those given since."""
    seats, old = counted(6)
    seats.leave(SEATS[5])
    for press in range(presses):
        seats.free(f"{press:032x}")
        assert (len(seats), seats.heads, seats.number, seats.round) == (0, None, 5, press + 1)
    again = restarted(seats) if restart else seats
    assert admitted(again, (SEATS[5], SEATS[7], *SEATS[:3]), old) == [False, False, True, True, True]
    new = {seat: again.take(seat) for seat in SEATS[:3]}
    again.count(3)

    for each in (again, restarted(again)):
        assert admitted(each, SEATS[:6], {**old, **new}) == [True] * 3 + [False] * 3
    again.free(OTHER_KEY)
    assert admitted(again, SEATS[:6], old) == [False] * 6


def test_one_more_person_comes_in_by_a_card_of_their_own() -> None:
    """The door stays locked for all others, a page that slept through a count too; the heads are not all there until that person sits."""
    seats, tickets = counted(4)
    seats = restarted(seats)
    tickets |= {seat: seats.take(seat, tickets[seat]) for seat in SEATS[:3]}
    assert why(seats.expect, CARDS[0]) == "seats.count_first"
    seats.count(3)
    seats.expect(CARDS[0])
    assert (seats.heads, seats.are_counted, why(seats.expect, CARDS[1])) == (4, False, "seats.count_first")
    assert (admitted(seats, SEATS[3:6], tickets), why(seats.take_card, CARDS[1])) == ([False] * 3, "seats.no_such_card")
    for each in (restarted(seats), seats):
        assert why(each.take_card, CARDS[0]) is None
        assert admitted(each, SEATS[:6], tickets) == [True] * 3 + [False] * 3
        assert (len(each), each.number, each.are_counted) == (4, 4, True)
    assert why(counted(3, capacity=3)[0].expect, CARDS[0]) == "seats.room_full"


def test_nobody_more_is_waited_for() -> None:
    """The place is given up and the card void; where the door is opened instead, the card is one like any other."""
    seats, _ = counted(3)
    seats.expect(CARDS[0])
    seats.expect_nobody()
    assert (seats.heads, seats.are_counted, why(seats.take_card, CARDS[0])) == (3, True, "seats.no_such_card")
    seats.expect(CARDS[1])
    seats.open()
    seats.lock()
    assert why(seats.take_card, CARDS[1]) == "seats.door_locked"
    seats.open()
    assert (why(seats.take_card, CARDS[1]), len(seats)) == (None, 4)


def test_a_card_is_its_seat() -> None:
    """However it is typed, it opens one seat, over and over, and also after a restart; void and unknown ones open none, nor does a page without."""
    seats = Seats(3, KEY, by_card=True, cards=dict.fromkeys(map(card_hash, CARDS[:5]), "new"))
    first, second, third, fourth, lost, unknown = CARDS
    typed = (first, f" {first[:4]} {first[4:8]}\n{first[8:]} ", f"{first[:4]}-{first[4:8]}–{first[8:]}", first.lower())
    assert {seats.take_card(card)[0] for card in typed} == set(seats) == {first}
    del seats.cards[card_hash(lost)]
    assert [why(seats.take_card, card) for card in (lost, unknown)] == ["seats.no_such_card"] * 2
    wrong: list[object] = [first[1:], first + "2", first[1:] + "0", "", None, 7, [first]]
    assert {why(seats.take_card, card) for card in wrong} == {"seats.unreadable_card"}
    assert not any(first[1:] in str(refusal(seats.take_card, card)) for card in wrong)
    assert [why(seats.take, seat) for seat in (SEATS[0], unknown, first)] == ["seats.by_card", "seats.no_such_card", None]

    for card in (second, third):
        seats.take_card(card)
    assert why(seats.take_card, fourth) == "seats.room_full"
    for _ in range(2):
        seats.leave(second)
        assert (len(seats), why(seats.take_card, second), len(seats)) == (2, None, 3)
    seats.leave(second)
    seats.lock()
    for each in (seats, restarted(seats)):
        assert [why(each.take_card, card) for card in (second, fourth, third, first)] == [*["seats.door_locked"] * 2, None, None]
    seats.free(OTHER_KEY)
    assert why(seats.take_card, first) is None
    seats.count(1)
    assert [why(seats.take_card, card) for card in (first, second, third)] == [None, "seats.door_locked", "seats.no_such_card"]


people = st.integers(0, len(SEATS) - 1)


class Heads(RuleBasedStateMachine):
    """Pages that come, go and fall asleep beside a facilitator and power cuts; a model knows who has a ticket, and who was counted."""

    @initialize(inside=st.integers(2, 6), free=st.integers(0, 3))
    def open(self, inside: int, free: int) -> None:
        self.seats, self.tickets = counted(inside, inside + free)
        self.counted = set(self.tickets)
        self.void: dict[str, str] = {}
        self.cards = list[str]()

    def knock(self, seat: str) -> bool:
        """Let a page or a card ask for its seat; return whether it got it, which nobody does behind a locked door who has no ticket."""
        state, free = self.seats.cards.get(card_hash(seat)), len(self.seats) < self.seats.capacity
        is_here, may_enter = seat in self.seats, seat in self.tickets or state == "expected" or not self.seats.locked
        try:
            _, ticket = self.seats.take_card(seat) if seat in self.cards else (seat, self.seats.take(seat, self.tickets.get(seat)))
        except NotAdmitted:
            assert not is_here
            assert self.seats.locked or not free or (seat in self.cards and state is None)
            assert state != "expected" or not free
            return False
        assert is_here or may_enter
        self.tickets[seat] = ticket
        if state == "expected":
            self.counted.add(seat)
        return True

    def come_back(self, order: Random, asleep: Iterable[str] = ()) -> None:
        """Let all who may have a ticket ask for their seats in any order, others among them."""
        for seat in order.sample([*SEATS, *self.cards], len(SEATS) + len(self.cards)):
            if self.seats.locked and seat not in asleep:
                self.knock(seat)

    @rule(persons=st.lists(people, min_size=1, max_size=4))
    def arrive(self, persons: list[int]) -> None:
        for person in persons:
            self.knock(SEATS[person])

    @precondition(lambda self: self.seats.locked)
    @rule(person=people, other=people)
    def arrive_with_a_wrong_ticket(self, person: int, other: int) -> None:
        seat = SEATS[person]
        if seat not in self.seats:
            wrong = (self.void.get(seat), Seats(9, OTHER_KEY).take(seat), person != other and self.tickets.get(SEATS[other]))
            assert {why(self.seats.take, seat, ticket) for ticket in wrong} == {"seats.door_locked"}

    @precondition(lambda self: self.cards)
    @rule(data=st.data())
    def show_a_card(self, data: st.DataObject) -> None:
        self.knock(data.draw(st.sampled_from(self.cards)))

    @precondition(lambda self: len(self.seats) > 0)
    @rule(data=st.data(), politely=st.booleans())
    def go(self, data: st.DataObject, politely: bool) -> None:
        seat = data.draw(st.sampled_from(sorted(self.seats)))
        if politely:
            self.seats.leave(seat)
            self.counted.discard(seat)
            self.void |= {seat: self.tickets.get(seat, "")}
        self.tickets.pop(seat, None)

    @rule()
    def open_for_a_moment(self) -> None:
        self.seats.open()
        self.counted.clear()
        self.arrive([0, 1])
        self.seats.lock()

    @rule(locked=st.booleans())
    def turn_the_key(self, locked: bool) -> None:
        (self.seats.lock if locked else self.seats.open)()
        self.counted &= set(self.seats) if locked else set()

    @rule(wrong=st.sampled_from([0, 0, 0, 1, -1]))
    def count(self, wrong: int) -> None:
        told = why(self.seats.count, len(self.seats) + wrong)
        assert told == ("seats.lock_first" if not self.seats.locked else "seats.not_as_many" if wrong else None)
        if told is None:
            self.counted = set(self.seats)
            self.void |= {seat: self.tickets.pop(seat) for seat in set(self.tickets) - set(self.seats)}

    @rule(order=st.randoms(use_true_random=False), asleep=st.sets(people, max_size=2))
    def count_again(self, order: Random, asleep: set[int]) -> None:
        self.seats.free(order.randbytes(16).hex())
        sleeping = {SEATS[person] for person in asleep}
        self.counted -= sleeping
        self.come_back(order, sleeping)

    @rule(order=st.randoms(use_true_random=False))
    def restart(self, order: Random) -> None:
        self.seats = restarted(self.seats)
        self.come_back(order)

    @precondition(lambda self: self.seats.heads is not None)
    @rule()
    def expect_one_more(self) -> None:
        card, counted, full = CARDS[len(self.cards) % len(CARDS)], self.seats.are_counted, self.seats.heads == self.seats.capacity
        if card not in self.cards:
            told = why(self.seats.expect, card)
            assert told == ("seats.count_first" if not counted else "seats.room_full" if full else None)
            self.cards += [] if told else [card]
            assert told or not self.seats.are_counted

    @rule()
    def expect_nobody(self) -> None:
        self.seats.expect_nobody()

    @invariant()
    def there_are_never_more_seats_than_heads(self) -> None:
        if hasattr(self, "seats"):
            heads, here = self.seats.heads, len(self.seats)
            assert heads is None or (self.seats.locked and here <= heads)
            assert self.seats.are_counted == (heads == here)
            assert here <= self.seats.number

    @invariant()
    def nobody_who_was_counted_and_kept_their_page_loses_the_seat(self) -> None:
        if hasattr(self, "seats"):
            assert self.counted & set(self.tickets) <= set(self.seats)


Heads.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
TestHeads = Heads.TestCase


def test_a_seat_is_a_random_token_and_nothing_else() -> None:
    """Nothing but 16 to 64 letters, digits, hyphens and underscores is taken for a seat, no refusal repeats it, and only what was taken is known."""
    seats = Seats(60, KEY)
    wrong = ["fifteen-letters", "a" * 65, "with a blank in it", "ümlaut-ümlaut-ümlaut", "a" * 16 + "\n", "../../etc/passwd"]
    nothing_of_the_kind: list[object] = [None, 7, True, [], {}, ""]

    refusals = {repr(token): refusal(seats.take, token) for token in [*wrong, *nothing_of_the_kind]}

    assert [token for token, fault in refusals.items() if not isinstance(fault, InvalidAnswer)] == []
    assert [token for token in wrong if token in str(refusals[repr(token)])] == []
    assert seats.number == 0
    for token in ("a" * 16, "Z" * 64, "0123456789_-abcDEF"):
        seats.take(token)
        assert seats.check(token) == token
    for unknown in (SEATS[1], *nothing_of_the_kind):
        with pytest.raises(NotAdmitted):
            seats.check(unknown)


# ---- comments: which should be read twice --------------------------------------------------------------------------------

# Comments as people might write them, from bar to bar or line to line.
PLAIN: Final = """
Being heard without a plan to fix me | I'm afraid that I'll be too much | When I cry, I’d like to be held | That it’s allowed to be slow
It's my own voice. Nobody's fault | Love's a risk, and I take it | OK to pause on a Friday in May | I MISS US
Less TV, more talk. More walks! | My wish: Being seen as I am | Trust / Time / Touch | “Stay with me” is enough
When Mum and Dad shouted I went quiet | A German word I cannot translate | Talking for 10 minutes, 3 times a week, 24/7 in spirit
I'm 100 percent sure of one thing | One in 10 000 people would understand | We went 50/50 on everything | Yes.No.Maybe
It hit me that I was the one who left | It beats me why we stopped | The news hit me hard | You could have kicked me out
I could die of embarrassment | I was going to die of shame | I'm dying to tell you | I don't want to live alone
I do not want to live like strangers | I can't go on holiday without calling | Afraid of him leaving | Scared of my partner's reaction
It hurt my self-esteem | It pushes me away when I come close | Closeness threatens me | I lost my life's plan, and found another
Silence is killing us | We were dead tired | I want to live more slowly | A safe place at home
"""
FLAGGED: Final[dict[Flag, str]] = {
    "name": """
        When Robin calls | My husband Tom never asks | My boss, Mrs Miller, was kinder | I told Émile everything
        It was (Robin) who left | I said “Robin, stay” | Robin's temper | Anna’s silence after dinner | Ask @robin_99
        with J. it was easy | J. was my first love | the summer in Leeds | I and Mary-Ann
    """,
    "number": """
        Since 1998 we have not danced | Ring me: 0123 456 789 | (030) 123-45-67 | On 12/03/98 it ended | on 1.2.2020 | I am 34 and tired
        I'm 34 | I’m 34, no children | 34 years old and starting again | a 34-year-old beginner | aged 52 | My son turned 12
    """,
    "link": """
        Read https://example.org | see www.example.org | Write to me at someone@example.org | it is on example.com
        I live at 12 Elm Street | we met at SW1A 1AA
    """,
    "distress": """
        I want to die | Sometimes I wish I was dead | They would be better off without me | I have been suicidal
        I think of killing myself | I want to end it all | She took her own life | He would rather be dead
        I don't want to live any more | I don’t want to wake up | I no longer want to exist | I do not really want to be here
        I just want to disappear | I wish I could vanish | to disappear forever | There is no reason to go on | No point in living
        I can't go on | I cannot go on like this. | i cant take it any more | I see no way out | Nobody would miss me
        I cut myself again | Self-harm is how I cope | hurting myself | thinking of an overdose | He hits me | hit me, and said sorry
        My dad used to beat me | choking me | she slapped me | I was raped | The abuse never stopped | I was beaten as a child
        My husband threatens me | He never forced me | I am afraid of my husband | scared of him | I don't feel safe at home
        It is unbearable
    """,
}


def comments(text: str) -> list[str]:
    """Return the comments of a paragraph."""
    return [each.strip() for each in re.split(r"[|\n]", text) if each.strip()]


def test_most_comments_need_no_second_look() -> None:
    """Words about closeness as people write them, their capitals, numbers and turns of phrase, have no flag."""
    assert {line: found for line in comments(PLAIN) if (found := flags(line, "en"))} == {}


def test_a_comment_is_flagged_for_what_it_may_give_away() -> None:
    """Names, numbers, addresses and words of distress are found, in one order; distress also in small or in capital letters."""
    cases = [(flag, line) for flag, lines in FLAGGED.items() for line in comments(lines)]
    cases += [("distress", line) for each in comments(FLAGGED["distress"]) for line in (each.upper(), each.lower())]

    assert [(flag, line) for flag, line in cases if flag not in flags(line, "en-GB")] == []
    assert flags("Robin's father hit me in 1998, see example.org", "en") == ("name", "number", "link", "distress")
    assert flags("Robin's father hit me in 1998, see example.org", "de") == ("number", "link", "unsearched"), "these patterns are English"


# ---- comments: on their way to the group ----------------------------------------------------------------------------------

TEXTS: Final = ("Being asked twice", "A walk with Robin", "Silence", "silence", "Ask me on 0123 456 789")


def waiting(*texts: str, seed: int = 7) -> Queue:
    """Return the comments of a poll that was answered with some texts."""
    return Queue(Tally.of(WISH, texts), Random(seed).shuffle, partial(flags, language="en"))


def numbers(queue: Queue) -> dict[str, int]:
    """Return the number of each comment by its text."""
    return {line.text: line.number for line in queue.lines}


def test_each_comment_waits_once_in_no_order_that_means_anything() -> None:
    """Those that differ in capitals and blanks alone are one, each knows why to read it twice, and over many shuffles stands in every place."""
    queue = waiting(*TEXTS, " SILENCE\n")
    places = {numbers(waiting(*TEXTS, seed=seed))["Being asked twice"] for seed in range(40)}
    why = {line.text.strip().casefold(): line.flags for line in queue.lines}

    assert [line.number for line in queue.lines] == [1, 2, 3, 4]
    assert why == {"being asked twice": (), "a walk with robin": ("name",), "silence": (), "ask me on 0123 456 789": ("number",)}
    assert all(line.decision is None and line.words is None for line in queue.lines)
    assert places == {1, 2, 3, 4}


def test_only_what_was_let_through_remains() -> None:
    """By the last decision on it, a comment stays as written, or in its new words, or is gone; no order is theirs, and none prints itself."""
    for seed in range(4):
        queue = waiting("Being asked twice", "A walk with Robin", "Ask me on 0123 456 789", seed=seed)
        number = numbers(queue)
        for earlier in ("decline", "approve"):
            for each in number.values():
                queue.decide(each, earlier)
        assert queue.decided().texts == ("A walk with Robin", "Ask me on 0123 456 789", "Being asked twice")

        queue.decide(number["A walk with Robin"], "rewrite", "  A walk\nwith a friend ")
        queue.decide(number["Ask me on 0123 456 789"], "decline")

        assert (queue.decided().texts, queue.decided().answered) == (("A walk with a friend", "Being asked twice"), 3)
        assert not any(words in f"{queue.lines!r} {queue!r}" for words in ("sked", "Robin", "friend"))
        queue.forget()
        assert (queue.lines, queue.decided().texts) == ((), ())


@pytest.mark.parametrize("undecided", [1, 2])
def test_nothing_is_decided_while_a_comment_waits(undecided: int) -> None:
    """Every comment needs a decision of its own; how many still wait is said, and what was decided stays decided."""
    queue = waiting("Being asked twice", "Silence", "Time")
    for line in queue.lines[undecided:]:
        queue.decide(line.number, "approve")

    with pytest.raises(NotNow, match=rf"^comments\.still_waiting n={undecided}$"):
        queue.decided()

    assert [line.decision for line in queue.lines] == [None] * undecided + ["approve"] * (3 - undecided)
