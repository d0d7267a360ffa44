"""The cards of somebody who studies alone: a journal, a private ballot, two check-ins, and how far one has come.

What is chosen or written leaves a card as soon as it has served; the state of its widgets, which a notebook could be saved with,
is looked at for that.
"""

import asyncio
import re
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import SAY, is_shown, known_to_pages, press
from workshop_kit import charts
from workshop_kit.cards.card import SETTLE_SECONDS
from workshop_kit.cards.choices import InOrder, InWords, OneOf, SeveralOf
from workshop_kit.disk.journal import FILE as JOURNAL_FILE
from workshop_kit.disk.journal import QUIET_VARIABLE, Entry, Journal
from workshop_kit.guest.asked_part import AskedPart
from workshop_kit.polls import LONGEST_TEXT, Poll
from workshop_kit.study.ballot import Ballot, simulated, simulated_chart
from workshop_kit.study.check_in import Before, CheckIn, check_in_before, pause_html, pause_is_due
from workshop_kit.study.journal_card import JournalCard
from workshop_kit.study.progress import FILE, Finish, Progress, needs_a_day, progress_html, upcoming
from workshop_kit.workshop import Section, Workshop

AS_DRAWN, CHOOSE, WRITE = (SAY(f"cards.choices.{each}") for each in ("still_as_drawn", "choose_first", "write_first"))
LINES, NOTICED, SIMULATED = (SAY(f"study.ballot.{each}") for each in ("lines", "noticed", "simulated"))
NOTED, FULL, SKIPPED = (SAY(f"study.check_in.{each}") for each in ("noted", "full", "skipped"))
A_DAY, ALL_DONE = SAY("study.progress.wait_a_day"), SAY("study.progress.all_done")
TODAY: Final = date(2026, 3, 2)
YESTERDAY: Final = date(2026, 3, 1)


def holds(card: Any, words: str) -> bool:
    """Return whether words are found anywhere in what a page knows of a card."""
    return words in str(known_to_pages(card))


# ---- the journal --------------------------------------------------------------------------------------------------------
WORDS: Final = "canary <b>one</b>\ncanary two"
PASSPHRASE: Final = "heron copper stairs rain"


def journal_in(folder: Path) -> JournalCard:
    """Return a card in a folder, as any notebook would have it."""
    return JournalCard("06 · Fears", Journal(folder), SAY, "Which one?", "What do you notice?", today=lambda: TODAY)


@pytest.fixture
def journal(tmp_path: Path) -> JournalCard:
    """Return the card of a section, with a journal that does not exist yet."""
    return journal_in(tmp_path)


def save(card: JournalCard, words: str = WORDS, passphrase: str = "") -> None:
    """Write some words, and a passphrase, and press Save."""
    card.text.value, card.passphrase.value = words, passphrase
    press(card.save)


def test_nothing_is_written_before_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card says where the file will be, and whether this Jupyter keeps quiet; writing moves nothing, tells no letter and leaves no file."""
    for is_ours in (True, False):
        monkeypatch.setenv(QUIET_VARIABLE, "1" if is_ours else "")
        journal = journal_in(tmp_path)
        opening = journal.children[0].value
        assert (SAY("journal.not_quiet") in opening) == (not is_ours)
    said = (str(tmp_path / JOURNAL_FILE), "Nothing is kept until you press Save", "Which one?")
    assert [words for words in said if words not in opening] == []
    assert (journal.text.continuous_update, journal.second_text.continuous_update) == (False, False)
    before = str(known_to_pages(journal))
    journal.text.value = WORDS
    assert str(known_to_pages(journal)).replace(repr(WORDS), "''") == before
    assert (list(tmp_path.iterdir()), is_shown(journal.looking_back)) == ([], False)
    assert "canary" not in f"{journal!r}{journal._repr_mimebundle_()}"


def test_a_page_is_saved_and_may_be_looked_back_on(journal: JournalCard, tmp_path: Path) -> None:
    """What was written, and what was noticed then, is in the journal and no more on the card; empty is no page; looking back may be left."""
    for words in ("", " \n "):
        save(journal, words)
        assert SAY("journal.empty") in journal.problem.value
    assert list(tmp_path.iterdir()) == []

    for reflection, button, said in (
        ("canary three", journal.save_second, SAY("journal.saved_too")),
        ("", journal.leave, SAY("journal.left")),
    ):
        save(journal)
        assert Journal(tmp_path).entries()[-1] == Entry("06 · Fears", TODAY, "Which one?", WORDS)
        assert (SAY("journal.saved") in journal.status.value, holds(journal, "canary"), is_shown(journal.looking_back)) == (
            True,
            False,
            True,
        )
        journal.second_text.value = " \n "
        press(journal.save_second)
        assert SAY("journal.empty") in journal.problem.value
        journal.second_text.value = "canary three"
        press(button)
        assert Journal(tmp_path).entries()[-1] == Entry("06 · Fears", TODAY, "Which one?", WORDS, reflection)
        assert (said in journal.status.value, holds(journal, "canary"), is_shown(journal.looking_back)) == (True, False, False)


def test_pages_are_read_back_and_closed(journal: JournalCard) -> None:
    """The newest page comes first, as it was written and never as a program; any press closes it. Before anything was saved, each button says so."""
    for button in (journal.read, journal.export, journal.erase):
        journal.problem.value = ""
        press(button)
        assert (SAY("journal.none") in journal.problem.value, journal.status.value) == (True, "")
    save(journal, "canary zero")
    save(journal)
    for close in (journal.read, journal.save, journal.export, journal.erase):
        press(journal.read)
        assert "canary &lt;b&gt;one&lt;/b&gt;\ncanary two" in journal.pages.value
        assert journal.pages.value.index("canary two") < journal.pages.value.index("canary zero")
        assert journal.read.description == SAY("journal.close")
        press(close)
        assert (holds(journal, "canary"), journal.read.description) == (False, SAY("journal.read"))


def test_a_journal_is_locked_with_a_passphrase_that_was_typed_twice(journal: JournalCard, tmp_path: Path) -> None:
    """Words stay until it was typed twice alike; later one that fits is enough, also to look back; a wrong one, or none, costs no word."""
    for passphrase, said in (
        (PASSPHRASE, SAY("journal.again")),
        ("heron", SAY("journal.not_the_same")),
        (PASSPHRASE, SAY("journal.again")),
    ):
        save(journal, passphrase=passphrase)
        assert said in journal.status.value
        assert (journal.text.value, journal.passphrase.value) == (WORDS, "")
        assert list(tmp_path.iterdir()) == []
    save(journal, passphrase=PASSPHRASE)
    assert (SAY("journal.saved") in journal.status.value, Journal(tmp_path).is_locked) == (True, True)
    assert not any(holds(journal, word) for word in ("canary", "heron"))

    anew = journal_in(tmp_path)
    for passphrase in ("", "heron"):
        save(anew, "canary three", passphrase)
        assert "passphrase" in anew.problem.value
        assert (anew.text.value, anew.passphrase.value) == ("canary three", "")
    save(anew, "canary three", PASSPHRASE)
    anew.second_text.value = "canary four"
    press(anew.save_second)
    press(anew.read)
    assert "passphrase" in anew.problem.value
    anew.passphrase.value = PASSPHRASE
    press(anew.read)
    assert anew.pages.value.index("canary four") < anew.pages.value.index("canary two")
    assert anew.passphrase.value == ""


def test_a_damaged_journal_is_said_and_left_alone(journal: JournalCard, tmp_path: Path) -> None:
    """A file that is no journal is never written over, whatever button is pressed; the words stay on the page."""
    (tmp_path / JOURNAL_FILE).write_bytes(b"canary")
    for passphrase in ("", PASSPHRASE):
        save(journal, passphrase=passphrase)
        assert ("damaged" in journal.problem.value, journal.text.value) == (True, WORDS)
    press(journal.read)
    assert "damaged" in journal.problem.value
    assert (tmp_path / JOURNAL_FILE).read_bytes() == b"canary"


def test_an_export_asks_where_to_first(journal: JournalCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first press asks, the second writes below the person's own folder; without a name, or with one that is taken, it asks again."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    save(journal)
    assert not is_shown(journal.target)
    for name in ("first.md", "~/second.md", str(home / "third")):
        press(journal.export)
        assert SAY("journal.where_to") in journal.status.value
        for unfit, said in ((" ", SAY("journal.name_a_file")), (str(tmp_path / JOURNAL_FILE), "already")):
            journal.target.value = unfit
            press(journal.export)
            assert (said in journal.problem.value, is_shown(journal.target)) == (True, True)
        journal.target.value = name
        press(journal.export)
        assert not is_shown(journal.target)
    assert sorted(file.name for file in home.iterdir()) == ["first.md", "second.md", "third.md"]
    assert str(home / "third.md") in journal.status.value
    assert all(WORDS in file.read_text(encoding="utf-8") for file in home.iterdir())
    assert len(Journal(tmp_path).entries()) == 1


def test_erasing_asks_once_more(journal: JournalCard, tmp_path: Path) -> None:
    """The first press says what would be gone, any other button keeps it, and the second press does it and says what it cannot reach."""
    save(journal)
    for _ in range(2):
        press(journal.erase)
        assert (SAY("journal.sure") in journal.status.value, journal.erase.description) == (True, SAY("journal.erase_for_good"))
        press(journal.read)
        assert (journal.erase.description, (tmp_path / JOURNAL_FILE).exists()) == (SAY("journal.erase"), True)
    press(journal.erase)
    press(journal.erase)
    assert (SAY("journal.erased") in journal.status.value, journal.erase.description) == (True, SAY("journal.erase"))
    assert (list(tmp_path.iterdir()), is_shown(journal.looking_back)) == ([], False)


# ---- the private ballot -------------------------------------------------------------------------------------------------
OPTIONS: Final = [{"id": "tea", "label": "Tea & honey"}, {"id": "milk", "label": "Milk"}, {"id": "water", "label": "Water"}]
OTHER: Final = {"id": "other", "label": "Something else"}
POLLS: Final = {
    "single": Poll.from_dict({"id": "drink", "kind": "single", "question": "What do you drink?", "options": [OTHER, *OPTIONS]}),
    "multi": Poll.from_dict({"id": "drinks", "kind": "multi", "question": "What do you like?", "options": OPTIONS, "intensity": 3}),
    "scale": Poll.from_dict({"id": "strong", "kind": "scale", "question": "How strong?", "options": ["Weak", "Middling", "Strong"]}),
    "slider": Poll.from_dict({"id": "warm", "kind": "slider", "question": "How warm?", "low": "icy", "high": "boiling"}),
    "rank": Poll.from_dict({"id": "best", "kind": "rank", "question": "What is best?", "options": [*OPTIONS, OTHER]}),
    "text": Poll.from_dict({"id": "words", "kind": "text", "question": "What would you say about it?"}),
}


def ballot_of(kind: str, seed: int = 7) -> Ballot:
    """Return a ballot of one kind; chance is the same for all of them unless another seed is given."""
    return Ballot(POLLS[kind], SAY, Random(seed))


def order_in(ballot: Ballot) -> tuple[object, ...]:
    """Return the options of a ballot in the order in which they stand."""
    match ballot.choices:
        case OneOf() as one:
            return tuple(value for _, value in one.points.options)
        case SeveralOf() as several:
            return tuple(several.boxes)
        case InOrder() as order:
            return order.order
    raise AssertionError(ballot.choices)


def chosen(ballot: Ballot | AskedPart) -> object:
    """Return what is chosen or written, or None."""
    match ballot.choices:
        case OneOf() as one:
            return one.points.value
        case SeveralOf() as several:
            return several.answer() or None
        case InOrder() as order:
            return order.said.value or None
        case InWords() as words:
            return words.words.value or None
    raise AssertionError(ballot.choices)


def choose(ballot: Ballot | AskedPart, place: int = 1) -> None:
    """Choose one of the answers by its place, whatever the kind of the poll."""
    match ballot.choices:
        case OneOf() as one:
            one.points.index = place
        case SeveralOf() as several:
            several.parts[place].value = True
        case InOrder() as order:
            order.down[place].click()
        case InWords() as words:
            words.words.value = f"words {place}"


@pytest.mark.parametrize("kind", sorted(POLLS))
def test_nothing_is_chosen_before_and_nothing_stays_after(kind: str) -> None:
    """A ballot suggests no answer; what is left after it, on the screen or in a saved notebook, is the same whatever was chosen, or if nothing was."""
    ballot = ballot_of(kind)
    assert chosen(ballot) is None
    assert holds(ballot, POLLS[kind].question)
    shown = str(known_to_pages(ballot)).replace("&amp;", "&")
    assert kind == "slider" or all(option.label in shown for option in POLLS[kind].options)
    assert repr(ballot) == "<Ballot>"
    left, after = [], set()
    for place, act in [(None, "pass_over"), *((place, act) for place in (0, 2) for act in ("notice", "pass_over"))]:
        ballot = ballot_of(kind)
        if place is not None:
            choose(ballot, place)
            assert chosen(ballot) is not None
        press(getattr(ballot, act))
        assert (chosen(ballot), ballot.problem.value) == (None, "")
        left.append([{name: each[name] for name in each if name not in ("layout", "style", "children")} for each in known_to_pages(ballot)])
        after.add(ballot.after.value)
    assert all(each == left[0] for each in left)
    [words] = after
    assert [each in words for each in (NOTICED, SIMULATED, LINES)] == [True, kind != "text", kind == "text"]
    choose(ballot, 1)
    press(ballot.clear)
    assert (chosen(ballot), ballot.after.value) == (None, "")


def test_options_are_in_an_order_drawn_for_each_ballot_and_points_are_not() -> None:
    """No option gains from the place its author gave it, and the one for whatever is not listed stays last; points mean something by their place."""
    orders = {kind: {order_in(ballot_of(kind, seed)) for seed in range(15)} for kind in POLLS if kind != "text"}
    for kind in ("single", "multi", "rank"):
        ids = {option.id for option in POLLS[kind].options}
        assert len(orders[kind]) == 6
        assert all(set(order) == ids for order in orders[kind])
        assert "other" not in ids or {order[-1] for order in orders[kind]} == {"other"}
    assert orders["scale"] == {(1, 2, 3)}
    assert orders["slider"] == {tuple(range(11))}
    [numbers] = ballot_of("slider").choices.parts
    assert numbers.description == "From 0 (icy) to 10 (boiling)"


def test_an_order_is_made_with_buttons_that_name_what_they_move() -> None:
    """Each press swaps an option with its neighbor, and says so; an order that nobody made is asked about once, and then it is an answer too."""
    ballot = ballot_of("rank")
    order = ballot.choices
    assert isinstance(order, InOrder)
    first, second, third, last = order.order
    labels = {option.id: option.label for option in POLLS["rank"].options}
    assert [button.disabled for button in order.up] == [True, False, False, False]
    assert [button.disabled for button in order.down] == [False, False, False, True]
    assert all(button.description for button in (*order.up, *order.down))
    assert order.up[2].tooltip == f"Move “{labels[third]}” up"

    for sentences in ((AS_DRAWN, ""), ("", NOTICED)):
        press(ballot.notice)
        assert all(said in part.value for said, part in zip(sentences, (ballot.problem, ballot.after), strict=True))
        assert (ballot.after.value == "") == (sentences[1] == "")
    press(ballot.clear)
    press(order.up[2])
    press(order.up[1])
    assert order.order == (third, first, second, last)
    assert "is now number 1 of 4" in order.said.value
    assert order.up[1].tooltip == f"Move “{labels[first]}” up"
    press(ballot.notice)
    assert (NOTICED in ballot.after.value, ballot.problem.value) == (True, "")


def test_a_ballot_asks_for_what_is_missing_or_too_much() -> None:
    """Where one answer is wanted and none was chosen, a sentence says so; none of several is an answer; words have an end; passing is a way on."""
    for kind in ("single", "scale", "slider", "multi"):
        ballot = ballot_of(kind)
        press(ballot.notice)
        assert (CHOOSE in ballot.problem.value, NOTICED in ballot.after.value) == (kind != "multi", kind == "multi"), kind
        press(ballot.pass_over)
        assert (ballot.problem.value, NOTICED in ballot.after.value) == ("", True)

    ballot = ballot_of("text")
    assert isinstance(ballot.choices, InWords)
    assert str(LONGEST_TEXT) in ballot.choices.words.description
    for words, sentence in (("x" * (LONGEST_TEXT + 1), f"longer than {LONGEST_TEXT} characters"), ("  ", WRITE)):
        ballot.choices.words.value = words
        press(ballot.notice)
        assert (sentence in ballot.problem.value, chosen(ballot)) == (True, words)


def test_a_simulated_group_says_so_everywhere(workshop: Workshop) -> None:
    """Whatever can be charted has a result, always the same; its label, heading, description and table all say that the group is simulated."""
    charted = [poll for poll in (*POLLS.values(), *workshop.polls.values()) if poll.kind != "text"]
    results = [simulated(poll, SAY) for poll in charted]
    assert results == [simulated(poll, SAY) for poll in charted]
    assert {result.outcome for result in results} == {"shown"}
    assert all(result.poll.question.startswith("Simulated") for result in results)
    for result in results[: len(POLLS) - 1]:
        shown = simulated_chart(result, SAY)
        caption, _, picture = shown.partition("</figcaption>")
        described = re.search(r"<desc[^>]*>(.*?)</desc>", picture)
        assert SIMULATED in caption
        assert described is not None
        assert "Simulated answers to" in described[1]
        assert "Simulated answers to" in "".join(re.findall(r"<text[^>]*>(.*?)</text>", picture))
        assert "(simulated)</th>" in shown
        assert shown.count("<tr>") == len(charts.table(result, SAY).rows) + 1


def test_the_words_of_a_poll_are_never_a_program() -> None:
    """Signs that mean something to a browser are shown as they were written."""
    poll = {"id": "s", "kind": "single", "question": "<b>Which?</b>", "hint": "<i>", "options": ["<u>A</u>", "B & C"]}
    ballot = Ballot(Poll.from_dict(poll), SAY)
    press(ballot.pass_over)
    shown = "".join(str(state.get("value", "")) for state in known_to_pages(ballot))
    assert [sign for sign in ("<b>Which", "<i>", "<u>") if sign in shown] == []
    assert "&lt;b&gt;Which?" in shown


# ---- the check-ins ------------------------------------------------------------------------------------------------------
CONTACTS: Final = "<p>A line to ring</p>"


def section(name: str, intensity: int) -> Section:
    """Return a section with one poll of some intensity."""
    poll = Poll.from_dict({"id": f"p{name}", "kind": "single", "question": "?", "options": ["A", "B"], "intensity": intensity})
    return Section(name, f"Part {name}", f"{name}_part.ipynb", ("A",), (poll,))


LIGHT, HEAVY, MEDIUM, DEEP = section("00", 1), section("01", 3), section("02", 2), section("03", 3)
PARTS: Final = Workshop("parts", "Parts", (LIGHT, HEAVY, MEDIUM, DEEP))
IDS: Final = [each.id for each in PARTS.sections]


def finish(folder: Path, before: int | None = None) -> Finish:
    """Return the end of a heavy section that began with some number, today."""
    return Finish(PARTS, HEAVY, Before(before), Progress(folder), SAY, contacts_html=CONTACTS, today=lambda: TODAY)


def note(card: CheckIn, number: int) -> None:
    """Choose a number and press the button."""
    card.numbers.value = number
    press(card.note)


def test_a_pause_is_due_after_a_high_end_or_a_steep_rise() -> None:
    """For every pair of numbers: a pause from 8 on, or after a rise of 3 or more, and otherwise none."""
    due = {(before, after) for before in range(11) for after in range(11) if pause_is_due(before, after)}
    assert due == {(before, after) for before in range(11) for after in range(11) if after >= 8 or after >= before + 3}
    assert [after for after in range(11) if pause_is_due(None, after)] == [8, 9, 10]


def test_a_number_is_noted_and_cleared() -> None:
    """None of eleven numbers is chosen; a later one replaces an earlier, also one told after the press; skipping forgets it, and no widget holds it."""
    before = Before()
    card = check_in_before(before, SAY)
    assert [value for _, value in card.numbers.options] == list(range(11))
    assert card.numbers.description == "From 0 (calm) to 10 (very much)"
    assert card.numbers.value is None
    press(card.note)
    assert ("choose a number" in card.problem.value, before.number, card.status.value) == (True, None, "")
    for number, said in ((0, NOTED), (7, NOTED), (8, FULL), (10, FULL)):
        note(card, number)
        assert (before.number, card.numbers.value, said in card.status.value) == (number, None, True)
    assert repr(before) == "Before()"
    press(card.skip)
    assert (before.number, SKIPPED in card.status.value) == (None, True)

    async def hurry() -> None:
        note(card, 2)
        press(card.note)
        card.numbers.value = 9
        while before.number is None:
            await asyncio.sleep(SETTLE_SECONDS)

    asyncio.run(hurry())
    assert [before.number, card.numbers.value, card.problem.value] == [9, None, ""]


def test_a_pause_appears_where_it_is_due_and_is_pressed_on_nobody(tmp_path: Path) -> None:
    """With a pause come the contacts, sounds and sights before the body, and stopping stands out; without one, or skipped, it goes away."""
    due, calm = ((None, 8), (9, 9), (0, 3), (4, 7)), ((None, 7), (7, 7), (0, 2), (9, 3))
    for (before, after), is_due in [(each, each in due) for each in (*due, *calm)]:
        end = finish(tmp_path, before)
        note(end.check_in, 10)
        note(end.check_in, after)
        assert SAY("study.finish.pause" if is_due else "study.finish.calm") in end.check_in.status.value, (before, after)
        assert (CONTACTS in end.pause.value, end.pause.value == "") == (is_due, not is_due)
        assert (CONTACTS in end.reach.value, end.reach.value == "") == (not is_due, is_due)
        assert (end.done.button_style, end.stop.button_style) == (("", "primary") if is_due else ("primary", ""))
        note(end.check_in, 10)
        press(end.check_in.skip)
        assert (end.pause.value, CONTACTS in end.reach.value) == ("", True)

    assert Finish(PARTS, HEAVY, Before(), Progress(tmp_path), SAY).reach.value == ""
    pause = pause_html(SAY, "")
    assert pause.index("Sounds") < pause.index("Sight") < pause.index("Feet")
    assert [words for words in ("stop for today", "someone you trust", "emergency number") if words not in pause] == []


# ---- how far one has come -----------------------------------------------------------------------------------------------
@given(st.dictionaries(st.sampled_from(IDS), st.dates()), st.sampled_from(IDS))
def test_what_comes_next_is_unfinished_and_elsewhere(finished: dict[str, date], here: str) -> None:
    """The next section is the next unfinished one in turn, from the last back to what was left out, and never this one."""
    place = IDS.index(here)
    in_turn = [each for each in (*PARTS.sections[place + 1 :], *PARTS.sections[:place]) if each.id not in finished]
    assert upcoming(PARTS, finished, here) == (in_turn[0] if in_turn else None)


def test_two_heavy_sections_have_a_day_between_them() -> None:
    """Another day is suggested only for a heavy section on a day on which a heavy one was finished."""
    cases = (({"01": TODAY}, DEEP), ({"01": YESTERDAY}, DEEP), ({"00": TODAY, "02": TODAY}, DEEP), ({"01": TODAY}, MEDIUM))
    assert [needs_a_day(PARTS, finished, each, TODAY) for finished, each in cases] == [True, False, False, False]


def test_finished_sections_are_remembered(tmp_path: Path) -> None:
    """What is marked is there the next time, with its last day, in a file for its owner only; a broken file stands in nobody's way."""
    for content in (None, b"", b"[]", b'{"finished": 3}', b'{"finished": {"01": "soon"}}', b"\xff"):
        if content is not None:
            (tmp_path / FILE).write_bytes(content)
        assert Progress(tmp_path).finished() == {}, content
        for name, day in (("01", YESTERDAY), ("00", YESTERDAY), ("01", TODAY)):
            Progress(tmp_path).finish(name, day)
        assert Progress(tmp_path).finished() == {"00": YESTERDAY, "01": TODAY}
        assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [(FILE, 0o600)]


def test_the_overview_says_where_one_is(tmp_path: Path) -> None:
    """Finished sections have their day, this one and the next are named and lead to their notebooks; a day of rest is suggested where one is due."""
    end = finish(tmp_path)
    assert "0 of 4 finished" in end.overview.value
    assert '<b><a href="01_part.ipynb">01 · Part 01</a></b> <small>you are here' in end.overview.value
    assert '<b><a href="02_part.ipynb">02 · Part 02</a></b> <small>next, if you like' in end.overview.value

    press(end.done)
    assert "1 of 4 finished" in end.overview.value
    assert "01 · Part 01</a> <small>finished on March 2, 2026" in end.overview.value
    assert A_DAY not in end.overview.value
    assert A_DAY in progress_html(PARTS, {"01": TODAY, "02": TODAY}, "02", TODAY, SAY)
    assert A_DAY not in progress_html(PARTS, {"01": YESTERDAY, "02": TODAY}, "02", TODAY, SAY)
    assert ALL_DONE in progress_html(PARTS, dict.fromkeys(IDS, TODAY), "03", TODAY, SAY)


def test_only_a_mark_is_written_and_it_can_be_forgotten(tmp_path: Path) -> None:
    """Neither of two check-ins nor stopping for today writes a thing; a mark leaves one small file, and forgetting it removes that."""
    end = finish(tmp_path, before=1)
    note(end.check_in, 9)
    press(end.stop)
    assert SAY("study.finish.stopped") in end.status.value
    assert list(tmp_path.iterdir()) == []

    press(end.done)
    [file] = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8") == '{"progress": 1, "finished": {"01": "2026-03-02"}}'
    assert [state["index"] for state in known_to_pages(end) if "_options_labels" in state] == [None]

    # Forgetting nothing is no fault.
    press(end.forget)
    press(end.forget)
    assert (list(tmp_path.iterdir()), "0 of 4 finished" in end.overview.value, "forgotten" in end.status.value) == ([], True, True)

    # Where the file cannot be written, the card says so and nothing is marked.
    (tmp_path / "file").touch()
    end = finish(tmp_path / "file")
    press(end.done)
    assert ("could not be written" in end.problem.value, "0 of 4 finished" in end.overview.value) == (True, True)
