"""Browsing: an address that holds a token is opened in the browser without standing on anybody's command line.

Everyone on a computer can see with which words each program was started, a browser too. So the browser is given a page that only
its owner may read, and the page sends it on. A browser that is kept from reading it, as some that come in a box of their own are
(Snap, Flatpak), says so; the terminal has the address.
"""

import os
import threading
import webbrowser
from html import escape
from pathlib import Path
from typing import Final

from workshop_kit.words.catalog import Language

PAGE: Final = "open.html"
_HTML: Final = """<!DOCTYPE html>
<html lang="{tag}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>{title}</title>
</head>
<body><p><a href="{address}">{title}</a></p></body>
</html>
"""


def open_in_browser(address: str, private: Path, say: Language) -> None:
    """Have an address opened in the browser, where there is one, and wait for nothing: some stay in front until they are closed.

    Parameters
    ----------
    address
        Where to go; it may hold what nobody else may know.
    private
        A folder that only its owner may enter, removed by whoever made it. The page by which the browser goes there lies in it.
    say
        The language of the page, which is seen for a moment at most.
    """
    page = private / PAGE
    with os.fdopen(os.open(page, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        title = escape(say("processes.opening"))
        file.write(_HTML.format(tag=say.tag, direction=say.direction, address=escape(address), title=title))
    threading.Thread(target=webbrowser.open, args=(page.as_uri(),), daemon=True).start()
