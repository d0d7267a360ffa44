"""Listening: whoever wants a port takes it, keeps it, and hands it on.

A port that was found free and is used a moment later may belong to another program by then. So nothing here says which port is
free: a port is taken, or it is not. `workshop-kit` listens before it starts what is to answer there, hands the listening socket on
to it, and keeps a hold of it. While what answers is started again, nobody else gets the port, and whoever asks meanwhile waits.
"""

import socket
import subprocess
import sys
from typing import Any, Final

from workshop_kit.errors import SetupError

# How many may wait to be received; a whole room comes back at once after a restart.
MOST_WAITING: Final = 2048


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; people are received once somebody serves it.

    Parameters
    ----------
    host, port
        An address of this computer, and a port; 0 takes any free one. At `::` it listens to IPv4, too.

    Raises
    ------
    SetupError
        If the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that the loop sends small replies at once instead of waiting for more to send.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            # There, it would let two programs have one port. Elsewhere a port can be had again soon after its last use.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # What it is otherwise depends on the system.
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        listening.bind((host, port))
        # Two programs may have come as far as this at the same moment; only one of them gets further.
        listening.listen(MOST_WAITING)
    except (OSError, OverflowError):
        listening.close()
        raise SetupError("processes.port_taken", port=str(port), host=host) from None
    return listening


def handing_on(listening: socket.socket) -> dict[str, Any]:
    """Return the arguments of `subprocess.Popen` with which a process inherits a socket, under the number that it has here."""
    if sys.platform == "win32":
        listening.set_inheritable(True)
        return {"startupinfo": subprocess.STARTUPINFO(lpAttributeList={"handle_list": [listening.fileno()]})}
    return {"pass_fds": [listening.fileno()]}


def handed_on(number: int) -> socket.socket:
    """Return the listening socket that this process has inherited under a number; what this process starts does not inherit it."""
    inherited = socket.socket(fileno=number)
    listening = socket.socket(inherited.family, inherited.type, socket.IPPROTO_TCP, fileno=inherited.detach())
    listening.set_inheritable(False)
    listening.setblocking(False)
    return listening
