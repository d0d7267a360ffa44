"""Whether anything got worse: ``make bench-check`` compares the last bench with the committed one.

Figures without a goal are told in the report and not judged here. A figure is worse if its range over the rounds, or the figure
itself where there were no rounds, lies wholly beyond what it was, and by more than a tenth: less than that, the same code does to
itself from one run to the next. A goal that was met and is not any more is named however small the step.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.goals import Measured
from bench.report import LATEST, read

BASELINE: Final = Path(__file__).parent / "baseline.json"
NOISE: Final = 0.1


def main() -> None:
    """Compare, say what got worse, and leave with 1 if anything did."""
    missing = [file.name for file in (LATEST, BASELINE) if not file.exists()]
    if missing:
        sys.exit(f"There is no bench/{missing[0]} to compare. 'make bench' writes latest.json; a copy of it is the baseline.")
    found = list(worse(read(LATEST), read(BASELINE)))
    print("\n".join(found) or "Nothing got worse by more than the noise.")
    sys.exit(bool(found))


def worse(latest: Sequence[Measured], baseline: Sequence[Measured]) -> Iterator[str]:
    """Yield a sentence for every goal that is further away than it was, or is not measured any more."""
    now = {each.name: each for each in latest}
    for before in baseline:
        if before.met is None:
            continue
        if before.name not in now:
            yield f"{before.name}: not measured any more."
        elif before.met and not now[before.name].met:
            yield f"{_change(before, now[before.name])}; the goal {before.goal} was met and is not any more."
        elif _is_worse(now[before.name], before):
            yield f"{_change(before, now[before.name])}."


def _is_worse(now: Measured, before: Measured) -> bool:
    if before.goal.startswith("<="):
        return _least(now) > _most(before) and now.value > before.value * (1 + NOISE)
    return _most(now) < _least(before) and now.value < before.value * (1 - NOISE)


def _change(before: Measured, now: Measured) -> str:
    return f"{before.name}: {before.value:.3g} before, {now.value:.3g} {now.unit} now"


def _least(each: Measured) -> float:
    return each.value if each.low is None else each.low


def _most(each: Measured) -> float:
    return each.value if each.high is None else each.high


if __name__ == "__main__":
    main()
