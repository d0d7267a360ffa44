"""Exposure: whether a Jupyter that has just started keeps to this computer and to its owner.

Whoever gets into Jupyter can do all that its owner can. So the kit does not take the settings' word for it: it asks, as a
stranger would, and where a stranger would have got in it says so and goes no further.
"""

import http.client
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from workshop_kit.processes.addresses import LOOPBACK, is_answered

PATIENCE_SECONDS: Final = 5.0
PAGES: Final = ("/lab", "/tree", "/voila", "/api/contents", "/api/kernels")
# Of no kernel; asked to be ended, so that it makes no difference should Jupyter go along.
NO_KERNEL: Final = "/api/kernels/00000000-0000-4000-8000-000000000000"
# RFC 2606 keeps this name for examples.
STRANGER: Final = "stranger.example"


class Reply:
    """What Jupyter replied: the status, 0 if there was no reply, and the headers, their names in small letters."""

    def __init__(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.cookies = "; ".join(value.partition(";")[0] for name, value in headers if name.lower() == "set-cookie")


def ask(port: int, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", *, host: str = LOOPBACK) -> Reply:
    """Ask Jupyter for something; return what it replied."""
    asking = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    try:
        asking.request(method, path, headers=dict(headers or {}))
        reply = asking.getresponse()
        return Reply(reply.status, reply.getheaders())
    except (OSError, http.client.HTTPException):
        return Reply(0)
    finally:
        asking.close()


def exposures(port: int, token: str, elsewhere: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each way in which Jupyter is open to others, by the name of the sentence for it and the facts.

    Parameters
    ----------
    port, token
        Of the Jupyter that runs at 127.0.0.1.
    elsewhere
        Further addresses of this computer.
    """
    for address in elsewhere:
        if is_answered(address, port):
            yield "elsewhere", {"address": address}
    if not token or any(ask(port, page).status not in (302, 403) for page in PAGES):
        yield "pages", {}
    if ask(port, "/api/status", {"Host": STRANGER, "Authorization": f"token {token}"}).status != 403:
        yield "names", {}
    cookies = {"Cookie": ask(port, f"/login?token={quote(token)}").cookies}
    if ask(port, NO_KERNEL, cookies, "DELETE").status != 403:
        yield "orders", {}
    reply = ask(port, "/api/status", {**cookies, "Origin": f"http://{STRANGER}"})
    if reply.status == 200 and reply.headers.get("access-control-allow-origin"):
        yield "read", {}
