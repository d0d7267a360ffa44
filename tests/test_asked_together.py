"""Polls that are asked together: one act opens them all or none, and each is closed, shown and forgotten by itself."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.meals import POLLS, SEATS, after_ticks, answer, closed, opened, reachable, seated
from tests.world import disk_that_refuses
from workshop_kit.ballots import Ballots
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, publish
from workshop_kit.errors import InvalidAnswer, NotNow, PolicyTooLow, SetupError, Unknown, WorkshopError
from workshop_kit.polls import PASS, Tally
from workshop_kit.results import FILE, Results
from workshop_kit.room import Room, RunState

BLOCK = ("one", "scale", "rank")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a new room in which twelve people sit."""
    return seated(opened(tmp_path))


@pytest.fixture
def block(room: Room) -> Room:
    """Return a room in which three polls were asked together and answered, by fewer people each."""
    room.ask_together(BLOCK)
    answer(room, *"aaaaaabbbbbb", run=1)
    answer(room, *([1, 3] * 5), run=2)
    answer(room, *([["b", "a", "c"]] * 8), run=3)
    return room


def phases(room: Room) -> dict[int, str]:
    """Return in which phase each run is that was asked last."""
    return {each.run: each.phase for each in room.state.current}


# ---- opened by one act --------------------------------------------------------------------------------------------------


def test_one_act_opens_them_all(room: Room) -> None:
    """Each poll is a run of its own with a number of its own, and all have the number of the first in common."""
    room.discard(room.ask("many").number)

    runs = room.ask_together(BLOCK)

    assert [(run.number, run.poll.id, run.together, run.phase, run.before) for run in runs] == [
        (2, "one", 2, "open", None),
        (3, "scale", 2, "open", None),
        (4, "rank", 2, "open", None),
    ]
    assert list(room.current) == list(room.runs) == list(runs)
    assert room.state.current == tuple(RunState(number, "open", "under 5") for number in (2, 3, 4))


@pytest.mark.parametrize(
    ("polls", "expected"),
    [
        ([], InvalidAnswer),
        (["one"], InvalidAnswer),
        (["one", "one"], InvalidAnswer),
        (["one", "scale", "one"], InvalidAnswer),
        (["one", "nothing"], Unknown),
        (["nothing", "one"], Unknown),
        (["", "one"], Unknown),
    ],
    ids=str,
)
def test_what_cannot_be_asked_together_opens_nothing(room: Room, polls: Sequence[str], expected: type[WorkshopError]) -> None:
    """A list that is too short, names a poll twice, or names one that is not there is refused as a whole; no number is used up."""
    before = room.state

    with pytest.raises(expected):
        room.ask_together(polls)

    assert room.state == before
    assert list(room.runs) == []
    assert room.ask("one").number == 1


@pytest.mark.parametrize(
    ("policy", "thresholds", "expected"),
    [
        (ROOM, {}, [Policy(5, 3), Policy(8, 3)]),
        (TOGETHER, {}, [Policy(5, 4), Policy(8, 4)]),
        (WEBINAR, {}, [Policy(11, 11), Policy(11, 11)]),
        (ROOM, {"floor": 9, "cell": 5}, [Policy(9, 5), Policy(9, 5)]),
    ],
)
def test_each_has_its_own_policy(tmp_path: Path, policy: Policy, thresholds: dict[str, int], expected: list[Policy]) -> None:
    """A heavy question among them keeps its higher floor; what the facilitator raises, holds for all."""
    runs = opened(tmp_path, policy=policy).ask_together(["one", "heavy"], **thresholds)

    assert [run.policy for run in runs] == expected


@pytest.mark.parametrize("lowered", [{"floor": 4}, {"cell": 2}, {"floor": 7}, {"floor": 0, "cell": 0}], ids=str)
def test_the_policy_of_none_is_lowered(room: Room, lowered: dict[str, int]) -> None:
    """If one of the questions asks for more care than is given, none is opened."""
    with pytest.raises(PolicyTooLow):
        room.ask_together(["one", "heavy"], **lowered)

    assert list(room.runs) == []


def test_none_is_asked_with_another_cell_than_before(room: Room) -> None:
    """One poll that was asked before in larger numbers keeps the whole list from being asked in smaller ones."""
    room.ask("scale", cell=4)
    room.close(1)

    with pytest.raises(NotNow, match="asked before"):
        room.ask_together(BLOCK)

    assert [run.number for run in room.runs] == [1]
    assert [run.policy.cell for run in room.ask_together(BLOCK, cell=4)] == [4, 4, 4]


def test_another_poll_waits_until_the_last_is_closed(block: Room) -> None:
    """As long as one of them is open, nothing else can be asked, neither alone nor together."""
    for number in (1, 2):
        block.close(number)
        with pytest.raises(NotNow):
            block.ask("many")
        with pytest.raises(NotNow):
            block.ask_together(["many", "slider"])
    block.close(3)

    assert block.ask("many").number == 4


# ---- the disk refuses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [None, 1, 2, 3], ids=lambda run: f"run {run}" if run else "everything")
def test_if_the_disk_refuses_one_none_was_asked(tmp_path: Path, room: Room, refused: int | None) -> None:
    """Whatever the disk refuses of three polls, none is open, no timer was stopped, nothing was put on the stage."""
    room.show_on_stage("break")
    room.set_timer(1_762_283_977)
    before, kept = room.state, Results(tmp_path).room(room.code)

    if refused is None:
        with disk_that_refuses(tmp_path), pytest.raises(SetupError):
            room.ask_together(BLOCK)
    else:
        spoil(tmp_path, "INSERT", refused)
        with pytest.raises(SetupError):
            room.ask_together(BLOCK)
        mend(tmp_path)

    assert (room.state, list(room.runs), room.holds()["open"]) == (before, [], False)
    assert (Results(tmp_path).room(room.code), Results(tmp_path).runs(room.code)) == (kept, [])
    assert [run.number for run in room.ask_together(BLOCK)] == [1, 2, 3]


def test_if_the_disk_refuses_one_close_the_others_are_closed_nevertheless(tmp_path: Path, block: Room) -> None:
    """A run that cannot be stored stays open with its answers, and its neighbours go their way."""
    spoil(tmp_path, "UPDATE", 2)
    block.close(1)
    with pytest.raises(SetupError):
        block.close(2)
    block.close(3)
    assert phases(block) == {1: "closed", 2: "open", 3: "closed"}
    mend(tmp_path)

    assert closed(block, 2).answered == 10


def test_a_reveal_that_the_disk_refuses_leaves_the_stage_alone(tmp_path: Path, block: Room) -> None:
    """A result and the stage that is to show it are kept by one act: if one is refused, so is the other."""
    block.close(1)
    block.show_on_stage("break")
    spoil(tmp_path, "UPDATE", 1)

    with pytest.raises(SetupError):
        block.reveal(1)

    assert (block.state.stage, phases(block)[1]) == ("break", "closed")
    kept = Results(tmp_path).room(block.code)
    assert kept is not None
    assert kept.stage == "break"


def spoil(folder: Path, act: str, number: int) -> None:
    """Let the results in a folder refuse one run, as if the disk were full just there."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute(f"CREATE TRIGGER full BEFORE {act} ON runs WHEN NEW.number = {number} BEGIN SELECT RAISE(ABORT, 'full'); END")
        file.commit()


def mend(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute("DROP TRIGGER full")
        file.commit()


# ---- closed one by one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)], ids=str)
def test_they_are_closed_one_by_one(block: Room, order: Sequence[int]) -> None:
    """In whatever order they are closed, each result is made of its own answers, and the others stay open meanwhile."""
    shown = {}
    for place, number in enumerate(order):
        shown[number] = block.close(number)
        still_open = {each for each, phase in phases(block).items() if phase == "open"}
        assert still_open == set(order[place + 1 :])
        assert block.state.run == (min(still_open) if still_open else 3)

    assert shown == {
        1: publish(Tally.of(POLLS["one"], "aaaaaabbbbbb"), ROOM),
        2: publish(Tally.of(POLLS["scale"], [1, 3] * 5), ROOM),
        3: publish(Tally.of(POLLS["rank"], [["b", "a", "c"]] * 8), ROOM),
    }


def test_an_answer_reaches_its_own_poll_only(block: Room) -> None:
    """An answer to one of them is no answer to another, and a form that fits only one is refused by the others."""
    with pytest.raises(InvalidAnswer):
        block.cast(2, SEATS[0], "a")
    block.withdraw(1, SEATS[0])
    block.cast(3, SEATS[8], PASS)

    assert closed(block, 1) == publish(Tally.of(POLLS["one"], "aaaaabbbbbb"), ROOM)
    assert closed(block, 2).answered == 10
    assert closed(block, 3) == publish(Tally.of(POLLS["rank"], [*[["b", "a", "c"]] * 8, PASS]), ROOM)


def test_a_closed_one_takes_no_answer_while_the_others_do(block: Room) -> None:
    """Who is late for one of them is told so and can still answer the rest."""
    block.close(1)

    with pytest.raises(NotNow, match="was not changed"):
        block.cast(1, SEATS[0], "c")
    block.cast(2, SEATS[10], 2)

    assert closed(block, 2).answered == 11


def test_each_is_revealed_by_itself(block: Room) -> None:
    """A result that is shown says nothing of one that is not, and one still open has none."""
    block.close(1)
    block.close(2)
    block.reveal(2)

    assert phases(block) == {1: "closed", 2: "revealed", 3: "open"}
    assert block.revealed(2).poll.id == "scale"
    for number in (1, 3):
        with pytest.raises(Unknown):
            block.revealed(number)
    with pytest.raises(NotNow):
        block.reveal(3)


def test_one_can_be_discarded(block: Room) -> None:
    """A discarded one is gone with its answers; the others go on, and so do their numbers."""
    block.discard(2)

    assert phases(block) == {1: "open", 3: "open"}
    with pytest.raises(NotNow):
        block.cast(2, SEATS[0], 1)
    with pytest.raises(Unknown):
        block.close(2)
    assert closed(block, 1).answered == 12
    assert closed(block, 3).answered == 8
    assert block.ask("many").number == 4


def test_discarding_all_goes_back_to_what_was_asked_before(room: Room) -> None:
    """Pages show again what they showed before, as if nothing had been asked."""
    room.ask("many")
    room.close(1)
    room.ask_together(BLOCK)
    for number in (3, 2, 4):
        room.discard(number)

    assert (room.state.run, phases(room)) == (1, {1: "closed"})


def test_a_later_poll_takes_their_place(block: Room) -> None:
    """What was asked last is what pages look at, and only that; the results of the others are still there."""
    for number in (1, 2, 3):
        block.close(number)
    block.reveal(1)

    block.ask("many")

    assert phases(block) == {4: "open"}
    assert block.revealed(1).poll.id == "one"


# ---- what is told, and what is left -------------------------------------------------------------------------------------


def test_each_counter_moves_at_a_tick_and_in_steps(block: Room) -> None:
    """Each open poll has a counter of its own, a closed one has none."""
    assert {each.step for each in block.state.current} == {"under 5"}
    after_ticks(block, 1)
    assert [each.step for each in block.state.current] == ["10+", "10+", "5+"]

    block.close(1)
    for seat in SEATS[:4]:
        block.withdraw(3, seat)
    told_at_once = [each.step for each in block.state.current]
    after_ticks(block, 1)

    assert told_at_once == [None, "10+", "5+"]
    assert [each.step for each in block.state.current] == [None, "10+", "under 5"]
    assert block.state.step == "10+"


def test_the_answers_of_one_person_share_no_key(block: Room) -> None:
    """In the room's memory nothing links a seat's answer to one poll with its answer to another, not even a common order."""
    ballots = [each for each in reachable(block) if isinstance(each, Ballots)]
    keys = [key for each in ballots for key in reachable(each) if isinstance(key, bytes) and len(key) == 32]

    assert len(ballots) == 3
    assert len(keys) == len(set(keys)) == 12 + 10 + 8
    assert not any(seat in each for each in reachable(*ballots) if isinstance(each, str) for seat in SEATS)


def test_of_closed_ones_nothing_is_left(block: Room) -> None:
    """Closing or discarding one drops its answers and no other's."""
    block.close(1)
    block.discard(2)
    assert sorted(len(each) for each in reachable(block) if isinstance(each, Ballots)) == [8]
    block.close(3)

    assert [each for each in reachable(block) if isinstance(each, (Ballots, Tally))] == []


def test_after_a_restart_they_are_where_they_were(tmp_path: Path, block: Room) -> None:
    """One closed, one discarded, one open: pages come back, hand in again, and each counts once."""
    block.close(1)
    block.discard(2)

    again = seated(opened(tmp_path, seed=2))
    told = replace(again.state, boot=block.state.boot)
    for _ in range(2):
        answer(again, *([["b", "a", "c"]] * 8), run=3)

    assert told == block.state
    assert again.published(1) == block.published(1)
    assert again.close(3) == publish(Tally.of(POLLS["rank"], [["b", "a", "c"]] * 8), ROOM)


def test_all_come_back_open_after_a_restart(tmp_path: Path, block: Room) -> None:
    """Killed while all three are open, all three are open again, each waiting for its answers."""
    again = seated(opened(tmp_path, seed=2))
    for number, given in ((1, "aaaaaabbbbbb"), (2, [1, 3] * 5), (3, [["b", "a", "c"]] * 8)):
        answer(again, *given, run=number)

    assert [(run.number, run.together, run.phase) for run in again.current] == [(1, 1, "open"), (2, 1, "open"), (3, 1, "open")]
    assert [again.close(number) for number in (1, 2, 3)] == [block.close(number) for number in (1, 2, 3)]
