"""Pages: what the templates say, packed once and handed out many times.

A room page is the same for everyone, so it is rendered once for each state of the room, compressed once, and then only
copied. The style sheet stands in the page itself, allowed by its hash: one request fewer on a busy Wi-Fi.
"""

import gzip
import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from workshop_kit import charts
from workshop_kit.memory import spaced
from workshop_kit.words.catalog import Language
from workshop_kit.words.templates import environment

_HERE: Final = Path(__file__).parent
_STYLE: Final = (_HERE / "static" / "room.css").read_text(encoding="utf-8")
# What both scripts begin with: how they find their words.
_WORDS_SCRIPT: Final = (_HERE / "static" / "words.js").read_bytes()
_SCRIPT: Final = _WORDS_SCRIPT + (_HERE / "static" / "room.js").read_bytes()


def _url(name: str, script: bytes) -> str:
    """Return an address that changes with the script, which a browser may therefore keep for good."""
    return f"/static/{name}?{hashlib.sha256(script).hexdigest()[:12]}"


_STAGE_SCRIPT: Final = _WORDS_SCRIPT + (_HERE / "static" / "stage.js").read_bytes()
_STAGE_STYLE: Final = (_HERE / "static" / "stage.css").read_text(encoding="utf-8")
_CARDS_SCRIPT: Final = (_HERE / "static" / "cards.js").read_bytes()
_WAITING_SCRIPT: Final = (_HERE / "static" / "waiting.js").read_bytes()
_CARDS_STYLE: Final = (_HERE / "static" / "cards.css").read_text(encoding="utf-8")
_STYLE_HASHES: Final = [b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in (_STYLE, _STAGE_STYLE, _CARDS_STYLE)]

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src " + " ".join(f"'sha256-{each}'" for each in _STYLE_HASHES),
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# The facilitator's dashboard, on this computer only, shows what the stage shows.
PREVIEW_POLICY: Final = POLICY.replace("frame-ancestors 'none'", "frame-ancestors http://127.0.0.1:*")
# A drawing carries its own styles and may do nothing else.
DRAWING_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_templates: Final = environment(_HERE / "templates")
# The words of a script are read by people who may write with other letters, so these are left as they are.
_templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}


class Packed:
    """A reply's body, as it is and compressed."""

    def __init__(self, text: str | bytes, media_type: str, **headers: str) -> None:
        self.plain = text.encode() if isinstance(text, str) else text
        self._small = gzip.compress(self.plain, mtime=0)
        self._media_type = media_type
        self._headers = headers

    def reply(self, request: Request, status: int = 200) -> Response:
        """Return the body in the form that the browser takes."""
        headers = {**self._headers, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, status, headers, self._media_type)
        return Response(self._small, status, {**headers, "Content-Encoding": "gzip"}, self._media_type)

    @property
    def url(self) -> str:
        """The body itself as an address, to be put into a page."""
        return f"data:{self._media_type};base64,{b64encode(self.plain).decode()}"


_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
SCRIPT: Final = Packed(_SCRIPT, "text/javascript", **_FOR_GOOD)
STAGE_SCRIPT: Final = Packed(_STAGE_SCRIPT, "text/javascript", **_FOR_GOOD)
CARDS_SCRIPT: Final = Packed(_CARDS_SCRIPT, "text/javascript", **_FOR_GOOD)
WAITING_SCRIPT: Final = Packed(_WAITING_SCRIPT, "text/javascript", **_FOR_GOOD)


def page(template: str, say: Language, **context: Any) -> Packed:
    """Return a whole page."""
    return piece(part(template, say, **context))


def part(template: str, say: Language, **context: Any) -> str:
    """Return a page, or a part of one, as HTML."""
    return _templates.get_template(template).render(context, say=say)


def piece(html: str) -> Packed:
    """Return a piece of a page, under the same policy as a whole one."""
    return Packed(html, "text/html", **{"Content-Security-Policy": POLICY})


def picture(svg: str) -> Packed:
    """Return a drawing."""
    return Packed(svg, "image/svg+xml", **{"Content-Security-Policy": DRAWING_POLICY})


def result(shown: charts.Shown, say: Language, *, simulated: bool, pictures: tuple[str, str] | None = None, svg: str | None = None) -> str:
    """Return a result, or a comparison of two, as a piece of HTML: chart, table and note.

    The chart stands in the piece itself as `svg`, or `pictures` are the addresses of its drawings for a light and a dark ground.
    """
    return part(
        "result.html",
        say,
        poll=shown.poll,
        note=charts.note(shown, say),
        alt_text=charts.alt_text(shown, say),
        table=charts.table(shown, say),
        pictures=pictures,
        svg=Markup(svg) if svg else None,
        simulated=simulated,
    )


def qr(address: str, say: Language) -> Markup:
    """Return the QR code of an address as a drawing: dark on white with its quiet zone, in any theme, as cameras want it."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(dark="#000", light="#fff", omitsize=True, title=say("labels.qr", address=address)))


_templates.globals.update(
    style=Markup(_STYLE),
    script_url=_url("room.js", _SCRIPT),
    stage_style=Markup(_STAGE_STYLE),
    stage_script_url=_url("stage.js", _STAGE_SCRIPT),
    cards_script_url=_url("cards.js", _CARDS_SCRIPT),
    waiting_script_url=_url("waiting.js", _WAITING_SCRIPT),
    cards_style=Markup(_CARDS_STYLE),
    qr=qr,
    spaced=spaced,
    charts=charts,
)
