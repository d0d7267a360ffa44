"""A whole evening, as a therapist has it: one command, a dashboard, phones, a crash in the middle, and an orderly end.

Everything here is real: the command as it is typed, its processes, Jupyter, Voilà, four phones and nine people who answer over HTTP.
"""

import re
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browsers import HERE, Visitors, rows_in, run_all_cells, wait_on
from tests.evening import (
    DESK,
    NOTEBOOKS,
    Evening,
    Others,
    answer,
    card,
    files_that_tell,
    is_answered,
    is_said_plainly,
    joined,
    press,
    running,
    seat_of,
    still_there,
)
from tests.world import SAY, wait_for
from workshop_kit import charts
from workshop_kit.cli.start import COCKPIT, PHONE_PORTS
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.jupyter.server import FIRST
from workshop_kit.polls import PASS, Tally
from workshop_kit.processes.addresses import listen_within
from workshop_kit.processes.listening import listen
from workshop_kit.workshop import Workshop

POLL: Final = "fears"


@pytest.fixture
def dumps_allowed() -> Iterator[bool]:
    """Let crashed programs be dumped on the disk for as long as a test lasts; yield whether that could be done."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield before[1] != 0 and Path("/proc/self/limits").exists()
    resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_whole_evening(browser: Browser, tmp_path: Path, workshop: Workshop, dumps_allowed: bool) -> None:
    """From one command to Ctrl-C: all join, answer and outlast a crash, all see the same numbers, and nothing stays behind.

    A port that another program has is passed over, and a second room beside this one is refused.
    """
    poll = workshop.poll(POLL)
    hurt, known, _, self_, _ = [option.label for option in poll.options]
    others_say: list[Any] = [["hurt"]] * 4 + [["known", "flawless"]] * 3 + [["flawless", "self"]] * 2
    expected = publish(Tally.of(poll, [*others_say, ["hurt", "self"], ["hurt"], ["known", "self"], PASS]), ROOM)
    table = list(charts.table(expected, SAY).rows)
    notebooks_before = {file.name: file.read_bytes() for file in NOTEBOOKS.glob("*.ipynb")}

    with (
        listen_within(PHONE_PORTS, HERE) as another_program,
        Evening(tmp_path / "user", "--host", HERE) as evening,
        Visitors(browser) as visitors,
    ):

        def casts() -> int:
            return sum((method, status) == ("PUT", 204) for method, _, status in visitors.replies)

        # One command; the port of another program is passed over, the dashboard opens, and people come in.
        evening.ready()
        code = evening.said("Room code")
        address = evening.said("Phone address")
        assert httpx.URL(address).port in {None, *PHONE_PORTS} - {another_program.getsockname()[1]}
        dashboard = visitors.page(viewport=DESK)
        dashboard.goto(evening.said("Cockpit").replace(COCKPIT, workshop.section("06").notebook))
        led = card(dashboard, poll.question)
        expect(led).to_contain_text(code)
        phones = [joined(evening, visitors) for _ in range(4)]
        changes, reloads, stays, passes = phones

        with Others(address.rpartition("/")[0], code, others_say) as others:
            # All are counted; the facilitator asks; all answer, one thinks again, one reloads.
            with evening.room() as room:
                others.are_counted(room, besides=len(phones))
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
            casts_before = casts()
            evening.kill_the_server()
            # Pages that still hold their answer bring it back; the one that was reloaded holds none, and is asked again.
            expect(reloads.get_by_role("group", name=poll.question)).to_be_visible()
            wait_on(stays, lambda: casts() - casts_before >= 3, "the answers of three pages")
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
        secret = evening.connection().secret
        assert [each.command for each in descendants if token[1] in each.command or secret in each.command] == []
        assert files_that_tell([tmp_path, NOTEBOOKS], seats) == []

        # A second room beside it is refused in one sentence.
        second = evening.once_more()
        assert (second.returncode, second.stdout) == (2, "")
        assert is_said_plainly(second.stderr)
        assert code in second.stderr

        # Nobody's memory may be dumped on the disk, though this computer would allow it.
        if dumps_allowed:
            limits = {each.command: Path(f"/proc/{each.pid}/limits").read_text() for each in descendants}
            assert [name for name in limits if "ipykernel" in name] != []
            assert [name for name, told in limits.items() if not re.search(r"Max core file size\s+1\s+1\s", told)] == []

        # Ctrl-C ends all of it.
        assert evening.end() == 0
        assert still_there(descendants) == []
        assert not evening.connection_file.exists()
        assert list(evening.folders[1].glob("workshop_kit_*")) == []
        assert evening.errors == ""
        assert f"workshop-kit start --room {code}" in evening.output.splitlines()[-1]
        assert files_that_tell([tmp_path, NOTEBOOKS], [*seats, secret, token[1]]) == [tmp_path / "user" / "output"]
    assert {file.name: file.read_bytes() for file in NOTEBOOKS.glob("*.ipynb")} == notebooks_before


def test_a_port_that_was_asked_for_and_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Where the port named with --port belongs to another program, the command says so, ends with 2 and has started nothing."""
    with listen(HERE, 0) as another_program:
        port = str(another_program.getsockname()[1])
        evening = Evening(tmp_path / "user")

        refused = evening.once_more("--host", HERE, "--port", port)

        assert (refused.returncode, refused.stdout) == (2, "")
        assert is_said_plainly(refused.stderr)
        assert port in refused.stderr
        assert [each.command for each in running() if str(tmp_path) in each.command] == []
        assert not evening.connection_file.exists()
