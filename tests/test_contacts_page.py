"""Whom people in a room can turn to: the page on every phone, and the two questions before a room opens."""

import os
import pty
import subprocess
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.world import PATIENCE_SECONDS, RunningRoom, environment, server_command
from workshop_kit import material
from workshop_kit.connection import FOLDER_VARIABLE

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
# An address for documentation: no computer has it, so a room that is asked for there cannot open.
NOBODYS_ADDRESS: Final = "203.0.113.1"


def contacts_page(room: RunningRoom) -> httpx.Response:
    """Return the page as a phone gets it."""
    return room.public.get(room.path("/contacts")).raise_for_status()


def test_a_room_offers_the_contacts_of_its_country_and_somebody_near_by(tmp_path: Path) -> None:
    """The page shows the chosen country and the facilitator's own words, safely, and no other country."""
    with RunningRoom(tmp_path / "room", "--country", "DE", "--contact", "Front desk <ring twice>") as room:
        shown = contacts_page(room).text

    assert "Front desk &lt;ring twice&gt;" in shown
    assert all(contact.name in shown for contact in material.contacts().for_country("DE"))
    assert "988" not in shown


def test_without_a_country_the_contacts_of_every_country_are_offered(room_server: RunningRoom) -> None:
    """Better a long list than none: with no country named, the page holds all of them, and says that none was checked lately."""
    shown = contacts_page(room_server).text

    assert [name for name in material.contacts().countries.values() if name not in shown] == []
    assert shown.count("not checked with them lately") == len(material.contacts().all)


def test_every_phone_page_leads_to_the_contacts(room_server: RunningRoom) -> None:
    """The room page names the page with the contacts in every phase."""
    assert f'href="{room_server.path("/contacts")}"' in room_server.public.get(room_server.path()).text


def test_a_killed_room_remembers_whom_people_can_turn_to(tmp_path: Path) -> None:
    """After a crash the page says the same."""
    with RunningRoom(tmp_path / "room", "--country", "NZ", "--contact", "The front desk") as room:
        before = contacts_page(room).text
        room.kill()
        room.start()

        assert contacts_page(room).text == before


def test_a_country_without_contacts_is_refused(tmp_path: Path) -> None:
    """A country that is not in the list is said in one sentence that names those that are, before any room opens."""
    refused = subprocess.run(
        [*server_command(), "--port", "0", "--folder", str(tmp_path), "--country", "XX"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "There are no contacts for that country yet. There are for: US, CA, UK, IE, DE, FR, AU, NZ, EU.\n"


@pytest.mark.parametrize("typed", ["xx\nde\nFront desk, room 4\n", "\n\n"])
def test_a_facilitator_is_asked_before_a_room_without_checklist_opens(tmp_path: Path, typed: str) -> None:
    """At a terminal, `start` without the checklist asks for country and somebody near by; an unknown country is asked for again."""
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [COMMAND, "start", "--no-browser", "--no-checklist", "--host", NOBODYS_ADDRESS],
        env={**environment(), FOLDER_VARIABLE: str(tmp_path)},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    said = b""
    # A terminal whose other end was closed ends with an error, not with nothing.
    with suppress(OSError):
        while more := os.read(ours, 1024):
            said += more
    os.close(ours)
    _, errors = asked.communicate(timeout=PATIENCE_SECONDS)

    assert said.count(b"Country for support contacts") == typed.count("\n") - 1
    assert said.count(b"Somebody near by to turn to") == 1
    assert asked.returncode == 2
    assert f"can be used on {NOBODYS_ADDRESS}" in errors.decode()
