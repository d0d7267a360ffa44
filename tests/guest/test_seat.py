"""A seat in a notebook: it answers a real room as a phone does, and tells nobody what."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.every_kind import KINDS, arguments
from tests.study.test_cards import choose, chosen
from tests.world import PATIENCE_SECONDS, PEOPLE, RunningRoom, is_shown, known_to_pages, press
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook import seat
from workshop_kit.notebook.asked_part import ANSWERED, CLOSED, HELD_BACK, NONE, READING, SEND, SIMULATED, TAKEN_BACK, AskedPart
from workshop_kit.notebook.choices import AS_DRAWN, CHOOSE, WRITE, InWords
from workshop_kit.notebook.seats import LOST, NOWHERE, PAUSED, Seat

# A line that is cut in the very moment in which it is opened is let go by asyncio without being closed, and found by the
# garbage collector; so `sitting` calls it before the next test does.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LINES: Final = [f"Line number {number} of ten" for number in range(1, 11)]
MINE: Final = "words 1"
TOO_LONG: Final = "longer than 140"
OTHERS: Final[dict[str, list[Any]]] = {
    "single": ["shore"] * 5,
    "multi": [["coat"]] * 5,
    "scale": [1] * 5,
    "slider": [0] * 5,
    "rank": [["wind", "birds", "talk", "tea"]] * 5,
    "text": LINES,
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room with one poll of every kind; each test discards what it asked, or leaves it closed."""
    folder = tmp_path_factory.mktemp("seat")
    with RunningRoom(folder / "room", *arguments(folder / "material")) as room:
        yield room


def sitting(room: RunningRoom, play: Callable[[Seat], Awaitable[None]], code: str | None = None) -> None:
    """Let a scene be played by somebody who sits in a room."""

    async def scene() -> None:
        here = Seat(room.connection.public_url, code or room.code)
        try:
            await play(here)
        finally:
            here.close()
            await quiet()

    asyncio.run(scene())
    gc.collect()


async def quiet() -> None:
    """Wait until nothing goes on any more but the test itself."""
    await until(lambda: len(asyncio.all_tasks()) == 1, "the tasks to end")


async def until(seen: Callable[[], object], what: str) -> None:
    """Wait until something has come to be."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not seen():
            await asyncio.sleep(0.02)
    assert seen(), what


async def asked(here: Seat, room: RunningRoom, *polls: str) -> list[AskedPart]:
    """Ask some polls, and return their parts once they are there to be answered."""
    runs = await asyncio.to_thread(lambda: room.ask_together(*polls) if len(polls) > 1 else [room.ask(*polls)])
    await until(lambda: all(run in here.parts and here.parts[run].phase == "open" for run in runs), "the question")
    return [here.parts[run] for run in runs]


async def led(room: RunningRoom, run: int, *acts: str) -> None:
    """Do some acts to a run."""
    await asyncio.to_thread(room.lead, run, *acts)


async def discarded(room: RunningRoom, here: Seat) -> None:
    """Discard what is asked now, and wait until the seat shows what the room shows then."""

    def current() -> dict[int, str]:
        return {each["run"]: each["phase"] for each in room.as_led()["current"]}

    for run in current():
        await led(room, run, "discard")
    then = current()
    await until(lambda: {part.run: part.phase for part in here.parts.values() if is_shown(part)} == then, "the room as it was before")


async def others_answer(room: RunningRoom, run: int, answers: list[Any]) -> None:
    """Let some others answer."""

    def answer() -> None:
        for each, said in zip(PEOPLE, answers, strict=False):
            room.sit(each)
            room.cast(run, each, said).raise_for_status()

    await asyncio.to_thread(answer)


async def answered(part: AskedPart) -> None:
    """Choose something, press Send, and wait until the room has the answer."""
    choose(part)
    press(part.send_answer)
    await until(lambda: ANSWERED in part.status.value, f"the answer to arrive: {part.problem.value}")


def test_every_kind_of_poll_is_answered(room: RunningRoom) -> None:
    """Questions appear by themselves; an unfinished answer is asked about; what was chosen is cleared as it is sent, and counts once.

    Nothing chosen, an order that chance made, and too many words are said in the part; what was written stays there.
    """

    async def play(here: Seat) -> None:
        await until(lambda: is_shown(here.waiting), "the seat to wait")
        parts = dict(zip(KINDS, await asked(here, room, *KINDS), strict=True))
        words, several = parts["text"].choices, parts["multi"]
        assert isinstance(words, InWords)
        assert (several.send_answer.description, parts["single"].send_answer.description) == (NONE, SEND)
        for kind, written, sentence in (("single", "", CHOOSE), ("rank", "", AS_DRAWN), ("text", "", WRITE), ("text", "x" * 141, TOO_LONG)):
            part, words.words.value = parts[kind], written
            press(part.send_answer)
            await until(lambda part=part, sentence=sentence: sentence in part.problem.value, sentence)  # type: ignore[misc]
            assert words.words.value == written
        words.words.value = ""

        for kind, part in parts.items():
            assert is_shown(part.send_answer, part.pass_over)
            assert not is_shown(part.answered)
            assert chosen(part) is None
            await others_answer(room, part.run, OTHERS[kind])
            await answered(part)
            assert chosen(part) is None
            assert is_shown(part.answered)
            assert not is_shown(part._form)
        await led(room, several.run, "close")
        await until(lambda: CLOSED in several.status.value, "the poll to close")
        for kind in (each for each in KINDS if each not in ("multi", "text")):
            await led(room, parts[kind].run, "close")
        for part in (part for kind, part in parts.items() if kind != "text"):
            result = room.control.get(f"/runs/{part.run}/result.json").json()
            assert result["answered"] in (6, None)
            assert result["outcome"] != "too_few"
        await led(room, parts["text"].run, "close")
        assert len(room.control.get(f"/runs/{parts['text'].run}/lines").json()["lines"]) == len(LINES) + 1
        await discarded(room, here)

    sitting(room, play)


def test_an_answer_can_be_changed_taken_back_and_passed(room: RunningRoom) -> None:
    """Change shows an empty ballot, with a way back to what was; a taken-back answer can be given anew; Pass is an answer.

    The button for whoever needs a moment is there at any time, and the card says when the facilitator will hear of it.
    """

    async def play(here: Seat) -> None:
        [part] = await asked(here, room, "single")
        await answered(part)

        press(part.change)
        await until(lambda: is_shown(part._form, part.keep), "the ballot")
        assert chosen(part) is None
        choose(part)
        press(part.keep)
        await until(lambda: is_shown(part.answered), "what was before")
        assert chosen(part) is None
        assert not is_shown(part.keep)

        press(part.take_back)
        await until(lambda: TAKEN_BACK in part.status.value, "the answer to be taken back")
        assert is_shown(part._form)
        assert not is_shown(part.answered)
        assert not here._phone.has_answered(part.run)

        press(part.pass_over)
        await until(lambda: ANSWERED in part.status.value, "the pass to arrive")
        press(here.moment)
        await until(lambda: PAUSED in here.status.value, "the sentence")
        assert f"/{room.code}/contacts" in str(known_to_pages(here))
        await discarded(room, here)
        await until(lambda: not is_shown(part), "the question to go")

    sitting(room, play)


def test_what_somebody_writes_is_left_alone_and_told_to_nobody(room: RunningRoom) -> None:
    """Among several questions one may close, be discarded or be answered, and the others stay as they are; neither seat nor answer is told."""

    async def play(here: Seat) -> None:
        one, several, words = await asked(here, room, "single", "multi", "text")
        assert is_shown(here.several)
        choose(words)
        field, places = words.choices.parts, here.asked.children  # type: ignore[union-attr]

        await answered(one)
        await led(room, one.run, "close", "reveal")
        await until(lambda: "<svg" in one.words.value, "the first result")
        await led(room, several.run, "discard")
        await until(lambda: not is_shown(several), "the second question to go")

        assert chosen(words) == MINE
        assert words.choices is not None
        assert words.choices.parts is field
        assert here.asked.children == places

        await answered(words)
        assert [secret for secret in (here._phone._seat, MINE) if secret in str(known_to_pages(here))] == []
        assert (repr(here), repr(words)) == ("<Seat>", "<AskedPart>")
        await discarded(room, here)

    sitting(room, play)


def test_a_result_is_shown_with_chart_and_table(room: RunningRoom) -> None:
    """Closed, the question and a sentence; revealed, the group's result; hidden, the sentence again; asked again, both side by side.

    A seat that comes late sees what the room sees: that comments are being read, and the comments once they are revealed.
    """
    read = room.poll("text", LINES, "close")

    async def play(here: Seat) -> None:
        await until(lambda: read in here.parts and READING in here.parts[read].status.value, "the sentence")
        await asyncio.to_thread(room.let_through, read)
        await led(room, read, "reveal")
        await until(lambda: "<table>" in here.parts[read].words.value, "the comments")
        assert all(line in here.parts[read].words.value for line in LINES)

        [part] = await asked(here, room, "scale")
        await others_answer(room, part.run, [1] * 4 + [4] * 4)
        await led(room, part.run, "close")
        await until(lambda: CLOSED in part.status.value, "the poll to close")
        assert "How far would you like to go?" in part.words.value
        assert "<svg" not in part.words.value
        assert not is_shown(part._form)

        await led(room, part.run, "reveal")
        await until(lambda: "<svg" in part.words.value, "the result")
        assert [words for words in ("<table>", "As far as it goes", "8 people answered") if words not in part.words.value] == []
        assert SIMULATED not in part.words.value
        await led(room, part.run, "hide")
        await until(lambda: "<svg" not in part.words.value, "the result to go")

        again = room.control.post("/runs", json={"poll": "scale", "before": part.run}).json()["run"]
        await others_answer(room, again, [1] * 4 + [4] * 4)
        await led(room, again, "close", "reveal")
        await until(lambda: again in here.parts and "<svg" in here.parts[again].words.value, "the comparison")
        assert ">Before</th>" in here.parts[again].words.value

    sitting(room, play)


def test_an_answer_outlasts_a_killed_server(tmp_path: Path) -> None:
    """An answer given before is handed in anew, one given meanwhile is kept and handed in, and each counts once; so do comments being read.

    People in this room are simulated: a chart cut out of the card still says so.
    """
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material"), "--simulated") as room:

        async def play(here: Seat) -> None:
            one, several = await asked(here, room, "single", "multi")
            await answered(one)
            await asyncio.to_thread(room.kill)
            await until(lambda: LOST in here.line.value, "the seat to notice")
            choose(several)
            press(several.send_answer)
            await until(lambda: HELD_BACK in several.status.value, "the answer to be kept")

            await asyncio.to_thread(room.start)
            await until(lambda: ANSWERED in several.status.value and not here.line.value, "the room to be back")
            assert ANSWERED in one.status.value
            await others_answer(room, one.run, ["shore"] * 5)
            await led(room, one.run, "close")
            assert room.control.get(f"/runs/{one.run}/result.json").json()["outcome"] != "too_few"
            await led(room, one.run, "reveal")
            await until(lambda: SIMULATED in one.words.value, "the caption")
            await discarded(room, here)

            # If the server dies while comments are read it asks for them again.
            [words] = await asked(here, room, "text")
            await answered(words)
            await others_answer(room, words.run, LINES)
            await led(room, words.run, "close")
            await until(lambda: READING in words.status.value, "the comments to be read")
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            await until(lambda: ANSWERED in words.status.value, "the comment to be handed in")
            assert is_shown(words.answered)
            assert not is_shown(words._form)

        sitting(room, play)


def test_what_bars_the_way_is_said(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that is no room's is not tried again and again; with the door locked the card says so, and once it is open the seat is taken."""
    monkeypatch.setattr("workshop_kit.notebook.seats.KNOCK_SECONDS", 0.1)

    async def mistyped(here: Seat) -> None:
        await until(lambda: "no room with this code" in here.problem.value, "the sentence")

    async def locked_out(here: Seat) -> None:
        await until(lambda: "locked" in here.problem.value, "the sentence")
        room.tell("/door", state="open")
        await until(lambda: here._phone._boot and not here.problem.value, "the seat to be taken")

    sitting(room, mistyped, code="AAAAAA")
    room.tell("/door", state="locked")
    try:
        sitting(room, locked_out)
    finally:
        room.tell("/door", state="open")


def test_a_notebook_has_one_seat_in_a_room(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often its cell is run, one person is one seat; one that was closed leaves no task behind and makes place for a new one."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))

    async def scene() -> None:
        first = seat()
        assert isinstance(first, Seat)
        assert seat() is first
        assert seat(room.connection.public_url, room.code) is first
        await until(lambda: first._phone._boot, "the seat to be taken")
        assert len(asyncio.all_tasks()) > 1

        first.close()
        await quiet()
        second = seat()
        assert second is not first
        assert isinstance(second, Seat)
        second.close()
        await quiet()

    asyncio.run(scene())


def test_where_nothing_can_be_followed_a_seat_says_so(room: RunningRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a room there is the sentence that leads to one; in a plain Python prompt, without a loop, the one that says where it can be taken."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert "workshop-kit start" in seat().value

    here = Seat(room.connection.public_url, room.code)
    assert NOWHERE in here.problem.value
    assert not is_shown(here.moment)
