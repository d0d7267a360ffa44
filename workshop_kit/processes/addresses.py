"""Addresses: where this computer can be reached, and at which of its ports."""

import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from workshop_kit.errors import SetupError
from workshop_kit.processes.listening import listen

LOOPBACK: Final = "127.0.0.1"
# Whoever answers here is on this computer, so there is nothing to wait for.
PATIENCE_SECONDS: Final = 2.0


def lan_address() -> str:
    """Return this computer's address on the local network, or 127.0.0.1 where there is none."""
    # Connecting a datagram socket sends nothing; it only asks which address would be used.
    for somewhere in ("192.0.2.1", "10.255.255.255", "192.168.255.255"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))
            address: str = asking.getsockname()[0]
            return address
    return LOOPBACK


def elsewhere() -> list[str]:
    """Return further addresses of this computer: a program that keeps to 127.0.0.1 can be reached at none of them."""
    # On Linux the whole of 127.0.0.0/8 is this computer; other systems know only its first address.
    beside = ["127.0.0.2"] if sys.platform == "linux" else []
    return [address for address in (lan_address(), "::1", *beside) if address != LOOPBACK]


def is_answered(host: str, port: int) -> bool:
    """Return whether a program listens at a port of this computer."""
    with suppress(OSError), socket.create_connection((host, port), PATIENCE_SECONDS):
        return True
    return False


def listen_within(ports: range, host: str, *, silent_at: Sequence[str] = ()) -> socket.socket:
    """Return a socket that listens at the first port of a range that can be had.

    Parameters
    ----------
    ports, host
        The range, and the address at which the port is to be used.
    silent_at
        Further addresses of this computer at which nobody may use it either.

    Raises
    ------
    SetupError
        If all are taken, or the address is not one of this computer's.
    """
    for port in ports:
        with suppress(SetupError):
            listening = listen(host, port)
            if not any(is_answered(other, port) for other in silent_at):
                return listening
            listening.close()
    raise SetupError("processes.ports_taken", first=str(ports.start), last=str(ports.stop - 1), host=host)
