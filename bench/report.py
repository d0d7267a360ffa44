"""The report: every figure of the bench on one page, goals first, with plots; it needs nothing from elsewhere.

It is made from what was written down (`bench/latest.json`, `bench/soak.json`, `bench/peers.json`), so it can be made again at any time:
``python -m bench.report``. The machine it names is the one on which it is made.
"""

import io
import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.goals import Measured
from bench.streams import BARE_COST, COST, MEMORY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HERE: Final = Path(__file__).parent
LATEST: Final = HERE / "latest.json"
PEERS: Final = HERE / "peers.json"
SOAK: Final = HERE / "soak.json"
REPORT: Final = HERE / "report.html"
VERDICTS: Final = {True: "met", False: "not met", None: ""}
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1d1d1f; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d0d0d4; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.yes, .no { white-space: nowrap; } .yes { color: #1b6b3a; } .no { color: #a3220f; font-weight: 600; }
figure { margin: 1rem 0 2rem; } figure svg { max-width: 100%; height: auto; }
.quiet { color: #55555c; }
"""
NOISE: Final = (
    "Servers, phones and browser share this machine, and other work may have run beside them. So each figure is the median of several "
    "rounds, in which ours and the other take turns, and goals are ratios within one run; the range is that of the rounds. Absolute "
    "figures hold for this machine only."
)


def write(measured: Sequence[Measured], report: Path = REPORT, peers: Path = PEERS, soak: Path = SOAK) -> None:
    """Write the report of some figures, with what is known of the peers and of the last soak."""
    beside, soaked = read(peers), _read_soak(soak)
    goals = [each for each in (*measured, *beside, *soaked["measured"]) if each.met is not None]
    parts = [
        _table("Goals", goals),
        _figure(_growth_plot(measured), "What one phone costs, by how many are connected. Flat is good."),
        _figure(_ratio_plot(goals), "Goals that are ratios, each by its own bound: left of the line is met."),
        _figure(_soak_plot(soaked["memory"]), "The soak: memory of the room server over time.") if soaked["memory"] else "",
        _table("All figures of the bench", measured),
        _table("The peers, measured with the same visitors by make bench-peers", beside),
        _table("The soak, by make soak", soaked["measured"]),
    ]
    report.write_text(_page("".join(parts)), encoding="utf-8")


def read(file: Path) -> list[Measured]:
    """Return the figures in a file; none if there is no such file."""
    return [Measured.from_dict(entry) for entry in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def machine() -> str:
    """Return in a few words on what this was measured."""
    processor = next((line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    python = platform.python_version()
    return f"{os.cpu_count()} × {processor}, {memory:.0f} GiB, {platform.system()}, Python {python}; load when this was written: {load}"


def _page(content: str) -> str:
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>The bench</title>"
        f"<style>{STYLE}</style><h1>The bench</h1><p>{date.today():%d %B %Y}. {escape(machine())}.</p><p class=quiet>{NOISE}</p>{content}"
    )


def _table(title: str, measured: Sequence[Measured]) -> str:
    if not measured:
        return ""
    head = "<tr><th scope=col>Figure<th scope=col>Value<th scope=col>Range<th scope=col>Goal<th scope=col>Met</tr>"
    return f"<h2>{escape(title)}</h2><table><thead>{head}</thead><tbody>{''.join(map(_row, measured))}</tbody></table>"


def _row(each: Measured) -> str:
    spread = "" if each.low is None or each.high is None else f"{_number(each.low)} – {_number(each.high)}"
    goal = "" if each.met is None else escape(each.goal.replace("<=", "≤").replace(">=", "≥"))
    shade = {True: "yes", False: "no", None: ""}[each.met]
    return (
        f"<tr><th scope=row>{escape(each.name)}<td class=number>{_number(each.value)} {escape(each.unit)}<td class=number>{spread}"
        f"<td class=number>{goal}<td class='{shade}'>{VERDICTS[each.met]}</tr>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _figure(svg: str, caption: str) -> str:
    drawn = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(caption)}" ', 1)
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>" if svg else ""


def _growth_plot(measured: Iterable[Measured]) -> str:
    work, bare, memory = (_curve(measured, name) for name in (COST, BARE_COST, MEMORY))
    if not work or not bare or not memory:
        return ""
    figure, (left, right) = _drawn(2)
    left.plot(*zip(*bare, strict=True), marker="o", color="#9a9aa2", label="a bare stream")
    _line(left, work, "phones connected", "server's work to tell one phone, µs")
    left.legend(loc="lower right", frameon=False)
    _line(right, memory, "phones connected", "memory of one phone, kB")
    return _svg(figure)


def _ratio_plot(goals: Iterable[Measured]) -> str:
    """Draw each ratio as how far it is from its bound: 1 is the bound itself, less is better."""
    ratios = [each for each in goals if each.unit == "times" and each.value > 0]
    if not ratios:
        return ""
    figure, (axes,) = _drawn(1, height=0.6 + 0.45 * len(ratios))
    for place, each in enumerate(reversed(ratios)):
        relation, bound = each.goal.split()
        share = each.value / float(bound) if relation == "<=" else float(bound) / each.value
        axes.barh(place, share, color="#2f6f9f" if each.met else "#c0562f")
    axes.set_yticks(range(len(ratios)), [each.name for each in reversed(ratios)])
    axes.axvline(1, color="#1d1d1f")
    axes.set_xlabel("by its bound")
    return _svg(figure)


def _soak_plot(memory: Sequence[Sequence[float]]) -> str:
    figure, (axes,) = _drawn(1)
    _line(axes, [(minute, kb / 1000) for minute, kb in memory], "minutes", "memory, MB", marker="")
    return _svg(figure)


def _curve(measured: Iterable[Measured], name: str) -> list[tuple[float, float]]:
    before, after = name.split("{}")
    return [
        (float(each.name.removeprefix(before).removesuffix(after).replace(",", "")), each.value)
        for each in measured
        if each.name.startswith(before) and each.name.endswith(after)
    ]


def _drawn(plots: int, height: float = 3.2) -> "tuple[Any, list[Axes]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, height), layout="constrained")
    return figure, [figure.add_subplot(1, plots, number + 1) for number in range(plots)]


def _line(axes: "Axes", points: Sequence[tuple[float, float]], across: str, up: str, marker: str = "o") -> None:
    axes.plot(*zip(*points, strict=True), marker=marker, color="#2f6f9f")
    axes.set(xlabel=across, ylabel=up, ylim=(0, 1.25 * max(value for _, value in points)))


def _svg(figure: Any) -> str:
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]


def _read_soak(file: Path) -> dict[str, Any]:
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"measured": [], "memory": []}
    return {**found, "measured": [Measured.from_dict(entry) for entry in found["measured"]]}


def _lines(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []


if __name__ == "__main__":
    write(read(LATEST))
