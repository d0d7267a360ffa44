"""The house: which room a server takes up, and what it leaves behind."""

from pathlib import Path

import pytest

from tests import every_kind
from tests.world import PEOPLE, RunningRoom


def test_an_earlier_room_can_be_gone_on_with(tmp_path: Path) -> None:
    """A room that was stopped comes back by its code, typed in any case, with the results it had."""
    with RunningRoom(tmp_path / "room") as first:
        run = first.poll("loudest", [{"pass": True}] * 10, "close", "reveal")
        code, shown = first.code, first.result(run)
        first.stop()

    with RunningRoom(tmp_path / "room", "--room", code.lower()) as again:
        assert again.code == code
        assert again.result(run) == shown


def test_a_full_room_comes_back_larger(tmp_path: Path) -> None:
    """Where more people came than there are seats, starting the same room with more of them lets the others in; fewer change nothing."""
    capacities, same = [], ["--new"]
    for seats in ("2", "80", "10"):
        with RunningRoom(tmp_path / "room", "--seats", seats, *same) as room:
            same = ["--room", room.code]
            seating = [room.public.post(room.path("/seats"), json={"seat": seat}).status_code for seat in PEOPLE[:3]]
            capacities.append((room.as_led()["capacity"], seating))

    assert capacities == [(2, [201, 201, 403]), (80, [201] * 3), (80, [201] * 3)]


@pytest.mark.parametrize("different", ["--new", "--simulated", "--policy=together", "--material"])
def test_a_room_that_was_cut_short_is_not_forced_on_another(tmp_path: Path, different: str) -> None:
    """Whoever asks for a new room, a rehearsal, another policy or another workshop gets a room of that kind."""
    kinds = every_kind.material_of_every_kind(tmp_path / "material")
    with RunningRoom(tmp_path / "room") as first:
        first.tell("/section", id="06")

    with RunningRoom(tmp_path / "room", different, *([str(kinds)] if different == "--material" else [])) as other:
        assert other.code != first.code
        assert other.public.get(other.path()).status_code == 200
        assert other.state()["section"] is None


def test_material_that_was_changed_meanwhile_keeps_no_room_from_going_on(tmp_path: Path) -> None:
    """A room whose section and plan are no longer in the material goes on without them: its pages open, no comment is asked for."""
    folder = every_kind.material_of_every_kind(tmp_path / "material")
    with RunningRoom(tmp_path / "room", "--material", str(folder), "--plan", every_kind.PLAN) as first:
        first.tell("/section", id="02")
    for name in ("workshop.yaml", "polls.yaml"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace('"02"', '"12"').replace(every_kind.PLAN, "another"), encoding="utf-8")

    with RunningRoom(tmp_path / "room", "--material", str(folder)) as again:
        told = again.as_led()
        statuses = [again.public.get(again.path(rest)).status_code for rest in ("", "/stage", "/privacy")]
        again.tell("/door", state="open")
        again.gather()
        asked = [again.control.post("/runs", json={"poll": poll}).status_code for poll in ("text", "rank")]

    assert (again.code, told["section"], told["plan"]) == (first.code, None, None)
    assert statuses == [200, 200, 200]
    assert asked == [409, 201]


def test_a_plan_is_kept_until_another_is_named(tmp_path: Path) -> None:
    """A room that is gone on with keeps its plan, and whether comments may be asked for, unless it is given another."""
    plans = []
    for arguments in (["--plan", "half_day"], [], ["--plan", "evening"], []):
        with RunningRoom(tmp_path / "room", *arguments) as room:
            room.tell("/door", state="open")
            room.gather()
            asked = room.control.post("/runs", json={"poll": "one_thing"})
            plans.append((room.as_led()["plan"], asked.status_code))
            room.control.post("/runs/1/discard")

    assert plans == [("half_day", 201), ("half_day", 201), ("evening", 409), ("evening", 409)]
