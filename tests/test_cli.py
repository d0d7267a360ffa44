"""The command line: each command says what it does, does it, and says in one sentence what went wrong."""

import asyncio
import io
import subprocess
import sys
import sysconfig
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, cast

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from tests.after.kept import counted, keep
from tests.kept import FEARS, LOUDEST, TUESDAY, WISH, asked, published
from tests.world import SAY, RunningRoom, environment
from workshop_kit import __version__
from workshop_kit.after.erasing import PROGRESS, Chosen, erase
from workshop_kit.cli import app, main
from workshop_kit.cli.erase import erase_past_keeping
from workshop_kit.cli.report import latest
from workshop_kit.client.opened import opened_room
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.disk.journal import FILE as JOURNAL
from workshop_kit.disk.journal import Entry, Journal
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import NotNow, SetupError, Unknown
from workshop_kit.polls import Tally
from workshop_kit.processes import connection
from workshop_kit.processes.children import Child
from workshop_kit.processes.connection import FOLDER_VARIABLE, find_room
from workshop_kit.study.progress import Progress

COMMANDS: Final = cast(TyperGroup, get_command(app)).commands
NOTE, LINE = "canary-of-the-note", "canary-of-a-line"
OTHER: Final = "WXYZ23"
NO_SUCH_ROOM: Final = SAY("erase.no_room_of_code")
NO_SUCH_PLAN: Final = SAY("workshop.no_plan", plans=["evening", "half_day", "series", "webinar"])


class Said(NamedTuple):
    """The exit code of a command, and what it said on the two streams."""

    code: int
    out: str
    err: str


class Terminal:
    """A terminal in a folder, in which a user types whose rooms are kept in the folder `kit` beside it."""

    def __init__(self, here: Path, kit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.here, self.kit = here, kit
        self._patch, self._capsys = monkeypatch, capsys

    def type(self, *words: object, then: str = "") -> Said:
        """Type `workshop-kit` with some words, and then what it asks for."""
        self._patch.setattr(sys, "argv", ["workshop-kit", *map(str, words)])
        self._patch.setattr(sys, "stdin", io.StringIO(then))
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code is None or isinstance(left.value.code, int)
        return Said(left.value.code or 0, *self._capsys.readouterr())


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Return the terminal of a user who has not led a room yet."""
    (here := tmp_path / "here").mkdir()
    (kit := tmp_path / "kit").mkdir()
    for name, value in {FOLDER_VARIABLE: str(kit), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(here)
    return Terminal(here, kit, monkeypatch, capsys)


@pytest.fixture
def led(terminal: Terminal) -> Terminal:
    """Return the terminal of a user who has led one room, and studied alone."""
    fears, wish = published(Random(3), FEARS), publish(Tally.of(WISH, [f"{LINE}-{number}" for number in range(12)]), ROOM)
    runs = [asked(1, FEARS, ROOM, "closed", fears), asked(2, WISH, ROOM, "revealed", wish)]
    Results(terminal.kit).save_room(replace(TUESDAY, ended=True, notes={"06": NOTE}), *runs)
    Journal(terminal.kit).add(Entry("06", date(2025, 11, 5), "What guards you?", "A wall"), "")
    Progress(terminal.kit).finish("06", date(2025, 11, 5))
    return terminal


def contents(folder: Path) -> dict[str, bytes]:
    """Return what each file in a folder holds."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_each_command_explains_itself_and_its_options(terminal: Terminal) -> None:
    """Help says what a command does and what each option is for; `--version` is one line, and with no word at all there is a list of commands."""
    bare = terminal.type()

    assert terminal.type("--version") == (0, f"workshop_kit {__version__}\n", "")
    assert set(COMMANDS) == {"start", "rehearse", "report", "study", "check", "export", "erase"}
    assert [command for command in COMMANDS if command not in bare.out + bare.err] == []
    for name, command in COMMANDS.items():
        options = [option for each in command.params for option in (*each.opts, *each.secondary_opts) if option.startswith("--")]

        helped = terminal.type(name, "--help")

        assert (helped.code, [option for option in options if option not in helped.out]) == (0, [])
        assert [each.name for each in command.params if not getattr(each, "help", None)] == []
        assert str(command.help).split(".")[0] in " ".join(helped.out.split())


def test_what_goes_wrong_is_said_on_stderr_with_exit_code_2(tmp_path: Path) -> None:
    """Typed in a real terminal before the first evening, a command says in one line how to open a room, and leaves nothing behind."""
    command = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
    variables = environment({FOLDER_VARIABLE: str(tmp_path / "kit")})

    refused = subprocess.run([command, "report"], env=variables, cwd=tmp_path, capture_output=True, text=True, check=False)

    sentence = "There is no room on this computer yet. Open one with: workshop-kit start\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", sentence)
    assert [each.name for each in tmp_path.iterdir()] == ["kit"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("report --room ZZZZZZ", "There is no room with this code on this computer. Leave --room out to take the latest one."),
        ("erase --room K7PMQ4 --all", "Choose one room with --room, or all of them with --all."),
        ("erase --results", "Say which rooms: one with --room CODE, or all of them with --all."),
        ("erase --room WXYZ23 --yes", NO_SUCH_ROOM),
        ("export --to out.csv --room WXYZ23", NO_SUCH_ROOM),
        ("export --to out.xlsx", "The name of the file must end in .csv, .parquet or .json, to say in which form to write it."),
        ("rehearse --headless --out file/report", "The folder file/report cannot be written. Name another one with --out."),
        ("rehearse --headless --plan fortnight", NO_SUCH_PLAN),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_in_one_sentence(led: Terminal, words: str, sentence: str) -> None:
    """It goes to stderr with exit code 2; nothing is said on stdout, nothing is erased and nothing is made."""
    (led.here / "file").write_text("in the way", encoding="utf-8")
    before = contents(led.kit)

    assert led.type(*words.split()) == (2, "", sentence + "\n")

    assert contents(led.kit) == before
    assert [each.name for each in led.here.iterdir()] == ["file"]


def test_the_report_of_the_latest_room_is_written_step_by_step(led: Terminal) -> None:
    """The command says what it does and where it is; each edition can lie beside the other, and takes a word to be replaced."""
    done = led.type("report")

    assert (done.code, done.err) == (0, "")
    assert [each for each in ("page", "PDF", "Done", "report/report.html", "report/report.pdf") if each not in done.out] == []
    first = contents(led.here / "report")
    assert [words.encode() in first["report.html"] for words in (LINE, FEARS.question)] == [True, False]
    refused = led.type("report")
    assert (refused.code, refused.out, "--replace" in refused.err) == (2, "", True)
    assert "not for handing out" in led.type("report", "--room", "k7pmq4", "--facilitator").out
    assert {each.split(".")[0] for each in contents(led.here / "report")} == {"for-the-facilitator", "report"}
    (led.here / "report" / "report.html").write_text("An earlier one")
    assert led.type("report", "--replace").code == 0
    assert contents(led.here / "report").items() >= first.items()


def test_the_latest_room_is_the_one_that_runs_or_the_real_one_of_the_latest_day() -> None:
    """Of an earlier day, of a rehearsal beside a real room, and of ended ones beside one that runs, none is meant; two must be told apart."""
    ended = replace(TUESDAY, ended=True)
    earlier = replace(ended, code="AAAAAA", opened_on=ended.opened_on - timedelta(days=7))
    rehearsal = replace(ended, code="BBBBBB", simulated=True)
    running = replace(ended, code="CCCCCC", ended=False)

    assert latest([earlier, ended, rehearsal]) == ended
    assert latest([earlier, rehearsal]) == rehearsal
    assert latest([earlier, ended, running]) == running
    # Since no hour is kept, the command names both rather than guessing.
    with pytest.raises(Unknown, match=r"^cli\.report\.several codes=\['AAAAAA', 'K7PMQ4'\]$"):
        latest([replace(ended, code="AAAAAA"), ended])


def test_the_export_says_what_is_in_the_file_and_what_is_not(terminal: Terminal) -> None:
    """The command writes the file and says how much is in it, from a code typed in any letters and with the day as finely as asked."""
    keep(terminal.kit, "K7PMQ4", counted(LOUDEST, 15, 14, 12))
    keep(terminal.kit, OTHER, counted(LOUDEST, 15, 14, 12), simulated=True)

    done = terminal.type("export", "--to", "out.csv", "--room", "k7pmq4", "--with-date", "month")

    lines = (terminal.here / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (done.code, done.err, len(lines)) == (0, "", 4)
    assert "Wrote 3 lines to out.csv. It covers 1 room." in done.out
    assert "Not in it: results of fewer than 21 answers" in done.out
    assert all(",2025-11,False," in line for line in lines[1:])
    assert "left alone" in terminal.type("export", "--to", "out.csv").err
    assert "It covers 2 rooms." in terminal.type("export", "--to", "out.csv", "--simulated", "--replace").out


def test_erase_explains_and_asks_before_it_changes_anything(led: Terminal) -> None:
    """Without a choice it lists rooms with their days and what else there is; with one it says what goes for good; only the word that it names lets it."""
    before = contents(led.kit)

    said = led.type("erase").out
    refused = [led.type("erase", "--room", "k7pmq4", then=answer) for answer in ("\n", "no\n", "")]

    due = ("K7PMQ4  opened November 4, 2025, 2 results", "the journal of self-study", "--room CODE", "Nothing has been erased.")
    assert [each for each in due if each not in said] == []
    assert "This erases 1 room and 2 results. It cannot be undone. To go on, type yes;" in refused[0].out
    assert ({(each.code, each.err, SAY("erase.kept") in each.out) for each in refused}, contents(led.kit)) == ({(1, "", True)}, before)
    assert led.type("erase", "--room", "k7pmq4", then="Yes\n").code == 0
    assert Results(led.kit).rooms() == []


@pytest.mark.parametrize("copied", [False, True])
def test_erase_says_what_it_removed_and_what_it_cannot_reach(led: Terminal, copied: bool) -> None:
    """What went is said, that it was searched for or which copy somebody made, and that backups, swap and worn parts of an SSD are out of reach."""
    copy = led.kit / "copy.sqlite"
    if copied:
        copy.write_bytes((led.kit / FILE).read_bytes())

    said = led.type("erase", "--all", "--yes").out

    named = f"still hold some of it. The kit did not make them, or they are copies; remove them yourself:\n  {copy}"
    plain = " ".join(said.split())
    due = ("Erased: 1 room, 2 results, the journal, and the progress of self-study.", unreached := SAY("erase.unreached"))
    assert (named in said, "none of it was found" in plain, [each for each in due if each not in plain]) == (copied, not copied, [])
    assert [word for word in ("backups", "SSD", "swap", "exports", "browser") if word not in unreached] == []
    assert set(contents(led.kit)) == ({copy.name} if copied else set())


@pytest.mark.parametrize(
    ("words", "stay"),
    [
        ("--all --no-journal", [JOURNAL, PROGRESS]),
        ("--all --no-results", [FILE, LINE]),
        ("--all --no-rooms", [FILE, NOTE]),
        ("--all --no-rooms --no-results", [FILE, NOTE, LINE]),
        ("--journal", [FILE, NOTE, LINE]),
        ("--room K7PMQ4", [FILE, JOURNAL, PROGRESS]),
        ("--room K7PMQ4 --journal", [FILE]),
    ],
)
def test_each_part_has_its_own_switch(led: Terminal, words: str, stay: list[str]) -> None:
    """What a switch keeps is there afterwards, and nothing else is; a room whose results stay is not called erased."""
    done = led.type("erase", *words.split(), "--yes")

    left = contents(led.kit)
    assert (done.code, done.err, "Erased: what was written about 1 room" in done.out) == (0, "", words == "--all --no-results")
    assert {*left, *(canary for canary in (NOTE, LINE) if any(canary.encode() in each for each in left.values()))} == set(stay)


def test_nothing_is_erased_while_a_room_is_running(room: RunningRoom, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that is running would write itself again, so the command says where to end it, and touches nothing; nor does whoever calls the function."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))

    refused = terminal.type("erase", "--all", then="y\n")

    assert (refused.code, refused.out, "so nothing was erased. End it with Ctrl-C" in refused.err) == (2, "", True)
    with pytest.raises(NotNow, match=r"^erase\.room_running "):
        erase(room.folder, Chosen(None, rooms=True, results=True))
    assert {FILE, connection.FILE} <= set(contents(room.folder))


def test_starting_with_a_keeping_time_says_what_it_erased(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    """A line says how many rooms went; where none had to, nothing is said."""
    for code, age in (("K7PMQ4", 31), (OTHER, 29)):
        keep(terminal.kit, code, day=date.today() - timedelta(days=age))

    for _ in range(2):
        erase_past_keeping(30, SAY, None)

    assert capsys.readouterr().out == SAY("erase.past_keeping", n=1, day=date.today() - timedelta(days=30)) + "\n"
    assert [room.code for room in Results(terminal.kit).rooms()] == [OTHER]


def test_a_room_is_not_opened_for_a_plan_that_does_not_exist(tmp_path: Path) -> None:
    """What keeps a room from opening is told in its server's words; here, that nobody knows the plan, and which plans there are."""

    async def open_room() -> None:
        server = Child("workshop_kit.server", ["--folder", str(tmp_path), "--port", "0", "--plan", "fortnight"], environment())
        await server.start()
        await opened_room(server, lambda: find_room(lambda: tmp_path))

    with pytest.raises(SetupError, match=f"^{NO_SUCH_PLAN}$"):
        asyncio.run(open_room())
