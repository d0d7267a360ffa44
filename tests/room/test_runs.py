"""The life of an answer from asking to forgetting: alone, together with others, asked again, and in people's own words."""

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Final

import pytest

from tests.kept import disk_that_refuses_run
from tests.meals import (
    BLOCK,
    COMMENTS,
    POLLS,
    SEATS,
    TUESDAY,
    WORKSHOP,
    after_ticks,
    answer,
    closed,
    known,
    opened,
    reachable,
    refused_by_the_disk,
    seated,
    strings_with,
)
from tests.world import disk_that_refuses
from workshop_kit.ballots import Ballots
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Comparison, Policy, Published, compare, publish
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, PolicyTooLow, SetupError, Unknown, WorkshopError
from workshop_kit.moderation import Line, Queue
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.results import FILE, Results
from workshop_kit.room import PAUSE_TICKS, Room, RunState, State
from workshop_kit.workshop import Section

PHASES: Final = ("waiting", "open", "reading", "closed", "revealed", "discarded")
# What each act, done to the first run, meets in each of these phases: None where it is done.
REFUSALS: Final[dict[str, tuple[type[WorkshopError] | None, ...]]] = {
    "ask": (None, NotNow, NotNow, None, None, None),
    "ask_together": (None, NotNow, NotNow, None, None, None),
    "cast": (Unknown, None, NotNow, NotNow, NotNow, NotNow),
    "withdraw": (Unknown, None, NotNow, NotNow, NotNow, NotNow),
    "close": (Unknown, None, None, None, None, Unknown),
    "reveal": (Unknown, NotNow, NotNow, None, None, Unknown),
    "hide": (Unknown, NotNow, NotNow, None, None, Unknown),
    "discard": (Unknown, None, None, None, None, Unknown),
    "published": (Unknown, NotNow, NotNow, None, None, Unknown),
    "compared": (Unknown, NotNow, NotNow, None, None, Unknown),
    "revealed": (Unknown, Unknown, Unknown, Unknown, None, Unknown),
    "lines": (Unknown, None, None, None, None, Unknown),
    "decide": (Unknown, NotNow, None, NotNow, NotNow, Unknown),
    "publish_lines": (Unknown, NotNow, NotNow, NotNow, NotNow, Unknown),
}
# How a run gets into a phase; in the last of them, its comments have been decided on and not yet published.
ACTS: Final = {
    "reading": ["close"],
    "closed": ["close"],
    "revealed": ["close", "reveal"],
    "discarded": ["discard"],
    "decided": ["close"],
}
ARGUMENTS: Final[dict[str, Sequence[object]]] = {
    "ask": ["one"],
    "ask_together": [["one", "scale"]],
    "cast": [1, SEATS[0], "a"],
    "withdraw": [1, SEATS[0]],
    "decide": [1, 1, "approve"],
}


def in_phase(room: Room, phase: str) -> Room:
    """Return a room whose first run is in a phase, having been answered by twelve."""
    if phase != "waiting":
        room.ask("text" if phase in ("reading", "decided") else "one")
        answer(room, *"abcabcabcabc")
    for act in ACTS.get(phase, []):
        getattr(room, act)(1)
    if phase == "decided":
        decide(room, but={"c": "decline"})
    return room


def decide(room: Room, decision: str = "approve", *, but: dict[str, str] | None = None) -> None:
    """Decide on every comment alike, but for some."""
    for line in room.lines(1):
        room.decide(1, line.number, (but or {}).get(line.text, decision))


def texts(room: Room) -> list[str]:
    """Return the comments that are to be read, in the order in which they stand."""
    return [line.text for line in room.lines(1)]


def phases(room: Room) -> dict[int, str]:
    """Return in which phase each run is that was asked last."""
    return {each.run: each.phase for each in room.state.current}


def refusal(act: Callable[..., object], *arguments: object) -> type[WorkshopError] | None:
    """Do something, and return with which error it was refused; None if it was done."""
    try:
        act(*arguments)
    except WorkshopError as fault:
        return type(fault)
    return None


# ---- alone --------------------------------------------------------------------------------------------------------------


def test_a_run_goes_from_asking_to_the_groups_answer(room: Room) -> None:
    """Asked, answered, closed, revealed, hidden and revealed again: each phase is what the pages are told."""
    told = [room.state.phase]
    run = room.ask("one")
    told.append(room.state.phase)
    answer(room, *"aaaaabbbbbcc")
    shown = room.close(run.number)
    told.append(room.state.phase)
    for act in (room.reveal, room.hide, room.reveal):
        act(run.number)
        told.append(room.state.phase)

    assert told == ["waiting", "open", "closed", "revealed", "closed", "revealed"]
    assert shown == publish(Tally.of(run.poll, "aaaaabbbbbcc"), ROOM)
    assert room.revealed(run.number) == room.published(run.number) == shown


@pytest.mark.parametrize("phase", PHASES)
def test_each_act_is_refused_where_it_makes_no_sense(tmp_path: Path, phase: str) -> None:
    """In every phase of a run each act either does what it says or is refused with the fitting error, changing nothing."""
    expected = {act: faults[PHASES.index(phase)] for act, faults in REFUSALS.items()}
    found: dict[str, type[WorkshopError] | None] = {}
    changed, folder = [], tmp_path
    room = in_phase(seated(opened(folder)), phase)
    for act in REFUSALS:
        before = known(folder, room)
        found[act] = refusal(getattr(room, act), *ARGUMENTS.get(act, [1]))
        if found[act]:
            changed += [act] if known(folder, room) != before else []
        else:
            folder = Path(mkdtemp(dir=tmp_path))
            room = in_phase(seated(opened(folder)), phase)

    assert found == expected
    assert changed == []


def test_the_last_answer_of_each_seat_counts(room: Room) -> None:
    """A changed answer replaces the earlier one, one taken back is not counted, and passing is counted as passing."""
    room.ask("one")
    answer(room, *"aaaaaaaaaaaa")
    answer(room, *"bbb")
    room.cast(1, SEATS[11], PASS)
    room.withdraw(1, SEATS[10])
    room.withdraw(1, SEATS[10])

    assert room.close(1) == publish(Tally.of(POLLS["one"], [*"bbbaaaaaaa", PASS]), ROOM)


def test_a_wrong_answer_leaves_the_one_before(room: Room) -> None:
    """An answer that does not fit, or that comes without a seat, is refused without being quoted; the seats' earlier answers stay."""
    room.ask("one")
    answer(room, *"aaaaabbb")
    wrong: list[object] = ["d", "", None, 1, True, ["a"], {}, {"pass": False}, {"pass": True, "more": 1}]

    for each in wrong:
        with pytest.raises(InvalidAnswer) as fault:
            room.cast(1, SEATS[0], each)
        assert not each or repr(each) not in str(fault.value)
    assert [refusal(room.cast, 1, SEATS[30], "c"), refusal(room.withdraw, 1, SEATS[30])] == [NotAdmitted] * 2

    assert room.close(1) == publish(Tally.of(POLLS["one"], "aaaaabbb"), ROOM)


def test_asking_again_is_a_new_run(room: Room) -> None:
    """Each asking has a number of its own and none of the earlier answers; closing the earlier run once more gives its result as it was."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    first = room.close(1)
    room.reveal(1)

    assert room.ask("one").number == 2
    answer(room, *"ccccccccc", run=2)

    assert room.close(1) is room.published(1) is first
    assert [run.phase for run in room.runs] == ["revealed", "open"]
    assert closed(room, 2) == publish(Tally.of(POLLS["one"], "ccccccccc"), ROOM)


def test_a_discarded_run_leaves_nothing(tmp_path: Path, room: Room) -> None:
    """A discarded run is as if it had never been, but for its number, which is not given out again, even after a restart."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    room.discard(1)
    assert (room.state.phase, room.run, list(room.runs)) == ("waiting", None, [])

    room = seated(opened(tmp_path, seed=2))
    assert room.ask("one").number == 2
    answer(room, *"ccccc", run=2)
    assert room.close(2) == publish(Tally.of(POLLS["one"], "ccccc"), ROOM)
    room.reveal(2)
    room.ask("many")
    room.discard(3)
    assert (room.state.run, room.state.phase) == (2, "revealed")
    room.discard(2)
    assert room.state.phase == "waiting"
    assert room.ask("one").number == 4


# ---- under which policy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "raised", "light", "heavy"),
    [
        (ROOM, {}, Policy(5, 3), Policy(8, 3)),
        (TOGETHER, {}, Policy(5, 4), Policy(8, 4)),
        (WEBINAR, {}, Policy(11, 11), Policy(11, 11)),
        (ROOM, {"floor": 7}, Policy(7, 3), None),
        (ROOM, {"floor": 8, "cell": 3}, Policy(8, 3), Policy(8, 3)),
        (ROOM, {"floor": 9, "cell": 5}, Policy(9, 5), Policy(9, 5)),
    ],
)
def test_the_policy_is_fixed_by_asking(tmp_path: Path, policy: Policy, raised: dict[str, int], light: Policy, heavy: Policy | None) -> None:
    """A run has the room's policy, a heavy one the higher floor, alone or together, as far as the facilitator raised them, to its end."""
    room = opened(tmp_path, policy=policy)
    asked = [room.ask("one", **raised)]
    kept = [closed(room, 1).policy]
    if heavy is not None:
        asked += room.ask_together(["heavy", "one"], **raised)
        kept += [closed(room, 2).policy, closed(room, 3).policy]

    assert [run.policy for run in asked] == kept == ([light, heavy, light] if heavy else [light])


@pytest.mark.parametrize(
    ("policy", "poll", "lowered"),
    [
        (ROOM, "one", {"floor": 4}),
        (ROOM, "one", {"floor": 0, "cell": 2}),
        (ROOM, "heavy", {"floor": 7}),
        (TOGETHER, "one", {"cell": 3}),
        (WEBINAR, "one", {"floor": 20, "cell": 10}),
    ],
)
def test_the_policy_is_never_lowered(tmp_path: Path, policy: Policy, poll: str, lowered: dict[str, int]) -> None:
    """Less protection than the room or one heavy question asks for is refused, alone and together, and no run is opened."""
    room = opened(tmp_path, policy=policy)

    with pytest.raises(PolicyTooLow):
        room.ask(poll, **lowered)
    with pytest.raises(PolicyTooLow):
        room.ask_together(["many", poll], **lowered)

    assert (room.state.phase, list(room.runs)) == ("waiting", [])
    room.close(room.ask(poll).number)
    with pytest.raises((PolicyTooLow, NotNow)):
        room.ask(poll, before=1, **lowered)
    assert len(room.runs) == 1


def test_a_poll_that_is_asked_again_keeps_its_cell(tmp_path: Path, room: Room) -> None:
    """Two ways of merging the same answers would give away what lies between, so another cell is refused, after a restart too."""
    room.ask("one", cell=4)
    room.close(1)

    for asked_again in (room, opened(tmp_path, seed=2)):
        for cell in (None, 3, 5, 11):
            for before in (None, 1):
                with pytest.raises(NotNow, match="at least 4 people"):
                    asked_again.ask("one", cell=cell, before=before)
            with pytest.raises(NotNow, match="asked before"):
                asked_again.ask_together(BLOCK, cell=cell)
        assert (asked_again.state.phase, len(asked_again.runs)) == ("closed", 1)

    assert room.ask("one", cell=4, floor=9, before=1).policy == Policy(9, 4)
    room.close(2)
    assert [run.policy.cell for run in room.ask_together(BLOCK, cell=4)] == [4, 4, 4]


# ---- the disk refuses ---------------------------------------------------------------------------------------------------

KEPT: Final[dict[str, tuple[str, Callable[[Room], object]]]] = {
    "ask": ("waiting", lambda room: room.ask("one")),
    "ask together": ("waiting", lambda room: room.ask_together(BLOCK)),
    "close": ("open", lambda room: room.close(1)),
    "reveal": ("closed", lambda room: room.reveal(1)),
    "hide": ("revealed", lambda room: room.hide(1)),
    "publish comments": ("decided", lambda room: room.publish_lines(1)),
    "discard an open run": ("open", lambda room: room.discard(1)),
    "discard comments": ("reading", lambda room: room.discard(1)),
    "discard a closed run": ("closed", lambda room: room.discard(1)),
}


@pytest.mark.parametrize("act", KEPT)
def test_what_the_disk_refuses_did_not_happen(tmp_path: Path, room: Room, act: str) -> None:
    """After a refusal by the disk a run is where it was, in memory as on the disk, and the act succeeds once the disk does."""
    phase, done = KEPT[act]

    refused_by_the_disk(tmp_path, in_phase(room, phase), done)


def test_a_close_that_the_disk_refuses_loses_no_answer(tmp_path: Path, room: Room) -> None:
    """Nor does a discard: the run stays open, answers change, and closing gives the result of all. To begin reading needs no disk."""
    room.ask_together(["one", "text"])
    answer(room, *"aaaaabbbb")
    answer(room, *COMMENTS, run=2)

    with disk_that_refuses(tmp_path):
        assert [refusal(room.close, 1), refusal(room.discard, 1)] == [SetupError] * 2
        room.take_seat(SEATS[12])
        room.cast(1, SEATS[12], "b")
        room.close(2)
    assert len(room.lines(2)) == 12

    shown = room.close(1)
    assert shown == publish(Tally.of(POLLS["one"], "aaaaabbbbb"), ROOM)
    assert Results(tmp_path).runs(room.code)[0].published == shown


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_if_the_disk_refuses_one_none_was_asked(tmp_path: Path, room: Room, refused: int) -> None:
    """Whichever of three polls the disk refuses, none is open, no timer was stopped, nothing was put on the stage."""
    room.show_on_stage("break")
    room.set_timer(1_762_283_977)
    before = known(tmp_path, room)

    with disk_that_refuses_run(tmp_path, refused), pytest.raises(SetupError):
        room.ask_together(BLOCK)

    assert known(tmp_path, room) == before
    assert [run.number for run in room.ask_together(BLOCK)] == [1, 2, 3]


def test_a_run_that_the_disk_refuses_keeps_nothing_else_back(tmp_path: Path, block: Room) -> None:
    """Its neighbours are closed; its result and the stage that is to show it are kept by one act or not at all."""
    with disk_that_refuses_run(tmp_path, 2):
        block.close(1)
        assert refusal(block.close, 2) is SetupError
        block.close(3)
    assert phases(block) == {1: "closed", 2: "open", 3: "closed"}
    assert closed(block, 2).answered == 10

    block.show_on_stage("break")
    before = known(tmp_path, block)
    with disk_that_refuses_run(tmp_path, 2):
        assert refusal(block.reveal, 2) is SetupError
    assert known(tmp_path, block) == before


# ---- what is told meanwhile ---------------------------------------------------------------------------------------------


def test_the_counter_moves_at_a_tick_only(room: Room) -> None:
    """However many answer or take answers back, what pages are told changes at the next tick and in steps; a new run begins anew."""
    room.ask("one")
    told = [room.state.step]
    answer(room, *"aaaaaaaaaa")
    told.append(room.state.step)
    room.tick()
    told.append(room.state.step)
    for seat in SEATS[:8]:
        room.withdraw(1, seat)
    told.append(room.state.step)
    room.tick()
    told.append(room.state.step)
    answer(room, *"aaaaaaaaaa")
    room.tick()
    room.close(1)
    told.append(room.state.step)
    room.ask("one")
    told.append(room.state.step)

    assert told == ["under 5", "under 5", "10+", "10+", "under 5", None, "under 5"]


def test_no_number_of_people_is_told_but_in_steps(room: Room) -> None:
    """Seats and ballots are told in the same coarse steps, to pages and to the facilitator."""
    room.ask("one")
    answer(room, *"aaaaaaa")
    room.tick()

    assert room.seats == "10+"
    assert room.state == State(room.state.boot, None, 1, "open", "5+", (RunState(1, "open", "5+"),), "follow", None)
    assert room.holds() == {"seats": "10+", "open": True, "reading": False, "ballots": "5+", "results": 0}
    room.close(1)
    assert room.holds() == {**room.holds(), "open": False, "results": 1}


def test_a_pause_is_heard_after_a_while_that_nobody_can_predict(tmp_path: Path) -> None:
    """It takes from five to thirty ticks, and every such while occurs."""
    room = seated(opened(tmp_path), len(SEATS))
    heard_at = set()
    for _ in range(10):
        for seat in SEATS:
            room.pause(seat)
        for tick in range(max(PAUSE_TICKS) + 1):
            before = room.pauses
            if after_ticks(room, 1).pauses > before:
                heard_at.add(tick + 1)

    assert heard_at == set(PAUSE_TICKS)
    assert room.pauses == 10 * len(SEATS)


def test_a_pause_is_heard_once_and_acknowledged_once_heard(room: Room) -> None:
    """A second press on the way adds nothing, one without a seat is none; acknowledging marks what was heard, not what is still to be."""
    for seat in (SEATS[0], SEATS[1], SEATS[0], SEATS[0]):
        room.pause(seat)
    assert refusal(room.pause, SEATS[30]) is NotAdmitted

    room.acknowledge_pauses()
    assert room.pauses == 0
    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 2
    room.acknowledge_pauses()
    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 0


# ---- together -----------------------------------------------------------------------------------------------------------


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


def test_what_cannot_be_asked_opens_nothing(tmp_path: Path, room: Room) -> None:
    """A poll that is not there, a list too short or naming one twice is refused as a whole; no number is used up."""
    before = known(tmp_path, room)
    together: dict[type[WorkshopError], list[list[str]]] = {
        InvalidAnswer: [[], ["one"], ["one", "one"], ["one", "scale", "one"]],
        Unknown: [["one", "nothing"], ["nothing", "one"], ["", "one"]],
    }

    found = [(expected, polls, refusal(room.ask_together, polls)) for expected, lists in together.items() for polls in lists]

    assert [(polls, fault) for expected, polls, fault in found if fault is not expected] == []
    assert refusal(room.ask, "nothing") is Unknown
    assert known(tmp_path, room) == before
    assert room.ask("one").number == 1


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)], ids=str)
def test_they_are_closed_one_by_one(block: Room, order: Sequence[int]) -> None:
    """In any order, each result is made of its own answers, the others stay open, and nothing else is asked before the last is closed."""
    shown = {}
    for place, number in enumerate(order):
        assert [refusal(block.ask, "many"), refusal(block.ask_together, ["many", "slider"])] == [NotNow] * 2
        shown[number] = block.close(number)
        still_open = {each for each, phase in phases(block).items() if phase == "open"}
        assert still_open == set(order[place + 1 :])
        assert block.state.run == (min(still_open) if still_open else 3)

    assert shown == {
        1: publish(Tally.of(POLLS["one"], "aaaaaabbbbbb"), ROOM),
        2: publish(Tally.of(POLLS["scale"], [1, 3] * 5), ROOM),
        3: publish(Tally.of(POLLS["rank"], [["b", "a", "c"]] * 8), ROOM),
    }
    block.reveal(1)
    assert block.ask("many").number == 4
    assert phases(block) == {4: "open"}
    assert block.revealed(1).poll.id == "one"


def test_an_answer_reaches_its_own_poll_only(block: Room) -> None:
    """An answer to one is no answer to another, a form that fits only one is refused by the others, and a closed one takes none."""
    assert refusal(block.cast, 2, SEATS[0], "a") is InvalidAnswer
    block.withdraw(1, SEATS[0])
    block.cast(3, SEATS[8], PASS)

    assert closed(block, 1) == publish(Tally.of(POLLS["one"], "aaaaabbbbbb"), ROOM)
    with pytest.raises(NotNow, match="was not changed"):
        block.cast(1, SEATS[0], "c")
    block.cast(2, SEATS[10], 2)
    assert closed(block, 2).answered == 11
    assert closed(block, 3) == publish(Tally.of(POLLS["rank"], [*[["b", "a", "c"]] * 8, PASS]), ROOM)


def test_each_is_revealed_and_discarded_by_itself(block: Room) -> None:
    """A result that is shown says nothing of one that is not; one that is discarded is gone with its answers, and the others go on."""
    block.close(1)
    block.close(2)
    block.reveal(2)

    assert phases(block) == {1: "closed", 2: "revealed", 3: "open"}
    assert block.revealed(2).poll.id == "scale"
    assert [refusal(block.revealed, 1), refusal(block.revealed, 3), refusal(block.reveal, 3)] == [Unknown, Unknown, NotNow]

    block.discard(2)
    assert phases(block) == {1: "closed", 3: "open"}
    assert [refusal(block.cast, 2, SEATS[0], 1), refusal(block.close, 2)] == [NotNow, Unknown]
    assert closed(block, 3).answered == 8
    assert block.ask("many").number == 4
    block.discard(4)
    assert phases(block) == {1: "closed", 3: "closed"}


def test_several_come_back_after_a_restart(tmp_path: Path, block: Room) -> None:
    """Each is in the phase in which it was; pages come back, hand in again, some of them twice, and each counts once."""
    block.discard(1)
    block.close(2)

    again = seated(opened(tmp_path, seed=2))
    assert again.state == replace(block.state, boot=again.state.boot)
    for _ in range(2):
        answer(again, *([["b", "a", "c"]] * 8), run=3)

    assert [again.close(number) for number in (2, 3)] == [block.close(number) for number in (2, 3)]
    assert {run.together for run in again.current} == {1}


# ---- asked again to compare ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("poll", "few", "most"), [("one", "a", "b"), ("rank", ["a", "b", "c"], ["c", "a", "b"])])
def test_two_results_stand_side_by_side(tmp_path: Path, room: Room, poll: str, few: object, most: object) -> None:
    """The later result is compared with the earlier, also after a restart; each stays what it is by itself."""
    room.ask(poll)
    answer(room, *[few] * 4, *[most] * 8)
    before = closed(room, 1)
    first = room.runs[0]

    assert room.ask(poll, before=1).before == 1
    again = seated(opened(tmp_path, seed=2))
    answer(again, *[few] * 8, *[most] * 4, run=2)
    after = closed(again, 2)

    for each in (again, opened(tmp_path, seed=3)):
        assert each.compared(2) == compare(before, after)
        assert (each.published(1), each.published(2), each.compared(1)) == (before, after, None)
        assert (each.runs[0], each.runs[1].before) == (first, 1)


def test_a_comparison_is_made_of_what_was_named(compared: Room) -> None:
    """A later asking can be compared with the first or with the second; without being told, nothing is compared."""
    compared.close(2)
    for number, before in ((3, 2), (4, 1), (5, None)):
        compared.ask("one", before=before)
        answer(compared, *"aaaabbbbbbbb", run=number)
        compared.close(number)

    found = [compared.compared(number) for number in (2, 3, 4, 5)]
    expected = [compared.published(1), compared.published(2), compared.published(1), None]
    assert [each and each.before for each in found] == expected


@pytest.mark.parametrize(
    ("poll", "before", "expected"),
    [
        ("many", 1, NotNow),  # another poll
        ("heavy", 1, NotNow),  # another poll with the same options
        ("nothing", 1, Unknown),
        ("one", 9, Unknown),  # no such run
        ("one", 0, Unknown),
        ("one", -1, Unknown),
        ("one", 10**30, Unknown),
        ("one", 2, Unknown),  # discarded
        ("text", 3, NotNow),  # people's own words
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, compared: Room, poll: str, before: int, expected: type[WorkshopError]) -> None:
    """Another poll, a run that is not there or not any more, and comments in people's own words are no ground to compare on."""
    compared.discard(2)
    compared.ask("text")
    answer(compared, *COMMENTS[:5], run=3)
    compared.close(3)
    told = known(tmp_path, compared)

    with pytest.raises(expected):
        compared.ask(poll, before=before)

    assert known(tmp_path, compared) == told
    assert compared.ask("one", before=1).number == 4


@pytest.mark.parametrize("changed", [replace(POLLS["one"], options=POLLS["one"].options[::-1]), replace(POLLS["one"], kind="multi")])
def test_a_poll_that_was_rewritten_meanwhile_is_refused(tmp_path: Path, compared: Room, changed: Poll) -> None:
    """If its file was changed between two evenings, what cannot be put side by side is refused before anybody answers."""
    compared.discard(2)
    sections = (Section("01", "01", "01.ipynb", ("A",), (changed,)),)
    again = seated(Room(replace(WORKSHOP, sections=sections), Results(tmp_path), replace(TUESDAY), Random(2)))

    with pytest.raises(NotNow, match="side by side"):
        again.ask("one", before=1)

    assert again.ask("one").number == 3


def test_a_comparison_is_seen_with_the_later_result_only(compared: Room) -> None:
    """Before closing there is none; revealing the later run shows the earlier result beside it; hidden, the facilitator still has both."""
    assert [refusal(compared.compared, 2), refusal(compared.revealed, 2)] == [NotNow, Unknown]
    compared.close(2)
    assert refusal(compared.revealed, 2) is Unknown

    compared.reveal(2)
    shown = compared.compared(2)
    assert compared.revealed(2) == compared.published(2)
    assert shown is not None
    assert shown.before == compared.published(1)
    assert (compared.runs[0].phase, refusal(compared.revealed, 1)) == ("closed", Unknown)

    compared.hide(2)
    assert [refusal(compared.revealed, number) for number in (1, 2)] == [Unknown] * 2
    assert isinstance(compared.compared(2), Comparison)


def test_without_the_earlier_run_the_later_stands_alone(compared: Room) -> None:
    """If the earlier run is discarded, its result is gone from the comparison as from everywhere, and the later one stays."""
    after = compared.close(2)
    compared.reveal(2)

    compared.discard(1)

    assert compared.compared(2) is None
    assert compared.revealed(2) == after


# ---- in people's own words ----------------------------------------------------------------------------------------------


def test_comments_are_read_before_the_room_sees_them(read: Room) -> None:
    """Closed, they wait, and no page is told a word of them; decided on and published, they are a result like any other."""
    told = [read.state.phase]
    assert read.state.current == (RunState(1, "reading", None),)
    assert read.holds() == {"seats": "10+", "open": False, "reading": True, "ballots": "under 5", "results": 0}
    assert (read.scene, read.close(1)) == ("closed", None)
    assert "Comment" not in repr(read.state) + repr(read.holds()) + repr(read.runs) + repr(read.__dict__)

    decide(read, but={"Comment a": "decline"})
    read.decide(1, texts(read).index("Comment b") + 1, "rewrite", "Somebody's words")
    shown = read.publish_lines(1)
    told.append(read.state.phase)
    read.reveal(1)
    told.append(read.state.phase)

    assert told == ["reading", "closed", "revealed"]
    assert set(shown.texts) == {*COMMENTS[2:], "Somebody's words"}
    assert (shown.answered, shown.passed, shown.buckets) == (12, "few or none", ())
    assert read.revealed(1) == read.published(1) == shown == read.close(1)


@pytest.mark.parametrize(
    ("people", "passes", "thresholds", "is_read"),
    [
        (0, 3, {}, False),
        (1, 0, {}, False),
        (9, 3, {}, False),
        (10, 2, {}, True),
        (10, 0, {"floor": 11}, False),
        (11, 0, {"floor": 11}, True),
        (11, 0, {"cell": 6}, False),
        (12, 0, {"cell": 6}, True),
    ],
)
def test_the_facilitator_sees_no_comment_of_too_few(
    room: Room, people: int, passes: int, thresholds: dict[str, int], is_read: bool
) -> None:
    """From ten comments on they are read, or from as many as was asked for; fewer close as any poll with too few answers, and are gone."""
    asked = room.ask("text", **thresholds)
    answer(room, *COMMENTS[:people], *[PASS] * passes)

    published = room.close(1)

    assert len(room.lines(1)) == (people if is_read else 0)
    assert published == (None if is_read else Published(POLLS["text"], asked.policy, "too_few"))
    assert bool(strings_with("Comment ", reachable(room))) is is_read


def test_the_order_of_comments_says_nothing_of_their_arrival(tmp_path: Path) -> None:
    """With the same luck they stand in the same order however they came in; with other luck, in another."""

    def order(seed: int, arrival: Sequence[str]) -> list[str]:
        room = seated(opened(Path(mkdtemp(dir=tmp_path)), seed))
        room.ask("text")
        answer(room, *arrival)
        room.close(1)
        return texts(room)

    assert len({tuple(order(seed, COMMENTS)) for seed in range(4)}) == 4
    assert order(3, COMMENTS) == order(3, COMMENTS[::-1]) != sorted(COMMENTS)


def test_after_a_restart_the_pages_hand_their_comments_in_anew(tmp_path: Path, read: Room) -> None:
    """Killed while they were read, the room is open and knows none; handed in again, each counts once, and who passes now has none."""
    decide(read, but={"Comment a": "decline"})

    again = seated(opened(tmp_path, seed=2))
    assert (again.state.phase, again.lines(1)) == ("open", ())
    assert strings_with("Comment ", reachable(again)) == set()
    for _ in range(2):
        answer(again, *COMMENTS[:11], PASS)
    again.close(1)

    assert sorted(texts(again)) == sorted(COMMENTS[:11])
    assert {line.decision for line in again.lines(1)} == {None}
    decide(again)
    shown = again.publish_lines(1)
    again.reveal(1)
    assert shown == publish(Tally.of(POLLS["text"], [*COMMENTS[:11], PASS]), ROOM)
    assert opened(tmp_path, seed=3).revealed(1) == shown


@pytest.mark.parametrize("plan", [None, "lunch"])
def test_without_a_plan_that_allows_it_nobody_is_asked_for_words(tmp_path: Path, plan: str | None) -> None:
    """Where the room's plan does not say that comments may be asked for, such a poll is refused, alone and among others, also later."""
    opened(tmp_path, plan=plan)
    room = seated(opened(tmp_path, seed=2))

    with pytest.raises(NotNow, match=r"are off in this plan\. Plans in which they are on: feast\.$"):
        room.ask("text")
    with pytest.raises(NotNow, match="are off in this plan"):
        room.ask_together(["one", "text"])

    assert (room.plan, list(room.runs)) == (plan, [])
    assert room.ask_together(["one", "rank"])[0].number == 1


def test_comments_may_be_asked_for_beside_other_questions(room: Room) -> None:
    """Asked together with others, they are read in their own time, while the others are answered, closed and shown."""
    room.ask_together(["text", "one", "scale"])
    answer(room, *COMMENTS, run=1)
    answer(room, *"aaaaaabbbbbb", run=2)
    answer(room, *([1, 3] * 6), run=3)

    assert room.close(1) is None
    assert (phases(room), room.scene) == ({1: "reading", 2: "open", 3: "open"}, "question")
    assert closed(room, 2).answered == closed(room, 3).answered == 12
    assert (room.scene, refusal(room.ask, "many")) == ("closed", NotNow)
    decide(room)
    room.publish_lines(1)
    for number in (1, 2, 3):
        room.reveal(number)

    assert {run.phase for run in room.current} == {"revealed"}
    assert room.ask("many").number == 4


# ---- nothing is left ----------------------------------------------------------------------------------------------------


class OneOfItsKind(str):
    """An answer that can be told from every other object in memory."""


@pytest.mark.parametrize("end", ["close", "discard", "change", "withdraw", "refuse"])
def test_no_answer_is_left_in_memory(room: Room, end: str) -> None:
    """Once a run is closed or discarded, or an answer changed, taken back or refused, that answer's object no longer exists."""
    room.ask("one")
    answers = [OneOfItsKind("a") for _ in range(8)]
    traces = [weakref.ref(each) for each in answers]
    answer(room, *answers)
    del answers
    assert all(trace() for trace in traces)

    for seat in SEATS[:8]:
        if end == "change":
            room.cast(1, seat, "b")
        elif end == "withdraw":
            room.withdraw(1, seat)
    if end in ("close", "discard"):
        getattr(room, end)(1)
    if end == "refuse":
        traces = [refused_trace(room)]
    gc.collect()

    assert [trace for trace in traces if trace() is not None] == []


def refused_trace(room: Room) -> weakref.ref[OneOfItsKind]:
    """Let a wrong answer be refused, and return what tells whether it still exists."""
    wrong = OneOfItsKind("nothing of the kind")
    with pytest.raises(InvalidAnswer):
        room.cast(1, SEATS[0], wrong)
    return weakref.ref(wrong)


@pytest.mark.parametrize("end", ["close", "discard"])
def test_no_exact_count_and_no_link_can_be_reached_from_a_room(block: Room, end: str) -> None:
    """After a run there is no Tally and none of its ballots to be found from the room on, by any path, and no seat leads to an option."""
    for left, number in (([8, 10], 1), ([8], 2), ([], 3)):
        getattr(block, end)(number)
        found = list(reachable(block))

        assert any(isinstance(each, Room) for each in found)
        assert [each for each in found if isinstance(each, Tally)] == []
        assert sorted(len(each) for each in found if isinstance(each, Ballots)) == left
        assert [each for each in found if isinstance(each, dict) and set(SEATS) & {key for key in each if isinstance(key, str)}] == []


def test_the_answers_of_one_person_share_no_key(block: Room) -> None:
    """In the room's memory nothing links a seat's answer to one poll with its answer to another, not even a common order."""
    ballots = [each for each in reachable(block) if isinstance(each, Ballots)]
    keys = [key for each in ballots for key in reachable(each) if isinstance(key, bytes) and len(key) == 32]

    assert len(ballots) == 3
    assert len(keys) == len(set(keys)) == 12 + 10 + 8
    assert not any(seat in each for each in reachable(*ballots) if isinstance(each, str) for seat in SEATS)


# Written in two parts here, so that whatever holds it in one piece got it from an answer.
CANARY: Final = ("a small canary", " that sings")


def sing(room: Room) -> None:
    """Ask for comments, and let twelve people write one each that can be found wherever it is."""
    room.ask("text")
    answer(room, *(f"{''.join(CANARY)} {letter}" for letter in "abcdefghijkl"))


def everywhere() -> set[str]:
    """Return all texts with the canary that anything in this process's memory holds on to."""
    gc.collect()
    return strings_with("".join(CANARY), list(reachable(*gc.get_objects())))


def test_the_search_finds_a_comment_that_waits(room: Room) -> None:
    """If comments were kept, the search below would see them, in the room's reach and anywhere in this process's memory."""
    sing(room)
    room.close(1)

    assert len(strings_with("".join(CANARY), reachable(room))) == 12
    assert len(everywhere()) >= 12


@pytest.mark.parametrize("end", ["published", "discarded", "too few", "changed"])
def test_no_comment_is_left_in_memory(room: Room, end: str) -> None:
    """Once published, thrown away, too few, changed or taken back, none that was not let through exists anywhere in this process."""
    sing(room)
    if end == "changed":
        answer(room, *COMMENTS[:11])
    for seat in {"too few": SEATS[9:12], "changed": SEATS[11:12]}.get(end, []):
        room.withdraw(1, seat)
    room.close(1)
    if end == "discarded":
        room.discard(1)
    if end == "published":
        for number in range(1, 13):
            room.decide(1, number, "rewrite", f"Other words {number}")
        room.publish_lines(1)

    assert everywhere() == set()
    left = [each for each in reachable(room) if isinstance(each, (Queue, Line, Tally))]
    assert len(room.lines(1)) == 11 if end == "changed" else left == []


def test_a_comment_left_out_is_nowhere(tmp_path: Path, read: Room) -> None:
    """What was declined, and what was put into other words, is in no result, no file and no reply of the room's."""
    decide(read, but={"Comment d": "decline"})
    read.decide(1, texts(read).index("Comment e") + 1, "rewrite", "Put otherwise")
    while_read = (tmp_path / FILE).read_bytes()
    shown = read.publish_lines(1)
    read.reveal(1)
    after_ticks(read, 1)

    kept = (tmp_path / FILE).read_bytes()
    told = repr([shown, shown.to_dict(), read.state, read.holds(), Results(tmp_path).runs(read.code)])
    assert b"Comment " not in while_read
    assert [line for line in ("Comment d", "Comment e") if line.encode() in kept or line in told] == []
    assert b"Comment c" in kept
    assert "Comment c" in told
    assert strings_with("Comment ", reachable(read)) == {*COMMENTS} - {"Comment d", "Comment e"}
