"""The guest notebook, as people at laptops have it: they vote, one too many is sent to a phone, and nothing is left.

The command is the one that is typed, with its processes; the browser is real, and so is what a bold guest sends.
"""

import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect as line_to

from tests.browsers import HERE, Visitors, barriers, wait_on
from tests.evening import ANSWERED, DESK, Evening, Others, Running, press, still_there
from tests.world import PATIENCE_SECONDS, wait_for
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.errors import SetupError
from workshop_kit.guest.notebook import GUEST_PORTS, MEGABYTES_A_GUEST
from workshop_kit.polls import Tally
from workshop_kit.processes.connection import GUEST_ROOM_VARIABLE
from workshop_kit.workshop import Workshop

PEOPLE: Final = 10
POLL: Final = "fears"
CANARY: Final = "canary-of-the-environment"
FULL: Final = "Every place at a laptop is taken just now"
WELCOME: Final = "Good that you are here."
KEPT: Final = "() => sessionStorage.getItem('workshop-seat') ?? ''"
# What a guest's browser might be pointed at; none of it is there.
OF_VOILA: Final = (
    "/voila/render/06_the_fears_that_guard_us.ipynb",
    "/voila/tree",
    "/voila/files/guest.ipynb",
    "/voila/files/../voila.json",
)
OF_JUPYTER: Final = ("/guest.ipynb", "/lab", "/login", "/api/kernels", "/api/sessions", "/api/contents", "/api/terminals")


@pytest.mark.parametrize("guests", [1, pytest.param(PEOPLE, marks=pytest.mark.prove)])
def test_guests_vote_and_leave(
    guests: int, visitors: Visitors, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laptops vote like phones, a reload counts once, also after a crash behind a locked door; one too many gets a clear page, no code is run."""
    poll = workshop.poll(POLL)
    first, second = poll.options[:2]
    monkeypatch.setenv("API_KEY_OF_THE_USER", CANARY)
    with Evening(tmp_path / "user", "--host", HERE, "--guest-notebook", "--guests", str(guests)) as evening:
        evening.ready()
        address, phone_address = evening.said("Guest notebook"), evening.said("Phone address")
        assert httpx.URL(address).port in GUEST_PORTS
        assert f"about {MEGABYTES_A_GUEST} MB of memory" in evening.output
        where, _, code = phone_address.rpartition("/")
        others = Others(where, code, [[first.id]] * (PEOPLE - guests))
        with evening.room() as room, others:
            # They come and vote. One of them is elsewhere while the room starts anew, and returns behind its locked door; then reloads the
            # page, which goes without a word. Each time they are asked again, and are still one person.
            pages = [guest(visitors, address) for _ in range(guests)]
            for page in pages:
                expect(page.get_by_role("heading", name=WELCOME)).to_be_visible()
                wait_on(page, lambda page=page: page.evaluate(KEPT).count(" ") == 2, "the page to keep seat, ticket and code")  # type: ignore[misc]
            others.are_counted(room, besides=guests)
            run = room.ask(POLL)
            for page in pages:
                answer(page, first.label)
            reloaded = pages[0]
            reloaded.goto("about:blank")
            wait_on(reloaded, lambda: len(kernels_of_guests(evening)) == guests - 1, "their kernel to end")
            evening.kill_the_server()
            wait_on(reloaded, lambda: seats(room) == PEOPLE - 1, "all others to be back")
            reloaded.goto(address)
            wait_on(reloaded, lambda: seats(room) == PEOPLE, "them to be back")
            answer(reloaded, first.label)
            reloaded.context.route("**/api/shutdown/*", lambda goodbye: goodbye.abort())
            reloaded.reload()
            expect(reloaded.get_by_role("heading", name=poll.question)).to_be_visible()
            # The page draws itself part by part; what counts is how it stands once it is drawn.
            wait_on(reloaded, lambda: barriers(reloaded) == [], "a page on which axe finds nothing")
            answer(reloaded, second.label)

            # One more is told in plain words, and finds the way to the phones' page.
            late = visitors.page(viewport=DESK)
            reply = late.goto(address)
            assert reply is not None
            assert reply.status == 503
            expect(late.get_by_role("heading", name=FULL)).to_be_visible()
            assert late.get_by_role("link").get_attribute("href") == phone_address
            assert barriers(late) == []

            assert refused_to_run(address, reloaded, tmp_path)
            with httpx.Client(base_url=address, trust_env=False, verify=False, follow_redirects=True) as bold:
                assert [path for path in (*OF_VOILA, *OF_JUPYTER) if bold.get(path).status_code < 400] == []
            is_told_nothing(evening, guests)

            wait_for(lambda: others.casts >= 2 * (PEOPLE - guests), "the phones to have answered, and again after the crash")
            run.close()
            run.reveal()
            shown = httpx.get(f"{phone_address}/runs/{run.number}/result.json", trust_env=False).json()
            assert shown == publish(Tally.of(poll, [[first.id]] * (PEOPLE - 1) + [[second.id]]), ROOM).to_dict()
            for page in pages[:2]:
                expect(page.locator("table").first).to_be_visible()
            assert visitors.elsewhere == []
            assert all(cookie.get("expires", -1) == -1 for page in pages for cookie in page.context.cookies())

            # They leave, some of them without a word.
            kernels = [Path(f"/proc/{each.pid}") for each in kernels_of_guests(evening)]
            for page in pages:
                page.context.close()
            wait_for(lambda: not any(each.exists() for each in kernels), "the kernels of all guests to end")
            assert kernels_of_guests(evening) == []

        descendants = evening.descendants()
        assert evening.end() == 0
        assert evening.errors == ""
        assert still_there(descendants) == []
        assert list(evening.folders[2].iterdir()) == []


def seats(room: LedRoom) -> int | None:
    """Return how many seats a room has behind its locked door; None while it is started anew."""
    try:
        taken: int | None = room.state()["seats"]
        return taken
    except SetupError:
        return None


def answer(page: Page, label: str) -> None:
    """Choose an option, send it, and wait until that is acknowledged."""
    page.get_by_label(label, exact=True).check()
    press(page, "Send my answer")
    expect(page.get_by_text(ANSWERED)).to_be_visible()


def guest(visitors: Visitors, address: str) -> Page:
    """Return the page of one more guest, as soon as it begins to come."""
    page = visitors.page(viewport=DESK)
    page.goto(address, wait_until="commit")
    return page


def kernels_of_guests(evening: Evening) -> list[Running]:
    """Return the processes behind the pages of guests."""
    everything = evening.descendants()
    pages = [each.pid for each in everything if "workshop_kit.guest.pages" in each.command]
    return [each for each in everything if each.parent in pages]


def refused_to_run(address: str, page: Page, folder: Path) -> bool:
    """Return whether a kernel that is asked over its page's own line to run a program answers what comes after, but not that."""
    kernel = json.loads(page.locator("#jupyter-config-data").text_content() or "")["kernelId"]
    mark = folder / "mark"
    told: list[tuple[str | None, str]] = []
    with line_to(f"{address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels", proxy=None) as line:
        line.send(message("execute_request", {"code": f"open({str(mark)!r}, 'w')", "silent": False, "user_expressions": {}}))
        line.send(message("kernel_info_request", {}))
        while ("kernel_info_request", "kernel_info_reply") not in told:
            reply = json.loads(line.recv(PATIENCE_SECONDS))
            told.append((reply["parent_header"].get("msg_id"), reply["msg_type"]))
    return not mark.exists() and "execute_request" not in [asked for asked, _ in told]


def message(kind: str, content: dict[str, Any]) -> str:
    """Return a message as a page sends it to its kernel; it bears its kind as its number, to be told from others in replies."""
    header = {"msg_id": kind, "msg_type": kind, "session": "bold", "username": "", "version": "5.3"}
    return json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []})


def is_told_nothing(evening: Evening, guests: int) -> None:
    """See that no program behind a page is told the room's secret, and no guest's what else stands in its owner's environment."""
    secret = json.loads(evening.connection_file.read_bytes())["secret"]
    of_guests = [each.pid for each in kernels_of_guests(evening)]
    assert len(of_guests) == guests
    for each in (each for each in evening.descendants() if "workshop_kit" in each.command or "ipykernel" in each.command):
        environment = Path(f"/proc/{each.pid}/environ").read_bytes()
        assert secret.encode() not in environment
        if each.pid in of_guests:
            assert GUEST_ROOM_VARIABLE.encode() in environment
            assert [words for words in (CANARY, str(evening.folders[1])) if words.encode() in environment] == []
