"""What the bench says of itself: which figures count as worse, and that it can be told from its file."""

import pytest

from bench.check import worse
from bench.goals import Measured

FAST = Measured("ballots", 0.8, ">= 0.7", "times", 0.78, 0.83)
SMALL = Measured("memory", 1.0, "<= 1.3", "times", 0.9, 1.1)


@pytest.mark.parametrize(
    ("now", "complaint"),
    [
        (Measured("ballots", 0.69, ">= 0.7", "times", 0.6, 0.9), "was met and is not any more"),
        (Measured("ballots", 0.71, ">= 0.7", "times", 0.70, 0.72), "0.8 before, 0.71 times now"),
        (Measured("memory", 1.25, "<= 1.3", "times", 1.2, 1.3), "1 before, 1.25 times now"),
    ],
)
def test_a_figure_that_got_worse_is_named(now: Measured, complaint: str) -> None:
    """A goal that is missed now, or a figure wholly beyond the rounds of before, is reported in one sentence."""
    others = [each for each in (FAST, SMALL) if each.name != now.name]

    [found] = worse([now, *others], [FAST, SMALL])

    assert complaint in found


def test_noise_is_not_reported() -> None:
    """A figure whose rounds overlap those of before, or that got better, is nothing to report."""
    now = [Measured("ballots", 0.72, ">= 0.7", "times", 0.7, 0.8), Measured("memory", 0.5, "<= 1.3", "times", 0.5, 0.5)]

    assert list(worse(now, [FAST, SMALL])) == []


def test_a_goal_that_is_not_measured_any_more_is_reported() -> None:
    """A goal cannot be met by leaving it out."""
    assert list(worse([FAST], [FAST, SMALL])) == ["memory: not measured any more."]


def test_a_figure_is_read_as_it_was_written() -> None:
    """What `to_dict` writes down is what `from_dict` reads."""
    assert Measured.from_dict(FAST.to_dict()) == FAST
