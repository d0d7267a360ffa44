"""Jupyter on a lead: it listens to this computer and its owner only, whatever settings lie about, and ends what nobody looks at.

Everything here is real: Jupyter with its kernels, a room, a browser, and the settings of a user who, or whose employer, has
opened Jupyter to everyone.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import Visitors, barriers, launched, wait_on
from tests.test_study import COMMAND, DESK
from tests.world import PATIENCE_SECONDS, RunningRoom, environment, wait_for
from workshop_kit.cli.addresses import LOOPBACK, elsewhere, free_port
from workshop_kit.cli.exposure import exposures
from workshop_kit.cli.notebooks import JUPYTER_PORTS, Notebooks, jupyter_answers
from workshop_kit.workshop import Workshop

DASHBOARD: Final = "06_the_fears_that_guard_us.ipynb"
SECTION: Final = "06"
GONE: Final = "The program behind this page has ended"
CUT_OFF: Final = "This page is cut off"
NOT_YET: Final = "Not reachable yet"
# What an owner of a shared server may have written once. Whoever runs it leaves a mark, so that it is seen to have been run.
HOSTILE: Final = """
import pathlib
c = get_config()
pathlib.Path({mark!r}, pathlib.Path(__file__).name).touch()
for name, value in {settings!r}.items():
    setattr(c.ServerApp, name, value)
c.IdentityProvider.token = ""
c.PasswordIdentityProvider.hashed_password = ""
c.VoilaConfiguration.file_allowlist = [".*"]
"""
OPEN: Final = {
    "ip": "0.0.0.0",
    "token": "",
    "password": "",
    "disable_check_xsrf": True,
    "allow_origin": "*",
    "allow_remote_access": True,
    "allow_unauthenticated_access": True,
    "allow_root": True,
    "open_browser": False,
    "base_url": "/open/",
    "root_dir": "/",
}
NAMES: Final = ("jupyter_config", "jupyter_server_config", "jupyter_lab_config", "voila")
ALL_EXPOSURES: Final = ("without the token", "names that are not", "give it orders", "could read it")


class Desk:
    """The notebooks of somebody who leads a room, with dashboards that end soon after their pages.

    Parameters
    ----------
    folder
        Where the room is.
    private
        An empty folder for Jupyter.
    """

    def __init__(self, folder: Path, private: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.notebooks = self._done(self._made(folder, private))

    async def _made(self, folder: Path, private: Path) -> Notebooks:
        notebooks = Notebooks(folder, private)
        file = private / "jupyter_settings.json"
        settings = json.loads(file.read_text(encoding="utf-8"))
        # Seconds rather than a minute; how often and how long is all that differs.
        settings["MappingKernelManager"] = {"cull_interval": 1, "cull_idle_timeout": 3}
        file.write_text(json.dumps(settings), encoding="utf-8")
        return notebooks

    def start(self) -> None:
        """Start Jupyter, or start it again, and wait until it answers."""
        self._done(self.notebooks.start())
        self._done(self.notebooks.answered())

    def kill(self) -> None:
        """End Jupyter at once."""
        self._done(self.notebooks.stop())

    def close(self) -> None:
        """End everything."""
        self.kill()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def client(self) -> httpx.Client:
        """Return a client that is signed in with the token."""
        address = httpx.URL(self.notebooks.lab(""))
        token = dict(address.params)["token"]
        return httpx.Client(
            base_url=f"http://{LOOPBACK}:{address.port}",
            headers={"Authorization": f"token {token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    def _done(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield the browser, the same one for all tests here."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room, the same one for all tests here."""
    with RunningRoom(tmp_path_factory.mktemp("desk") / "room") as room:
        yield room


@pytest.fixture(scope="module")
def desk(room: RunningRoom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Yield the notebooks of whoever leads that room."""
    desk = Desk(room.folder, tmp_path_factory.mktemp("private"))
    try:
        desk.start()
        yield desk
    finally:
        desk.close()


@dataclass(frozen=True)
class HostileUser:
    """A user whose every Jupyter setting opens it to the world, and the folder in which each leaves its mark when it is read."""

    variables: dict[str, str]
    here: Path
    marks: Path

    @property
    def read(self) -> list[str]:
        """The names of the settings that were read."""
        return sorted(file.name for file in self.marks.iterdir())


@pytest.fixture
def hostile(tmp_path: Path) -> HostileUser:
    """Return such a user: in the home folder, in the folders that variables name, and in the one where the command is typed."""
    home, moved, also, here, marks = (tmp_path / name for name in ("home", "moved", "also", "here", "marks"))
    marks.mkdir()
    for folder in (home / ".jupyter", moved, also, here):
        (folder / "jupyter_server_config.d").mkdir(parents=True)
        for name in NAMES:
            (folder / f"{name}.py").write_text(HOSTILE.format(mark=str(marks), settings=OPEN), encoding="utf-8")
        (folder / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": OPEN}), encoding="utf-8")
        extension = {"ServerApp": {"jpserver_extensions": {"jupyter_server_terminals": True, "jupyter_lsp": True}}}
        (folder / "jupyter_server_config.d" / "more.json").write_text(json.dumps(extension), encoding="utf-8")
    for startup in (home / ".ipython", moved / "ipython"):
        (startup / "profile_default" / "startup").mkdir(parents=True)
        program = f"import pathlib; pathlib.Path({str(marks)!r}, 'startup').touch()"
        (startup / "profile_default" / "startup" / "00.py").write_text(program, encoding="utf-8")
    for data in (home / ".local" / "share" / "jupyter", moved / "data"):
        (data / "kernels" / "python3").mkdir(parents=True)
        kernel = {"argv": ["touch", str(marks / "kernel"), "{connection_file}"], "display_name": "Python 3", "language": "python"}
        (data / "kernels" / "python3" / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
    variables = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(moved),
        "JUPYTER_CONFIG_PATH": str(also),
        "JUPYTER_DATA_DIR": str(moved / "data"),
        "JUPYTER_PATH": str(moved / "data"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "JUPYTER_TOKEN": "",
        "JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS": "true",
        # Set aside for documents (RFC 5737): with it, kernels would be asked of another computer.
        "JUPYTER_GATEWAY_URL": "http://192.0.2.7",
        "IPYTHONDIR": str(moved / "ipython"),
        "WORKSHOP_KIT_FOLDER": str(tmp_path / "kit"),
    }
    kept = {name: value for name, value in environment().items() if not name.startswith(("JUPYTER", "XDG_"))}
    return HostileUser({**kept, **variables}, here, marks)


@contextmanager
def studying(user: HostileUser, **different: str) -> Iterator[tuple[subprocess.Popen[str], Callable[[], str]]]:
    """Yield `workshop-kit study` as such a user types it, and what it says."""
    output = user.here.parent / "output"
    with output.open("w", encoding="utf-8") as written:
        command = [sys.executable, "-c", COMMAND, "study", "--no-browser"]
        process = subprocess.Popen(
            command, env={**user.variables, **different}, cwd=user.here, stdin=subprocess.DEVNULL, stdout=written, stderr=written, text=True
        )
    try:
        yield process, lambda: output.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)


def said(process: subprocess.Popen[str], output: Callable[[], str], word: str) -> str:
    """Return the address that stands behind a word in the output, as soon as it does."""

    def look() -> str | None:
        assert process.poll() is None, f"It ended by itself: {output()}"
        return next((line.split()[-1] for line in output().splitlines() if line.strip().startswith(word)), None)

    return wait_for(look, f"the command to say: {word}")


def test_hostile_settings_are_not_even_read(hostile: HostileUser) -> None:
    """Where every setting of the user opens Jupyter to the world, it is as closed as ever, and none of their programs has run."""
    with studying(hostile) as (process, output):
        address = httpx.URL(said(process, output, "JupyterLab"))
        token, port = dict(address.params)["token"], address.port or 0
        assert list(exposures(port, token, elsewhere())) == []
        with httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=PATIENCE_SECONDS, trust_env=False) as stranger:
            assert [stranger.get(path).status_code for path in ("/api/contents", "/api/kernels", "/lab", "/open/lab")] == [
                403,
                403,
                302,
                302,
            ]
            # Not 404: it is refused before anyone looks whether there is such a picture.
            assert stranger.get("/voila/files/picture.png").status_code == 403
        owner = httpx.Client(base_url=f"http://{LOOPBACK}:{port}", headers={"Authorization": f"token {token}"}, timeout=PATIENCE_SECONDS)
        with owner:
            # A dashboard runs a kernel and Voilà's own settings.
            assert owner.get(f"/voila/render/{DASHBOARD}").status_code == 200
            assert owner.get("/api/terminals").status_code == 404
            assert owner.get("/etc/passwd").status_code == 404
            [kernel] = owner.get("/api/kernels").json()
            assert kernel["name"] == "python3"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert hostile.read == []


def test_the_settings_would_open_jupyter_and_that_is_noticed(hostile: HostileUser) -> None:
    """Started without the kit, Jupyter takes these settings; every way in that they open is found and named."""
    port = free_port(JUPYTER_PORTS, LOOPBACK, silent_at=elsewhere())
    variables = {name: value for name, value in hostile.variables.items() if name != "JUPYTER_GATEWAY_URL"}
    plain = json.dumps({"ServerApp": {**OPEN, "base_url": "/", "port": port, "log_level": "ERROR"}, "IdentityProvider": {"token": ""}})
    (hostile.here / "settings.json").write_text(plain, encoding="utf-8")
    command = [sys.executable, "-m", "jupyter_server", "--config=settings.json"]
    with (hostile.here / "words").open("w", encoding="utf-8") as words:
        process = subprocess.Popen(command, env=variables, cwd=hostile.here, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        wait_for(lambda: jupyter_answers(port, ""), "Jupyter to start")

        found = list(exposures(port, "", elsewhere()))
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)

    assert hostile.read != []
    assert [words for words in (*ALL_EXPOSURES, "reached at") if not any(words in each for each in found)] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [("self.ip = '0.0.0.0'", "reached at"), ("self.identity_provider.token = ''", "token"), ("self.disable_check_xsrf = True", "orders")],
)
def test_what_is_open_all_the_same_is_closed_again(hostile: HostileUser, tmp_path: Path, change: str, words: str) -> None:
    """Where something on the computer changes Jupyter itself, the kit notices after the start, says so in one sentence and ends."""
    meddler = tmp_path / "meddler"
    meddler.mkdir()
    (meddler / "sitecustomize.py").write_text(
        f"""
import sys
if "jupyterlab" in sys.orig_argv:
    from jupyter_server.serverapp import ServerApp
    original = ServerApp.init_webapp
    def init_webapp(self):
        {change}
        original(self)
    ServerApp.init_webapp = init_webapp
""",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(meddler), hostile.variables["PYTHONPATH"]])

    with studying(hostile, PYTHONPATH=path) as (process, output):
        assert process.wait(PATIENCE_SECONDS) == 2

    assert "JupyterLab  " not in output()
    assert words in output()
    assert len(output().strip().splitlines()) == 2
    assert "Traceback" not in output()


def test_no_page_asks_anything_of_the_internet(desk: Desk, browser: Browser, workshop: Workshop) -> None:
    """Dashboards, their list, JupyterLab, and pages that say what is wrong: none names another computer, in light or in dark."""
    with Visitors(browser) as visitors:
        for scheme in ("light", "dark"):
            page = opened(desk, visitors, color_scheme=scheme)
            assert barriers(page) == []
            assert page.title() == workshop.section(SECTION).title
        for path in ("/voila", "/voila/render/nothing.ipynb", "/nothing", f"/voila/render/{DASHBOARD}?template=lab&theme=dark"):
            page.goto(httpx.URL(page.url).copy_with(raw_path=path.encode()).__str__())
            page.wait_for_load_state("networkidle")
        lab = visitors.page(viewport=DESK)
        lab.goto(desk.notebooks.lab(DASHBOARD))
        expect(lab.get_by_role("heading", name=workshop.section(SECTION).title)).to_be_visible()
        stranger = visitors.page()
        stranger.goto(f"http://{LOOPBACK}:{httpx.URL(page.url).port}/lab")
        expect(stranger.get_by_role("button", name="Log in", exact=True)).to_be_visible()

        assert visitors.elsewhere == []
        assert visitors.faults == []


def test_a_dashboard_follows_the_light_of_the_room(desk: Desk, browser: Browser) -> None:
    """In a dark room a dashboard is dark with light letters, and turns light again when the lights go on, without a reload."""
    with Visitors(browser) as visitors:
        page = opened(desk, visitors, color_scheme="dark")
        dark = brightness(page)
        page.emulate_media(color_scheme="light")
        light = brightness(page)

    assert dark[0] < 60 < 200 < dark[1]
    assert light[1] < 60 < 200 < light[0]


def test_a_dashboard_ends_with_its_page_and_a_notebook_does_not(desk: Desk, browser: Browser) -> None:
    """The kernel of a dashboard that listens to the room ends soon after its page; one that JupyterLab opened stays."""
    with desk.client() as owner, Visitors(browser) as visitors:
        notebook = {"path": DASHBOARD, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        kept = owner.post("/api/sessions", json=notebook).raise_for_status().json()["kernel"]["id"]
        stays, leaves = opened(desk, visitors), opened(desk, visitors)
        kernels = [kernel_of(stays), kernel_of(leaves)]
        assert {*kernels, kept} <= running(owner)

        # As where power fails: nothing tells Jupyter of it.
        leaves.context.close()

        wait_for(lambda: kernels[1] not in running(owner), "the kernel of a page that is gone to end")
        assert {kernels[0], kept} <= running(owner)
        owner.delete(f"/api/kernels/{kept}").raise_for_status()


def test_a_page_that_lost_its_kernel_says_so_and_takes_up_the_room(desk: Desk, room: RunningRoom, browser: Browser) -> None:
    """A dashboard whose kernel was killed shows a banner; one press, by keyboard, and it shows the room where it is by then."""
    with Visitors(browser) as visitors:
        page = opened(desk, visitors)
        os.kill(pid_of(kernel_of(page)), signal.SIGKILL)
        banner = page.get_by_role("alert").filter(has_text=GONE)
        expect(banner).to_be_visible()
        assert barriers(page) == []
        button = page.get_by_role("button", name="Reload")
        size = button.bounding_box()
        assert size is not None
        assert min(size["height"], size["width"]) >= 44
        run = room.ask("fears")

        button.press("Enter")

        expect(page.get_by_role("button", name="Close the poll")).to_be_visible()
        expect(page.locator("#workshop-banner")).to_be_empty()
        room.lead(run, "discard")


def test_a_page_outlives_jupyter(desk: Desk, browser: Browser) -> None:
    """While Jupyter is gone a reload is not tried, so that the page is not lost; once it is back, the same page goes on."""
    with Visitors(browser) as visitors:
        page = opened(desk, visitors)
        desk.kill()
        expect(page.get_by_role("alert").filter(has_text=CUT_OFF)).to_be_visible()
        page.get_by_role("button", name="Reload").click()
        expect(page.get_by_text(NOT_YET)).to_be_visible()

        desk.start()

        expect(page.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
        page.get_by_role("button", name="Reload").click()
        expect(page.locator("#rendered_cells")).to_be_visible()
        expect(page.locator("#workshop-banner")).to_be_empty()


def test_widgets_answer_on_the_main_thread(desk: Desk) -> None:
    """JupyterLab is told to leave the callbacks of widgets where the kernel's own loop is, and to save none of their state."""
    with desk.client() as owner:
        settings = "/lab/api/settings/@jupyterlab/apputils-extension:kernels-settings"
        kernels = owner.get(settings).raise_for_status().json()["schema"]["properties"]["commsOverSubshells"]
        widgets = (
            owner.get("/lab/api/settings/@jupyter-widgets/jupyterlab-manager:plugin").raise_for_status().json()["schema"]["properties"]
        )

    assert kernels["default"] == "disabled"
    assert widgets["saveState"]["default"] is False


def opened(desk: Desk, visitors: Visitors, **different: Any) -> Page:
    """Return a page with a dashboard that is connected to its kernel."""
    page = visitors.page(viewport=DESK, **different)
    page.goto(desk.notebooks.dashboard(DASHBOARD))
    expect(page.locator("#rendered_cells")).to_be_visible()
    with desk.client() as owner:
        wait_on(page, lambda: owner.get(f"/api/kernels/{kernel_of(page)}").json().get("connections", 0) > 0, "the page to be connected")
    return page


def kernel_of(page: Page) -> str:
    """Return the id of a dashboard's kernel."""
    return str(json.loads(page.locator("#jupyter-config-data").text_content() or "")["kernelId"])


def running(owner: httpx.Client) -> set[str]:
    """Return the ids of all kernels."""
    return {kernel["id"] for kernel in owner.get("/api/kernels").raise_for_status().json()}


def pid_of(kernel: str) -> int:
    """Return the process of a kernel, which has the kernel's id on its command line."""
    lines = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
    [pid] = [int(line.split()[0]) for line in lines if f"kernel-{kernel}" in line]
    return pid


def brightness(page: Page) -> tuple[float, float]:
    """Return how bright the ground of a page is, and how bright its letters are, each from 0 to 255."""
    look = "h => ['backgroundColor', 'color'].map((name) => getComputedStyle(name === 'color' ? h : document.body)[name])"
    colours = page.get_by_role("heading").first.evaluate(look)
    ground, letters = ([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]] for colour in colours)
    return sum(ground) / 3, sum(letters) / 3
