"""The journal: what is saved can be read back and nothing else can; what is erased is gone; what cannot be read is left alone."""

import base64
import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.journal import FILE, Entry, Journal, UnreadableJournal, WrongPassphrase, markdown, packed, unpacked

DAY: Final = date(2026, 3, 1)
FIRST: Final = Entry("06 · Fears", DAY, "Which one?", "canary-one\nand a second line", "canary-two")
SECOND: Final = Entry("07 · Roots", date(2026, 3, 2), "Where from?", "canary-three")
PASSPHRASE: Final = "heron copper stairs rain"
SALT, NONCE = bytes(range(16)), bytes(range(12))
LOCKED: Final = packed([FIRST, SECOND], PASSPHRASE, salt=SALT, nonce=NONCE)

some_entries = st.lists(st.builds(Entry, st.text(), st.dates(), st.text(), st.text(), st.text()), max_size=5)


@contextmanager
def disk_that_is_full() -> Iterator[None]:
    """Let this process write no file of more than a few bytes for as long as this lasts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def everything_in(folder: Path) -> bytes:
    """Return all the bytes of all the files in a folder."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return path.stat().st_mode & 0o777


# ---- the content of the file ------------------------------------------------------------------------------------------------


@given(some_entries)
def test_what_is_packed_can_be_unpacked(entries: list[Entry]) -> None:
    """Whatever somebody wrote, in whatever letters, is read back as it was, in the order in which it was written."""
    assert list(unpacked(packed(entries, "", salt=SALT, nonce=NONCE))) == entries


@settings(max_examples=4)
@given(some_entries, st.text(min_size=1))
def test_what_is_locked_can_be_unlocked(entries: list[Entry], passphrase: str) -> None:
    """A locked journal is read back with its passphrase, whatever its letters."""
    assert list(unpacked(packed(entries, passphrase, salt=SALT, nonce=NONCE), passphrase)) == entries


def test_a_locked_journal_shows_no_words() -> None:
    """Neither a word that was written nor one of the material stands in a locked file, nor the passphrase."""
    inside = LOCKED + base64.b64decode(json.loads(LOCKED)["sealed"])

    assert not any(word in inside for word in (b"canary", b"Fears", b"2026", b"Which", b"heron"))


def test_two_keyboards_may_write_one_passphrase() -> None:
    """An accented letter opens the journal whether the keyboard sends it as one sign or as two."""
    locked = packed([FIRST], "caf\u00e9", salt=SALT, nonce=NONCE)

    assert unpacked(locked, "cafe\u0301") == (FIRST,)


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_a_flipped_bit_never_changes_what_is_read(place: int, bit: int) -> None:
    """A damaged locked journal is refused, or reads exactly as before; it never reads as something else."""
    damaged = bytearray(LOCKED)
    damaged[place % len(LOCKED)] ^= 1 << bit

    with suppress(UnreadableJournal):
        assert unpacked(bytes(damaged), PASSPHRASE) == (FIRST, SECOND)


@given(st.integers(min_value=0))
def test_half_a_file_is_no_journal(length: int) -> None:
    """A file that was cut short is called damaged, locked or not, and never read as an empty journal."""
    for whole in (LOCKED, packed([FIRST], "", salt=SALT, nonce=NONCE)):
        with pytest.raises(UnreadableJournal):
            unpacked(whole[: length % len(whole)], PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a journal",
        b"[]",
        b"{}",
        b'"journal"',
        b"\xff\xfe\x00",
        b'{"journal": 2, "entries": []}',
        b'{"journal": 1}',
        b'{"journal": 1, "entries": 7}',
        b'{"journal": 1, "entries": ["canary"]}',
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": 7, "reflection": "", "day": "2026-03-01"}]}',
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": "", "reflection": "", "day": "today"}]}',
        b'{"journal": 1, "sealed": "AAAA"}',
        b'{"journal": 1, "sealed": 7, "salt": "00", "nonce": "00", "digest": ""}',
    ],
)
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """A damaged file, or one of another program or version, is refused in a sentence; nothing writes over it."""
    file = tmp_path / FILE
    file.write_bytes(content)
    journal = Journal(tmp_path)
    acts: list[Callable[[], object]] = [
        journal.entries,
        lambda: journal.add(SECOND),
        lambda: journal.add(SECOND, PASSPHRASE),
        lambda: journal.reflect("canary"),
        lambda: journal.export(tmp_path / "journal.md"),
    ]

    for act in acts:
        with pytest.raises(UnreadableJournal, match="left as it is"):
            act()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {FILE: content}


# ---- the file ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_entries_are_added_and_read_back(tmp_path: Path, passphrase: str) -> None:
    """What is saved on two days is there, oldest first, in one file that only its owner may open, in a folder of the same kind."""
    journal = Journal(tmp_path / "kit" / "folder")
    assert (journal.exists, journal.is_locked, journal.entries()) == (False, False, ())

    journal.add(FIRST, passphrase)
    journal.add(SECOND, passphrase)

    assert journal.entries(passphrase) == (FIRST, SECOND)
    assert (journal.exists, journal.is_locked) == (True, bool(passphrase))
    assert [file.name for file in journal.file.parent.iterdir()] == [FILE]
    assert (mode(journal.file), mode(journal.file.parent)) == (0o600, 0o700)


def test_a_reflection_goes_beneath_the_latest_entry(tmp_path: Path) -> None:
    """Looking back adds to what was written last and leaves what was written before."""
    journal = Journal(tmp_path)
    journal.add(FIRST)
    journal.add(SECOND)

    journal.reflect("canary-four")

    assert journal.entries() == (FIRST, replace(SECOND, reflection="canary-four"))


@pytest.mark.parametrize("given_passphrase", ["", "heron copper stairs"])
def test_a_locked_journal_opens_with_its_passphrase_only(tmp_path: Path, given_passphrase: str) -> None:
    """With no passphrase or another one nothing is read, added, reflected on or exported, and the file stays as it is."""
    journal = Journal(tmp_path)
    journal.add(FIRST, PASSPHRASE)
    before = journal.file.read_bytes()
    acts: list[Callable[[], object]] = [
        lambda: journal.entries(given_passphrase),
        lambda: journal.add(SECOND, given_passphrase),
        lambda: journal.reflect("canary", given_passphrase),
        lambda: journal.export(tmp_path / "journal.md", given_passphrase),
    ]

    for act in acts:
        with pytest.raises(WrongPassphrase, match="passphrase") as refused:
            act()
        assert "heron" not in str(refused.value)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {FILE: before}


def test_a_journal_can_be_locked_later(tmp_path: Path) -> None:
    """The first passphrase locks what was written before it too; no word stays readable in the folder."""
    journal = Journal(tmp_path)
    journal.add(FIRST)

    journal.add(SECOND, PASSPHRASE)

    assert journal.is_locked
    assert b"canary" not in everything_in(tmp_path)
    assert journal.entries(PASSPHRASE) == (FIRST, SECOND)


def test_the_bytes_of_an_older_version_are_overwritten(tmp_path: Path) -> None:
    """When a journal is saved anew, nothing is left of it on the disk where it stood before."""
    journal = Journal(tmp_path)
    journal.add(FIRST)
    size = journal.file.stat().st_size

    with journal.file.open("rb") as before:
        journal.add(SECOND)

        assert before.read() == bytes(size)


def test_a_backup_is_left_alone(tmp_path: Path) -> None:
    """A second name for the same file, as some backups have it, keeps its words when the journal is saved anew."""
    journal, backup = Journal(tmp_path), tmp_path / "backup"
    journal.add(FIRST)
    backup.hardlink_to(journal.file)

    journal.add(SECOND)

    assert unpacked(backup.read_bytes()) == (FIRST,)


def test_a_full_disk_costs_no_word(tmp_path: Path) -> None:
    """Where a journal cannot be written whole, a sentence says so, what was saved before is there, and no half is left behind."""
    journal = Journal(tmp_path)
    journal.add(FIRST)
    before = journal.file.read_bytes()

    with disk_that_is_full(), pytest.raises(SetupError, match="could not be written"):
        journal.add(SECOND)

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {FILE: before}


def test_a_folder_that_cannot_be_is_said_plainly(tmp_path: Path) -> None:
    """Where the folder cannot be made, saving says so in a sentence."""
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match="could not be written"):
        Journal(tmp_path / "file" / "folder").add(FIRST)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_erasing_leaves_no_byte(tmp_path: Path, passphrase: str) -> None:
    """After erasing, the file is gone, also one that a power cut left half written, and its place on the disk holds zeros."""
    journal, half_written = Journal(tmp_path), tmp_path / f".{FILE}-x7"
    journal.add(FIRST, passphrase)
    half_written.write_bytes(b"canary-five")
    size = journal.file.stat().st_size

    with journal.file.open("rb") as before:
        journal.erase()

        assert before.read() == bytes(size)
    assert list(tmp_path.iterdir()) == []
    assert not journal.exists


def test_erasing_twice_is_no_fault(tmp_path: Path) -> None:
    """Where there is no journal, erasing does nothing."""
    Journal(tmp_path).erase()

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_erased_is_said(tmp_path: Path) -> None:
    """A journal that will not go, here because a folder stands in its place, is reported; nobody is told that it is gone."""
    (tmp_path / FILE).mkdir()

    with pytest.raises(SetupError, match="could not be erased"):
        Journal(tmp_path).erase()


# ---- taking it elsewhere ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_an_export_holds_all_of_it(tmp_path: Path, passphrase: str) -> None:
    """The exported file has every entry with its section, day, question and reflection, and only its owner may open it."""
    journal, target = Journal(tmp_path / "kit"), tmp_path / "mine.md"
    journal.add(FIRST, passphrase)
    journal.add(SECOND, passphrase)

    journal.export(target, passphrase)

    assert target.read_text(encoding="utf-8") == (
        "# Journal\n\n## 06 · Fears\n\n*1 March 2026*\n\n> Which one?\n\ncanary-one\nand a second line\n\n*Looking back:*\n\ncanary-two\n\n"
        "## 07 · Roots\n\n*2 March 2026*\n\n> Where from?\n\ncanary-three\n"
    )
    assert mode(target) == 0o600


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there already stays as it is, and so does a folder of that name."""
    journal = Journal(tmp_path / "kit")
    journal.add(FIRST)
    (tmp_path / "theirs.md").write_text("theirs", encoding="utf-8")

    for taken in (tmp_path / "theirs.md", tmp_path):
        with pytest.raises(SetupError, match="already"):
            journal.export(taken)
    assert (tmp_path / "theirs.md").read_text(encoding="utf-8") == "theirs"


def test_an_empty_journal_is_a_heading() -> None:
    """Where nothing was written, there is a heading and nothing below it."""
    assert markdown([]) == "# Journal\n"


def test_no_word_slips_out_by_accident(tmp_path: Path) -> None:
    """Neither printing an entry nor any refusal repeats what was written."""
    (tmp_path / FILE).write_bytes(b'{"journal": 1, "entries": ["canary"]}')

    with pytest.raises(WorkshopError) as refused:
        Journal(tmp_path).entries()

    assert "canary" not in f"{FIRST!r} {FIRST} {refused.value}"
    assert refused.value.__cause__ is None


def test_the_day_is_that_of_the_writer(tmp_path: Path) -> None:
    """A journal says on which day something was written, as it was told, and never at what time."""
    journal = Journal(tmp_path)
    journal.add(FIRST)

    [written] = json.loads(journal.file.read_bytes())["entries"]

    assert written["day"] == "2026-03-01"
    assert sorted(written) == ["day", "prompt", "reflection", "section", "text"]
    assert os.listdir(tmp_path) == [FILE]
