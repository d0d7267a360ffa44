"""Where phones find the room: what is named stays named for as long as it leads there."""

import pytest

from workshop_kit.errors import InvalidAnswer
from workshop_kit.room.address import Address

WIFI, WIRED, VPN = "http://192.168.8.20", "http://10.0.0.5", "http://10.8.0.2"


def test_what_stands_on_cards_is_named_for_as_long_as_it_leads_to_the_room() -> None:
    """A likelier address that turns up later is offered only; one that is gone gives way to the likeliest, and comes back when it can."""
    address = Address()
    named = []
    for found in ([WIRED, VPN], [WIFI, WIRED, VPN], [], [WIFI, VPN], [VPN], [WIFI, VPN], [WIFI, WIRED]):
        address.found(found)
        named.append((address.url, address.others))

    later = [(WIFI, [VPN]), (VPN, []), (VPN, [WIFI]), (WIRED, [WIFI])]
    assert named == [(WIRED, [VPN]), *[(WIRED, [WIFI, VPN])] * 2, *later]


def test_another_address_is_named_where_the_room_is_reached_there() -> None:
    """It is what comes back from then on; one that is not the room's is refused, and nothing changes."""
    address = Address()
    address.found([WIFI, WIRED])
    address.announce(WIRED)
    for other in (VPN, "", None, 7):
        with pytest.raises(InvalidAnswer, match=r"^room\.not_reached_there$"):
            address.announce(other)
    assert (address.url, address.others) == (WIRED, [WIFI])
    for found in ([WIFI], [WIFI, WIRED]):
        address.found(found)
    assert address.url == WIRED
