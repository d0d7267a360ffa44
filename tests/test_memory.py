"""What is only ever in memory: seats, ballots while a poll is open, and comments that wait to be read.

Seats and ballots are compared with models as plain as a list and a dictionary. The examples for the flags are our own, written as
people might write them; a pattern that is changed must still tell them apart.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kept import WISH
from tests.world import PEOPLE
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, WorkshopError
from workshop_kit.memory import Ballots, Queue, Seats
from workshop_kit.polls import Tally
from workshop_kit.words.flags import Flag, flags

SEATS: Final = PEOPLE[:12]
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


def admitted(seats: Seats, tokens: Iterable[str]) -> list[bool]:
    """Let some pages ask for a seat one after the other; return who got one."""
    return [refusal_of(seats, token) is None for token in tokens]


def refusal_of(seats: Seats, token: object) -> WorkshopError | None:
    """Let a page ask for a seat; return why it got none."""
    try:
        seats.take(token)
    except WorkshopError as fault:
        return fault
    return None


# ---- ballots ------------------------------------------------------------------------------------------------------------


@given(acts)
def test_each_seat_has_the_answer_that_it_gave_last(done: list[tuple[str, object]]) -> None:
    """However often people change answers, take them back or send them again, after a restart too, each one's last word counts; then it is gone."""
    ballots, model = ballots_after(done), model_after(done)
    assert len(ballots) == len(model)
    assert bag(ballots.answers(Random(1).shuffle)) == bag(model.values())

    after_a_restart = ballots_after(model.items(), secret=b"drawn after the restart")
    for again in (ballots, after_a_restart):
        for seat, answer in [*model.items(), *model.items()]:
            again.cast(seat, answer)
        assert bag(again.answers(Random(1).shuffle)) == bag(model.values())

    ballots.forget()
    assert (len(ballots), ballots.answers(Random(1).shuffle), any(vars(ballots).values())) == (0, [], False)


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
    seats = Seats(capacity)
    inside = list(dict.fromkeys(arrivals))[:capacity]

    let_in = admitted(seats, arrivals)

    assert let_in == [seat in inside for seat in arrivals]
    assert seats.number == len(inside)
    assert [seats.check(seat) for seat in inside] == inside


@given(st.lists(any_seat, max_size=12, unique=True), st.data())
def test_behind_a_locked_door_exactly_those_who_were_in_return(inside: list[str], data: st.DataObject) -> None:
    """After a restart behind a locked door, in whatever order and however often they knock, all return and nobody is added."""
    seats = Seats(60, returning=len(inside))
    seats.lock()
    knocks = data.draw(st.permutations(inside + inside))

    assert all(admitted(seats, knocks))
    assert admitted(seats, (seat for seat in SEATS if seat not in inside)) == [False] * (len(SEATS) - len(inside))
    assert seats.number == len(inside)


def test_a_locked_door_lets_nobody_new_in() -> None:
    """It keeps those who are in, and who were in before a restart, however late or often it is locked; opening lets the rest in."""
    seats = Seats(60, returning=4)
    admitted(seats, SEATS[:1])
    seats.lock()
    assert (seats.locked, seats.number) == (True, 4)
    assert admitted(seats, SEATS[:6]) == [True] * 4 + [False] * 2

    seats.open()
    assert not seats.locked
    assert all(admitted(seats, SEATS[:6]))
    seats.lock()
    assert admitted(seats, SEATS[:8]) == [True] * 6 + [False] * 2


def test_a_seat_is_a_random_token_and_nothing_else() -> None:
    """Nothing but 16 to 64 letters, digits, hyphens and underscores is taken for a seat, no refusal repeats it, and only what was taken is known."""
    seats = Seats(60)
    wrong = ["fifteen-letters", "a" * 65, "with a blank in it", "ümlaut-ümlaut-ümlaut", "a" * 16 + "\n", "../../etc/passwd"]
    nothing_of_the_kind: list[object] = [None, 7, True, [], {}, ""]

    refusals = {repr(token): refusal_of(seats, token) for token in [*wrong, *nothing_of_the_kind]}

    assert [token for token, refusal in refusals.items() if not isinstance(refusal, InvalidAnswer)] == []
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
