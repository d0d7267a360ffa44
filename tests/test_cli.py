"""The command line: each command says what it does, does it, and says in one sentence what went wrong."""

import asyncio
import io
import os
import re
import signal
import socketserver
import stat
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple, cast

import httpx
import pytest
import segno
from typer.core import TyperGroup
from typer.main import get_command

from tests.after.kept import counted, keep
from tests.evening import COMMAND, Evening, is_said_plainly, running
from tests.kept import FEARS, LOUDEST, TUESDAY, WISH, asked, published
from tests.world import PATIENCE_SECONDS, SAY, RunningRoom, environment, wait_for, words_in
from workshop_kit import __version__, material
from workshop_kit.after import data_protection
from workshop_kit.after.erasing import PROGRESS, Chosen, erase
from workshop_kit.cards.card import spoken_status
from workshop_kit.cli import app, main
from workshop_kit.cli.erase import erase_past_keeping
from workshop_kit.cli.qr_code import qr_lines
from workshop_kit.cli.report import latest
from workshop_kit.client import connect
from workshop_kit.client import led as leading
from workshop_kit.client.opened import opened_room
from workshop_kit.client.wire import states_of
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.disk.journal import FILE as JOURNAL
from workshop_kit.disk.journal import Entry, Journal
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import NotNow, SetupError, Unknown
from workshop_kit.guest.seat import seat
from workshop_kit.notebook.welcome import start_here
from workshop_kit.polls import Tally
from workshop_kit.processes import connection
from workshop_kit.processes.addresses import LOOPBACK, local_name
from workshop_kit.processes.children import Child
from workshop_kit.processes.connection import FOLDER_VARIABLE, Connection, find_room, user_folder
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
    assert set(COMMANDS) == {"start", "rehearse", "report", "study", "check", "export", "erase", "data-protection"}
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
        ("start --plan fortnight", NO_SUCH_PLAN),
        ("start --country XX", SAY("material.contacts.not_yet", countries=list(material.contacts().countries))),
        ("start --host 198.51.100.7", SAY("processes.host_not_ours", host="198.51.100.7")),
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


# ---- beside others ------------------------------------------------------------------------------------------------------
# What another program may reply at a port that was a room's; None keeps silent.
STRANGERS: Final[dict[str, bytes | None]] = {
    "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Good evening</p>",
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "data": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "a list": b"HTTP/1.1 200 OK\r\n\r\n[]",
    "nested data": b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
    "another state": b'HTTP/1.1 200 OK\r\n\r\n{"boot": "a", "state": {}}',
    "not packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nabc",
    "a stream": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: state\ndata: {}\n\nevent: state\ndata: a\n\n",
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
    "another secret": b'HTTP/1.1 401 Unauthorized\r\n\r\n{"error": "No.", "code": "server.no_secret"}',
    "no entry": b"HTTP/1.1 403 Forbidden\r\n\r\n<h1>Forbidden</h1>",
    "no such page": b'HTTP/1.1 404 Not Found\r\n\r\n{"error": "Not found", "code": 404}',
    "a conflict": b"HTTP/1.1 409 Conflict\r\n\r\nnull",
    "a fault": b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "not a word": b"",
    "silence": None,
}


@contextmanager
def stranger(says: bytes | None) -> Iterator[str]:
    """Run a program that replies the same to all who come; yield its address."""
    over = threading.Event()

    class Replies(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            if says is None:
                over.wait()
            else:
                self.request.sendall(says)

    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Replies) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
        over.set()
        server.shutdown()


@pytest.mark.parametrize("name", STRANGERS)
def test_another_program_at_a_rooms_port_is_no_room(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A killed room leaves its file; whatever has its port since, notebooks, a guest's seat, erasing and every command find no room."""
    monkeypatch.setattr(leading, "LOOK_SECONDS", 0.2)
    with stranger(STRANGERS[name]) as address:
        Connection(address, "secret", address, "K7PMQ4").write(terminal.kit)

        with pytest.raises(SetupError, match=r"^processes\.no_room$"):
            connect()
        assert words_in(seat()) == spoken_status(SAY("processes.no_room"))
        assert "On your own" in start_here().data
        assert terminal.type("erase", "--all", "--yes").code == 0
        if STRANGERS[name] is not None:
            assert asyncio.run(heard_at(address)) == []


async def heard_at(address: str) -> list[object]:
    """Return the states that are told at an address."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return [each async for each in states_of(http, address, {})]


BROWSER: Final = """#!/bin/sh
printf '%s' "$1" > {asked}.new
mv {asked}.new {asked}
# It stays until somebody writes a line.
read -r _ < {hold}
"""


@pytest.mark.parametrize("words", ["start --no-checklist --host 127.0.0.1", "study"])
def test_no_command_line_holds_the_token(tmp_path: Path, words: str) -> None:
    """The browser is given a page that its owner alone can read; a room's file that was left over is in nobody's way, and all is gone in the end.

    A browser that stays in front, a proxy that nobody can use and a terminal without blocks are no obstacle.
    """
    asked, hold, program = (tmp_path / name for name in ("asked", "hold", "browser"))
    os.mkfifo(hold)
    program.write_text(BROWSER.format(asked=asked, hold=hold))
    program.chmod(0o700)
    kit = user_folder(tmp_path / "kit")
    proxies = {"HTTP_PROXY": "proxy.example:8080", "ALL_PROXY": "socks5://x"}
    variables = environment({FOLDER_VARIABLE: str(kit), "BROWSER": f"{program} %s", "PYTHONIOENCODING": "ascii", **proxies})
    with stranger(STRANGERS["a page"]) as address, hold.open("r+b", buffering=0) as held:
        Connection(address, "secret", address, "K7PMQ4").write(kit)
        with subprocess.Popen([COMMAND, *words.split()], env=variables, stdout=subprocess.PIPE, text=True) as command:
            try:
                wait_for(lambda: asked.exists() or command.poll() is not None, "the browser to be opened")
                page = Path(asked.read_text().removeprefix("file://"))
                html = page.read_text(encoding="utf-8")
                token = re.findall(r"token=([\w-]+)", html)
                lines = [each.command for each in running()]

                assert (len(token), len(set(token)), html.count("127.0.0.1")) == (2, 1, 2)
                assert [line for line in lines if str(page) in line] != []
                assert [line for line in lines if token[0] in line] == []
                assert (page.stat().st_mode & 0o777, page.parent.stat().st_mode & 0o777) == (0o600, 0o700)
            finally:
                command.send_signal(signal.SIGINT)
                try:
                    # While the browser is still there.
                    command.wait(PATIENCE_SECONDS)
                finally:
                    held.write(b"\n")
                    said = command.communicate()[0]
    assert (SAY("cli.start.no_qr") in said) == words.startswith("start")
    assert (command.returncode, token[0] in said, page.exists()) == (0, True, False)


def test_of_two_starts_at_the_same_moment_one_leads(tmp_path: Path) -> None:
    """The other says in one sentence that there is a room already, and ends with 2; the one that is left is led, and ends well."""
    evening = Evening(tmp_path / "user", "--host", LOOPBACK)
    piped: dict[str, Any] = {"env": evening.variables, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(evening.command, **piped) as one, subprocess.Popen(evening.command, **piped) as other:
        try:
            refused = wait_for(lambda: next((each for each in (one, other) if each.poll() is not None), None), "one to be refused")
            leads, said = other if refused is one else one, [""]
            assert leads.stdout
            while "The room is ready." not in said[-1]:
                said.append(leads.stdout.readline())
                assert said[-1] != "", "The other one ended, too."
            with closing(connect(evening.connection)) as room:
                room.go_to("06")
                assert f"Room code      {room.code}" in "".join(said)
        finally:
            for each in (one, other):
                each.send_signal(signal.SIGINT)
            complaints = {each: each.communicate()[1] for each in (one, other)}
    assert (refused.returncode, leads.returncode, complaints[leads]) == (2, 0, "")
    assert is_said_plainly(complaints[refused])
    assert complaints[refused].startswith(("A room is open already on this computer: ", "A room is being opened or closed"))


# ---- networks -----------------------------------------------------------------------------------------------------------
def test_the_terminal_shows_a_code_that_phones_read() -> None:
    """It is black on white with a border of four, in colors of its own; where the letters for it are missing, it is left out."""
    address = "http://192.168.178.123:8080/K7PMQ4"
    lines = [re.fullmatch(r"\x1b\[38;5;16;48;5;231m([ ▀▄█]+)\x1b\[0m", line) for line in qr_lines(address, "cp437")]
    dark = [[letter in letters for letter in line[1]] for line in lines if line for letters in ("▀█", "▄█")]
    code = [[bool(each) for each in row] for row in segno.make(address, error="m").matrix]
    size = len(code)

    assert (None in lines, {len(row) for row in dark}) == (False, {size + 8})
    assert [row[4:-4] for row in dark[4 : 4 + size]] == code
    # All that is dark is in the code.
    assert sum(map(sum, dark)) == sum(map(sum, code))
    assert [qr_lines(address, encoding) for encoding in ("ascii", "iso-8859-1")] == [[], []]


NETWORK: Final = """
set -e
ip link set lo up
net() { ip link add $1 type veth peer name far_$1 && ip link set far_$1 up && ip addr add $2 dev $1 nodad && ip link set $1 up; }
"""


class Networked(Evening):
    """An evening on a computer of which all networks are made by a script; a user may type further commands there."""

    def __init__(self, home: Path, networks: str, *arguments: str) -> None:
        super().__init__(home, *arguments)
        self._networks = networks

    @property
    def command(self) -> list[str]:
        return ["unshare", "-nm", "sh", "-c", f'{NETWORK}{self._networks}\nexec "$@"', "sh", *super().command]

    def there(self, *words: str) -> str:
        """Run a command there; return what it said."""
        assert self._process
        there = ["nsenter", "-t", str(self._process.pid), "-n", *words]
        return subprocess.run(there, env=self.variables, check=False, stdout=subprocess.PIPE, text=True).stdout

    def python(self, program: str) -> str:
        """Run a program there that leads the `room`."""
        leads = f"import httpx; from workshop_kit.client import connect; room = connect(); {program}"
        return self.there(sys.executable, "-c", leads).strip()

    def names(self, address: str) -> None:
        """Wait until an address is the one that was told last."""
        told = re.compile(r"Phone address +(\S+)/\w+$", re.MULTILINE)
        wait_for(lambda: told.findall(self.output)[-1:] == [address], f"{address} to be told")


MAKES_NETWORKS: Final = (
    subprocess.run(["sh", "-c", f"unshare -nm sh -c '{NETWORK}net a0 10.0.0.1/24'"], capture_output=True).returncode == 0
)
networked = pytest.mark.skipif(not MAKES_NETWORKS, reason="Only root on Linux can make networks.")


@pytest.mark.prove
@networked
def test_phones_are_shown_the_way_through_several_networks(tmp_path: Path) -> None:
    """The Wi-Fi is named although a VPN is the way out; another is one act away, also after a crash; and what changes is told and followed."""
    (tmp_path / "hosts").write_text(f"192.168.8.20 {local_name()}\n")
    networks = f"""
net docker0 172.17.0.1/16; net tun0 10.8.0.2/24; net eth0 10.0.0.5/24; net wlan0 192.168.8.20/24; ip route add default dev tun0
mount --bind {tmp_path / "hosts"} /etc/hosts"""
    with Networked(tmp_path / "user", networks) as evening:
        evening.ready()
        code = evening.said("Room code")
        evening.names("http://192.168.8.20")
        assert SAY("cli.start.others", addresses=f"  http://10.0.0.5/{code}\n  http://10.8.0.2/{code}") + "\n\n" in evening.output
        assert SAY("cli.start.easier", address=f"http://{local_name()}/{code}") in evening.output
        evening.python('room.announce("http://10.0.0.5")')
        evening.names("http://10.0.0.5")
        evening.kill_the_server()
        shown = 'httpx.get(f"http://192.168.8.20/{room.code}/stage", trust_env=False).text; print(room.public_url, room.public_url[7:] in shown)'
        wait_for(lambda: evening.python(f"shown = {shown}") == "http://10.0.0.5 True", "the room to come back and show the same address")
        evening.there("ip", "addr", "del", "10.0.0.5/24", "dev", "eth0")
        evening.names("http://192.168.8.20")
        evening.there("sh", "-c", "ip addr flush dev wlan0; ip addr add 192.168.9.9/24 dev wlan0")
        wait_for(lambda: "http://192.168.9.9/" in evening.output, "the new address to be told")
        assert evening.python('print(httpx.get(f"http://192.168.9.9/{room.code}", trust_env=False).status_code)') == "200"
        assert evening.end() == 0


@pytest.mark.prove
@networked
@pytest.mark.parametrize(
    ("before", "after"), [([], "192.168.8.20/24"), (["net wlan0 fd00:8::20/64"], "")], ids=["none at first", "IPv6 only"]
)
def test_a_network_that_comes_late_or_is_of_another_kind_is_found(tmp_path: Path, before: list[str], after: str) -> None:
    """Without any network the terminal says what to do, and follows; where there is IPv6 alone, phones are told that."""
    with Networked(tmp_path / "user", "".join(before), *([] if before else ["--host", "0.0.0.0"])) as evening:
        evening.ready()
        assert (SAY("cli.start.no_network") in evening.output) == (not before)
        if after:
            evening.there("sh", "-c", f"{NETWORK}net wlan0 {after}")
        evening.names("http://192.168.8.20" if after else "http://[fd00:8::20]")
        assert evening.python('print(httpx.get(f"{room.public_url}/{room.code}", trust_env=False).status_code)') == "200"
        assert evening.end() == 0


def test_what_a_data_protection_officer_files_is_written_over_nothing(terminal: Terminal) -> None:
    """It is a page that its owner alone may read; one that was filled in and saved in its place stays, unless told."""
    written, page = terminal.type("data-protection", "--no-browser"), terminal.here / "data-protection.html"
    mode, _ = stat.S_IMODE(page.stat().st_mode), page.write_text("Filled in.")
    again, kept = terminal.type("data-protection", "--no-browser"), page.read_text()

    assert (written, mode) == ((0, SAY("protection.written", file=page.name) + "\n", ""), 0o600)
    assert (again, kept) == ((2, "", SAY("protection.there_already", file=page.name) + "\n"), "Filled in.")
    assert terminal.type("data-protection", "--no-browser", "--replace").code == 0
    assert page.read_text(encoding="utf-8") == data_protection.page()
