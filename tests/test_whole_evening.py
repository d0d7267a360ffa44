"""A whole evening, as a therapist has it: one command, a dashboard, phones, a crash in the middle, and an orderly end.

Everything here is real: the command as it is typed, its processes, Jupyter, Voilà, four browsers on phones and nine more
people who answer over HTTP. Only the user's folders are new and empty, so that what is found in them afterwards came from
this evening.
"""

import asyncio
import os
import re
import secrets
import signal
import socket
import subprocess
import sysconfig
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsers import Visitors, rows_in, run_all_cells, wait_on
from tests.world import PATIENCE_SECONDS, ROOT, environment, wait_for
from workshop_kit import charts
from workshop_kit.cli.notebooks import FIRST
from workshop_kit.cli.start import COCKPIT, PHONE_PORTS
from workshop_kit.client import Phone, line_for
from workshop_kit.connection import FILE, FOLDER_VARIABLE
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.polls import PASS, Tally
from workshop_kit.workshop import Workshop

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
NOTEBOOKS: Final = ROOT / "notebooks"
DESK: Final = {"width": 1280, "height": 900}
POLL: Final = "fears"
ANSWERED: Final = "Answered. You can change it until the poll closes."
# The variables by which a user moves Jupyter's own folders; unset, they all lie in the home folder.
JUPYTER_FOLDERS: Final = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH", "IPYTHONDIR", "MPLCONFIGDIR")


class Evening:
    """`workshop-kit start` in a process of its own, for a user whose folders are new.

    Parameters
    ----------
    home
        A folder to be made, which will hold all that this user has.
    arguments
        Further words for the command line.
    checklist
        Whether the door stays locked until the checklist is done.
    """

    def __init__(self, home: Path, *arguments: str, checklist: bool = False) -> None:
        self.folders = [home / name for name in ("home", "kit", "temporary")]
        for folder in self.folders:
            folder.mkdir(parents=True, mode=0o700)
        self._output, self._errors = home / "output", home / "errors"
        self._arguments = ["start", "--no-browser", "--checklist" if checklist else "--no-checklist", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                self.command,
                env=self.variables,
                cwd=self.folders[0],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            descendants = self.descendants()
            self._process.kill()
            self._process.wait()
            for each in descendants:
                with suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)

    @property
    def command(self) -> list[str]:
        """What is typed."""
        return [COMMAND, *self._arguments]

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this user."""
        home, kit, temporary = map(str, self.folders)
        kept = {name: value for name, value in environment().items() if name not in JUPYTER_FOLDERS and not name.startswith("XDG_")}
        return {**kept, "HOME": home, "TMPDIR": temporary, FOLDER_VARIABLE: kit}

    @property
    def output(self) -> str:
        """What the command has said so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """What the command has complained of so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    @property
    def connection_file(self) -> Path:
        """The file by which notebooks find the room."""
        return self.folders[1] / FILE

    def said(self, name: str) -> str:
        """Return what stands behind a name in the output, as soon as it does."""

        def look() -> str | None:
            assert self._process is not None
            assert self._process.poll() is None, f"The evening ended by itself: {self.output}\n{self.errors}"
            found = re.search(rf"^ *{name} +(\S+)$", self.output, re.MULTILINE)
            return found[1] if found else None

        return wait_for(look, f"the command to say: {name}")

    def ready(self) -> None:
        """Wait until the command says that the room is ready."""
        self.said("Cockpit")
        wait_for(lambda: "The room is ready." in self.output, "the room to be ready")

    def descendants(self) -> list["Running"]:
        """Return every process that the command has started, and what those have started."""
        assert self._process is not None
        everything, found = running(), [self._process.pid]
        for parent in found:
            found.extend(each.pid for each in everything if each.parent == parent)
        return [each for each in everything if each.pid in found[1:]]

    def server(self) -> int | None:
        """Return the id of the room server's process, if there is one."""
        return next((each.pid for each in self.descendants() if "workshop_kit.server" in each.command), None)

    def end(self) -> int:
        """Press Ctrl-C; return how the command ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_SECONDS)

    def once_more(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Let the same user type the command a second time."""
        return start(self.variables, *arguments)


def start(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `workshop-kit start` to its end."""
    return subprocess.run(
        [COMMAND, "start", "--no-browser", *arguments], env=variables, capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS
    )


@dataclass(frozen=True)
class Running:
    """One process of this computer."""

    pid: int
    parent: int
    command: str


def running() -> list[Running]:
    """Return the processes of this computer, without those that have ended and wait to be noticed."""
    if not Path("/proc/self/stat").exists():
        lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
        parts = [line.split(None, 3) for line in lines]
        return [Running(int(each[0]), int(each[1]), each[3]) for each in parts if len(each) == 4 and not each[2].startswith("Z")]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if state != "Z":
                found.append(Running(int(folder.name), int(parent), command))
    return found


class Aside:
    """Something that happens in a thread and a loop of its own, for as long as it takes."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._faults: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        assert self._faults == []

    def _run(self) -> None:
        try:
            asyncio.run(self._take_part())
        except BaseException as fault:
            self._faults.append(fault)

    async def _take_part(self) -> None:
        """Take part until `_over` is set."""
        raise NotImplementedError


class Others(Aside):
    """Further people, each with a phone that is a program: they answer what is asked and outlast what a page outlasts.

    Parameters
    ----------
    public_url, code
        Where the room is.
    answers
        What each of them answers to the first poll.
    """

    def __init__(self, public_url: str, code: str, answers: Sequence[object]) -> None:
        super().__init__()
        self.seats = [secrets.token_hex(16) for _ in answers]
        self.casts = 0
        self._room = (public_url, code)
        self._answers = answers

    async def _take_part(self) -> None:
        async with line_for(len(self.seats)) as line, asyncio.TaskGroup() as tasks:
            line.event_hooks = {"response": [self._note]}
            sitting = [
                tasks.create_task(self._sit(Phone(*self._room, seat, line), answer))
                for seat, answer in zip(self.seats, self._answers, strict=True)
            ]
            await asyncio.to_thread(self._over.wait)
            for each in sitting:
                each.cancel()

    async def _sit(self, phone: Phone, answer: object) -> None:
        has_answered = False
        async for state in phone.states():
            if state["phase"] == "open" and not has_answered:
                has_answered = True
                await phone.cast(state["run"], answer)

    async def _note(self, reply: httpx.Response) -> None:
        self.casts += reply.request.method == "PUT" and reply.status_code == 204


def joined(evening: Evening, visitors: Visitors) -> Page:
    """Return one more phone, on which the code was typed."""
    page = visitors.page()
    address, _, code = evening.said("Phone address").rpartition("/")
    page.goto(address)
    page.get_by_label("Type the six-character code").fill(code.lower())
    with page.expect_response(lambda reply: reply.url.endswith("/seats")):
        page.get_by_role("button", name="Join").click()
    return page


def answer(page: Page, *labels: str) -> None:
    """Choose some options on a phone, send them, and wait until that is acknowledged."""
    for label in labels:
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Send my answer").click()
    is_answered(page)


def is_answered(page: Page) -> None:
    """Wait until a phone says that it has answered."""
    expect(page.get_by_role("heading", name=ANSWERED)).to_be_visible()


def card(page: Page, question: str) -> Locator:
    """Return the card of a poll, in the dashboard or in JupyterLab."""
    return page.locator(".widget-vbox", has=page.get_by_role("heading", name=question))


def press(place: Page | Locator, words: str) -> None:
    """Press a button."""
    place.get_by_role("button", name=words, exact=True).click()


def seat_of(page: Page) -> str:
    """Return the seat that a phone holds."""
    return str(page.evaluate("() => Object.entries(sessionStorage).find(([name]) => name.startsWith('seat '))[1]"))


def files_that_tell(folders: Sequence[Path], secrets_: Sequence[str]) -> list[Path]:
    """Return the files below some folders in which any of some secrets stands."""
    needles = [each.encode() for each in secrets_]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return [file for file in files if any(needle in file.read_bytes() for needle in needles)]


def is_said_plainly(words: str) -> bool:
    """Return whether what went wrong is said in one line that ends as a sentence does, with no trace of a program in it."""
    return len(words.strip().splitlines()) == 1 and words.strip().endswith(".") and "Traceback" not in words


def test_a_whole_evening(browser: Browser, tmp_path: Path, workshop: Workshop) -> None:
    """From one command to Ctrl-C: all join, answer and outlast a crash, all see the same numbers, and nothing stays behind."""
    poll = workshop.poll(POLL)
    hurt, known, _, self_, _ = [option.label for option in poll.options]
    others_say: list[Any] = [["hurt"]] * 4 + [["known", "flawless"]] * 3 + [["flawless", "self"]] * 2
    expected = publish(Tally.of(poll, [*others_say, ["hurt", "self"], ["hurt"], ["known", "self"], PASS]), ROOM)
    table = list(charts.table(expected).rows)
    notebooks_before = {file.name: file.read_bytes() for file in NOTEBOOKS.glob("*.ipynb")}

    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening, Visitors(browser) as visitors:
        # One command; the dashboard opens, and people come in.
        evening.ready()
        code = evening.said("Room code")
        address = evening.said("Phone address")
        dashboard = visitors.page(viewport=DESK)
        dashboard.goto(evening.said("Cockpit").replace(COCKPIT, workshop.section("06").notebook))
        led = card(dashboard, poll.question)
        expect(led).to_contain_text(code)
        phones = [joined(evening, visitors) for _ in range(4)]
        changes, reloads, stays, passes = phones

        with Others(address.rpartition("/")[0], code, others_say) as others:
            # The facilitator asks; all answer, one thinks again, one reloads.
            press(led, "Ask the group")
            answer(changes, hurt, known)
            answer(reloads, hurt)
            answer(stays, known, self_)
            press(passes, "Pass")
            is_answered(passes)
            press(changes, "Change my answer")
            answer(changes, hurt, self_)
            reloads.reload()
            is_answered(reloads)
            wait_for(lambda: others.casts == len(others_say), "the others to answer")
            expect(led).to_contain_text("10+ answered so far")

            # The server dies in the middle, and is started again by itself.
            killed = evening.server()
            assert killed is not None
            casts_before = sum(is_cast(reply) for reply in visitors.replies)
            os.kill(killed, signal.SIGKILL)
            wait_for(lambda: evening.server() not in (None, killed), "the server to be started again")
            # Pages that still hold their answer bring it back; the one that was reloaded holds none, and is asked again.
            expect(reloads.get_by_role("group", name=poll.question)).to_be_visible()
            wait_on(stays, lambda: sum(is_cast(reply) for reply in visitors.replies) - casts_before >= 3, "the answers of three pages")
            wait_for(lambda: others.casts >= 2 * len(others_say), "the others to answer again")
            answer(reloads, hurt)
            for page in (changes, stays, passes):
                is_answered(page)
                expect(page.get_by_text("The connection is lost")).to_be_hidden()
            expect(led).to_contain_text("10+ answered so far")

            # The facilitator closes and looks first; the room sees it when it is revealed.
            press(led, "Close the poll")
            expect(led.locator("table")).to_be_visible()
            for page in phones:
                expect(page.get_by_role("heading", name="The poll has closed")).to_be_visible()
                expect(page.locator("table")).to_have_count(0)
            press(led, "Reveal to the room")
            assert [rows_in(page) for page in phones] == [table] * 4
            assert rows_in(led) == table
            run = reloads.locator(".run").get_attribute("data-run")
            shown = httpx.get(f"{address}/runs/{run}/result.json", trust_env=False).json()
            assert Published.from_dict(shown) == expected
            assert expected.answered == 12

        # The same notebook in JupyterLab shows the same card with the same numbers.
        lab = visitors.page(viewport=DESK)
        lab.goto(evening.said("JupyterLab").replace(FIRST, workshop.section("06").notebook))
        expect(lab.get_by_role("heading", name=workshop.section("06").title)).to_be_visible()
        run_all_cells(lab)
        assert rows_in(card(lab, poll.question)) == table

        # Nobody asked anything of the internet, and nothing tells who sat where or how to get in.
        assert len([url for url in visitors.urls if url.startswith("ws:")]) >= 2
        assert visitors.elsewhere == []
        seats = [*map(seat_of, phones), *others.seats]
        assert len(set(seats)) == 13
        descendants = evening.descendants()
        token = re.search(r"token=([^&]+)", evening.said("Cockpit"))
        assert token is not None
        secret = httpx.Response(200, content=evening.connection_file.read_bytes()).json()["secret"]
        assert [each.command for each in descendants if token[1] in each.command or secret in each.command] == []
        assert files_that_tell([tmp_path, NOTEBOOKS], seats) == []

        # Ctrl-C ends all of it.
        assert evening.end() == 0
        left = {(each.pid, each.command) for each in running()}
        assert [each.command for each in descendants if (each.pid, each.command) in left] == []
        assert not evening.connection_file.exists()
        assert list(evening.folders[1].glob("workshop_kit_*")) == []
        assert evening.errors == ""
        assert f"workshop-kit start --room {code}" in evening.output.splitlines()[-1]
        assert files_that_tell([tmp_path, NOTEBOOKS], [*seats, secret, token[1]]) == [tmp_path / "user" / "output"]
    assert {file.name: file.read_bytes() for file in NOTEBOOKS.glob("*.ipynb")} == notebooks_before


def is_cast(reply: tuple[str, str, int]) -> bool:
    """Return whether a reply took a phone's answer."""
    method, url, status = reply
    return (method, status) == ("PUT", 204) and url.endswith("/ballot")


def test_a_taken_port_is_passed_over_and_a_second_room_refused(tmp_path: Path) -> None:
    """Where another program has the usual port, the room takes the next one; a second room beside it is refused in one sentence."""
    with socket.socket() as another_program:
        another_program.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Should some program have it already, so much the better.
        with suppress(OSError):
            another_program.bind(("127.0.0.1", PHONE_PORTS.start))
            another_program.listen()
        with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening:
            evening.ready()
            port = httpx.URL(evening.said("Phone address")).port
            assert port in PHONE_PORTS
            assert port != PHONE_PORTS.start

            second = evening.once_more()

            assert second.returncode == 2
            assert second.stdout == ""
            assert is_said_plainly(second.stderr)
            assert evening.said("Room code") in second.stderr
            assert evening.end() == 0


def test_a_port_that_was_asked_for_and_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Where the port named with --port belongs to another program, the command says so, ends with 2 and leaves nothing running."""
    with socket.socket() as another_program:
        another_program.bind(("127.0.0.1", 0))
        another_program.listen()
        port = another_program.getsockname()[1]
        evening = Evening(tmp_path / "user")

        refused = evening.once_more("--host", "127.0.0.1", "--port", str(port))

        assert refused.returncode == 2
        assert is_said_plainly(refused.stderr)
        assert str(port) in refused.stderr
        assert [each.command for each in running() if str(tmp_path) in each.command] == []
        assert not evening.connection_file.exists()
