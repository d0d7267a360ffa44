"""The life of an answer from asking to forgetting: alone, together with others, asked again, and in people's own words."""

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
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
    WORKSHOP,
    after_ticks,
    answer,
    closed,
    known,
    opened,
    reachable,
    seated,
    strings_with,
    ticket_of,
)
from tests.world import SAY, disk_that_refuses
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, Published, compare, publish
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, PolicyTooLow, SetupError, Unknown, WorkshopError
from workshop_kit.memory import PAUSE_TICKS, Ballots, Queue
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.room.room import Room
from workshop_kit.room.state import RunState
from workshop_kit.workshop import Section

PHASES: Final = ("waiting", "open", "reading", "sealed", "closed", "revealed", "discarded")
# What each act, done to the first run, meets in each of these phases: None where it is done.
REFUSALS: Final[dict[str, tuple[type[WorkshopError] | None, ...]]] = {
    "ask": (None, NotNow, NotNow, NotNow, None, None, None),
    "ask_together": (None, NotNow, NotNow, NotNow, None, None, None),
    "cast": (Unknown, None, NotNow, NotNow, NotNow, NotNow, NotNow),
    "withdraw": (Unknown, None, NotNow, NotNow, NotNow, NotNow, NotNow),
    "close": (Unknown, None, None, None, None, None, Unknown),
    "reveal": (Unknown, NotNow, NotNow, NotNow, None, None, Unknown),
    "hide": (Unknown, NotNow, NotNow, NotNow, None, None, Unknown),
    "discard": (Unknown, None, None, None, None, None, Unknown),
    "published": (Unknown, NotNow, NotNow, NotNow, None, None, Unknown),
    "compared": (Unknown, NotNow, NotNow, NotNow, None, None, Unknown),
    "revealed": (Unknown, Unknown, Unknown, Unknown, Unknown, None, Unknown),
    "lines": (Unknown, None, None, None, None, None, Unknown),
    "decide": (Unknown, NotNow, None, NotNow, NotNow, NotNow, Unknown),
    "publish_lines": (Unknown, NotNow, NotNow, None, NotNow, NotNow, Unknown),
}
# Acts of people, for whom the room itself looks whether they have a seat.
PEOPLES: Final = ("cast", "withdraw")
# How a run gets into a phase.
ACTS: Final = {"reading": ["close"], "closed": ["close"], "revealed": ["close", "reveal"], "discarded": ["discard"]}
ARGUMENTS: Final[dict[str, Sequence[object]]] = {
    **{"ask": ["one"], "ask_together": [["one", "scale"]], "decide": [1, 1, "approve"]},
    **{"cast": [1, SEATS[0], "a"], "withdraw": [1, SEATS[0]]},
}


def phases(room: Room) -> dict[int, str]:
    """Return in which phase each run is that was asked last."""
    return {each.run: each.phase for each in room.state.current}


def refusal(act: Callable[..., object], *arguments: object, **more: object) -> type[WorkshopError] | None:
    """Do something, and return with which error it was refused; None if it was done."""
    try:
        act(*arguments, **more)
    except WorkshopError as fault:
        return type(fault)
    return None


def test_a_run_goes_from_asking_to_the_groups_answer(room: Room) -> None:
    """Asked, answered, closed, revealed, hidden and revealed again: pages are told each phase; asked again, the earlier result stays."""
    told = [phases(room)]
    room.runs.ask("one")
    answer(room, *"aaaaabbbbbcc")
    for act in (room.runs.close, room.runs.reveal, room.runs.hide, room.runs.reveal):
        told.append(phases(room))
        act(1)
    shown = room.runs.published(1)

    assert [*told, phases(room)] == [{}, *({1: phase} for phase in ("open", "closed", "revealed", "closed", "revealed"))]
    assert room.runs.revealed(1) == shown == publish(Tally.of(POLLS["one"], "aaaaabbbbbcc"), ROOM)

    assert room.runs.ask("one").number == 2
    answer(room, *"ccccccccc", run=2)
    assert room.runs.close(1) is room.runs.published(1) is shown
    assert [run.phase for run in room.runs.asked] == ["revealed", "open"]
    assert closed(room, 2) == publish(Tally.of(POLLS["one"], "ccccccccc"), ROOM)


@pytest.mark.parametrize("phase", PHASES)
def test_each_act_is_refused_where_it_makes_no_sense(tmp_path: Path, phase: str) -> None:
    """In every phase of a run each act either does what it says or is refused with the fitting error, changing nothing."""
    for act, refusals in REFUSALS.items():
        folder = Path(mkdtemp(dir=tmp_path))
        room = seated(opened(folder))
        if phase != "waiting":
            room.runs.ask("text" if phase == "reading" else "one")
            answer(room, *"abcabcabcabc")
        for earlier in ACTS.get(phase, []):
            getattr(room.runs, earlier)(1)
        if phase == "sealed":
            with disk_that_refuses(folder):
                assert refusal(room.runs.close, 1) is SetupError
        before = known(folder, room)
        refused = refusal(getattr(room if act in PEOPLES else room.runs, act), *ARGUMENTS.get(act, [1]))
        assert refused == refusals[PHASES.index(phase)], act
        assert not refused or known(folder, room) == before, act


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


class OneOfItsKind(str):
    """An answer that can be told from every other object in memory."""


@pytest.mark.parametrize("end", ["close", "discard", "change", "withdraw", "refuse"])
def test_no_answer_is_left_in_memory(room: Room, end: str) -> None:
    """Once a run is closed or discarded, or an answer changed, taken back or refused, that answer's object no longer exists."""
    room.runs.ask("one")
    answers = [OneOfItsKind("nothing of the kind" if end == "refuse" else "a") for _ in range(8)]
    traces = [weakref.ref(each) for each in answers]
    for place in range(8):
        assert refusal(room.cast, 1, SEATS[place], answers[place]) is (InvalidAnswer if end == "refuse" else None)
    del answers
    gc.collect()
    assert [trace for trace in traces if trace() is None] == (traces if end == "refuse" else [])

    for seat in SEATS[:8]:
        if end == "change":
            room.cast(1, seat, "b")
        elif end == "withdraw":
            room.withdraw(1, seat)
    if end in ("close", "discard"):
        getattr(room.runs, end)(1)
    gc.collect()
    assert [trace for trace in traces if trace() is not None] == []


@pytest.mark.parametrize(
    ("policy", "raised", "light", "heavy"),
    [
        (ROOM, {}, Policy(5, 3), Policy(8, 3)),
        (TOGETHER, {}, Policy(5, 4), Policy(8, 4)),
        (WEBINAR, {}, Policy(11, 11), Policy(11, 11)),
        (ROOM, {"floor": 9, "cell": 5}, Policy(9, 5), Policy(9, 5)),
    ],
)
def test_the_policy_is_fixed_by_asking(tmp_path: Path, policy: Policy, raised: dict[str, int], light: Policy, heavy: Policy) -> None:
    """A run has the room's policy, a heavy one the higher floor, alone or together, as far as the facilitator raised them, to its end."""
    room = seated(opened(tmp_path, policy=policy))
    asked = [room.runs.ask("one", **raised)]
    room.runs.close(1)
    asked += room.runs.ask_together(["heavy", "one"], **raised)
    assert [run.policy for run in asked] == [closed(room, number).policy for number in (1, 2, 3)] == [light, heavy, light]


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
    room = seated(opened(tmp_path, policy=policy))
    assert refusal(room.runs.ask, poll, **lowered) is refusal(room.runs.ask_together, ["many", poll], **lowered) is PolicyTooLow
    assert (room.state.current, list(room.runs.asked)) == ((), [])
    room.runs.close(room.runs.ask(poll).number)
    assert refusal(room.runs.ask, poll, before=1, **lowered) in (PolicyTooLow, NotNow)
    assert len(room.runs.asked) == 1


def test_a_poll_that_is_asked_again_keeps_its_cell(tmp_path: Path, room: Room) -> None:
    """Two ways of merging the same answers would give away what lies between, so another cell is refused, after a restart too."""
    room.runs.ask("one", cell=4)
    room.runs.close(1)
    for again in (room, seated(opened(tmp_path, seed=2))):
        for cell in (None, 3, 5, 11):
            for act in (partial(again.runs.ask, "one"), partial(again.runs.ask, "one", before=1), partial(again.runs.ask_together, BLOCK)):
                with pytest.raises(NotNow, match=r"^runs\.another_cell cell=4$"):
                    act(cell=cell)
        assert (phases(again), len(again.runs.asked)) == ({1: "closed"}, 1)

    assert room.runs.ask("one", cell=4, floor=9, before=1).policy == Policy(9, 4)
    room.runs.close(2)
    assert [run.policy.cell for run in room.runs.ask_together(BLOCK, cell=4)] == [4, 4, 4]


# ---- only of people who were counted, and not of those who are gone ------------------------------------------------------


def open_for_a_moment(room: Room) -> None:
    """Let the door of a room stand open for a moment."""
    room.door.set("open")
    room.door.set("locked")


UNSETTLED: Final[dict[str, tuple[Callable[[Room], object], str]]] = {
    "an open door": (lambda room: room.door.set("open"), "uncounted"),
    "a door that was locked again": (open_for_a_moment, "uncounted"),
    "counting again": (lambda room: room.door.count_again(), "uncounted"),
    "somebody who left": (lambda room: room.leave_seat(SEATS[11]), "not_as_many seats=11 heads=12"),
}


@pytest.mark.parametrize("case", UNSETTLED)
def test_a_poll_is_asked_only_of_people_who_were_counted(tmp_path: Path, room: Room, case: str) -> None:
    """Else it is refused, alone or together, in a sentence that has both numbers, and no run is opened."""
    unsettle, told = UNSETTLED[case]
    unsettle(room)
    before = known(tmp_path, room)
    for act in (partial(room.runs.ask, "one"), partial(room.runs.ask_together, ["one", "many"])):
        with pytest.raises(NotNow, match=rf"^runs\.ask_{told}$") as refused:
            act()
        assert all(str(fact) in SAY.error(refused.value) for fact in refused.value.facts.values())
    assert known(tmp_path, room) == before


@pytest.mark.parametrize("case", UNSETTLED)
def test_a_poll_is_closed_only_among_people_who_were_counted(tmp_path: Path, room: Room, case: str) -> None:
    """Else it is refused in a sentence that has both numbers, every answer is kept until they agree, and it may be discarded."""
    room.runs.ask_together(["one", "many"])
    answer(room, *"aaaaaabbbbb")
    unsettle, told = UNSETTLED[case]
    unsettle(room)
    before = known(tmp_path, room)
    with pytest.raises(NotNow, match=rf"^runs\.close_{told}$") as refused:
        room.runs.close(1)
    assert all(str(fact) in SAY.error(refused.value) for fact in refused.value.facts.values())
    assert known(tmp_path, room) == before
    room.runs.discard(2)

    for seat in SEATS[:11]:
        room.take_seat(seat, ticket_of(room, seat))
    room.door.set("locked")
    room.door.count(room.state.seats or 0)
    assert closed(room) == publish(Tally.of(POLLS["one"], "aaaaaabbbbb"), ROOM)


def test_nothing_is_asked_while_one_more_person_is_waited_for(room: Room) -> None:
    """Between two polls a place is kept for them; once they sit, or nobody is waited for, the next poll is asked."""
    for comes in (True, False):
        card = room.door.one_more()
        assert refusal(room.runs.ask, "one") is NotNow
        room.take_card(card) if comes else room.door.nobody_more()
        run = room.runs.ask("one").number
        assert refusal(room.door.one_more) is NotNow
        room.runs.close(run)
    assert room.state.heads == room.state.seats == 13


def test_whoever_is_gone_is_not_counted(room: Room) -> None:
    """What was answered from a seat that was left, even if its page comes in again, or was freed and did not come back, is in no result."""
    pages = {seat: ticket_of(room, seat) for seat in SEATS[:12]}
    room.runs.ask("one")
    answer(room, *"ccaaaabbbbbb")
    room.leave_seat(SEATS[0])
    room.door.set("open")
    room.take_seat(SEATS[0])
    room.door.set("locked")
    room.door.count_again()
    for seat in (SEATS[0], *SEATS[2:12]):
        room.take_seat(seat, pages[seat])
    room.door.count(11)
    assert closed(room) == publish(Tally.of(POLLS["one"], "aaaabbbbbb"), ROOM)


def test_a_webinar_is_asked_uncounted_unless_by_card(tmp_path: Path) -> None:
    """Nobody can count heads that nobody sees; of people who were sent cards the seats are counted as anywhere else."""
    room = opened(tmp_path, policy=WEBINAR)
    for seat in SEATS[:12]:
        room.take_seat(seat)
    room.runs.ask("one")
    answer(room, *"a" * 12)
    room.leave_seat(SEATS[0])
    assert closed(room) == publish(Tally.of(POLLS["one"], "a" * 11), WEBINAR)

    (tmp_path / "by card").mkdir()
    room = opened(tmp_path / "by card", policy=WEBINAR, by_card=True)
    for card in room.door.sheets(room.door.print_cards(3)):
        room.take_card(card)
    with pytest.raises(NotNow, match=r"^runs\.ask_uncounted$"):
        room.runs.ask("one")


# ---- a disk that refuses a result ---------------------------------------------------------------------------------------


def test_a_result_that_cannot_be_kept_is_tried_again(tmp_path: Path, room: Room) -> None:
    """No answer is taken and none is left in memory, only the result; the same is kept at the next close, though nobody is counted any more."""
    room.runs.ask("one")
    answer(room, *"aaaaaabbbbbb")
    with disk_that_refuses(tmp_path):
        assert [refusal(room.runs.close, 1) for _ in range(2)] == [SetupError] * 2
    found = list(reachable(room))
    [sealed] = [each for each in found if isinstance(each, Published)]
    assert sealed == publish(Tally.of(POLLS["one"], "aaaaaabbbbbb"), ROOM)
    assert [each for each in found if isinstance(each, (Ballots, Tally))] == []
    assert (phases(room), room.evening.scene) == ({1: "sealed"}, "closed")
    with pytest.raises(NotNow, match=r"^runs\.still_sealed$"):
        room.runs.published(1)

    room.door.set("open")
    assert room.runs.close(1) is room.runs.published(1) is sealed
    assert Results(tmp_path).runs(room.record.code)[0].published == sealed


@pytest.mark.parametrize("end", ["discard", "restart"])
def test_a_sealed_run_is_thrown_away_or_begins_anew(tmp_path: Path, room: Room, end: str) -> None:
    """It may be discarded with its result; if the server dies, it is open again, and pages hand in what they hold."""
    room.runs.ask("one")
    answer(room, *"aaaaaabbbbbb")
    with disk_that_refuses(tmp_path):
        assert refusal(room.runs.close, 1) is SetupError
    if end == "discard":
        room.runs.discard(1)
        assert [each for each in reachable(room) if isinstance(each, Published)] == []
        assert (refusal(room.runs.close, 1), room.runs.ask("one").number) == (Unknown, 2)
    else:
        again = seated(opened(tmp_path, seed=2))
        assert phases(again) == {1: "open"}
        answer(again, *"aaaabbbbbbbb")
        assert closed(again) == publish(Tally.of(POLLS["one"], "aaaabbbbbbbb"), ROOM)


# ---- together -----------------------------------------------------------------------------------------------------------


def test_one_act_opens_them_all(room: Room) -> None:
    """Each poll is a run of its own with a number of its own, none is used up by a refusal, and all have the number of the first in common."""
    room.runs.discard(room.runs.ask("many").number)
    assert refusal(room.runs.ask_together, ["one", "nothing"]) is Unknown
    runs = room.runs.ask_together(BLOCK)
    assert [(run.number, run.poll.id) for run in runs] == [(2, "one"), (3, "scale"), (4, "rank")]
    assert {(run.together, run.phase, run.before) for run in runs} == {(2, "open", None)}
    assert list(room.runs.current) == list(room.runs.asked) == list(runs)
    assert room.state.current == tuple(RunState(number, "open", "under 5") for number in (2, 3, 4))


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)], ids=str)
def test_they_are_closed_shown_and_discarded_one_by_one(tmp_path: Path, block: Room, order: Sequence[int]) -> None:
    """In any order, each result is made of its own answers, and nothing is asked before the last is closed; a number is never used again."""
    shown = {}
    for place, number in enumerate(order):
        assert [refusal(block.runs.ask, "many"), refusal(block.runs.ask_together, ["many", "slider"])] == [NotNow] * 2
        shown[number] = block.runs.close(number)
        still_open = {each for each, phase in phases(block).items() if phase == "open"}
        assert still_open == set(order[place + 1 :])

    assert shown == {
        1: publish(Tally.of(POLLS["one"], "aaaaaabbbbbb"), ROOM),
        2: publish(Tally.of(POLLS["scale"], [1, 3] * 5), ROOM),
        3: publish(Tally.of(POLLS["rank"], [["b", "a", "c"]] * 8), ROOM),
    }
    block.runs.reveal(1)
    block.runs.discard(2)
    assert (phases(block), refusal(block.runs.revealed, 3)) == ({1: "revealed", 3: "closed"}, Unknown)
    assert block.runs.ask("many").number == 4
    assert (phases(block), block.runs.revealed(1).poll.id) == ({4: "open"}, "one")
    block.runs.discard(4)
    again = opened(tmp_path, seed=2)
    assert phases(block) == phases(again) == {1: "revealed", 3: "closed"}
    assert seated(again).runs.ask("many").number == 5


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_if_the_disk_refuses_one_of_several(tmp_path: Path, room: Room, refused: int) -> None:
    """None is opened, and timer and stage stay; but one that cannot be closed or revealed keeps no other back, and moves no stage."""
    room.evening.show_on_stage("break")
    room.evening.set_timer(1, 1_762_283_977)
    before = known(tmp_path, room)
    with disk_that_refuses_run(tmp_path, refused), pytest.raises(SetupError):
        room.runs.ask_together(BLOCK)
    assert known(tmp_path, room) == before

    assert [run.number for run in room.runs.ask_together(BLOCK)] == [1, 2, 3]
    answer(room, *{1: "aaaaabbbbb", 2: [1, 3] * 5, 3: [["b", "a", "c"]] * 10}[refused], run=refused)
    with disk_that_refuses_run(tmp_path, refused):
        assert [refusal(room.runs.close, number) for number in (1, 2, 3)] == [
            SetupError if number == refused else None for number in (1, 2, 3)
        ]
    assert phases(room) == {number: "sealed" if number == refused else "closed" for number in (1, 2, 3)}
    assert closed(room, refused).answered == 10

    room.evening.show_on_stage("break")
    before = known(tmp_path, room)
    with disk_that_refuses_run(tmp_path, refused):
        assert refusal(room.runs.reveal, refused) is SetupError
    assert known(tmp_path, room) == before


@pytest.mark.parametrize("end", ["close", "discard"])
def test_no_exact_count_and_no_link_can_be_reached_from_a_room(block: Room, end: str) -> None:
    """Nothing links the answers of one seat to several polls; after a run no path leads from the room to its Tally or one of its ballots."""
    ballots = [each for each in reachable(block) if isinstance(each, Ballots)]
    keys = [key for each in ballots for key in reachable(each) if isinstance(key, bytes) and len(key) == 32]
    assert (len(ballots), len(keys), len(set(keys))) == (3, 12 + 10 + 8, 12 + 10 + 8)
    assert not any(seat in each for each in reachable(*ballots) if isinstance(each, str) for seat in SEATS)
    ballots.clear()

    for left, number in (([8, 10], 1), ([8], 2), ([], 3)):
        getattr(block.runs, end)(number)
        found = list(reachable(block))
        assert any(isinstance(each, Room) for each in found)
        assert [each for each in found if isinstance(each, Tally)] == []
        assert sorted(len(each) for each in found if isinstance(each, Ballots)) == left
        assert [each for each in found if isinstance(each, dict) and set(SEATS) & {key for key in each if isinstance(key, str)}] == []


# ---- asked again to compare ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("poll", "few", "most"), [("one", "a", "b"), ("rank", ["a", "b", "c"], ["c", "a", "b"])])
def test_two_results_stand_side_by_side(tmp_path: Path, room: Room, poll: str, few: object, most: object) -> None:
    """The later result is compared with the earlier, also after a restart; each stays what it is by itself."""
    room.runs.ask(poll)
    answer(room, *[few] * 4, *[most] * 8)
    before = closed(room, 1)
    first = room.runs.asked[0]

    assert room.runs.ask(poll, before=1).before == 1
    again = seated(opened(tmp_path, seed=2))
    answer(again, *[few] * 8, *[most] * 4, run=2)
    after = closed(again, 2)
    for each in (again, opened(tmp_path, seed=3)):
        assert each.runs.compared(2) == compare(before, after)
        assert (each.runs.published(1), each.runs.published(2), each.runs.compared(1)) == (before, after, None)
        assert (each.runs.asked[0], each.runs.asked[1].before) == (first, 1)


def test_a_comparison_is_made_of_what_was_named(compared: Room) -> None:
    """A later asking can be compared with the first or with the second; without being told, nothing is compared."""
    compared.runs.close(2)
    for number, before in ((3, 2), (4, 1), (5, None)):
        compared.runs.ask("one", before=before)
        answer(compared, *"aaaabbbbbbbb", run=number)
        compared.runs.close(number)
        found = compared.runs.compared(number)
        assert (found and found.before) == (compared.runs.published(before) if before else None)


@pytest.mark.parametrize(
    ("poll", "before", "expected"),
    [
        *(("many", 1, NotNow), ("heavy", 1, NotNow), ("nothing", 1, Unknown)),  # another poll, also with the same options, or none
        *(("one", number, Unknown) for number in (9, 0, -1, 10**30)),  # no such run
        *(("one", 2, Unknown), ("text", 3, NotNow)),  # discarded; people's own words
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, compared: Room, poll: str, before: int, expected: type[WorkshopError]) -> None:
    """Another poll, a run that is not there or not any more, and comments in people's own words are no ground to compare on."""
    compared.runs.discard(2)
    compared.runs.ask("text")
    answer(compared, *COMMENTS[:5], run=3)
    compared.runs.close(3)
    told = known(tmp_path, compared)
    assert refusal(compared.runs.ask, poll, before=before) is expected
    assert known(tmp_path, compared) == told
    assert compared.runs.ask("one", before=1).number == 4


@pytest.mark.parametrize("changed", [replace(POLLS["one"], options=POLLS["one"].options[::-1]), replace(POLLS["one"], kind="multi")])
def test_a_poll_that_was_rewritten_meanwhile_is_refused(tmp_path: Path, compared: Room, changed: Poll) -> None:
    """If its file was changed between two evenings, what cannot be put side by side is refused before anybody answers."""
    compared.runs.discard(2)
    elsewhere = replace(WORKSHOP, sections=(Section("01", "01", "01.ipynb", ("A",), (changed,)),))
    again = seated(Room(elsewhere, Results(tmp_path), compared.record, Random(2)))
    with pytest.raises(NotNow, match=r"^disclosure\.\w+"):
        again.runs.ask("one", before=1)
    assert again.runs.ask("one").number == 3


# ---- in people's own words ----------------------------------------------------------------------------------------------


def test_comments_are_read_before_the_room_sees_them(tmp_path: Path, read: Room) -> None:
    """Closed, they wait in an order by chance, and no page and no file is told a word; what is left out or put otherwise is nowhere then."""
    order = [line.text for line in read.runs.lines(1)]
    assert sorted(order) == list(COMMENTS)
    assert order != [line.text for line in Queue(Tally.of(POLLS["text"], COMMENTS), lambda each: None, lambda text: ()).lines]
    assert read.state.current == (RunState(1, "reading", None),)
    assert read.holds() == {"seats": "10+", "open": False, "reading": True, "ballots": "under 5", "results": 0}
    assert (read.evening.scene, read.runs.close(1)) == ("closed", None)
    assert "Comment" not in repr(read.state) + repr(read.holds()) + repr(read.runs.asked) + repr(read.__dict__)
    assert b"Comment " not in (tmp_path / FILE).read_bytes()

    for line in read.runs.lines(1):
        read.runs.decide(1, line.number, {"Comment a": "decline", "Comment b": "rewrite"}.get(line.text, "approve"), "Somebody's words")
    shown = read.runs.publish_lines(1)
    assert phases(read) == {1: "closed"}
    read.runs.reveal(1)

    assert set(shown.texts) == {*COMMENTS[2:], "Somebody's words"}
    assert (shown.answered, shown.passed, shown.buckets) == (12, "few", ())
    assert read.runs.revealed(1) == read.runs.published(1) == shown == read.runs.close(1)
    kept = (tmp_path / FILE).read_bytes()
    told = repr([shown, shown.to_dict(), read.state, read.holds(), Results(tmp_path).runs(read.record.code)])
    assert [(line in told, line.encode() in kept) for line in COMMENTS[:3]] == [(False, False), (False, False), (True, True)]
    assert strings_with("Comment ", reachable(read)) == {*COMMENTS[2:]}


@pytest.mark.parametrize(
    ("people", "passes", "thresholds", "is_read"),
    [
        *((0, 3, {}, False), (1, 0, {}, False), (9, 3, {}, False), (10, 2, {}, True)),
        *((10, 0, {"floor": 11}, False), (11, 0, {"floor": 11}, True), (11, 0, {"cell": 6}, False), (12, 0, {"cell": 6}, True)),
    ],
)
def test_the_facilitator_sees_no_comment_of_too_few(
    room: Room, people: int, passes: int, thresholds: dict[str, int], is_read: bool
) -> None:
    """From ten comments on they are read, or from as many as was asked for; fewer close as any poll with too few answers, and are gone."""
    asked = room.runs.ask("text", **thresholds)
    answer(room, *COMMENTS[:people], *[PASS] * passes)
    assert room.runs.close(1) == (None if is_read else Published(POLLS["text"], asked.policy, "too_few"))
    assert len(room.runs.lines(1)) == (people if is_read else 0)
    assert bool(strings_with("Comment ", reachable(room))) is is_read


@pytest.mark.parametrize("plan", [None, "lunch"])
def test_without_a_plan_that_allows_it_nobody_is_asked_for_words(tmp_path: Path, plan: str | None) -> None:
    """Where the room's plan does not say that comments may be asked for, such a poll is refused, alone and among others, also later."""
    opened(tmp_path, plan=plan)
    room = seated(opened(tmp_path, seed=2))
    for act in (partial(room.runs.ask, "text"), partial(room.runs.ask_together, ["one", "text"])):
        with pytest.raises(NotNow, match=r"^runs\.no_own_words_here plans=\['feast'\]$"):
            act()
    assert (room.record.plan, list(room.runs.asked)) == (plan, [])
    assert room.runs.ask_together(["one", "rank"])[0].number == 1
