"""The room: the life of an answer from asking to forgetting, what is refused on the way, and what a restart brings back."""

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.meals import POLLS, SEATS, after_ticks, answer, closed, opened, reachable, seated
from tests.world import disk_that_refuses
from workshop_kit.ballots import Ballots
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, publish
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, PolicyTooLow, SetupError, Unknown, WorkshopError
from workshop_kit.polls import PASS, Tally
from workshop_kit.results import Results
from workshop_kit.room import CODE_LENGTH, CODE_LETTERS, PAUSE_TICKS, Room, RunState, State, new_code


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a new room in which twelve people sit."""
    return seated(opened(tmp_path))


# ---- the life of an answer ----------------------------------------------------------------------------------------------


def test_a_run_goes_from_asking_to_the_groups_answer(room: Room) -> None:
    """Asked, answered, closed, revealed, hidden and revealed again: each phase is what the pages are told."""
    phases = [room.state.phase]
    run = room.ask("one")
    phases.append(room.state.phase)
    answer(room, *"aaaaabbbbbcc")
    shown = room.close(run.number)
    phases.append(room.state.phase)
    for act in (room.reveal, room.hide, room.reveal):
        act(run.number)
        phases.append(room.state.phase)

    assert phases == ["waiting", "open", "closed", "revealed", "closed", "revealed"]
    assert shown == publish(Tally.of(run.poll, "aaaaabbbbbcc"), ROOM)
    assert room.revealed(run.number) == room.published(run.number) == shown


def test_the_last_answer_of_each_seat_counts(room: Room) -> None:
    """A changed answer replaces the earlier one, one taken back is not counted, and passing is counted as passing."""
    room.ask("one")
    answer(room, *"aaaaaaaaaaaa")
    answer(room, *"bbb")
    room.cast(1, SEATS[11], PASS)
    room.withdraw(1, SEATS[10])
    room.withdraw(1, SEATS[10])

    assert room.close(1) == publish(Tally.of(POLLS["one"], [*"bbbaaaaaaa", PASS]), ROOM)


def test_closing_twice_gives_the_same_result(room: Room) -> None:
    """A second press of the button changes nothing, even after another poll was asked."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    first = room.close(1)
    room.reveal(1)
    room.ask("one")
    answer(room, *"cccccccc", run=2)

    assert room.close(1) is first
    assert [run.phase for run in room.runs] == ["revealed", "open"]
    assert closed(room, 2).answered == 8


def test_asking_again_is_a_new_run(room: Room) -> None:
    """Each asking has a number of its own, holds none of the earlier answers, and leaves the earlier result as it is."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    first = room.close(1)

    again = room.ask("one")

    assert again.number == 2
    assert room.published(1) == first
    assert closed(room, 2).outcome == "too_few"


def test_a_discarded_run_leaves_nothing(room: Room) -> None:
    """Open or closed, a discarded run is as if it had never been, but for its number, which is not given out again."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    room.discard(1)
    assert (room.state.phase, room.run, list(room.runs)) == ("waiting", None, [])

    assert room.ask("one").number == 2
    answer(room, *"aaaabbbb", run=2)
    room.close(2)
    room.discard(2)
    assert room.state.phase == "waiting"
    assert room.ask("one").number == 3


def test_discarding_goes_back_to_the_run_before(room: Room) -> None:
    """Pages show again what they showed before the discarded poll was asked."""
    room.ask("one")
    room.close(1)
    room.reveal(1)
    room.ask("many")

    room.discard(2)

    assert (room.state.run, room.state.phase) == (1, "revealed")


def test_answers_of_a_discarded_run_do_not_reach_the_next(room: Room) -> None:
    """What was answered to a discarded run is in no later result."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    room.discard(1)
    room.ask("one")
    answer(room, *"ccccc", run=2)

    assert room.close(2) == publish(Tally.of(POLLS["one"], "ccccc"), ROOM)


# ---- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["waiting", "open", "reading", "closed", "revealed", "discarded"])
def test_each_act_is_refused_where_it_makes_no_sense(room: Room, phase: str) -> None:
    """In every phase of a run each act either does what it says or is refused with the fitting error, changing nothing."""
    if phase != "waiting":
        room.ask("text" if phase == "reading" else "one")
        answer(room, *"abcabcabcabc")
    acts = {"closed": ["close"], "reading": ["close"], "revealed": ["close", "reveal"], "discarded": ["discard"]}
    for done in acts.get(phase, []):
        getattr(room, done)(1)
    shows, reads = ("reveal", "hide", "published", "compared", "revealed"), ("lines", "decide", "publish_lines")
    expected: dict[str, dict[str, type[WorkshopError] | None]] = {
        "waiting": dict.fromkeys(["cast", "withdraw", "close", "discard", *shows, *reads], Unknown),
        "open": {"cast": None, "withdraw": None, **dict.fromkeys([*shows, *reads], NotNow), "revealed": Unknown, "lines": None},
        "reading": {
            **dict.fromkeys(["cast", "withdraw", *shows, "publish_lines"], NotNow),
            **{"revealed": Unknown, "close": None, "lines": None, "decide": None},
        },
        "closed": {
            **dict.fromkeys(["cast", "withdraw", *reads], NotNow),
            **{"close": None, "hide": None, "published": None, "compared": None, "revealed": Unknown, "lines": None},
        },
        "revealed": {
            **dict.fromkeys(["cast", "withdraw", *reads], NotNow),
            **{"close": None, "reveal": None, "published": None, "compared": None, "revealed": None, "lines": None},
        },
        "discarded": {
            **dict.fromkeys(["cast", "withdraw"], NotNow),
            **dict.fromkeys(["close", "discard", *shows, *reads], Unknown),
        },
    }
    state = room.state

    found = {act: refusal(room, act) for act in expected[phase]}

    assert found == expected[phase]
    assert room.state == state


def refusal(room: Room, act: str) -> type[WorkshopError] | None:
    arguments: dict[str, Sequence[object]] = {"cast": (1, SEATS[0], "a"), "withdraw": (1, SEATS[0]), "decide": (1, 1, "approve")}
    try:
        getattr(room, act)(*arguments.get(act, (1,)))
    except WorkshopError as fault:
        return type(fault)
    return None


@pytest.mark.parametrize("wrong", ["d", "", None, 1, True, ["a"], {}, {"pass": False}, {"pass": True, "more": 1}], ids=repr)
def test_a_wrong_answer_leaves_the_one_before(room: Room, wrong: object) -> None:
    """An answer that does not fit is refused without being quoted, and the seat's earlier answer stays."""
    room.ask("one")
    answer(room, *"aaaaabbb")

    with pytest.raises(InvalidAnswer) as fault:
        room.cast(1, SEATS[0], wrong)

    assert not wrong or repr(wrong) not in str(fault.value)
    assert room.close(1) == publish(Tally.of(POLLS["one"], "aaaaabbb"), ROOM)


def test_without_a_seat_nothing_can_be_done(room: Room) -> None:
    """Whoever has no seat can neither answer, nor take an answer back, nor ask for a pause."""
    room.ask("one")
    answer(room, *"aaaaabbb")

    with pytest.raises(NotAdmitted):
        room.cast(1, SEATS[30], "c")
    with pytest.raises(NotAdmitted):
        room.withdraw(1, SEATS[30])
    with pytest.raises(NotAdmitted):
        room.pause(SEATS[30])

    assert room.close(1) == publish(Tally.of(POLLS["one"], "aaaaabbb"), ROOM)
    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 0


def test_one_poll_is_open_at_a_time(room: Room) -> None:
    """While a poll is open no other can be asked; the answers of the open one stay."""
    room.ask("one")
    answer(room, *"aaaaabbb")

    with pytest.raises(NotNow):
        room.ask("many")
    with pytest.raises(NotNow):
        room.ask_together(["many", "scale"])

    assert [run.number for run in room.runs] == [1]
    assert closed(room, 1).answered == 8


def test_a_poll_or_a_section_that_is_not_there_is_refused(room: Room) -> None:
    """Names that the workshop does not have change nothing."""
    room.go_to("02")
    before = room.state

    with pytest.raises(Unknown):
        room.ask("none")
    with pytest.raises(Unknown):
        room.go_to("99")

    assert room.state == before


def test_the_room_and_its_door_refuse_alike_with_an_open_poll(tmp_path: Path) -> None:
    """A full room and a locked door let nobody new in, and those who are in can go on answering."""
    room = opened(tmp_path, capacity=6)
    for seat in SEATS[:6]:
        room.take_seat(seat)
    room.ask("one")

    with pytest.raises(NotAdmitted, match="full"):
        room.take_seat(SEATS[6])
    room.lock_door()
    with pytest.raises(NotAdmitted, match="locked"):
        room.take_seat(SEATS[6])

    answer(room, *"aaabbb")
    assert closed(room, 1).answered == 6


# ---- the policy ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "poll", "raised", "expected"),
    [
        (ROOM, "one", {}, Policy(5, 3)),
        (ROOM, "heavy", {}, Policy(8, 3)),
        (TOGETHER, "one", {}, Policy(5, 4)),
        (TOGETHER, "heavy", {}, Policy(8, 4)),
        (WEBINAR, "heavy", {}, Policy(11, 11)),
        (ROOM, "one", {"floor": 7}, Policy(7, 3)),
        (ROOM, "heavy", {"floor": 9, "cell": 5}, Policy(9, 5)),
        (ROOM, "heavy", {"floor": 8, "cell": 3}, Policy(8, 3)),
    ],
)
def test_the_policy_is_fixed_by_asking(tmp_path: Path, policy: Policy, poll: str, raised: dict[str, int], expected: Policy) -> None:
    """A run has the room's policy, a heavy one the higher floor, both as far as the facilitator raised them, to its end."""
    room = opened(tmp_path, policy=policy)

    asked = room.ask(poll, **raised)

    assert asked.policy == expected
    assert closed(room, 1).policy == expected


@pytest.mark.parametrize(
    ("policy", "poll", "lowered"),
    [
        (ROOM, "one", {"floor": 4}),
        (ROOM, "one", {"cell": 2}),
        (ROOM, "one", {"floor": 0}),
        (ROOM, "heavy", {"floor": 7}),
        (TOGETHER, "one", {"cell": 3}),
        (WEBINAR, "one", {"floor": 10}),
        (WEBINAR, "one", {"floor": 20, "cell": 10}),
    ],
)
def test_the_policy_is_never_lowered(tmp_path: Path, policy: Policy, poll: str, lowered: dict[str, int]) -> None:
    """Less protection than the room or a heavy question asks for is refused, and no run is opened."""
    room = opened(tmp_path, policy=policy)

    with pytest.raises(PolicyTooLow):
        room.ask(poll, **lowered)

    assert room.state.phase == "waiting"
    assert room.ask(poll).number == 1


def test_a_poll_that_is_asked_again_keeps_its_cell(tmp_path: Path, room: Room) -> None:
    """Two ways of merging the same answers would give away what lies between, so another cell is refused, after a restart too."""
    room.ask("one", cell=4)
    room.close(1)

    for asked_again in (room, opened(tmp_path, seed=2)):
        for cell in (None, 3, 5):
            with pytest.raises(NotNow, match="asked before"):
                asked_again.ask("one", cell=cell)
        assert asked_again.state.phase == "closed"

    assert room.ask("one", cell=4, floor=9).policy == Policy(9, 4)
    room.close(2)
    assert room.ask("many").policy == ROOM


def test_a_heavy_poll_shows_nothing_below_eight(room: Room) -> None:
    """Seven answers to a heavy question are too few, eight are enough."""
    room.ask("heavy")
    answer(room, *"aaaabbb")
    assert closed(room, 1).outcome == "too_few"

    room.ask("heavy")
    answer(room, *"aaaabbbb", run=2)
    assert closed(room, 2).outcome == "shown"


# ---- the disk refuses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poll", ["one", "heavy"])
def test_a_close_that_the_disk_refuses_loses_no_answer(tmp_path: Path, room: Room, poll: str) -> None:
    """The run stays open, answers can still be changed, and closing again gives the result with all of them."""
    room.ask(poll)
    answer(room, *"aaaaabbbb")

    for _ in range(2):
        with disk_that_refuses(tmp_path), pytest.raises(SetupError):
            room.close(1)
        assert room.state.phase == "open"
    room.cast(1, SEATS[9], "b")

    shown = room.close(1)
    assert shown == publish(Tally.of(POLLS[poll], "aaaaabbbbb"), room.runs[0].policy)
    assert Results(tmp_path).runs(room.code)[0].published == shown


@pytest.mark.parametrize("act", ["ask", "discard an open run", "reveal", "hide", "discard a closed run"])
def test_an_act_that_the_disk_refuses_did_not_happen(tmp_path: Path, room: Room, act: str) -> None:
    """After a refusal by the disk the room is where it was, in memory as on the disk, and the act succeeds once the disk does."""
    if act != "ask":
        room.ask("one")
        answer(room, *"aaaabbbb")
    if act not in ("ask", "discard an open run"):
        room.close(1)
    if act == "hide":
        room.reveal(1)
    before = room.state, room.runs

    with disk_that_refuses(tmp_path), pytest.raises(SetupError):
        do(room, act)

    assert (room.state, room.runs) == before
    do(room, act)
    assert room.state != before[0]


def do(room: Room, act: str) -> None:
    if act == "ask":
        room.ask("one")
    else:
        {"disc": room.discard, "reve": room.reveal, "hide": room.hide}[act[:4]](1)


def test_a_discard_that_the_disk_refuses_keeps_the_answers(tmp_path: Path, room: Room) -> None:
    """Answers of an open run are dropped only after the disk has taken note."""
    room.ask("one")
    answer(room, *"aaaabbbb")

    with disk_that_refuses(tmp_path), pytest.raises(SetupError):
        room.discard(1)

    assert closed(room, 1).answered == 8


@pytest.mark.parametrize("act", ["lock_door", "open_door", "go_to", "show_on_stage", "set_timer", "end"])
def test_what_the_disk_refuses_of_the_rooms_own_is_not_half_done(tmp_path: Path, room: Room, act: str) -> None:
    """Door, section, stage and timer, too, are where they were after a refusal, so that whoever reads it reads the truth."""
    if act == "open_door":
        room.lock_door()
    before = room.locked, room.state
    arguments: dict[str, Sequence[object]] = {"go_to": ["02"], "show_on_stage": ["break"], "set_timer": [1_762_283_977], "end": [0]}

    with disk_that_refuses(tmp_path), pytest.raises(SetupError):
        getattr(room, act)(*arguments.get(act, ()))

    assert (room.locked, room.state) == before
    assert Results(tmp_path).unfinished_room() is not None


def test_the_number_of_seats_is_written_once_the_disk_takes_it(tmp_path: Path, room: Room) -> None:
    """If the disk refuses at one tick, the number of seats is written at a later one, so that a locked door knows it."""
    with disk_that_refuses(tmp_path), pytest.raises(SetupError):
        room.tick()

    room.tick()

    kept = Results(tmp_path).room(room.code)
    assert kept is not None
    assert kept.seats == 12


# ---- ticks --------------------------------------------------------------------------------------------------------------


def test_the_counter_moves_at_a_tick_only(room: Room) -> None:
    """However many answer or take back their answers, what the pages are told changes at the next tick and in steps."""
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

    assert told == ["under 5", "under 5", "10+", "10+", "under 5"]


def test_the_counter_starts_anew_with_each_run(room: Room) -> None:
    """A new run begins below five, and no counter is told where no poll is open."""
    room.ask("one")
    answer(room, *"aaaaaaaaaa")
    room.tick()
    room.close(1)
    assert room.state.step is None

    room.ask("one")
    assert room.state.step == "under 5"


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
    room = opened(tmp_path)
    for seat in SEATS:
        room.take_seat(seat)

    heard_at = set()
    for _ in range(10):
        for seat in SEATS:
            room.pause(seat)
        for tick in range(100):
            before = room.pauses
            if after_ticks(room, 1).pauses > before:
                heard_at.add(tick + 1)

    assert heard_at == set(PAUSE_TICKS)
    assert room.pauses == 10 * len(SEATS)


def test_a_pause_pressed_twice_is_heard_once(room: Room) -> None:
    """A second press while the first is still on its way adds nothing and hurries nothing."""
    for seat in (SEATS[0], SEATS[1], SEATS[0], SEATS[0]):
        room.pause(seat)

    assert room.pauses == 0
    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 2
    room.acknowledge_pauses()
    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 0


def test_pauses_that_are_on_their_way_are_not_acknowledged_yet(room: Room) -> None:
    """Acknowledging marks what was heard, not what is still to be heard."""
    room.pause(SEATS[0])
    room.acknowledge_pauses()

    assert after_ticks(room, max(PAUSE_TICKS)).pauses == 1


# ---- after a restart ----------------------------------------------------------------------------------------------------


def test_a_restarted_room_is_where_it_was(tmp_path: Path, room: Room) -> None:
    """Code, plan, section, door, stage, timer, runs, phases and the number of seats come back; the boot id is a new one."""
    room.go_to("02")
    for poll, act in (("one", room.reveal), ("many", room.discard), ("scale", room.published)):
        number = room.ask(poll).number
        answer(room, *([PASS] * 12), run=number)
        room.close(number)
        act(number)
    room.ask("heavy", floor=9)
    room.lock_door()
    room.show_on_stage("break")
    room.set_timer(1_762_283_977)

    again = opened(tmp_path, seed=2)

    assert again.code == room.code
    assert (again.locked, again.seats, again.policy, again.simulated) == (room.locked, room.seats, room.policy, room.simulated)
    assert (again.plan, again.scene) == (room.plan, room.scene) == ("feast", "break")
    assert list(again.runs) == list(room.runs)
    assert again.state == replace(room.state, boot=again.state.boot)
    assert again.state.boot != room.state.boot


def test_answers_cast_again_after_a_restart_count_once(tmp_path: Path, room: Room) -> None:
    """Pages that take their seats again and send their answers again, some of them twice, are counted once each."""
    room.ask("one")
    answer(room, *"aaaaaabbbbcc")

    again = opened(tmp_path, seed=2)
    with pytest.raises(NotAdmitted):
        again.cast(1, SEATS[0], "a")
    for seat in SEATS[:12]:
        again.take_seat(seat)
        again.take_seat(seat)
    answer(again, *"aaaaaabbbbcc")
    answer(again, *"aaaa")

    assert again.close(1) == publish(Tally.of(POLLS["one"], "aaaaaabbbbcc"), ROOM)


def test_a_locked_door_lets_as_many_return_as_there_were(tmp_path: Path, room: Room) -> None:
    """Behind a locked door twelve return after a restart and a thirteenth does not, after a second restart as well."""
    room.lock_door()

    for seed in (2, 3):
        again = opened(tmp_path, seed)
        for seat in SEATS[:12]:
            again.take_seat(seat)
        with pytest.raises(NotAdmitted):
            again.take_seat(SEATS[12])


def test_the_number_of_seats_survives_without_a_lock(tmp_path: Path, room: Room) -> None:
    """The number of seats is written at the next tick, so that a door locked after a restart keeps room for all."""
    room.tick()

    again = opened(tmp_path, seed=2)
    again.lock_door()
    for seat in SEATS[:12]:
        again.take_seat(seat)

    with pytest.raises(NotAdmitted):
        again.take_seat(SEATS[12])


def test_a_discarded_runs_number_is_not_used_again_after_a_restart(tmp_path: Path, room: Room) -> None:
    """A phone that still holds an answer to a discarded run can never send it to another."""
    room.ask("one")
    room.discard(1)

    again = opened(tmp_path, seed=2)

    assert again.ask("one").number == 2


def test_a_room_that_has_ended_is_not_taken_up_again(tmp_path: Path, room: Room) -> None:
    """After its end a room is not unfinished, its results stay, and the time at which its timer would end is forgotten."""
    room.ask("one")
    answer(room, *"aaaabbbb")
    shown = room.close(1)
    room.set_timer(1_762_283_977)

    room.end(0)

    results = Results(tmp_path)
    assert results.unfinished_room() is None
    assert [run.published for run in results.runs(room.code)] == [shown]
    kept = results.room(room.code)
    assert kept is not None
    assert kept.ends_at is None


# ---- nothing is left of an answer ---------------------------------------------------------------------------------------


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
    wrong = OneOfItsKind("nothing of the kind")
    with pytest.raises(InvalidAnswer):
        room.cast(1, SEATS[0], wrong)
    return weakref.ref(wrong)


@pytest.mark.parametrize("end", ["close", "discard"])
def test_no_exact_count_and_no_link_can_be_reached_from_a_room(room: Room, end: str) -> None:
    """After a run there is no Tally and no ballot to be found from the room on, by any path, and no seat leads to an option."""
    room.ask("one")
    answer(room, *"aaaaaaabbbbb")
    getattr(room, end)(1)

    found = list(reachable(room))

    assert any(isinstance(each, Room) for each in found)
    assert [each for each in found if isinstance(each, Tally)] == []
    assert sum(len(each) for each in found if isinstance(each, Ballots)) == 0
    assert [each for each in found if isinstance(each, dict) and set(SEATS) & {key for key in each if isinstance(key, str)}] == []


# ---- codes --------------------------------------------------------------------------------------------------------------


def test_codes_are_six_signs_that_nobody_confuses() -> None:
    """A code has no 0, 1, I, L or O, and all signs occur in every place."""
    random = Random(5)

    codes = [new_code(random) for _ in range(2000)]

    assert {len(code) for code in codes} == {CODE_LENGTH} == {6}
    assert all(set(place) == set(CODE_LETTERS) for place in zip(*codes, strict=True))
    assert not set("01ILO") & set(CODE_LETTERS)
    assert len(set(codes)) > 1990
