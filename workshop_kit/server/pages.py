"""Pages: what the templates say, packed once and handed out many times.

A room page is the same for everyone, so it is rendered once for each state of the room, compressed once, and then only
copied. The style sheet stands in the page itself, allowed by its hash: one request fewer on a busy Wi-Fi.
"""

import gzip
import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from workshop_kit import charts
from workshop_kit.disclosure import Published

_HERE: Final = Path(__file__).parent
_STYLE: Final = (_HERE / "static" / "room.css").read_text(encoding="utf-8")
_SCRIPT: Final = (_HERE / "static" / "room.js").read_bytes()
_SCRIPT_URL: Final = f"/static/room.js?{hashlib.sha256(_SCRIPT).hexdigest()[:12]}"
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# A drawing carries its own styles and may do nothing else.
DRAWING_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_templates: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(style=Markup(_STYLE), script_url=_SCRIPT_URL)


class Packed:
    """A reply's body, as it is and compressed."""

    def __init__(self, text: str | bytes, media_type: str, **headers: str) -> None:
        self._plain = text.encode() if isinstance(text, str) else text
        self._small = gzip.compress(self._plain, mtime=0)
        self._media_type = media_type
        self._headers = headers

    def reply(self, request: Request, status: int = 200) -> Response:
        """Return the body in the form that the browser takes."""
        headers = {**self._headers, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._plain, status, headers, self._media_type)
        return Response(self._small, status, {**headers, "Content-Encoding": "gzip"}, self._media_type)


SCRIPT: Final = Packed(_SCRIPT, "text/javascript", **{"Cache-Control": "public, max-age=31536000, immutable"})


def page(template: str, **context: Any) -> Packed:
    """Return a whole page."""
    return Packed(_templates.get_template(template).render(context), "text/html", **{"Content-Security-Policy": POLICY})


def piece(html: str) -> Packed:
    """Return a piece of a page, under the same policy as a whole one."""
    return Packed(html, "text/html", **{"Content-Security-Policy": POLICY})


def result(published: Published, *, simulated: bool, run_url: str | None = None, svg: str | None = None) -> str:
    """Return a result as a piece of HTML: chart, finding, table and note.

    The chart is linked where `run_url` names the place of the run's drawings, or stands in the piece itself as `svg`.
    """
    return _templates.get_template("result.html").render(
        published=published,
        finding=charts.finding(published),
        note=charts.note(published),
        alt_text=charts.alt_text(published),
        rows=charts.rows(published),
        run_url=run_url,
        svg=Markup(svg) if svg else None,
        simulated=simulated,
    )
