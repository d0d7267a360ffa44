"""The journal card: silent while someone writes, written on Save and never before, and empty of words afterwards."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.test_ballot import states
from workshop_kit.journal import ERASED, FILE, QUIET_VARIABLE, Entry, Journal
from workshop_kit.notebook.journal_card import (
    AGAIN,
    CLOSE,
    EMPTY,
    ERASE,
    ERASE_FOR_GOOD,
    LEFT,
    NAME_A_FILE,
    NO_JOURNAL,
    NOT_QUIET,
    NOT_THE_SAME,
    READ,
    SAVED,
    SAVED_TOO,
    SURE,
    WHERE_TO,
    JournalCard,
)

DAY: Final = date(2026, 3, 1)
WORDS: Final = "canary <b>one</b>\ncanary two"
PASSPHRASE: Final = "heron copper stairs rain"


@pytest.fixture
def card(tmp_path: Path) -> JournalCard:
    """Return the card of a section, with a journal that does not exist yet."""
    return new_card(tmp_path)


def new_card(folder: Path) -> JournalCard:
    """Return a card in a folder, as another notebook would have it."""
    return JournalCard("06 · Fears", Journal(folder), "Which one?", "What do you notice?", today=lambda: DAY)


def write(card: JournalCard, words: str = WORDS, passphrase: str = "") -> None:
    """Write some words and press Save, twice where a new passphrase asks for it."""
    for _ in range(2 if passphrase else 1):
        card.text.value, card.passphrase.value = words, passphrase
        card.save.click()


def is_shown(widget: widgets.Widget) -> bool:
    """Return whether a part of the card can be seen."""
    return bool(widget.layout.display != "none")


def holds(card: JournalCard, words: str) -> bool:
    """Return whether words are found anywhere in what a front end holds of a card."""
    return words in str(states(card))


def test_nothing_is_written_before_save(card: JournalCard, tmp_path: Path) -> None:
    """Writing moves nothing on the card, tells the kernel nothing letter by letter, and leaves no file."""
    before = str(states(card))
    assert not card.text.continuous_update
    assert not card.second_text.continuous_update

    card.text.value = WORDS

    assert str(states(card)).replace(repr(WORDS), "''") == before
    assert list(tmp_path.iterdir()) == []
    assert not is_shown(card.looking_back)


def test_saving_writes_one_entry_and_clears_the_page(card: JournalCard, tmp_path: Path) -> None:
    """What was written stands in the journal with its section, day and question; the card holds none of it any more."""
    write(card)

    assert Journal(tmp_path).entries() == (Entry("06 · Fears", DAY, "Which one?", WORDS),)
    assert SAVED in card.status.value
    assert not holds(card, "canary")


def test_looking_back_comes_after_saving(card: JournalCard, tmp_path: Path) -> None:
    """The second question appears once the first page is saved; its answer goes beneath the entry, and the question away."""
    write(card)
    assert is_shown(card.looking_back)

    card.second_text.value = "canary three"
    card.save_second.click()

    assert Journal(tmp_path).entries() == (Entry("06 · Fears", DAY, "Which one?", WORDS, "canary three"),)
    assert SAVED_TOO in card.status.value
    assert not is_shown(card.looking_back)
    assert not holds(card, "canary")


def test_the_second_question_may_be_left(card: JournalCard, tmp_path: Path) -> None:
    """Leaving it at that clears the second page and changes nothing in the journal."""
    write(card)
    card.second_text.value = "canary three"

    card.leave.click()

    assert Journal(tmp_path).entries()[0].reflection == ""
    assert LEFT in card.status.value
    assert not is_shown(card.looking_back)
    assert not holds(card, "canary")


@pytest.mark.parametrize("words", ["", " \n "])
def test_an_empty_page_is_not_saved(card: JournalCard, tmp_path: Path, words: str) -> None:
    """Where nothing is written, the card says so, on either page."""
    write(card, words)
    assert EMPTY in card.problem.value
    assert list(tmp_path.iterdir()) == []

    write(card)
    card.second_text.value = words
    card.save_second.click()
    assert EMPTY in card.problem.value


def test_pages_are_read_back_and_closed(card: JournalCard) -> None:
    """The newest page comes first, as it was written and never as a program; the next press closes the pages again."""
    write(card, "canary zero")
    write(card)

    card.read.click()

    assert "canary &lt;b&gt;one&lt;/b&gt;\ncanary two" in card.pages.value
    assert card.pages.value.index("canary two") < card.pages.value.index("canary zero")
    assert card.read.description == CLOSE
    card.read.click()
    assert card.pages.value == ""
    assert card.read.description == READ


def act_export(card: JournalCard) -> None:
    card.export.click()


def act_erase(card: JournalCard) -> None:
    card.erase.click()


@pytest.mark.parametrize("act", [write, act_export, act_erase])
def test_any_button_closes_the_pages(card: JournalCard, act: Callable[[JournalCard], None]) -> None:
    """Open pages do not stay on the screen while something else is done."""
    write(card)
    card.read.click()

    act(card)

    assert not holds(card, "canary")


def test_a_new_passphrase_is_asked_for_twice(card: JournalCard, tmp_path: Path) -> None:
    """A mistyped passphrase would lock its owner out: the first Save keeps the words on the page and asks again."""
    card.text.value, card.passphrase.value = WORDS, PASSPHRASE
    card.save.click()
    assert AGAIN in card.status.value
    assert (card.text.value, card.passphrase.value) == (WORDS, "")
    assert list(tmp_path.iterdir()) == []

    card.passphrase.value = PASSPHRASE
    card.save.click()

    assert SAVED in card.status.value
    assert Journal(tmp_path).is_locked
    assert not holds(card, "canary")
    assert not holds(card, "heron")


def test_two_different_passphrases_lock_nothing(card: JournalCard, tmp_path: Path) -> None:
    """Where the second differs from the first, the card begins anew with asking."""
    for passphrase, said in ((PASSPHRASE, AGAIN), ("heron", NOT_THE_SAME), (PASSPHRASE, AGAIN), (PASSPHRASE, SAVED)):
        card.text.value, card.passphrase.value = WORDS, passphrase
        card.save.click()
        assert said in card.status.value

    assert len(Journal(tmp_path).entries(PASSPHRASE)) == 1


def test_a_locked_journal_is_used_with_its_passphrase(card: JournalCard, tmp_path: Path) -> None:
    """In a new notebook one Save with the passphrase is enough, and looking back needs it no second time."""
    write(card, passphrase=PASSPHRASE)
    another = new_card(tmp_path)

    another.text.value, another.passphrase.value = "canary three", PASSPHRASE
    another.save.click()
    another.second_text.value = "canary four"
    another.save_second.click()
    another.read.click()
    assert "passphrase" in another.problem.value
    another.passphrase.value = PASSPHRASE
    another.read.click()

    assert "canary four" in another.pages.value
    assert another.passphrase.value == ""
    assert [(each.text, each.reflection) for each in Journal(tmp_path).entries(PASSPHRASE)] == [
        (WORDS, ""),
        ("canary three", "canary four"),
    ]


@pytest.mark.parametrize("passphrase", ["", "heron"])
def test_a_wrong_passphrase_costs_no_word(card: JournalCard, tmp_path: Path, passphrase: str) -> None:
    """Where the passphrase does not fit, the page keeps its words and the journal its own."""
    write(card, passphrase=PASSPHRASE)
    before = (tmp_path / FILE).read_bytes()
    another = new_card(tmp_path)

    another.text.value, another.passphrase.value = "canary three", passphrase
    another.save.click()

    assert "passphrase" in another.problem.value
    assert another.text.value == "canary three"
    assert another.passphrase.value == ""
    assert (tmp_path / FILE).read_bytes() == before


def test_a_damaged_journal_is_said_and_left_alone(card: JournalCard, tmp_path: Path) -> None:
    """A file that is no journal is never written over, whatever button is pressed; the words stay on the page."""
    (tmp_path / FILE).write_bytes(b"canary")

    for passphrase in ("", PASSPHRASE):
        card.text.value, card.passphrase.value = WORDS, passphrase
        card.save.click()
        assert "damaged" in card.problem.value
        assert card.text.value == WORDS
    card.read.click()
    assert "damaged" in card.problem.value
    assert (tmp_path / FILE).read_bytes() == b"canary"


def test_an_export_asks_where_to_first(card: JournalCard, tmp_path: Path) -> None:
    """The first press shows where the file would go, the second writes it, to where the person said and with an ending."""
    write(card)
    assert not is_shown(card.target)

    card.export.click()
    assert WHERE_TO in card.status.value
    assert is_shown(card.target)
    card.target.value = str(tmp_path / "mine")
    card.export.click()

    assert WORDS in (tmp_path / "mine.md").read_text(encoding="utf-8")
    assert str(tmp_path / "mine.md") in card.status.value
    assert not is_shown(card.target)


def test_an_export_goes_below_the_own_folder(card: JournalCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without a folder means the person's own folder, never the one with the notebooks."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    write(card)

    for name in ("first.md", "~/second.md"):
        card.export.click()
        card.target.value = name
        card.export.click()

    assert sorted(file.name for file in home.iterdir()) == ["first.md", "second.md"]


def test_an_export_that_cannot_be_is_said(card: JournalCard, tmp_path: Path) -> None:
    """Without a name, or with one that is taken, nothing is written and the place to name a file stays open."""
    write(card)
    (tmp_path / "theirs.md").write_text("theirs", encoding="utf-8")

    card.export.click()
    for name, said in ((" ", NAME_A_FILE), (str(tmp_path / "theirs.md"), "already")):
        card.target.value = name
        card.export.click()
        assert said in card.problem.value
        assert is_shown(card.target)
    assert (tmp_path / "theirs.md").read_text(encoding="utf-8") == "theirs"


def test_erasing_asks_once_more(card: JournalCard, tmp_path: Path) -> None:
    """The first press says what would be gone, the second does it and says what erasing cannot reach."""
    write(card)

    card.erase.click()
    assert SURE in card.status.value
    assert card.erase.description == ERASE_FOR_GOOD
    assert (tmp_path / FILE).exists()
    card.erase.click()

    assert ERASED in card.status.value
    assert card.erase.description == ERASE
    assert list(tmp_path.iterdir()) == []
    assert not is_shown(card.looking_back)


def test_any_other_button_keeps_the_journal(card: JournalCard, tmp_path: Path) -> None:
    """After another press, erasing has to be asked for anew."""
    write(card)
    card.erase.click()
    card.read.click()
    assert card.erase.description == ERASE

    card.erase.click()

    assert (tmp_path / FILE).exists()


@pytest.mark.parametrize("name", ["read", "export", "erase"])
def test_without_a_journal_there_is_nothing_to_do(card: JournalCard, name: str) -> None:
    """Before anything was saved, each button says so."""
    getattr(card, name).click()

    assert NO_JOURNAL in card.problem.value
    assert card.status.value == ""


def test_the_card_says_where_the_journal_is(card: JournalCard, tmp_path: Path) -> None:
    """Before anyone writes a word, the card names the file and says that nothing is kept until Save."""
    opening = card.children[0].value

    assert str(tmp_path / FILE) in opening
    assert "Nothing is kept until you press Save" in opening
    assert "Which one?" in opening


def test_elsewhere_the_card_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a Jupyter that the kit has not opened, the card says that it cannot vouch for it; in its own it does not."""
    monkeypatch.delenv(QUIET_VARIABLE, raising=False)
    assert NOT_QUIET in new_card(tmp_path).children[0].value

    monkeypatch.setenv(QUIET_VARIABLE, "1")
    assert NOT_QUIET not in new_card(tmp_path).children[0].value


def test_the_card_prints_as_nothing_but_its_kind(card: JournalCard) -> None:
    """The description that Jupyter writes beside a widget holds no word of what was written."""
    card.text.value = WORDS

    assert repr(card) == "<JournalCard>"
    assert "canary" not in str(card._repr_mimebundle_())
