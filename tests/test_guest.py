"""The guest notebook, as people at laptops have it: ten of them vote, the eleventh is sent to a phone, and nothing is left.

The command is the one that is typed, with its processes; the browser is real, and so is what a bold guest sends.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.sync.client import connect as line_to

from tests.browsers import HERE, Visitors, barriers, launched, wait_on
from tests.test_whole_evening import ANSWERED, DESK, Evening, Running, press, running
from tests.world import PATIENCE_SECONDS, wait_for
from workshop_kit.cli.guest import GUEST_PORTS, MEGABYTES_A_GUEST
from workshop_kit.connection import GUEST_ROOM_VARIABLE, Connection, find_room
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import Tally
from workshop_kit.workshop import Workshop

GUESTS: Final = 10
POLL: Final = "fears"
CANARY: Final = "canary-of-the-environment"
FULL: Final = "Every place at a laptop is taken just now"
WELCOME: Final = "Good that you are here."
# What a guest's browser might be pointed at; none of it is there.
ELSEWHERE: Final = (
    "/voila/render/06_the_fears_that_guard_us.ipynb",
    "/voila/tree",
    "/voila/files/guest.ipynb",
    "/voila/files/../voila.json",
    "/guest.ipynb",
    "/lab",
    "/login",
    "/api/kernels",
    "/api/sessions",
    "/api/contents",
    "/api/terminals",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield the browser, the same one for all tests here."""
    with launched() as browser:
        yield browser


def test_ten_guests_vote_and_leave(browser: Browser, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten laptops vote like phones, a reload counts once, the eleventh gets a clear page, no code is run, no kernel stays."""
    poll = workshop.poll(POLL)
    monkeypatch.setenv("API_KEY_OF_THE_USER", CANARY)
    with Evening(tmp_path / "user", "--host", HERE, "--guest-notebook", "--guests", str(GUESTS)) as evening, Visitors(browser) as visitors:
        evening.ready()
        address, phone_address = evening.said("Guest notebook"), evening.said("Phone address")
        assert httpx.URL(address).port in GUEST_PORTS
        assert f"about {MEGABYTES_A_GUEST} MB of memory" in evening.output
        room = find_room(lambda: evening.folders[1])

        # Ten come and vote; one of them reloads the page, which goes without a word, and is asked again, but is still one person.
        guests = [guest(visitors, address) for _ in range(GUESTS)]
        for page in guests:
            expect(page.get_by_role("heading", name=WELCOME)).to_be_visible()
        run = lead(room, "/runs", {"poll": POLL})["run"]
        for page in guests:
            answer(page, poll.options[0].label)
        reloaded = guests[0]
        reloaded.context.route("**/api/shutdown/*", lambda goodbye: goodbye.abort())
        reloaded.reload()
        expect(reloaded.get_by_role("heading", name=poll.question)).to_be_visible()
        # The page draws itself part by part; what counts is how it stands once it is drawn.
        wait_on(reloaded, lambda: barriers(reloaded) == [], "a page on which axe finds nothing")
        answer(reloaded, poll.options[1].label)

        # The eleventh is told in plain words, and finds the way to the phones' page.
        late = visitors.page(viewport=DESK)
        reply = late.goto(address)
        assert reply is not None
        assert reply.status == 503
        expect(late.get_by_role("heading", name=FULL)).to_be_visible()
        assert late.get_by_role("link").get_attribute("href") == phone_address
        assert barriers(late) == []

        assert refused_to_run(address, reloaded, tmp_path)
        assert [path for path in ELSEWHERE if httpx.get(address + path, trust_env=False, follow_redirects=True).status_code < 400] == []
        is_told_nothing(evening)

        lead(room, f"/runs/{run}/close")
        lead(room, f"/runs/{run}/reveal")
        said = [["hurt"]] * (GUESTS - 1) + [[poll.options[1].id]]
        shown = httpx.get(f"{phone_address}/runs/{run}/result.json", trust_env=False).json()
        assert shown == publish(Tally.of(poll, said), ROOM).to_dict()
        for page in guests[:2]:
            expect(page.locator("table").first).to_be_visible()
        assert visitors.elsewhere == []
        assert all(cookie.get("expires", -1) == -1 for page in guests for cookie in page.context.cookies())

        # They leave, some of them without a word; then a place is free again.
        for page in guests:
            page.context.close()
        wait_for(lambda: kernels_of_guests(evening) == [], "the kernels of all guests to end")
        expect(guest(visitors, address).locator("table").first).to_be_visible()

        descendants = evening.descendants()
        assert evening.end() == 0
        assert evening.errors == ""
        left = {(each.pid, each.command) for each in running()}
        assert [each.command for each in descendants if (each.pid, each.command) in left] == []
        assert list(evening.folders[2].iterdir()) == []


def lead(room: Connection, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    """Do to the room what a facilitator does; return its reply."""
    secret = {"Authorization": f"Bearer {room.secret}"}
    reply = httpx.post(room.control_url + path, json=body or {}, headers=secret, timeout=PATIENCE_SECONDS, trust_env=False)
    told: dict[str, Any] = reply.raise_for_status().json() if reply.content else {}
    return told


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
    pages = [each.pid for each in evening.descendants() if "guest_pages" in each.command]
    return [each for each in evening.descendants() if each.parent in pages]


def refused_to_run(address: str, page: Page, folder: Path) -> bool:
    """Return whether a kernel that is asked over its page's own line to run a program answers what comes after, but not that."""
    kernel = json.loads(page.locator("#jupyter-config-data").text_content() or "")["kernelId"]
    mark = folder / "mark"
    replies: list[dict[str, Any]] = []
    with line_to(f"{address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels", proxy=None) as line:
        line.send(message("execute_request", {"code": f"open({str(mark)!r}, 'w')", "silent": False, "user_expressions": {}}))
        line.send(message("kernel_info_request", {}))
        while not any(
            each["msg_type"] == "kernel_info_reply" and each["parent_header"]["msg_id"] == "kernel_info_request" for each in replies
        ):
            replies.append(json.loads(line.recv(PATIENCE_SECONDS)))
    told = [each["parent_header"].get("msg_id") for each in replies]
    return not mark.exists() and "execute_request" not in told


def message(kind: str, content: dict[str, Any]) -> str:
    """Return a message as a page sends it to its kernel; it bears its kind as its number, to be told from others in replies."""
    header = {"msg_id": kind, "msg_type": kind, "session": "bold", "username": "", "version": "5.3"}
    return json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []})


def is_told_nothing(evening: Evening) -> None:
    """See that no kernel's environment holds what lets one in, and that a guest's does not even hold the way to it."""
    dashboard = httpx.URL(evening.said("Cockpit"))
    secret = httpx.Response(200, content=evening.connection_file.read_bytes()).json()["secret"]
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=PATIENCE_SECONDS) as owner:
        owner.get(dashboard).raise_for_status()
        everything = [each for each in evening.descendants() if "ipykernel_launcher" in each.command]
        guests = kernels_of_guests(evening)
        told = {each.pid: Path(f"/proc/{each.pid}/environ").read_bytes() for each in everything}
    assert len(everything) == GUESTS + 1
    assert len(guests) == GUESTS
    for pid, environment in told.items():
        assert environment != b""
        for each in (dict(dashboard.params)["token"], secret):
            assert each.encode() not in environment
        if pid in {each.pid for each in guests}:
            assert GUEST_ROOM_VARIABLE.encode() in environment
            for each in (CANARY, str(evening.folders[1])):
                assert each.encode() not in environment
