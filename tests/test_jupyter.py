"""Jupyter on a lead: it listens to this computer and its owner only, keeps its port, saves nothing that was shown, and ends what nobody looks at.

Everything here is real: Jupyter with its kernels, a room, a browser, and the settings of somebody who, or whose employer, has
opened Jupyter to everyone. What needs an event loop of its own stands before what needs a browser.
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from playwright.sync_api import Browser, Page, expect

from tests.browsers import Visitors, barriers, wait_on
from tests.desk import JUPYTER, SCREEN, Desk, plant_namesakes
from tests.evening import COMMAND, Evening
from tests.world import PATIENCE_SECONDS, RunningRoom, environment
from workshop_kit import material
from workshop_kit.cli.start import PHONE_PORTS
from workshop_kit.errors import SetupError
from workshop_kit.guest.notebook import GuestNotebook
from workshop_kit.jupyter.exposure import exposures
from workshop_kit.jupyter.kernels import MARK, WatchedKernels
from workshop_kit.jupyter.saving import without_outputs
from workshop_kit.jupyter.server import Notebooks, arrival, jupyter_settings
from workshop_kit.processes.addresses import LOOPBACK, elsewhere, listen_within
from workshop_kit.processes.listening import handing_on, listen
from workshop_kit.words.catalog import language
from workshop_kit.workshop import Workshop

DASHBOARD: Final = "06_the_fears_that_guard_us.ipynb"
SECTION: Final = "06"
GONE: Final = "The program behind this page has ended"
CUT_OFF: Final = "This page is cut off"
NOT_YET: Final = "Not reachable yet"
HEADLESS: Final = (COMMAND, "rehearse", "--headless", "--people", "5")
EXPOSURES: Final = ("reached at", "without the token", "names that are not", "give it orders", "could read it")


# ---- ports --------------------------------------------------------------------------------------------------------------


def test_two_kits_that_start_at_the_same_moment_have_different_ports(tmp_path: Path) -> None:
    """Each has taken its ports before what is to answer there has been started, so that neither stands in the other's way."""
    folders = [tmp_path / name for name in ("notebooks", "more notebooks", "guests", "more guests")]
    for folder in folders:
        folder.mkdir()
    owners = [Notebooks(tmp_path, private, language()) for private in folders[:2]]
    guests = [GuestNotebook(place, LOOPBACK, "http://127.0.0.1/ROOM", 1, language()) for place in folders[2:]]
    phones = [listen_within(PHONE_PORTS, LOOPBACK) for _ in range(2)]

    addresses = [*(each.lab("") for each in owners), *(each.url for each in guests)]

    assert len({*(httpx.URL(each).port for each in addresses), *(each.getsockname()[1] for each in phones)}) == 6
    for stop in [each.stop for each in owners] + [each.stop for each in guests]:
        asyncio.run(stop())
    for each in phones:
        each.close()


def test_a_port_is_kept_while_what_answers_there_is_started_again() -> None:
    """A process answers on the socket that it was handed; after its death nobody else gets the port, and whoever asked is answered by the next."""
    program = """
import sys
import threading
from workshop_kit.processes.listening import handed_on
listening = handed_on(int(sys.argv[1]))
listening.setblocking(True)
print(listening.get_inheritable(), flush=True)
listening.accept()[0].sendall(sys.argv[2].encode())
"""
    with listen(LOOPBACK, 0) as listening:
        where = listening.getsockname()
        for name in ("the first", "the next"):
            with pytest.raises(SetupError, match=r"^processes\.port_taken"):
                listen(*where)
            with socket.create_connection(where) as asking:
                command = [sys.executable, "-c", program, str(listening.fileno()), name]
                said = subprocess.check_output(command, env=environment(), text=True, **handing_on(listening))
                # What Jupyter or the room starts in its turn, such as a guest's kernel, does not inherit it.
                assert (asking.makefile().read(), said) == (name, "False\n")


def test_the_first_port_that_can_be_had_is_taken() -> None:
    """Ports at which somebody listens are passed over, also where they listen at another address; with none left a sentence says what helps."""
    with listen(LOOPBACK, 0) as taken:
        port = taken.getsockname()[1]
        with listen_within(range(port, port + 50), LOOPBACK) as found:
            assert port < found.getsockname()[1] < port + 50
        for there in elsewhere()[:1]:
            with listen_within(range(port, port + 50), there, silent_at=[LOOPBACK]) as found:
                assert found.getsockname()[1] > port
        with pytest.raises(SetupError, match=rf"^processes\.ports_taken first={port} last={port} host=127\.0\.0\.1$"):
            listen_within(range(port, port + 1), LOOPBACK)
    # Set aside for documents (RFC 5737), so it belongs to nobody.
    with pytest.raises(SetupError, match=r"host=198\.51\.100\.7"):
        listen_within(range(port, port + 1), "198.51.100.7")


# ---- settings, saving, kernels ------------------------------------------------------------------------------------------


def test_jupyter_is_kept_to_this_computer_and_behind_its_token(tmp_path: Path) -> None:
    """Settings that their owner alone can read, and Jupyter knows, close it to all who have no token or cookie of the page; Voilà serves no file."""
    with listen(LOOPBACK, 0) as listening:
        file = jupyter_settings(tmp_path, "the-token", listening, language())
    settings = json.loads(file.read_text(encoding="utf-8"))
    server, token = settings["ServerApp"], settings["IdentityProvider"]["token"]
    assert (file.stat().st_mode & 0o777, server["ip"], token) == (0o600, "127.0.0.1", "the-token")
    closed = ("allow_remote_access", "allow_unauthenticated_access", "disable_check_xsrf", "open_browser")
    assert [server[name] for name in closed] == 4 * [False]
    assert server["root_dir"] == str(material.shipped("notebooks"))
    patterns = settings["VoilaConfiguration"]["file_allowlist"]
    assert [name for name in ("a.png", "x.ipynb", "", "/") for each in patterns if re.fullmatch(each, name)] == []
    with warnings.catch_warnings(action="ignore"):
        from jupyterlab.labapp import LabApp
        from jupyterlab_server.app import LabServerApp
        from voila.configuration import VoilaConfiguration

        from workshop_kit.jupyter.lab_pages import LabPages
    tops = (PasswordIdentityProvider, LabPages, AsyncLargeFileManager, LabApp, LabServerApp, VoilaConfiguration, WatchedKernels)
    classes: dict[str, Any] = {each.__name__: each for top in tops for each in top.mro()}
    for name, traits in settings.items():
        assert set(traits) - set(classes[name].class_traits(config=True)) == set(), name


def test_an_arrival_carries_the_token_once_and_goes_on_without_it() -> None:
    """The address signs the browser in and then leads to the page, whose own address holds no token and loses no sign."""
    address = arrival(8901, "the-token", "/voila/render/a b&c.ipynb")
    assert address == "http://127.0.0.1:8901/login?token=the-token&next=/voila/render/a%20b%26c.ipynb"


def test_outputs_and_the_state_of_widgets_are_not_saved() -> None:
    """What cells have shown, how often they ran, on which Python, and what widgets hold is gone; prose and calls stay, and other files pass untouched."""
    prose = {"cell_type": "markdown", "id": "prose", "metadata": {}, "source": "# A title"}
    call = {"cell_type": "code", "id": "call", "metadata": {"collapsed": False}, "source": "fears.poll()"}
    ran = {**call, "execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": "shown"}]}
    metadata = {"kernelspec": {"name": "python3"}, "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}}
    metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    model: dict[str, Any] = {"type": "notebook", "format": "json", "content": {"cells": [prose, ran], "metadata": metadata}}

    without_outputs(model, path="06.ipynb", contents_manager=None)

    kept = [prose, {**call, "execution_count": None, "outputs": []}]
    assert model["content"] == {"cells": kept, "metadata": {"kernelspec": metadata["kernelspec"], "language_info": {"name": "python"}}}
    for other in (
        {"type": "file", "format": "text", "content": "cells"},
        {"type": "directory", "format": "json", "content": None},
        {"type": "notebook", "format": None, "content": None},
    ):
        before = deepcopy(other)
        without_outputs(other, path="x", contents_manager=None)
        assert other == before


def test_a_dashboards_kernel_ends_when_nobody_looks_and_a_notebooks_does_not() -> None:
    """Some looks after its page is gone, or as soon as it has crashed, a dashboard's kernel ends; one that JupyterLab opened stays.

    A page that has not been open yet is waited for three times as long, and one that comes back in time has lost nothing.
    """
    # Nobody looks by the clock here.
    kernels = WatchedKernels(cull_interval=1000, cull_idle_timeout=3000)

    async def looks(kernel: str, number: int) -> bool:
        for _ in range(number):
            await kernels.cull_kernel_if_idle(kernel)
        return kernel in kernels

    async def scene() -> None:
        dashboard, opening, crashed = [await kernels.start_kernel(env={**os.environ, MARK: "/"}) for _ in range(3)]
        notebook = await kernels.start_kernel()
        try:
            kernels.notify_connect(dashboard)
            assert await looks(dashboard, 9)
            for _ in range(2):
                kernels.notify_disconnect(dashboard)  # type: ignore[no-untyped-call]
                assert await looks(dashboard, 2)
                kernels.notify_connect(dashboard)
                assert await looks(dashboard, 1)
            kernels.notify_disconnect(dashboard)  # type: ignore[no-untyped-call]
            assert not await looks(dashboard, 3)

            assert await looks(opening, 8)
            assert not await looks(opening, 1)

            # One that comes back empty behind a page that looks alive would be worse than none.
            crashing = kernels.get_kernel(crashed)
            await ensure_async(crashing.signal_kernel(signal.SIGKILL))
            while await ensure_async(crashing.is_alive()):
                await asyncio.sleep(0.02)
            assert not await looks(crashed, 1)

            assert await looks(notebook, 20)
        finally:
            await kernels.shutdown_all(now=True)

    asyncio.run(scene())


# ---- open to nobody else ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def led(desk: Desk) -> Iterator[RunningRoom]:
    """Yield a room at the desk, which its dashboards lead."""
    assert desk.address
    with RunningRoom(desk.kit) as room:
        yield room


@pytest.fixture(scope="module")
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Yield people with browsers; in the end, see that no page named another computer."""
    with Visitors(browser) as visitors:
        yield visitors
        assert (visitors.elsewhere, visitors.faults) == ([], [])


@pytest.fixture(scope="module")
def page(desk: Desk, led: RunningRoom, visitors: Visitors) -> Page:
    """Return a page with a dashboard, in the dark, connected to its kernel; its address asks in vain for another look."""
    page = visitors.page(viewport=SCREEN, color_scheme="dark")
    page.goto(f"{desk.dashboard(DASHBOARD)}%3Ftemplate=lab%26theme=dark")
    expect(page.locator("#rendered_cells")).to_be_visible()
    with desk.client() as owner:
        wait_on(page, lambda: owner.get(f"/api/kernels/{kernel_of(page)}").json().get("connections", 0) > 0, "the page to be connected")
    return page


def test_hostile_settings_are_not_even_read(desk: Desk, page: Page) -> None:
    """Where every setting of the user opens Jupyter to the world, it is as closed as ever, and none of their programs has run."""
    assert list(exposures(desk.port, desk.token, elsewhere())) == []
    with desk.client(signed_in=False) as stranger:
        asked = ("/api/contents", "/api/kernels", "/lab", "/open/lab", "/voila/files/picture.png")
        # Not 404 for the picture: it is refused before anyone looks whether there is one.
        assert [stranger.get(path).status_code for path in asked] == [403, 403, 302, 302, 403]
    with desk.client() as owner:
        assert [owner.get(path).status_code for path in ("/api/terminals", "/etc/passwd")] == [404, 404]
        # A dashboard runs a kernel and Voilà's own settings; the kernel is not told what lets one in.
        assert {kernel["name"] for kernel in owner.get("/api/kernels").json()} == {"python3"}
        told = Path(f"/proc/{desk.process(kernel_of(page))}/environ").read_bytes()
        assert b"PYTHONPATH" in told
        assert desk.token.encode() not in told
        # Callbacks of widgets are left where the kernel's own loop is, and none of their state is saved.
        lab = [
            owner.get(f"/lab/api/settings/{name}").raise_for_status().json()["schema"]["properties"]
            for name in ("@jupyterlab/apputils-extension:kernels-settings", "@jupyter-widgets/jupyterlab-manager:plugin")
        ]
        assert (lab[0]["commsOverSubshells"]["default"], lab[1]["saveState"]["default"]) == ("disabled", False)
    assert desk.settings_read == []
    # Any other program of Jupyter does read them.
    program = "from jupyter_core.application import JupyterApp; JupyterApp().initialize([])"
    subprocess.run([sys.executable, "-P", "-c", program], env=desk.variables, cwd=desk.here, check=True)
    assert "jupyter_config.py" in desk.settings_read


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=pytest.mark.prove)], ids=["evening", "and all around it"])
def test_nothing_is_run_of_the_folder_in_which_a_command_is_typed(is_whole: bool, tmp_path: Path) -> None:
    """Room, charts, notebooks, guests, reports and rehearsals run what was installed, whatever lies where somebody happens to be."""
    evening, marks = Evening(tmp_path / "user", "--host", LOOPBACK, *(["--guest-notebook"] if is_whole else [])), tmp_path / "marks"
    here = evening.folders[0]
    plant_namesakes(here, marks)
    with evening, evening.phones() as room:
        run = room.ask("fears")
        room.lead(run, "close", "reveal")
        room.public.get(room.path(f"/runs/{run}/result.svg")).raise_for_status()
        commands = [[sys.executable, "-m", "workshop_kit.cli", "check"]]
        if is_whole:
            room.control.post("/report", json={"facilitator": False}).raise_for_status()
            # A guest's page comes with all of its notebook run.
            assert httpx.get(evening.said("Guest notebook"), trust_env=False, timeout=PATIENCE_SECONDS).status_code == 200
            commands.append([*HEADLESS, "--out", "rehearsal"])
        for words in commands:
            assert subprocess.run(words, cwd=here, env=evening.variables, stdout=subprocess.DEVNULL).returncode == 0
        assert evening.end() == 0
    assert list(marks.iterdir()) == []


@pytest.mark.parametrize(("status", "is_open"), [(200, True), (404, True), (302, False), (403, False)])
def test_a_page_that_is_shown_to_a_stranger_is_an_exposure(status: int, is_open: bool) -> None:
    """People without the token are sent to sign in or refused; any other reply to them is named, although there is a token."""

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer((LOOPBACK, 0), Told) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = list(exposures(server.server_port, "token", []))
        server.shutdown()
    assert (("pages", {}) in found) == is_open


def test_what_is_open_all_the_same_is_closed_again(tmp_path: Path) -> None:
    """Where something on the computer changes Jupyter itself, the kit notices after the start, says so in one sentence and ends."""
    meddler = tmp_path / "meddler"
    meddler.mkdir()
    (meddler / "sitecustomize.py").write_text(
        f"""
import sys
import threading
if {JUPYTER!r} in sys.orig_argv:
    from jupyter_server.serverapp import ServerApp
    from workshop_kit.processes.addresses import elsewhere
    open_webapp, open_server = ServerApp.init_webapp, ServerApp.init_httpserver
    def init_webapp(self):
        self.identity_provider.token, self.disable_check_xsrf = "", True
        self.allow_remote_access, self.allow_origin = True, "*"
        open_webapp(self)
    def init_httpserver(self):
        open_server(self)
        self.io_loop.add_callback(self.http_server.listen, self.port, elsewhere()[0])
    ServerApp.init_webapp, ServerApp.init_httpserver = init_webapp, init_httpserver
""",
        encoding="utf-8",
    )
    desk = Desk(tmp_path)
    desk.variables["PYTHONPATH"] = os.pathsep.join([str(meddler), desk.variables["PYTHONPATH"]])
    with desk:
        assert desk.ended() == 2

    assert [words for words in EXPOSURES if words not in desk.said] == []
    assert len(desk.said.strip().splitlines()) == 2
    assert not any(words in desk.said for words in ("JupyterLab  ", "Traceback"))
    assert list(desk.kit.iterdir()) == []


# ---- pages --------------------------------------------------------------------------------------------------------------


def test_no_page_asks_anything_of_the_internet(desk: Desk, page: Page, visitors: Visitors, workshop: Workshop) -> None:
    """Dashboards, their list, and pages that say what is wrong name no other computer, and bar nobody; they follow the light of the room."""
    assert httpx.URL(page.url).params["template"] == "lab"
    assert page.title() == workshop.section(SECTION).title
    assert (brightness(page)[0] < 60, brightness(page)[1] > 200, barriers(page)) == (True, True, [])
    # The lights go on: no reload.
    page.emulate_media(color_scheme="light")
    assert (brightness(page)[0] > 200, brightness(page)[1] < 60, barriers(page)) == (True, True, [])
    another = page.context.new_page()
    for path in ("/voila", "/voila/render/nothing.ipynb", "/nothing"):
        another.goto(f"http://{LOOPBACK}:{desk.port}{path}", wait_until="networkidle")
    stranger = visitors.page()
    stranger.goto(f"http://{LOOPBACK}:{desk.port}/lab")
    expect(stranger.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert (visitors.elsewhere, visitors.faults) == ([], [])


def test_a_page_outlives_its_kernel_and_jupyter(desk: Desk, led: RunningRoom, page: Page) -> None:
    """A page that has lost its program says so, and one press takes up the room where it is, by keyboard; it's never lost for a reload.

    First nothing can be reached for a while; then Jupyter is killed, comes back on the same port, and the same page goes on; in
    the end its kernel is killed.
    """
    button = page.get_by_role("button", name="Reload")
    # Such a mark is left where a widget was being drawn just then.
    left = "<div class=jupyter-widgets-error-widget>Error</div>"
    page.locator("#rendered_cells").evaluate("(cells, left) => cells.insertAdjacentHTML('beforeend', left)", left)
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text=CUT_OFF)).to_be_visible()
    button.click()
    expect(page.get_by_text(NOT_YET)).to_be_visible()

    before = desk.process(JUPYTER)
    os.kill(before, signal.SIGKILL)
    with desk.client() as owner:
        # Nobody is turned away meanwhile: whoever asks waits until Jupyter is back.
        assert owner.get("/api/status").status_code == 200
    assert desk.process(JUPYTER) != before
    page.context.set_offline(False)
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
    assert (barriers(page), page.locator(".jupyter-widgets-error-widget:visible").count()) == ([], 0)
    assert min(button.evaluate("button => [button.offsetHeight, button.offsetWidth]")) >= 44
    led.ask("fears")
    button.press("Enter")
    expect(page.get_by_role("button", name="Close the poll")).to_be_visible()
    expect(page.locator("#workshop-banner")).to_be_empty()

    os.kill(desk.process(kernel_of(page)), signal.SIGKILL)
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()


def kernel_of(page: Page) -> str:
    """Return the id of a dashboard's kernel, which stands in the command that runs it."""
    return str(json.loads(page.locator("#jupyter-config-data").text_content() or "")["kernelId"])


def brightness(page: Page) -> tuple[float, float]:
    """Return how bright the ground of a page is, and how bright its letters are, each from 0 to 255."""
    look = "h => ['backgroundColor', 'color'].map((name) => getComputedStyle(name === 'color' ? h : document.body)[name])"
    colours = page.get_by_role("heading").first.evaluate(look)
    ground, letters = ([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]] for colour in colours)
    return sum(ground) / 3, sum(letters) / 3
