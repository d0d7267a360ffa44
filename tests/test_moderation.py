"""Moderation: which lines are to be read twice, and what becomes of lines on their way to the group.

The examples for the flags are our own, written as people might write them; a pattern that is changed must still tell them
apart. A line that nothing is said about has no flag at all.
"""

from random import Random
from typing import Final

import pytest

from workshop_kit.errors import InvalidAnswer, NotNow, Unknown
from workshop_kit.moderation import Flag, Queue, flags
from workshop_kit.polls import LONGEST_TEXT, Poll, Tally

POLL: Final = Poll.from_dict({"id": "words", "kind": "text", "question": "What would help?"})
TEXTS: Final = ("Being asked twice", "A walk with Robin", "Silence", "silence", "Ask me on 0123 456 789")

PLAIN: Final = (
    "Being heard without a plan to fix me",
    "I'm afraid that I'll be too much",
    "When I cry, I’d like to be held",
    "That it’s allowed to be slow",
    "It's my own voice. Nobody's fault",
    "Love's a risk, and I take it",
    "OK to pause on a Friday in May",
    "I MISS US",
    "Less TV, more talk. More walks!",
    "My wish: Being seen as I am",
    "Trust / Time / Touch",
    "“Stay with me” is enough",
    "When Mum and Dad shouted I went quiet",
    "A German word I cannot translate",
    "Talking for 10 minutes, 3 times a week, 24/7 in spirit",
    "I'm 100 percent sure of one thing",
    "One in 10 000 people would understand",
    "We went 50/50 on everything",
    "Yes.No.Maybe",
    "It hit me that I was the one who left",
    "It beats me why we stopped",
    "The news hit me hard",
    "You could have kicked me out",
    "I could die of embarrassment",
    "I was going to die of shame",
    "I'm dying to tell you",
    "I don't want to live alone",
    "I do not want to live like strangers",
    "I can't go on holiday without calling",
    "Afraid of him leaving",
    "Scared of my partner's reaction",
    "It hurt my self-esteem",
    "It pushes me away when I come close",
    "Closeness threatens me",
    "I lost my life's plan, and found another",
    "Silence is killing us",
    "We were dead tired",
    "I want to live more slowly",
    "A safe place at home",
)
FLAGGED: Final[dict[Flag, tuple[str, ...]]] = {
    "name": (
        "When Robin calls",
        "My husband Tom never asks",
        "My boss, Mrs Miller, was kinder",
        "I told Émile everything",
        "It was (Robin) who left",
        "I said “Robin, stay”",
        "Robin's temper",
        "Anna’s silence after dinner",
        "Ask @robin_99",
        "with J. it was easy",
        "J. was my first love",
        "the summer in Leeds",
        "I and Mary-Ann",
    ),
    "number": (
        "Since 1998 we have not danced",
        "Ring me: 0123 456 789",
        "(030) 123-45-67",
        "On 12/03/98 it ended",
        "on 1.2.2020",
        "I am 34 and tired",
        "I'm 34",
        "I’m 34, no children",
        "34 years old and starting again",
        "a 34-year-old beginner",
        "aged 52",
        "My son turned 12",
    ),
    "link": (
        "Read https://example.org",
        "see www.example.org",
        "Write to me at someone@example.org",
        "it is on example.com",
        "I live at 12 Elm Street",
        "we met at SW1A 1AA",
    ),
    "distress": (
        "I want to die",
        "Sometimes I wish I was dead",
        "They would be better off without me",
        "I have been suicidal",
        "I think of killing myself",
        "I want to end it all",
        "She took her own life",
        "He would rather be dead",
        "I don't want to live any more",
        "I don’t want to wake up",
        "I no longer want to exist",
        "I do not really want to be here",
        "I just want to disappear",
        "I wish I could vanish",
        "to disappear forever",
        "There is no reason to go on",
        "No point in living",
        "I can't go on",
        "I cannot go on like this.",
        "i cant take it any more",
        "I see no way out",
        "Nobody would miss me",
        "I cut myself again",
        "Self-harm is how I cope",
        "hurting myself",
        "thinking of an overdose",
        "He hits me",
        "hit me, and said sorry",
        "My dad used to beat me",
        "choking me",
        "she slapped me",
        "I was raped",
        "The abuse never stopped",
        "I was beaten as a child",
        "My husband threatens me",
        "He never forced me",
        "I am afraid of my husband",
        "scared of him",
        "I don't feel safe at home",
        "It is unbearable",
    ),
}


@pytest.mark.parametrize("line", PLAIN)
def test_most_lines_need_no_second_look(line: str) -> None:
    """Words about closeness as people write them, their capitals, numbers and turns of phrase, have no flag."""
    assert flags(line) == ()


@pytest.mark.parametrize(("flag", "line"), [(flag, line) for flag, lines in FLAGGED.items() for line in lines])
def test_a_line_is_flagged_for_what_it_may_give_away(flag: Flag, line: str) -> None:
    """Names, numbers, addresses and words of distress are found, whatever the apostrophe and whatever else is in the line."""
    assert flag in flags(line)


@pytest.mark.parametrize("line", FLAGGED["distress"])
def test_distress_counts_in_any_case(line: str) -> None:
    """Whether someone shouts, whispers or forgets the capitals makes no difference."""
    assert "distress" in flags(line.upper())
    assert "distress" in flags(line.lower())


def test_a_line_may_have_several_flags() -> None:
    """Flags come in one order, each once."""
    assert flags("Robin's father hit me in 1998, see example.org") == ("name", "number", "link", "distress")


def waiting(*texts: str) -> Queue:
    """Return the lines of a poll that was answered with some texts."""
    return Queue(Tally.of(POLL, texts), Random(7).shuffle)


def numbers(queue: Queue) -> dict[str, int]:
    """Return the number of each line by its text."""
    return {line.text: line.number for line in queue.lines}


def test_each_line_waits_once_in_no_order_that_means_anything() -> None:
    """Lines that differ in their capitals alone are one; numbers run from 1, shuffled; nothing is decided yet."""
    queue = waiting(*TEXTS)
    orders = {tuple(line.text for line in Queue(Tally.of(POLL, TEXTS), Random(seed).shuffle).lines) for seed in range(20)}

    assert [line.number for line in queue.lines] == [1, 2, 3, 4]
    assert len(orders) > 1
    assert {line.text.casefold() for line in queue.lines} == {text.casefold() for text in TEXTS}
    assert all(line.decision is None and line.words is None for line in queue.lines)


def test_a_line_knows_why_it_should_be_read_twice() -> None:
    """Its flags are there before anything is decided, and stay when it is."""
    queue = waiting(*TEXTS)
    queue.decide(numbers(queue)["A walk with Robin"], "rewrite", "A walk with a friend")

    told = {line.text: line.flags for line in queue.lines}

    assert told["A walk with Robin"] == ("name",)
    assert told["Ask me on 0123 456 789"] == ("number",)
    assert told["Being asked twice"] == ()


def test_only_what_was_let_through_remains() -> None:
    """An approved line stands as written, a reworded one in its new words, and one that was left out is gone."""
    queue = waiting("Being asked twice", "A walk with Robin", "Ask me on 0123 456 789")
    number = numbers(queue)

    queue.decide(number["Being asked twice"], "approve")
    queue.decide(number["A walk with Robin"], "rewrite", "  A walk\nwith a friend ")
    queue.decide(number["Ask me on 0123 456 789"], "decline")

    tally = queue.decided()
    assert tally.texts == ("A walk with a friend", "Being asked twice")
    assert tally.answered == 3


def test_a_decision_can_be_made_anew() -> None:
    """The last decision on a line counts, whatever was decided before."""
    queue = waiting("Being asked twice")

    for decision, words, left in (("decline", None, ()), ("rewrite", "Twice", ("Twice",)), ("approve", None, ("Being asked twice",))):
        queue.decide(1, decision, words)
        assert queue.decided().texts == left


@pytest.mark.parametrize(("undecided", "sentence"), [(1, "1 line still waits"), (2, "2 lines still wait")])
def test_nothing_is_decided_while_a_line_waits(undecided: int, sentence: str) -> None:
    """Every line needs a decision of its own; how many still wait is said."""
    queue = waiting("Being asked twice", "Silence", "Time")
    for line in queue.lines[undecided:]:
        queue.decide(line.number, "approve")

    with pytest.raises(NotNow, match=sentence):
        queue.decided()


@pytest.mark.parametrize("words", [None, "", "  ", "x" * (LONGEST_TEXT + 1), 7, {"pass": True}])
def test_new_words_are_a_line_like_any_other(words: object) -> None:
    """None, too many, or no words at all are refused, and the line waits on."""
    queue = waiting("Being asked twice")

    with pytest.raises(InvalidAnswer):
        queue.decide(1, "rewrite", words)

    assert queue.lines[0].decision is None


def test_what_is_no_decision_is_refused() -> None:
    """A decision is one of three, on a line that is there."""
    queue = waiting("Being asked twice")

    with pytest.raises(InvalidAnswer, match="approved, rewritten or declined"):
        queue.decide(1, "publish")
    with pytest.raises(Unknown, match="no such line"):
        queue.decide(2, "approve")


def test_a_forgotten_queue_holds_nothing() -> None:
    """Once the lines are published or thrown away, none is left in memory."""
    queue = waiting("Being asked twice")
    queue.decide(1, "approve")

    queue.forget()

    assert queue.lines == ()
    assert queue.decided().texts == ()


def test_a_line_prints_without_its_words() -> None:
    """What a log, a traceback or a notebook would print of a line tells nothing that anyone wrote."""
    queue = waiting("Being asked twice")
    queue.decide(1, "rewrite", "Asked more than once")

    assert "sked" not in repr(queue.lines)
    assert "sked" not in repr(queue)
