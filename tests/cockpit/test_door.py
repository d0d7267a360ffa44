"""The door in the cockpit: two presses count the people, and what goes beyond these two."""

import re

import pytest
from markupsafe import escape

from tests.cockpit.leading import offered, settle
from tests.world import PEOPLE, SAY, RunningRoom, is_shown, press, words_in
from workshop_kit.cards.follow import Follower
from workshop_kit.cockpit.door_panel import CARDS, MORE_SEATS, DoorPanel

STRANGER = PEOPLE[9]
AGAIN, ONE_MORE, NOBODY_MORE = (SAY(f"cockpit.door.{name}") for name in ("again", "one_more", "nobody_more"))
LARGER = SAY("cockpit.door.larger", n=MORE_SEATS)


@pytest.fixture
def panel(room: RunningRoom) -> DoorPanel:
    """Return the panel of a room in which all is settled and three people have a seat."""
    settle(room)
    for page in ("/stage", ""):
        room.public.get(room.path(page)).raise_for_status()
    return shown(DoorPanel(Follower(SAY)), room)


def shown(panel: DoorPanel, room: RunningRoom, people: int = 0) -> DoorPanel:
    """Return a panel that knows how its room is now, after some people have sat down."""
    room.sit(*PEOPLE[:people])
    panel.show(room.as_led())
    return panel


def yes(people: int) -> str:
    """Return what is on the button that counts so many people."""
    return SAY("cockpit.door.yes", n=people)


def come(room: RunningRoom, **told: str | None) -> tuple[int, dict[str, str]]:
    """Ask for a seat; return whether there was one, and what was told."""
    reply = room.public.post(room.path("/seats"), json=told)
    return reply.status_code, reply.json()


def leave(room: RunningRoom, seat: str) -> None:
    """Leave a seat."""
    room.public.request("DELETE", room.path("/seats"), json={"seat": seat}).raise_for_status()


@pytest.mark.room("--heads", "11")
def test_how_many_were_expected_stands_beside_how_many_there_are(panel: DoorPanel, room: RunningRoom) -> None:
    """What was said when the room was opened is shown while people count, and counts nobody."""
    assert "You expected" not in shown(panel, room, 3).here.value
    press(panel.door)
    assert "Are there 3 of us?</b> You expected 11 people." in panel.here.value
    assert room.as_led()["heads"] is None


def test_two_presses_count_the_people(panel: DoorPanel, room: RunningRoom) -> None:
    """The exact number is there once the door is locked; one that has changed meanwhile is refused, with what to look for."""
    shown(panel, room, 3)
    assert (offered(panel), "under 5" in panel.here.value) == (["Lock the door", LARGER], True)
    press(panel.door)
    assert "3 seats are taken. Are there 3 of us?" in panel.here.value
    assert offered(panel) == ["Open the door", yes(3), AGAIN, LARGER]
    leave(room, PEOPLE[2])
    press(panel.yes)
    assert escape(SAY("seats.not_as_many", seats=2, heads=3)) in panel.problem.value
    assert (room.as_led()["heads"], offered(panel)) == (None, ["Open the door", yes(2), AGAIN, LARGER])
    press(panel.yes)
    assert (room.as_led()["heads"], panel.problem.value) == (2, "")
    assert SAY.html("cockpit.door.counted", n=2) in panel.here.value
    assert offered(panel) == ["Open the door", AGAIN, ONE_MORE, LARGER]
    press(panel.door)
    assert (room.as_led()["heads"], offered(panel)) == (None, ["Lock the door", LARGER])


def test_counting_again_frees_the_seats(panel: DoorPanel, room: RunningRoom) -> None:
    """Where somebody left, it is said that no question can be asked; freed, seats are taken again by their tickets, and are counted as they are."""
    tickets = {seat: come(room, seat=seat)[1]["ticket"] for seat in PEOPLE[:3]}
    press(panel.door)
    press(panel.yes)
    leave(room, PEOPLE[0])
    shown(panel, room)
    assert SAY.html("cockpit.door.not_as_many", n=3, seats=2) in panel.here.value
    assert offered(panel) == ["Open the door", yes(2), AGAIN, LARGER]
    press(panel.again)
    assert (room.as_led()["seats"], room.as_led()["heads"], offered(panel)) == (0, None, ["Open the door", LARGER])
    back = [come(room, seat=seat, ticket=tickets.get(seat))[0] for seat in (*PEOPLE[:3], STRANGER)]
    assert back == [403, 201, 201, 403]
    press(shown(panel, room).yes)
    assert (room.as_led()["heads"], ONE_MORE in offered(panel)) == (2, True)


def test_one_more_person_comes_in_by_a_card_that_is_in_the_cockpit_alone(panel: DoorPanel, room: RunningRoom) -> None:
    """The door stays locked, the card opens one seat and is gone from sight with that; a place that nobody takes can be given up, also anew."""
    shown(panel, room, 3)
    press(panel.door)
    press(panel.yes)
    press(panel.one_more)
    card = card_in(panel)
    assert f"QR code: {room.connection.public_url}/{room.code}#{card}" in panel.card.value
    assert offered(panel) == ["Open the door", yes(3), AGAIN, NOBODY_MORE, LARGER]
    another = DoorPanel(Follower(SAY))
    told = (str(room.as_led()), words_in(another), *(room.public.get(room.path(page)).text for page in ("", "/stage", "/cards")))
    assert [words for words in told if card in words.replace(" ", "")] == []
    assert come(room, seat=STRANGER)[0] == 403
    assert come(room, card=card)[0] == 201
    for each in (panel, another):
        shown(each, room)
    assert (panel.card.value, offered(panel)) == ("", ["Open the door", AGAIN, ONE_MORE, LARGER])
    assert SAY.html("cockpit.door.counted", n=4) in panel.here.value

    press(panel.one_more)
    unused = card_in(panel)
    # Another cockpit does not show it, but can let go of it.
    press(shown(another, room).nobody_more)
    assert (shown(panel, room).card.value, room.as_led()["heads"], come(room, card=unused)[0]) == ("", 4, 403)
    run = room.ask("fears")
    assert offered(shown(panel, room)) == ["Open the door", AGAIN, LARGER]
    room.lead(run, "discard")
    press(shown(panel, room).one_more)
    panel.show(None)
    assert (offered(panel), is_shown(panel.card)) == ([], False)
    assert card_in(shown(panel, room)) not in (card, unused)
    panel.show({**room.as_led(), "code": "REHEAR"})
    assert panel.card.value == ""


def card_in(panel: DoorPanel) -> str:
    """Return the card that a panel shows."""
    [signs] = re.findall(r">(\w{4} \w{4} \w{4})<", panel.card.value)
    return str(signs.replace(" ", ""))


@pytest.mark.room("--seats", "3")
def test_a_full_room_is_made_larger(panel: DoorPanel, room: RunningRoom) -> None:
    """One press makes room for more people, who then get in."""
    shown(panel, room, 3)
    assert come(room, seat=STRANGER)[1]["code"] == "seats.room_full"
    press(panel.larger)
    assert (room.as_led()["capacity"], come(room, seat=STRANGER)[0]) == (3 + MORE_SEATS, 201)


@pytest.mark.room("--by-card")
def test_seat_cards_are_printed_and_made_void(panel: DoorPanel, room: RunningRoom) -> None:
    """In a room by card as many as are wanted are drawn, behind an address that opens them once; those that opened no seat can be made void."""
    assert offered(panel) == ["Lock the door", LARGER, SAY("cockpit.door.draw_cards"), SAY("cockpit.door.void_cards")]
    assert (panel.number.value, panel.sheets.value) == (CARDS, "")
    panel.number.value = 3
    press(panel.draw)
    [key] = re.findall(rf'href="{room.connection.public_url}/{room.code}/cards#(\w+)"', panel.sheets.value)
    sheets = room.public.post(room.path("/cards"), json={"key": key}).raise_for_status().text
    cards = re.findall(r">(\w{4} \w{4} \w{4})<", sheets)
    assert (len(cards), panel.printed.value) == (3, "")
    assert come(room, card=cards[0])[0] == 201
    press(shown(panel, room).door)
    assert "3 seat cards are good. Opened no seat yet: 2." in panel.printed.value
    press(panel.void)
    assert "1 seat card is good. Opened no seat yet: 0." in panel.printed.value
    assert (panel.sheets.value, come(room, card=cards[1])[1]["code"]) == ("", "seats.no_such_card")
    press(panel.draw)
    assert [yes(1), AGAIN] == offered(panel)[1:3]
    panel.show({**room.as_led(), "code": "REHEAR", "by_card": False})
    assert (panel.sheets.value, is_shown(panel.cards)) == ("", False)
