"""A seat in a notebook: it answers a real room as a phone does, and tells nobody what."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest
from markupsafe import escape

from tests.cockpit.leading import until
from tests.every_kind import KINDS, arguments
from tests.phones import GROUP, others_answer
from tests.study.test_cards import AS_DRAWN, CHOOSE, WRITE, choose, chosen
from tests.world import PEOPLE, SAY, RunningRoom, is_shown, known_to_pages, press
from workshop_kit.cards.choices import InWords
from workshop_kit.guest.asked_part import AskedPart
from workshop_kit.guest.seat import Seat
from workshop_kit.notebook import seat
from workshop_kit.polls import PASS
from workshop_kit.processes.connection import FOLDER_VARIABLE

# A line that is cut in the very moment in which it is opened is let go by asyncio without being closed, and found by the
# garbage collector; so `sitting` calls it before the next test does.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ANSWERED, TAKEN_BACK = (SAY(f"phone.script.{each}") for each in ("answered", "taken_back"))
CLOSED, READING = (SAY(f"guest.{each}") for each in ("closed", "reading"))
HELD_BACK, LOST, NOWHERE, SIMULATED = SAY("guest.held_back"), SAY("guest.lost"), SAY("guest.nowhere"), SAY("labels.simulated")
LINES: Final = [f"Line number {number} of ten" for number in range(1, 11)]
MINE: Final = "words 1"
TOO_LONG: Final = "longer than 140"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room with one poll of every kind; each test discards what it asked, or leaves it closed."""
    folder = tmp_path_factory.mktemp("seat")
    with RunningRoom(folder / "room", *arguments(folder / "material")) as room:
        yield room


def sitting(room: RunningRoom, play: Callable[[Seat], Awaitable[None]], code: str | None = None) -> None:
    """Let a scene be played by somebody who sits in a room; with a code, by somebody who may not get in."""

    async def scene() -> None:
        with nullcontext() if code else room.letting_in():
            here = Seat(room.connection.public_url, code or room.code, SAY)
            if code is None:
                await until(lambda: here._phone.seat[1], "the seat to be taken")
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


async def asked(here: Seat, room: RunningRoom, *polls: str) -> list[AskedPart]:
    """Ask some polls, and return their parts once they are there to be answered."""
    runs = room.ask_together(*polls) if len(polls) > 1 else [room.ask(*polls)]
    await until(lambda: all(run in here.parts and here.parts[run].phase == "open" for run in runs), "the question")
    return [here.parts[run] for run in runs]


async def discarded(room: RunningRoom, here: Seat) -> None:
    """Discard what is asked now, and wait until the seat shows what the room shows then."""

    def current() -> dict[int, str]:
        return {each["run"]: each["phase"] for each in room.as_led()["current"]}

    for run in current():
        room.lead(run, "discard")
    then = current()
    await until(lambda: {part.run: part.phase for part in here.parts.values() if is_shown(part)} == then, "the room as it was before")


async def answered(part: AskedPart) -> None:
    """Choose something, press Send, and wait until the room has the answer."""
    choose(part)
    press(part.send_answer)
    await until(lambda: ANSWERED in part.status.value, f"the answer to arrive: {part.problem.value}")


def test_every_kind_of_poll_is_answered(room: RunningRoom) -> None:
    """Questions appear by themselves; an unfinished answer is asked about, and what was written stays; what is sent is cleared and counts once."""

    async def play(here: Seat) -> None:
        await until(lambda: is_shown(here.waiting), "the seat to wait")
        parts = dict(zip(KINDS, await asked(here, room, *KINDS), strict=True))
        words, several = parts["text"].choices, parts["multi"]
        assert isinstance(words, InWords)
        assert (several.send_answer.description, parts["single"].send_answer.description) == ("None of these", "Send my answer")
        for kind, written, sentence in (("single", "", CHOOSE), ("rank", "", AS_DRAWN), ("text", "", WRITE), ("text", "x" * 141, TOO_LONG)):
            part, words.words.value = parts[kind], written
            press(part.send_answer)
            await until(lambda part=part, sentence=sentence: sentence in part.problem.value, sentence)  # type: ignore[misc]
            assert words.words.value == written
        words.words.value = ""
        for kind, part in parts.items():
            assert (is_shown(part.send_answer, part.pass_over), is_shown(part.answered), chosen(part)) == (True, False, None)
            others_answer(room, part.run, GROUP[kind])
            await answered(part)
            assert (is_shown(part.answered), is_shown(part._form), chosen(part)) == (True, False, None)
            room.lead(part.run, "close")
        await until(lambda: CLOSED in several.status.value, "the poll to close")
        for kind in (kind for kind in KINDS if kind != "text"):
            result = room.control.get(f"/runs/{parts[kind].run}/result.json").json()
            assert (result["outcome"], result["answered"]) == ("shown", len([each for each in GROUP[kind] if each != PASS]) + 1)
        assert len(room.control.get(f"/runs/{parts['text'].run}/lines").json()["lines"]) == len(GROUP["text"]) + 1
        await discarded(room, here)

    sitting(room, play)


def test_an_answer_can_be_changed_taken_back_and_passed(room: RunningRoom) -> None:
    """Change shows an empty ballot with a way back; a taken-back answer can be given anew; Pass is an answer; whoever needs a moment can say so."""

    async def play(here: Seat) -> None:
        [part] = await asked(here, room, "single")
        await answered(part)
        press(part.change)
        await until(lambda: is_shown(part._form, part.keep), "the ballot")
        assert chosen(part) is None
        choose(part)
        press(part.keep)
        await until(lambda: is_shown(part.answered), "what was before")
        assert (chosen(part), is_shown(part.keep)) == (None, False)
        press(part.take_back)
        await until(lambda: TAKEN_BACK in part.status.value, "the answer to be taken back")
        assert (is_shown(part._form), is_shown(part.answered), here._phone.has_answered(part.run)) == (True, False, False)
        press(part.pass_over)
        await until(lambda: ANSWERED in part.status.value, "the pass to arrive")
        press(here.moment)
        await until(lambda: SAY("phone.script.paused") in here.status.value, "the sentence")
        assert f"/{room.code}/contacts" in str(known_to_pages(here))
        await discarded(room, here)
        assert not is_shown(part)

    sitting(room, play)


def test_what_somebody_writes_is_left_alone_and_told_to_nobody(room: RunningRoom) -> None:
    """Among several questions one may close, be discarded or be answered, and the others stay as they are; neither seat nor answer is told."""

    async def play(here: Seat) -> None:
        one, several, words = await asked(here, room, "single", "multi", "text")
        assert is_shown(here.several)
        choose(words)
        field, places = words.choices.parts, here.asked.children  # type: ignore[union-attr]

        await answered(one)
        room.lead(one.run, "close", "reveal")
        await until(lambda: "<svg" in one.words.value, "the first result")
        room.lead(several.run, "discard")
        await until(lambda: not is_shown(several), "the second question to go")
        assert words.choices is not None
        assert (chosen(words), words.choices.parts is field, here.asked.children) == (MINE, True, places)

        await answered(words)
        assert [secret for secret in (here._phone._seat, MINE) if secret in str(known_to_pages(here))] == []
        assert (repr(here), repr(words)) == ("<Seat>", "<AskedPart>")
        await discarded(room, here)

    sitting(room, play)


def test_a_result_is_shown_with_chart_and_table(room: RunningRoom) -> None:
    """Closed, a sentence; revealed, the group's result; hidden, the sentence again; asked again, both; whoever comes late sees what the room sees."""
    read = room.poll("text", LINES, "close")

    async def play(here: Seat) -> None:
        await until(lambda: read in here.parts and READING in here.parts[read].status.value, "the sentence")
        room.let_through(read)
        room.lead(read, "reveal")
        await until(lambda: "<table>" in here.parts[read].words.value, "the comments")
        assert all(line in here.parts[read].words.value for line in LINES)

        [part] = await asked(here, room, "scale")
        others_answer(room, part.run, [1] * 4 + [4] * 4)
        room.lead(part.run, "close")
        await until(lambda: CLOSED in part.status.value, "the poll to close")
        assert [words for words in ("How far would you like to go?", "<svg") if words in part.words.value] == [
            "How far would you like to go?"
        ]
        assert not is_shown(part._form)
        room.lead(part.run, "reveal")
        await until(lambda: "<svg" in part.words.value, "the result")
        assert [words for words in ("<table>", "As far as it goes", "8 people answered") if words not in part.words.value] == []
        assert SIMULATED not in part.words.value
        room.lead(part.run, "hide")
        await until(lambda: "<svg" not in part.words.value, "the result to go")
        again = room.poll("scale", [1] * 4 + [4] * 4, "close", "reveal", before=part.run)
        await until(lambda: again in here.parts and "<svg" in here.parts[again].words.value, "the comparison")
        assert ">Before</th>" in here.parts[again].words.value

    sitting(room, play)


def test_an_answer_outlasts_a_killed_server(tmp_path: Path) -> None:
    """An answer given before, meanwhile, or being read is handed in anew and counts once; where people are simulated every chart says so."""
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material"), "--simulated") as room:

        async def play(here: Seat) -> None:
            room.sit(*PEOPLE[: len(LINES)])
            assert room.count() == len(LINES) + 1
            one, several = await asked(here, room, "single", "multi")
            await answered(one)
            await asyncio.to_thread(room.kill)
            await until(lambda: LOST in here.line.value, "the seat to notice")
            choose(several)
            press(several.send_answer)
            await until(lambda: HELD_BACK in several.status.value, "the answer to be kept")

            await asyncio.to_thread(room.start)
            room.sit(*PEOPLE[: len(LINES)])
            await until(lambda: ANSWERED in several.status.value and not here.line.value, "the room to be back")
            assert ANSWERED in one.status.value
            others_answer(room, one.run, ["shore"] * 5)
            room.lead(one.run, "close")
            assert room.control.get(f"/runs/{one.run}/result.json").json()["outcome"] != "too_few"
            room.lead(one.run, "reveal")
            await until(lambda: SIMULATED in one.words.value, "the caption")
            await discarded(room, here)

            # If the server dies while comments are read it asks for them again.
            [words] = await asked(here, room, "text")
            await answered(words)
            others_answer(room, words.run, LINES)
            room.lead(words.run, "close")
            await until(lambda: READING in words.status.value, "the comments to be read")
            await asyncio.to_thread(room.kill)
            await asyncio.to_thread(room.start)
            await until(lambda: ANSWERED in words.status.value, "the comment to be handed in")
            assert (is_shown(words.answered), is_shown(words._form)) == (True, False)

        sitting(room, play)


def page_of(room: RunningRoom, handed: str) -> tuple[Seat, widgets.Text]:
    """Return the seat behind a page that hands something over to a kernel of its own, and the field in which it does."""
    here = Seat(room.connection.public_url, room.code, SAY, by_page=True)
    assert here.handed is not None
    here.handed.value = handed
    return here, here.handed


def test_a_page_keeps_its_seat_and_ticket_for_another_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page was told brings its seat back, behind a locked door and after a crash, and a seat alone does not; a seat that was left stays left."""
    monkeypatch.setattr("workshop_kit.guest.seat.KNOCK_SECONDS", 0.1)

    async def play(room: RunningRoom) -> None:
        first, told = page_of(room, drawn := 32 * "a")
        await until(lambda: told.value.endswith(room.code), "the page to be told its ticket")
        kept = told.value
        assert kept.split()[0] == drawn
        first.close()
        await asyncio.to_thread(room.count)
        await asyncio.to_thread(room.kill)
        await asyncio.to_thread(room.start)

        stranger, _ = page_of(room, drawn)
        await until(lambda: "locked" in stranger.problem.value, "the seat alone to be refused")
        stranger.close()
        again, told = page_of(room, kept)
        await until(lambda: room.as_led()["seats"] == 1, "the page to have its seat back")

        press(again.leave)
        await until(lambda: is_shown(again.again), "the seat to be left")
        assert (room.as_led()["seats"], is_shown(again.leave, again.moment)) == (0, False)
        reloaded, _ = page_of(room, told.value)
        assert drawn not in told.value
        assert (is_shown(reloaded.again), sentence_of("phone.script.watching") in reloaded.status.value) == (True, True)
        press(reloaded.again)
        await until(lambda: "locked" in reloaded.problem.value, "the door to bar the way")
        room.tell("/door", state="open")
        await until(lambda: reloaded.handed and drawn not in reloaded.handed.value and "watch" not in reloaded.handed.value, "another seat")

        elsewhere, told = page_of(room, "watch - AAAAAA")
        await until(lambda: told.value.endswith(room.code), "what was left of another room to be nothing here")
        for here in (again, reloaded, elsewhere):
            here.close()
        await quiet()

    with RunningRoom(tmp_path / "room") as room:
        asyncio.run(play(room))


def test_somebody_who_comes_late_types_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a locked door a card is asked for; what is none is said at once, a wrong one is tried once, and the right one is the seat from then on."""
    monkeypatch.setattr("workshop_kit.guest.seat.KNOCK_SECONDS", 0.1)

    async def play(room: RunningRoom) -> None:
        await asyncio.to_thread(room.gather)
        card = room.control.post("/heads/one-more").raise_for_status().json()["card"]
        here, told = page_of(room, 32 * "a")
        await until(lambda: is_shown(here.card, here.sit), "a card to be asked for")
        for typed, sentence in (("", "seats.unreadable_card"), (32 * "a", "seats.unreadable_card"), (12 * "2", "seats.no_such_card")):
            here.card.value = typed
            press(here.sit)
            await until(lambda sentence=sentence: sentence_of(sentence) in here.problem.value, sentence)  # type: ignore[misc]
        await quiet()
        here.card.value = f"{card[:4]} {card[4:8]}-{card[8:]}".lower()
        press(here.sit)
        await until(lambda: told.value.startswith(card), "the card to be the seat")
        assert (is_shown(here.card), here.problem.value) == (False, "")
        [part] = await asked(here, room, "loudest")
        choose(part)
        press(part.send_answer)
        await until(lambda: ANSWERED in part.status.value, "the answer to arrive")
        here.close()
        await quiet()

    with RunningRoom(tmp_path / "room") as room:
        asyncio.run(play(room))


def sentence_of(name: str) -> str:
    """Return a sentence as it stands in a page."""
    return str(escape(SAY(name)))


def test_only_a_whole_token_is_a_seat(room: RunningRoom) -> None:
    """What a page hands in that is no token of a seat is passed over, and one that is may still come."""
    here = Seat(room.connection.public_url, room.code, SAY, by_page=True)
    assert here.handed is not None
    here.handed.value = "too short"
    assert here.problem.value == ""
    here.handed.value = 32 * "a"
    assert NOWHERE in here.problem.value


def test_what_bars_the_way_is_said(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that is no room's is not tried again and again; with the door locked the card says so, and once it is open the seat is taken."""
    monkeypatch.setattr("workshop_kit.guest.seat.KNOCK_SECONDS", 0.1)

    async def mistyped(here: Seat) -> None:
        await until(lambda: "no room with this code" in here.problem.value, "the sentence")

    async def locked_out(here: Seat) -> None:
        await until(lambda: "locked" in here.problem.value, "the sentence")
        room.tell("/door", state="open")
        await until(lambda: here._phone.seat[1] and not here.problem.value, "the seat to be taken")

    sitting(room, mistyped, code="AAAAAA")
    room.tell("/door", state="locked")
    sitting(room, locked_out, code=room.code)


def test_a_notebook_has_one_seat_in_a_room(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often its cell is run, one person is one seat; one that was closed leaves no task behind and makes place for a new one."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))

    async def scene() -> None:
        first = seat()
        assert isinstance(first, Seat)
        assert [seat(), seat(room.connection.public_url, room.code)] == [first] * 2
        await until(lambda: first._phone.seat[1], "the seat to be taken")
        assert len(asyncio.all_tasks()) > 1
        first.close()
        await quiet()
        second = seat()
        assert isinstance(second, Seat)
        assert second is not first
        second.close()
        await quiet()

    asyncio.run(scene())


def test_where_nothing_can_be_followed_a_seat_says_so(room: RunningRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a room there is the sentence that leads to one; in a plain Python prompt, without a loop, the one that says where it can be taken."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert "workshop-kit start" in seat().value
    here = Seat(room.connection.public_url, room.code, SAY)
    assert NOWHERE in here.problem.value
    assert not is_shown(here.moment)
