"""Drawing by a worker, late and undisturbed: one line in, one line out, the same bytes in any process and under any style."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

from tests.shown import BANDED, EVERY_SORT, FIVE_POINTS, MOVED, SCALE, TEXTS, TOLD, TOO_ALIKE, TOO_FEW
from workshop_kit import charts
from workshop_kit.charts import Shown
from workshop_kit.disclosure import Comparison
from workshop_kit.server.drawings import Drawings

WORKER = [sys.executable, "-m", "workshop_kit.charts"]


def worker(requests: Sequence[object], environment: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Send requests to a drawing worker, one a line (a string goes as it is), and return its replies."""
    lines = "".join(f"{request if isinstance(request, str) else json.dumps(request)}\n" for request in requests)
    run = subprocess.run(WORKER, input=lines, capture_output=True, encoding="utf-8", env=environment, check=True, timeout=60)
    assert run.stderr == ""
    return [json.loads(line) for line in run.stdout.splitlines()]


def asked(shown: Shown) -> dict[str, Any]:
    """Return the part of a request that says what is to be drawn."""
    if isinstance(shown, Comparison):
        return {"before": shown.before.to_dict(), "after": shown.after.to_dict()}
    return {"published": shown.to_dict()}


def test_the_worker_draws_line_by_line_and_goes_on_after_a_broken_one() -> None:
    """Ready first, then one reply a request in order; whatever cannot be drawn gets an error and does not stop the rest."""
    replies = worker(
        [
            {"published": BANDED.to_dict(), "dark": True},
            "{ this is not JSON",
            "",
            {"published": {"poll": {}}},
            {"published": BANDED.to_dict(), "size": "wall"},
            {"before": BANDED.to_dict(), "after": SCALE.to_dict()},
            {"published": SCALE.to_dict(), "dark": False, "size": "projector", "style": "stacked"},
            {"before": MOVED.before.to_dict(), "after": MOVED.after.to_dict(), "size": "print"},
            {"published": TOO_FEW.to_dict()},
        ]
    )

    assert replies[0] == {"ready": True}
    assert replies[1] == {"svg": charts.svg(BANDED, dark=True)}
    assert [list(reply) for reply in replies[2:7]] == [["error"]] * 5
    assert [reply["svg"] for reply in replies[7:]] == [
        charts.svg(SCALE, size="projector", style="stacked"),
        charts.svg(MOVED, size="print"),
        charts.svg(TOO_FEW),
    ]


def test_every_sort_of_result_has_the_same_bytes_in_another_process() -> None:
    """Under another hash seed, and whatever was drawn before it."""
    replies = worker([asked(shown) for shown in EVERY_SORT.values()], {**os.environ, "PYTHONHASHSEED": "7"})

    assert [reply["svg"] for reply in replies[1:]] == [charts.svg(shown) for shown in EVERY_SORT.values()]


def test_the_worker_answers_each_request_before_the_next_is_sent() -> None:
    """A server that waits for its drawing gets it while the input is still open, and the worker ends with the input."""
    process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}
        for published in (BANDED, TOO_ALIKE):
            process.stdin.write(json.dumps({"published": published.to_dict(), "dark": False}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"svg": charts.svg(published)}
        rest, complaints = process.communicate(timeout=30)

    assert (process.returncode, rest, complaints) == (0, "", "")


def test_the_server_gets_from_the_worker_what_it_asked_for() -> None:
    """Result or comparison, theme, size and style all reach the worker, and none is taken for another."""
    looks: list[dict[str, Any]] = [{}, {"dark": True}, {"size": "projector"}, {"size": "print"}, {"style": "stacked"}]

    async def drawn() -> list[str]:
        drawings = Drawings()
        try:
            return [(await drawings.svg(shown, **look)).plain.decode() for shown in (FIVE_POINTS, MOVED) for look in looks]
        finally:
            await drawings.stop()

    assert asyncio.run(drawn()) == [charts.svg(shown, **look) for shown in (FIVE_POINTS, MOVED) for look in looks]


def test_a_reader_s_own_style_neither_bends_a_chart_nor_is_bent(tmp_path: Path) -> None:
    """A garish matplotlibrc changes no byte, and what the reader has set is as it was."""
    (tmp_path / "matplotlibrc").write_text("text.color: red\nfont.size: 40\nhatch.linewidth: 9\nsvg.fonttype: path\naxes.linewidth: 7\n")
    shown = (BANDED, FIVE_POINTS, TOLD, TEXTS, MOVED)
    replies = worker([asked(each) for each in shown], {**os.environ, "MATPLOTLIBRC": str(tmp_path)})
    with matplotlib.rc_context({"text.color": "red", "hatch.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        here = [charts.svg(each) for each in shown]

        assert dict(matplotlib.rcParams) == before
    assert [reply["svg"] for reply in replies[1:]] == here == [charts.svg(each) for each in shown]


def test_matplotlib_is_imported_when_a_chart_is_drawn_and_pyplot_never() -> None:
    """Words and tables cost nothing: the room server says them without loading a drawing library."""
    program = (
        "import json, sys; from workshop_kit import charts; from workshop_kit.disclosure import Published; "
        "result = Published.from_dict(json.load(sys.stdin)); charts.table(result), charts.finding(result), charts.alt_text(result); "
        "early = 'matplotlib' in sys.modules; charts.svg(result); print(early, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(BANDED.to_dict()), capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout == "False False\n"
