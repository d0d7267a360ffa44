"""Answers in people's own words: read by the facilitator before the room sees any, and forgotten as soon as that is done."""

import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Final

import pytest

from tests.meals import POLLS, SEATS, after_ticks, answer, closed, opened, reachable, seated, strings_with
from tests.world import disk_that_refuses
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.errors import InvalidAnswer, NotNow, SetupError, Unknown, WorkshopError
from workshop_kit.moderation import Line, Queue
from workshop_kit.polls import LONGEST_TEXT, PASS, Tally
from workshop_kit.results import FILE, Results
from workshop_kit.room import Room, RunState

LINES: Final = tuple(f"Line {letter}" for letter in "abcdefghijkl")
# Written in two parts here, so that whatever holds it in one piece got it from an answer.
CANARY: Final = ("a small canary", " that sings")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a room in which twelve people were asked for a line of their own."""
    room = seated(opened(tmp_path))
    room.ask("text")
    return room


@pytest.fixture
def read(room: Room) -> Room:
    """Return a room whose facilitator has twelve lines to read."""
    answer(room, *LINES)
    assert room.close(1) is None
    return room


def texts(room: Room) -> list[str]:
    """Return the lines that are to be read, in the order in which they stand."""
    return [line.text for line in room.lines(1)]


def decide(room: Room, decision: str = "approve", *, but: dict[str, str] | None = None) -> None:
    """Decide on every line alike, but for some."""
    for line in room.lines(1):
        room.decide(1, line.number, (but or {}).get(line.text, decision))


# ---- from closing to the room -------------------------------------------------------------------------------------------


def test_lines_are_read_before_the_room_sees_them(room: Room) -> None:
    """Closed, the lines wait; decided on and published, they are a result like any other, to be revealed and hidden."""
    answer(room, *LINES)
    phases = [room.state.phase]
    first = room.close(1)
    phases.append(room.state.phase)
    decide(room, but={"Line a": "decline"})
    room.decide(1, next(line.number for line in room.lines(1) if line.text == "Line b"), "rewrite", "Somebody's line")
    shown = room.publish_lines(1)
    phases.append(room.state.phase)
    room.reveal(1)
    phases.append(room.state.phase)

    assert phases == ["open", "reading", "closed", "revealed"]
    assert first is None
    assert set(shown.texts) == {*LINES[2:], "Somebody's line"}
    assert (shown.answered, shown.passed, shown.buckets) == (12, "few or none", ())
    assert room.revealed(1) == room.published(1) == shown == room.close(1)


def test_while_lines_are_read_nothing_of_them_is_told(read: Room) -> None:
    """What pages are told says that lines are read, and no word of them, nor how many they are."""
    assert read.state.phase == "reading"
    assert read.state.current == (RunState(1, "reading", None),)
    assert read.holds() == {"seats": "10+", "open": False, "reading": True, "ballots": "under 5", "results": 0}
    assert read.scene == "closed"
    assert "Line" not in repr(read.state) + repr(read.holds()) + repr(read.runs) + repr(read.__dict__)


@pytest.mark.parametrize("people", [0, 1, 9])
@pytest.mark.parametrize("passes", [0, 3])
def test_the_facilitator_sees_no_line_of_fewer_than_ten(room: Room, people: int, passes: int) -> None:
    """With fewer than ten lines nothing is to be read: the run closes like any other with too few answers, and they are gone."""
    answer(room, *LINES[:people], *[PASS] * min(passes, 12 - people))

    assert closed(room, 1) == Published(POLLS["text"], ROOM, "too_few")
    assert room.lines(1) == ()
    with pytest.raises(NotNow):
        room.decide(1, 1, "approve")
    with pytest.raises(NotNow):
        room.publish_lines(1)
    assert strings_with("Line ", reachable(room)) == set()


@pytest.mark.parametrize(("thresholds", "fewest"), [({}, 10), ({"floor": 11}, 11), ({"cell": 6}, 12)], ids=str)
def test_lines_are_read_from_ten_on(tmp_path: Path, thresholds: dict[str, int], fewest: int) -> None:
    """Ten lines can be read; where the facilitator asked for more care, as many as that takes."""
    room = seated(opened(tmp_path))
    for number, people in ((1, fewest - 1), (2, fewest)):
        room.ask("text", **thresholds)
        answer(room, *LINES[:people], *[PASS] * (12 - people), run=number)
        room.close(number)

    assert [run.phase for run in room.runs] == ["closed", "reading"]
    assert len(room.lines(2)) == fewest


def test_the_same_line_is_read_once(room: Room) -> None:
    """What several people wrote alike, but for capitals and blanks, stands there once; how many wrote it is told to nobody."""
    answer(room, "A walk", "a  walk", "A WALK\n", *LINES[:9])
    room.close(1)

    assert Counter(text.casefold() for text in texts(room)) == Counter(["a walk", *(line.casefold() for line in LINES[:9])])
    decide(room)
    assert len(room.publish_lines(1).texts) == 10


def test_the_order_of_lines_says_nothing_of_their_arrival(tmp_path: Path) -> None:
    """With the same luck, lines stand in the same order however they came in; with other luck, each may stand anywhere."""

    def order(seed: int, arrival: tuple[str, ...]) -> list[str]:
        folder = Path(mkdtemp(dir=tmp_path))
        room = seated(opened(folder, seed))
        room.ask("text")
        for seat, line in zip(SEATS, arrival, strict=False):
            room.cast(1, seat, line)
        room.close(1)
        return texts(room)

    first = {order(seed, LINES).index("Line a") for seed in range(60)}

    assert first == set(range(12))
    assert order(3, LINES) == order(3, LINES[::-1]) != sorted(LINES)


def test_numbers_of_lines_follow_the_order_in_which_they_stand(read: Room) -> None:
    """A line's number is where it stands in the list, and stays its own while others are decided on."""
    decide(read, "decline")

    assert [line.number for line in read.lines(1)] == list(range(1, 13))


def test_a_line_is_one_line_however_it_was_written(room: Room) -> None:
    """Blanks, breaks, signs that steer a terminal or turn the writing, and broken halves of signs are read as blanks."""
    answer(room, "  on\none\tline ", "a\x1b[31mred", "turned\u202eround", "half\ud83d", *LINES[:8])
    room.close(1)

    assert {"on one line", "a [31mred", "turned round", "half"} <= set(texts(room))
    assert "".join(texts(room)).encode()


@pytest.mark.parametrize(
    "wrong", ["", " \n\t ", "\x00\ud800", "x" * (LONGEST_TEXT + 1), 1, None, True, ["a line"], {"text": "a"}], ids=repr
)
def test_what_is_no_line_is_refused(room: Room, wrong: object) -> None:
    """Nothing, too much, and what is no text is refused in words that do not repeat it; the line before stays."""
    answer(room, *LINES)

    with pytest.raises(InvalidAnswer) as fault:
        room.cast(1, SEATS[0], wrong)

    assert not wrong or str(wrong) not in str(fault.value)
    room.close(1)
    assert sorted(texts(room)) == sorted(LINES)


def test_a_line_may_have_140_characters(room: Room) -> None:
    """The longest line is taken whole, whatever signs it is written in, and blanks around it do not count."""
    longest = ["x" * LONGEST_TEXT, "\U0001f30a" * LONGEST_TEXT, f"   {'é' * LONGEST_TEXT}   "]
    answer(room, *longest, *LINES[:9])
    room.close(1)

    assert {line.strip() for line in longest} <= set(texts(room))


# ---- while lines are read -----------------------------------------------------------------------------------------------


def test_while_lines_are_read_nothing_else_can_be_done_with_the_run(read: Room) -> None:
    """No answer is taken or taken back, nothing can be shown, no other poll asked; closing again changes nothing."""
    lines = read.lines(1)
    acts: list[tuple[type[WorkshopError], Callable[[], object]]] = [
        (NotNow, lambda: read.cast(1, SEATS[0], "Another line")),
        (NotNow, lambda: read.withdraw(1, SEATS[0])),
        (NotNow, lambda: read.published(1)),
        (NotNow, lambda: read.compared(1)),
        (NotNow, lambda: read.reveal(1)),
        (NotNow, lambda: read.hide(1)),
        (NotNow, lambda: read.ask("one")),
        (NotNow, lambda: read.ask("text")),
        (NotNow, lambda: read.ask_together(["one", "many"])),
        (NotNow, lambda: read.publish_lines(1)),
        (Unknown, lambda: read.revealed(1)),
        (Unknown, lambda: read.lines(2)),
    ]

    for expected, act in acts:
        with pytest.raises(expected):
            act()

    assert read.close(1) is None
    assert read.lines(1) == lines


@pytest.mark.parametrize("undecided", [1, 2, 12])
def test_every_line_is_decided_on_before_any_is_shown(read: Room, undecided: int) -> None:
    """As long as lines wait, publishing is refused and says how many; what was decided stays decided."""
    for line in islice(read.lines(1), 12 - undecided):
        read.decide(1, line.number, "approve")

    with pytest.raises(NotNow, match=rf"^{undecided} lines? still waits? "):
        read.publish_lines(1)

    assert [line.decision for line in read.lines(1)] == ["approve"] * (12 - undecided) + [None] * undecided
    assert read.state.phase == "reading"


def test_what_was_decided_can_be_decided_anew(read: Room) -> None:
    """Until they are published, a line let through can be left out and a line left out let through, as often as one likes."""
    number = read.lines(1)[0].number
    decided: list[str | None] = []
    for decision, words in (
        ("approve", None),
        ("rewrite", "Other words"),
        ("decline", None),
        ("rewrite", "Again others"),
        ("approve", None),
    ):
        read.decide(1, number, decision, words)
        decided.append(read.lines(1)[0].words)

    assert decided == [texts(read)[0], "Other words", None, "Again others", texts(read)[0]]


@pytest.mark.parametrize(
    ("line", "decision", "words", "expected"),
    [
        (0, "approve", None, Unknown),
        (13, "approve", None, Unknown),
        (-1, "approve", None, Unknown),
        (1, "show", None, InvalidAnswer),
        (1, None, None, InvalidAnswer),
        (1, ["approve"], None, InvalidAnswer),
        (1, {}, None, InvalidAnswer),
        (1, "rewrite", None, InvalidAnswer),
        (1, "rewrite", "", InvalidAnswer),
        (1, "rewrite", " \u202e ", InvalidAnswer),
        (1, "rewrite", "x" * (LONGEST_TEXT + 1), InvalidAnswer),
        (1, "rewrite", ["words"], InvalidAnswer),
        (1, "rewrite", {"pass": True}, InvalidAnswer),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    read: Room, line: int, decision: object, words: object, expected: type[WorkshopError]
) -> None:
    """A line that is not there, a decision that is none, and new words that are no line change nothing."""
    before = read.lines(1)

    with pytest.raises(expected):
        read.decide(1, line, decision, words)

    assert read.lines(1) == before


@pytest.mark.parametrize("approved", [0, 1, 2, 3])
def test_too_few_lines_let_through_are_not_shown(read: Room, approved: int) -> None:
    """A line that stands almost alone might be known by its writer's neighbour, so from fewer than the room's cell none is shown."""
    decide(read, "decline", but={line.text: "approve" for line in islice(read.lines(1), approved)})

    shown = read.publish_lines(1)

    assert (shown.outcome, len(shown.texts)) == (("shown", 3) if approved == 3 else ("too_alike", 0))


def test_the_order_in_which_lines_were_decided_on_is_not_theirs(tmp_path: Path) -> None:
    """What is published is the same whatever the order of lines, of decisions and of arrival was."""
    shown = set()
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        room = seated(opened(folder, seed))
        room.ask("text")
        answer(room, *Random(seed).sample(LINES, 12))
        room.close(1)
        for line in Random(seed).sample(list(room.lines(1)), 12):
            room.decide(1, line.number, "approve")
        shown.add(room.publish_lines(1).texts)

    assert len(shown) == 1
    assert list(shown.pop()) != sorted(LINES)


# ---- the disk refuses, and the power fails -------------------------------------------------------------------------------


def test_a_publishing_that_the_disk_refuses_loses_no_line(tmp_path: Path, read: Room) -> None:
    """Lines and decisions stay as they are, and publishing again succeeds."""
    decide(read, but={"Line c": "decline"})
    before, state = read.lines(1), read.state

    for _ in range(2):
        with disk_that_refuses(tmp_path), pytest.raises(SetupError):
            read.publish_lines(1)
        assert (read.lines(1), read.state) == (before, state)

    assert len(read.publish_lines(1).texts) == 11


def test_closing_for_reading_needs_no_disk(tmp_path: Path, room: Room) -> None:
    """Nothing is written when lines begin to be read, so a full disk does not keep anyone from reading."""
    answer(room, *LINES)
    with disk_that_refuses(tmp_path):
        room.close(1)

    assert len(room.lines(1)) == 12


def test_a_discard_that_the_disk_refuses_keeps_the_lines(tmp_path: Path, read: Room) -> None:
    """Lines are dropped only after the disk has taken note."""
    with disk_that_refuses(tmp_path), pytest.raises(SetupError):
        read.discard(1)

    assert (read.state.phase, len(read.lines(1))) == ("reading", 12)


def test_after_a_restart_the_pages_hand_their_lines_in_anew(tmp_path: Path, read: Room) -> None:
    """Killed while lines were read, the room is open again and knows none; handed in again, twice by some, each counts once."""
    decide(read, but={"Line a": "decline"})

    again = seated(opened(tmp_path, seed=2))
    assert (again.state.phase, again.lines(1)) == ("open", ())
    assert strings_with("Line ", reachable(again)) == set()
    for _ in range(2):
        answer(again, *LINES)
    again.close(1)

    assert sorted(texts(again)) == sorted(LINES)
    assert {line.decision for line in again.lines(1)} == {None}
    decide(again)
    assert again.publish_lines(1).answered == 12


def test_after_a_restart_a_person_may_think_better_of_it(tmp_path: Path, read: Room) -> None:
    """Who does not come back after a restart, or passes now, has no line in it any more."""
    again = seated(opened(tmp_path, seed=2))
    answer(again, *LINES[:10], PASS)
    again.close(1)

    assert sorted(texts(again)) == sorted(LINES[:10])
    decide(again)
    assert again.publish_lines(1) == publish(Tally.of(POLLS["text"], [*LINES[:10], PASS]), ROOM)


# ---- nothing is left of a line ------------------------------------------------------------------------------------------


def sing(room: Room) -> None:
    """Let twelve people write a line each that can be found wherever it is."""
    answer(room, *(f"{''.join(CANARY)} {letter}" for letter in "abcdefghijkl"))


def test_the_search_finds_a_line_that_waits(room: Room) -> None:
    """If lines were kept, the search below would see them, in the room's reach and anywhere in this process's memory."""
    sing(room)
    room.close(1)

    assert len(strings_with("".join(CANARY), reachable(room))) == 12
    assert len(everywhere()) >= 12


def everywhere() -> set[str]:
    """Return all texts with the canary that anything in this process's memory holds on to."""
    gc.collect()
    trace = "".join(CANARY)
    return strings_with(trace, list(reachable(*gc.get_objects())))


@pytest.mark.parametrize("end", ["publish", "discard", "too few"])
def test_no_line_is_left_in_memory(room: Room, end: str) -> None:
    """Once they are published, or thrown away, or too few, no line that was not let through exists anywhere in this process."""
    sing(room)
    if end == "too few":
        for seat in SEATS[9:12]:
            room.withdraw(1, seat)
    room.close(1)
    if end == "discard":
        room.discard(1)
    if end == "publish":
        for line in room.lines(1):
            room.decide(1, line.number, "rewrite", f"Other words {line.number}")
        room.publish_lines(1)
        del line

    assert everywhere() == set()
    assert [each for each in reachable(room) if isinstance(each, (Queue, Line, Tally))] == []


def test_a_line_that_was_replaced_is_gone_while_the_others_wait(room: Room) -> None:
    """An answer changed while the poll is open, and one taken back, are in nobody's reach when the lines are read."""
    sing(room)
    answer(room, *LINES[:11])
    room.withdraw(1, SEATS[11])
    room.close(1)

    assert everywhere() == set()
    assert len(room.lines(1)) == 11


def test_a_line_left_out_is_nowhere(tmp_path: Path, read: Room) -> None:
    """What was declined, and what was put into other words, is in no result, no file and no reply of the room's."""
    decide(read, but={"Line d": "decline"})
    read.decide(1, next(line.number for line in read.lines(1) if line.text == "Line e"), "rewrite", "Put otherwise")
    while_read = (tmp_path / FILE).read_bytes()
    shown = read.publish_lines(1)
    read.reveal(1)
    after_ticks(read, 1)

    kept = (tmp_path / FILE).read_bytes()
    told = repr([shown, shown.to_dict(), read.state, read.holds(), Results(tmp_path).runs(read.code)])
    assert b"Line " not in while_read
    assert [line for line in ("Line d", "Line e") if line.encode() in kept or line in told] == []
    assert b"Line c" in kept
    assert "Line c" in told
    assert strings_with("Line ", reachable(read)) == {line for line in {*LINES} - {"Line d", "Line e"}}


# ---- where they may be asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [None, "lunch"])
def test_without_a_plan_that_allows_it_nobody_is_asked_for_words(tmp_path: Path, plan: str | None) -> None:
    """Where the room's plan does not say that lines may be asked for, such a poll is refused, alone and among others."""
    room = seated(opened(tmp_path, plan=plan))

    with pytest.raises(NotNow, match=r"are off in this plan\. Plans in which they are on: feast\.$"):
        room.ask("text")
    with pytest.raises(NotNow, match="are off in this plan"):
        room.ask_together(["one", "text"])

    assert list(room.runs) == []
    assert room.ask_together(["one", "rank"])[0].number == 1


def test_the_plan_is_kept_through_a_restart(tmp_path: Path) -> None:
    """A room whose plan allows lines, or does not, is such a room after a restart too."""
    assert opened(tmp_path, plan="feast").plan == opened(tmp_path, seed=2).plan == "feast"
    (tmp_path / "other").mkdir()
    opened(tmp_path / "other", plan="lunch")

    with pytest.raises(NotNow):
        opened(tmp_path / "other", seed=2).ask("text")


def test_lines_may_be_asked_for_beside_other_questions(room: Room) -> None:
    """Asked together with others, the lines are read in their own time, while the others are answered, closed and shown."""
    room.discard(1)
    room.ask_together(["one", "text", "scale"])
    answer(room, *"aaaaaabbbbbb", run=2)
    answer(room, *LINES, run=3)
    answer(room, *([1, 3] * 6), run=4)

    assert room.close(3) is None
    told = [(each.run, each.phase) for each in room.state.current]
    assert (told, room.scene) == ([(2, "open"), (3, "reading"), (4, "open")], "question")
    assert closed(room, 2).answered == closed(room, 4).answered == 12
    assert room.scene == "closed"
    with pytest.raises(NotNow):
        room.ask("many")
    for line in room.lines(3):
        room.decide(3, line.number, "approve")
    room.publish_lines(3)
    for number in (2, 3, 4):
        room.reveal(number)

    assert {run.phase for run in room.current} == {"revealed"}
    assert room.ask("many").number == 5


def test_published_lines_come_back_as_they_were(tmp_path: Path, read: Room) -> None:
    """After a restart the published lines are there, in the same order, revealed as they were."""
    decide(read)
    shown = read.publish_lines(1)
    read.reveal(1)

    again = opened(tmp_path, seed=2)

    assert again.revealed(1) == shown
    assert replace(again.state, boot="") == replace(read.state, boot="")
