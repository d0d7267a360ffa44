"""Hostile phones: whatever somebody on the Wi-Fi may send to a room, and what must be true of every reply to it.

Everything is sent over bare sockets, because a hostile phone uses no library that keeps it from mistakes. Requests are
drawn by hypothesis, the same ones on every computer; `complaints` says what is wrong with a reply.
"""

import gzip
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import httpx
from hypothesis import strategies as st

from tests.world import PATIENCE_SECONDS, ROOT, RunningRoom, environment, new_seats

CANARY: Final = "zzcanary7f3a"
# Nobody else's, so that what a hostile phone answers can be taken back by it.
TOKENS: Final = new_seats(Random(666), 3)
CAREFUL: Final = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
FOR_GOOD: Final = "public, max-age=31536000, immutable"
SILENT: Final = ("server", "set-cookie", "x-powered-by", "etag", "last-modified", "access-control-allow-origin")
# Linux answers to all addresses that begin with 127; elsewhere the hostile phone has to share the honest one's.
ELSEWHERE: Final = "127.0.0.66" if sys.platform == "linux" else "127.0.0.1"


@dataclass(frozen=True)
class Sent:
    """One request as it goes over the wire."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def to_bytes(self, host: str) -> bytes:
        """Return all of it; the host is named, and the body's length told, unless a header does it otherwise."""
        told = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        headers += [] if b"host" in told else [(b"Host", host.encode())]
        headers += [] if {b"content-length", b"transfer-encoding"} & told else [(b"Content-Length", str(len(self.body)).encode())]
        lines = [b" ".join([self.method, self.target, b"HTTP/1.1"]), *(name + b": " + value for name, value in headers), b"", b""]
        return b"\r\n".join(lines) + self.body


class Reply(NamedTuple):
    """A reply, as much of it as there is; of a stream only its beginning."""

    status: int
    headers: dict[str, str]
    body: bytes
    method: str = "GET"


Address = tuple[str, int]


def address_of(room: RunningRoom) -> Address:
    """Return where phones reach a room."""
    url = httpx.URL(room.connection.public_url)
    return url.host, url.port or 0


def wire_to(address: Address) -> socket.socket:
    """Return a new wire to a place."""
    return socket.create_connection(address, PATIENCE_SECONDS)


def exchange(room: RunningRoom, sent: Sent) -> Reply | None:
    """Send a request over a wire of its own; None if the wire was cut without a word."""
    host, port = address_of(room)
    with wire_to((host, port)) as wire:
        with suppress(ConnectionError):
            wire.sendall(sent.to_bytes(f"{host}:{port}"))
        return read_reply(wire, sent.method.decode("latin-1"))


def read_reply(wire: socket.socket, method: str = "GET") -> Reply | None:
    """Return the next reply on a wire; None if the wire was cut without a word."""
    reply = http.client.HTTPResponse(wire, method=method)
    try:
        reply.begin()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        body = reply.read1(65536) if headers.get("content-type", "").startswith("text/event-stream") else reply.read()
    except (ConnectionError, http.client.BadStatusLine):
        return None
    finally:
        reply.close()
    assert len(headers) == len(reply.getheaders()), "A header was sent twice."
    return Reply(reply.status, headers, body, method)


def complaints(reply: Reply) -> list[str]:
    """Return all that is wrong with a reply, whatever it is a reply to."""
    body = gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" and reply.body else reply.body
    text = body.decode("utf-8", "replace")
    is_page = reply.headers.get("content-type", "").startswith("text/html")
    policy = reply.headers.get("content-security-policy", "")
    is_strict = "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    wrong = {
        f"a fault of our own: {reply.status}": reply.status >= 500,
        "what was sent came back": CANARY in f"{text} {reply.headers}".lower(),
        "the insides of the program are shown": re.search(r"Traceback|\bException\b|[a-z_]\.py\b|workshop_kit|starlette|uvicorn", text),
        "a page without a strict policy": is_page and not is_strict,
        "a script stands in the page": is_page
        and re.search(r"<script(?![^>]*\ssrc=|\ type=\"application/json\")|\son[a-z]+\s*=\s*[\"']|javascript:", text),
        "an error that is not one sentence": reply.status >= 400 and reply.method != "HEAD" and not is_page and not sentence_in(text),
    }
    for name, value in CAREFUL.items():
        wrong[f"not careful: {name}"] = reply.headers.get(name) not in (value, FOR_GOOD if name == "cache-control" else value)
    return [each for each, is_so in wrong.items() if is_so] + [f"says too much: {name}" for name in SILENT if name in reply.headers]


def sentence_in(text: str) -> str | None:
    """Return the one plain sentence with which a request was refused; None if it says anything else, or more."""
    with suppress(ValueError):
        said = json.loads(text)
        if isinstance(said, dict) and set(said) == {"error", "code"} and re.fullmatch(r"[A-Z][^\n<>{}\\]{15,200}\.", str(said["error"])):
            return str(said["error"])
    return None


# As they stand in the program, so that none is missing.
_APP: Final = (ROOT / "workshop_kit" / "server" / "public.py").read_text(encoding="utf-8")
ROUTES: Final = sorted({("/{code}/runs/{run}" if run else "") + path for run, path in re.findall(r'Route\((run \+ )?"([^"]+)"', _APP)})
assert {"/", "/{code}", "/{code}/events", "/{code}/runs/{run}/ballot"} < set(ROUTES)
METHODS: Final = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT"]
METHODS_UNHEARD_OF: Final = ["PROPFIND", "get", "B4D", "G" * 70, "QUERY", CANARY.upper()]
ODD_CODES: Final = ["WRANGQ", CANARY, "%00", "%0d%0aX-Canary:" + CANARY, "..", "%2e%2e", "%2F", "A" * 5000, "\u0000".encode().hex()]
ODD_RUNS: Final = ["0", "99", "-1", "1.5", "1e9", "%31", "%EF%BC%91", "9" * 400, "9" * 5000, CANARY, "", "1/", "//"]

anything = st.text(max_size=40) | st.just(CANARY) | st.just(f'"><script>{CANARY}</script>') | st.just("{{7*7}}${7*7}" + CANARY)
numbers: st.SearchStrategy[Any] = st.integers() | st.floats() | st.sampled_from([10**300, -(10**300), 2**63, 1e308, True, None])
odd_answers: st.SearchStrategy[Any] = st.recursive(
    anything | numbers | st.sampled_from(["hurt", "coat", "inn", "wind", "other", "\ud800"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(anything | st.just("pass"), inner, max_size=4),
    max_leaves=12,
)
# A pass fits every question; the others fit one each.
good_answers = st.just({"pass": True}) | st.sampled_from([["coat"], "inn", 3, 7, ["wind", "birds", "talk", "tea"], f"Line {CANARY}", []])
seats: st.SearchStrategy[Any] = st.sampled_from(TOKENS) | st.sampled_from(TOKENS) | odd_answers


def _as_json(seat: Any, answer: Any, more: Any) -> bytes:
    return json.dumps({"seat": seat, "answer": answer, **({"more": more} if more else {})}).encode()


json_bodies = st.builds(_as_json, seats, good_answers | odd_answers, st.none() | odd_answers)
twisted_bodies = st.one_of(
    # Valid, and not what is meant.
    st.builds(lambda body, twist: twist(body), json_bodies, st.sampled_from([
        gzip.compress, lambda body: body.decode().encode("utf-16"), lambda body: body.decode().encode("utf-32"), lambda body: body * 2,
        lambda body: b"\xef\xbb\xbf" + body, lambda body: body[:-1], lambda body: b"[" + body + b"]", lambda body: body + b" " * 5000,
        lambda body: body.replace(b"{", b'{"seat": 1, "seat": "%s", "answer": 1, ' % TOKENS[0].encode(), 1),
        lambda body: body.replace(b": ", b": NaN, \"x\": ", 1),
    ])),
    st.binary(max_size=200),
    st.builds(lambda opening, depth: opening * depth, st.sampled_from([b"[", b'{"seat":', b'{"answer":[']), st.sampled_from([10, 300, 450])),
    st.sampled_from([
        b'{"seat": "%s", "answer": %s}' % (TOKENS[0].encode(), each)
        for each in (b"NaN", b"-Infinity", b"1e999", b"9" * 4000, b"-0", b"0.0", b"3.0", b'"\\ud83d"', b'"\\u0000"', b"[[[[]]]]")
    ]),
)  # fmt: skip
bodies = json_bodies | twisted_bodies | st.just(b"")

latin = st.characters(codec="latin-1", exclude_characters="\r\n\x00")
no_line_breaks = st.text(latin, max_size=60).map(lambda text: text.encode("latin-1"))
HARMLESS: Final = [
    b"Accept: text/html", b"Accept-Encoding: gzip, br;q=1.0, *;q=0", b"Content-Type: application/json; charset=utf-16",
    b"Content-Encoding: gzip", b"Content-Type: multipart/form-data; boundary=CANARY", b"Cookie: seat=CANARY",
    b"Authorization: Bearer CANARY", b"Range: bytes=0-1,5-,-9", b'If-None-Match: "CANARY"', b"X-Forwarded-For: 203.0.113.7, CANARY",
    b"X-Forwarded-Host: CANARY.example", b"X-Forwarded-Proto: javascript", b"Forwarded: for=CANARY;host=CANARY",
    b"X-Original-URL: /state", b"X-HTTP-Method-Override: DELETE", b"Upgrade: websocket", b"Connection: upgrade", b"Connection: close",
    b"Expect: 100-continue", b"Referer: http://CANARY.example/", b"Origin: http://CANARY.example", b"Sec-Fetch-Site: cross-site",
    b"Host: [::1", b"Host: 127.0.0.1:99999999", b"Host: 127.0.0.1:CANARY", b"Host: CANARY.example", b"Host: \xff\xfe",
    b"User-Agent: " + b"CANARY" * 50,
]  # fmt: skip
harmless_headers = st.sampled_from([tuple(each.replace(b"CANARY", CANARY.encode()).split(b": ", 1)) for each in HARMLESS])
headers = st.lists(harmless_headers | st.tuples(st.just(b"X-" + CANARY.encode()), no_line_breaks), min_size=1, max_size=3).map(tuple)

# What belongs together, the acts more often than the pages, since they are what can change something.
RIGHT: Final = [
    *(8 * [("PUT", "/{code}/runs/{run}/ballot")] + 3 * [("DELETE", "/{code}/runs/{run}/ballot"), ("POST", "/{code}/seats")]),
    *(2 * [("POST", "/{code}/pause")] + [("GET", route) for route in ROUTES]),
]
TWISTS: Final = ("method", "route", "code", "run", "tail", "query", "headers", "body", "target")


@st.composite
def requests(draw: st.DrawFn, code: str, runs: range) -> Sent:
    """Draw a request to a room that is right but for two things at most, of which some make it no request at all."""
    method, route = draw(st.sampled_from(RIGHT))
    twists = draw(st.sets(st.sampled_from(TWISTS), max_size=2))

    def drawn(twist: str, odd: st.SearchStrategy[Any], right: st.SearchStrategy[Any]) -> Any:
        return draw(odd if twist in twists else right)

    method = drawn("method", st.sampled_from(METHODS + METHODS_UNHEARD_OF), st.just(method))
    route = drawn("route", st.sampled_from(ROUTES), st.just(route))
    code = drawn("code", st.sampled_from([code.lower(), f"%20{code}", quote(code + "\r\n"), *ODD_CODES]), st.just(code))
    run = drawn("run", st.sampled_from(ODD_RUNS), st.sampled_from([str(each) for each in runs]))
    tail = drawn("tail", st.sampled_from(["/", "/..", "/" + CANARY, "%00", ";" + CANARY, "\u00e9", "#" + CANARY]), st.just(""))
    values = st.sampled_from(["1", "16", "0", "stacked", "projector", code, "WRANGQ"]) | anything
    names = st.sampled_from(["code", "seats", "style", "size", "dark", "preview", CANARY])
    query = drawn("query", st.lists(st.tuples(names, values), min_size=1, max_size=2), st.just([]))
    body = drawn("body", bodies, st.builds(_as_json, st.sampled_from(TOKENS), good_answers, st.none()) if method != "GET" else st.just(b""))
    asked = "?" + "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query) if query else ""
    target = (route.replace("{code}", code).replace("{run}", run) + tail + asked).encode()
    if "target" in twists and len(twists) == 1:
        elsewhere = f"http://{CANARY}.example/".encode() + target
        target = draw(st.sampled_from([b"*", b"//", b"/\\", elsewhere, b"?", b"/%", b"/%zz", b"/%ff%fe"]))
    return Sent(method.encode(), target, drawn("headers", headers, st.just(())), body)


@contextmanager
def rage(kind: str, room: RunningRoom, number: int, *, beside: bool = False) -> Iterator[None]:
    """Let a hostile device in a process of its own do one of `tests.server.rages.RAGES` to a room, over so many wires, meanwhile.

    `beside` has it share its address with the honest phones, as behind one router.
    """
    host, port = address_of(room)
    command = [sys.executable, "-m", "tests.server.rages", kind, host, str(port), room.code, str(number), host if beside else ELSEWHERE]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE) as device:
        try:
            assert device.stdout is not None
            assert device.stdout.readline() == b"raging\n"
            yield
            assert device.poll() is None, "The hostile device gave up by itself, so nothing was tried."
        finally:
            device.kill()
