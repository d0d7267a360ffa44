"""Addresses: where this computer can be reached, and at which of its ports.

Which of them phones can use is nowhere written down, so it is judged by the names of the interfaces and by the addresses themselves.
The way to the internet says nothing of it: a Wi-Fi of one's own has none, and where a VPN is on, that is the way.
"""

import ipaddress
import re
import socket
import sys
import threading
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

import psutil

from workshop_kit.errors import SetupError
from workshop_kit.processes.listening import listen

LOOPBACK: Final = "127.0.0.1"
# Who listens here listens at all addresses of this computer: those of IPv4, and those of both kinds.
EVERYWHERE: Final = ("0.0.0.0", "::")
# Whoever answers here is on this computer, so there is nothing to wait for.
PATIENCE_SECONDS: Final = 2.0
# Where a browser looks unless it is told otherwise.
USUAL_PORTS: Final = {"http": 80, "https": 443}

# What interfaces are called on Linux, macOS and Windows. Behind a virtual one there are programs of this computer, and no phones.
_VIRTUAL: Final = re.compile(
    r"docker|br-|veth|virbr|vmnet|vmware|vboxnet|virtualbox|lxc|lxd|podman|cni|flannel|cali|vethernet \((wsl|default)", re.IGNORECASE
)
_VPN: Final = re.compile(r"u?tun|tap|wg|ppp|ipsec|gpd|zt|nordlynx|.*(vpn|wireguard|tailscale|zerotier|openconnect)", re.IGNORECASE)
_WIFI: Final = re.compile(r"wl|wi-?fi|ath\d|ra\d", re.IGNORECASE)
_WIRED: Final = re.compile(r"en|eth|em\d|lan|local area", re.IGNORECASE)

_Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Interface(NamedTuple):
    """One of this computer's ways into a network, by the name that the system gives it."""

    name: str
    addresses: Sequence[str]
    is_up: bool = True


def interfaces() -> list[Interface]:
    """Return this computer's interfaces, in the system's order."""
    try:
        addresses, states = psutil.net_if_addrs(), psutil.net_if_stats()
    except OSError:
        # Some boxes in which programs are kept do not let them look.
        return []
    # Further addresses may be listed under a name that goes on behind a colon; up or down is the interface as a whole.
    up = {name for name, state in states.items() if state.isup}
    return [
        Interface(name, [each.address for each in found if each.family in (socket.AF_INET, socket.AF_INET6)], name.partition(":")[0] in up)
        for name, found in addresses.items()
    ]


def likeliest(found: Iterable[Interface]) -> list[str]:
    """Return the addresses at which phones may reach a computer with some interfaces, the likeliest first.

    Phones are in the Wi-Fi, or in what it is plugged into, rather than anywhere else, and hardly ever in a VPN, so its addresses come
    last. Of an interface that has IPv4, only those addresses are named, since they are easier to type; else one of IPv6, a private
    one where it has one.
    """
    ranked: list[tuple[tuple[bool, int, int, bool], str]] = []
    for name, addresses, is_up in found:
        if not is_up or _VIRTUAL.match(name):
            continue
        kind = 0 if _WIFI.match(name) else 1 if _WIRED.match(name) else 2
        known = sorted(_reachable(addresses), key=lambda each: (each.version, not each.is_private))
        usable = [each for each in known if each.version == 4] or known[:1]
        ranked += [((bool(_VPN.match(name)), each.version, kind, not each.is_private), str(each)) for each in usable]
    # What ranks alike stays in the system's order.
    return list(dict.fromkeys(address for _, address in sorted(ranked, key=lambda each: each[0])))


def phone_addresses() -> list[str]:
    """Return the addresses of this computer at which phones may reach it, the likeliest first; none where there is no network."""
    return likeliest(interfaces())


def elsewhere() -> list[str]:
    """Return further addresses of this computer: a program that keeps to 127.0.0.1 can be reached at none of them."""
    # On Linux the whole of 127.0.0.0/8 is this computer; other systems know only its first address.
    beside = ["127.0.0.2"] if sys.platform == "linux" else []
    return [*(str(address) for each in interfaces() if each.is_up for address in _reachable(each.addresses)), "::1", *beside]


def _reachable(addresses: Iterable[str]) -> list[_Ip]:
    """Return those of some addresses that mean this computer to others; one that is valid on one link only needs more than itself."""
    numbers = [ipaddress.ip_address(each) for each in addresses]
    return [each for each in numbers if not (each.is_loopback or each.is_link_local or each.is_unspecified or each.is_multicast)]


def where_to_listen(host: str) -> str:
    """Return the address at which to listen for a host that somebody has named: an address of this computer, or a name of it.

    Raises
    ------
    SetupError
        If there is no such host, it is another computer, or it is a name that, here, means no more than this computer itself.
    """
    try:
        found = [ipaddress.ip_address(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise SetupError("processes.host_unknown", host=host) from None
    address = min(found, key=lambda each: (each.is_loopback, each.version))
    if address.is_loopback and host not in (str(address), "localhost"):
        # Many systems give a computer's own name an address that is no use to others, such as 127.0.1.1.
        raise SetupError("processes.host_is_here_only", host=host, address=str(address))
    try:
        listen(str(address), 0).close()
    except SetupError:
        raise SetupError("processes.host_not_ours", host=host) from None
    return str(address)


def url(scheme: str, host: str, port: int) -> str:
    """Return the address of a server, with its port unless browsers know it."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port == USUAL_PORTS[scheme] else f"{scheme}://{shown}:{port}"


def local_name() -> str:
    """Return the name by which this computer may be found on a network without any server for names (RFC 6762)."""
    return f"{socket.gethostname().partition('.')[0].lower()}.local"


def look_up(name: str) -> Set[str]:
    """Return a set that the addresses of a name will be in once they are found. Nobody waits for that: it may take long, or for ever."""
    found: set[str] = set()

    def look() -> None:
        with suppress(OSError, UnicodeError):
            found.update(str(each[4][0]) for each in socket.getaddrinfo(name, None))

    threading.Thread(target=look, daemon=True).start()
    return found


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
