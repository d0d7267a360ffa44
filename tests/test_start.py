"""The small parts of `workshop-kit start`: ports, addresses, and the settings that keep Jupyter to this computer."""

import json
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.world import environment
from workshop_kit import material
from workshop_kit.cli.addresses import free_port, lan_address
from workshop_kit.cli.notebooks import arrival, jupyter_answers, jupyter_settings
from workshop_kit.errors import SetupError

HERE: Final = "127.0.0.1"
TOKEN: Final = "a-token-for-a-test"
PORTS: Final = range(20000, 20500)


@pytest.fixture
def taken() -> Iterator[int]:
    """Yield a port of this computer that a program listens on, with many more above it."""
    for port in PORTS:
        with socket.socket() as program:
            try:
                program.bind((HERE, port))
            except OSError:
                continue
            program.listen()
            yield port
            return


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Return Jupyter's settings as they are written."""
    written: dict[str, Any] = json.loads(jupyter_settings(tmp_path, TOKEN, 8901).read_text(encoding="utf-8"))
    return written


def test_a_port_that_is_taken_is_passed_over(taken: int) -> None:
    """The first port of a range that nobody listens on is chosen, and it can be used."""
    port = free_port(range(taken, taken + 100), HERE)

    assert taken < port < taken + 100
    with socket.socket() as room:
        room.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        room.bind((HERE, port))


def test_where_every_port_is_taken_the_way_out_is_named(taken: int) -> None:
    """With no port left, one sentence names the ports, the address, and both options that help."""
    with pytest.raises(SetupError, match=rf"^No port from {taken} to {taken} can be used on 127\.0\.0\.1\. .*--host.*--port\.$"):
        free_port(range(taken, taken + 1), HERE)


def test_an_address_of_another_computer_is_refused() -> None:
    """An address that this computer does not have can be listened on at no port."""
    # Set aside for documents (RFC 5737), so it belongs to nobody.
    with pytest.raises(SetupError, match=r"can be used on 198\.51\.100\.7"):
        free_port(PORTS, "198.51.100.7")


def test_the_address_for_phones_belongs_to_this_computer() -> None:
    """The address found for phones can be listened on, whether or not there is a network."""
    address = lan_address()

    with socket.socket() as room:
        room.bind((address, 0))
    assert address != "0.0.0.0"


def test_without_a_network_the_address_is_this_computer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no way leads out, phones cannot come in, and the address is that of this computer alone."""

    def no_way_out(*_: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_way_out)

    assert lan_address() == HERE


def test_settings_are_for_the_eyes_of_their_owner(tmp_path: Path) -> None:
    """The file with Jupyter's token can be read and written by its owner and by nobody else, from its first moment."""
    file = jupyter_settings(tmp_path, TOKEN, 8901)

    assert file.parent == tmp_path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TOKEN in file.read_text(encoding="utf-8")


def test_jupyter_is_kept_to_this_computer_and_behind_its_token(settings: dict[str, Any]) -> None:
    """Jupyter listens on 127.0.0.1 at one port, asks everyone for the token and for the page's own cookie, and opens no browser."""
    server = settings["ServerApp"]

    assert settings["IdentityProvider"] == {"token": TOKEN}
    assert {name: server[name] for name in ("ip", "port", "port_retries", "open_browser")} == {
        "ip": HERE,
        "port": 8901,
        "port_retries": 0,
        "open_browser": False,
    }
    assert [server[name] for name in ("allow_remote_access", "allow_unauthenticated_access", "disable_check_xsrf")] == [False] * 3
    assert server["root_dir"] == str(material.shipped("notebooks"))


def test_a_dashboard_serves_no_file_and_no_traceback(settings: dict[str, Any]) -> None:
    """Voilà, which serves files by pattern to anyone who asks, has a pattern that fits nothing, and keeps tracebacks to itself."""
    dashboard = settings["VoilaConfiguration"]

    assert [
        name for name in ("a.png", "x.ipynb", "", "/", "index.html") for each in dashboard["file_allowlist"] if re.fullmatch(each, name)
    ] == []
    assert dashboard["show_tracebacks"] is False


def test_every_setting_is_one_that_jupyter_knows(tmp_path: Path) -> None:
    """No setting is misspelt: Jupyter has a trait of each name in a class of each name."""
    file = jupyter_settings(tmp_path, TOKEN, 8901)
    program = """
import json, sys
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyterlab.labapp import LabApp
from jupyterlab_server.app import LabServerApp
from voila.configuration import VoilaConfiguration
from workshop_kit.cli.kernels import WatchedKernels
tops = (PasswordIdentityProvider, ServerApp, AsyncLargeFileManager, LabApp, LabServerApp, VoilaConfiguration, WatchedKernels)
classes = {each.__name__: each for top in tops for each in top.mro()}
settings = json.load(open(sys.argv[1]))
print([f"{name}.{trait}" for name, traits in settings.items() for trait in traits if trait not in classes[name].class_traits(config=True)])
"""
    # In a process of its own: some of these libraries warn when they are imported, and warnings are errors here.
    asked = subprocess.run([sys.executable, "-c", program, str(file)], env=environment(), capture_output=True, text=True, check=True)

    assert asked.stdout == "[]\n"


def test_an_arrival_carries_the_token_once_and_goes_on_without_it() -> None:
    """The address signs the browser in and then leads to the page, whose own address holds no token and loses no sign."""
    address = arrival(8901, TOKEN, "/voila/render/a b&c.ipynb")

    assert address == f"http://127.0.0.1:8901/login?token={TOKEN}&next=/voila/render/a%20b%26c.ipynb"


def test_jupyter_that_is_not_there_yet_does_not_answer() -> None:
    """Before Jupyter has come up, asking it says no rather than failing."""
    assert jupyter_answers(free_port(PORTS, HERE), TOKEN) is False
