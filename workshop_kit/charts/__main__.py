"""The drawing worker: a line of JSON in, a line of JSON out, until the input ends.

A request is ``{"published": …}`` or ``{"before": …, "after": …}``, with the tag of a ``language``, and with ``dark``, ``size`` and
``style`` where they are not the usual ones. Nothing is logged.
"""

import json
import logging
import signal
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, TextIO

from workshop_kit.charts import Shown, svg
from workshop_kit.disclosure import Published, compare
from workshop_kit.words.catalog import language


def _shown(asked: Mapping[str, Any]) -> Shown:
    if "published" in asked:
        return Published.from_dict(asked["published"])
    return compare(Published.from_dict(asked["before"]), Published.from_dict(asked["after"]))


def _reply(line: bytes) -> dict[str, str]:
    try:
        asked = json.loads(line)
        look = {name: asked[name] for name in ("dark", "size", "style") if name in asked}
        return {"svg": svg(_shown(asked), language(asked["language"]), **look)}
    except Exception as error:  # whatever is wrong with one request, the next one is still drawn
        return {"error": type(error).__name__}


def _work(requests: Iterable[bytes], replies: TextIO) -> None:
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401

    for reply in chain([{"ready": True}], map(_reply, requests)):
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal ends the server, and with it the input
    _work(sys.stdin.buffer, sys.stdout)
