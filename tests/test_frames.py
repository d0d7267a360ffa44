"""Results in a notebook: as tables to reckon with, and as figures."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from tests.shown import BANDED, EVERY_RESULT, FEARS, FIVE_POINTS, ORDER_ALONE, SCALE, TEXTS, TOGETHER_FIRST
from workshop_kit import charts
from workshop_kit.client import Result
from workshop_kit.disclosure import Published


def as_result(published: Published) -> Result:
    """Return a result as the client gives it."""
    return Result.from_dict(published.to_dict())


def test_the_frame_of_a_choice_has_a_row_for_each_bucket_in_the_order_of_the_poll() -> None:
    """Exact numbers as numbers; where there is only a band, no number but its ends."""
    frame = as_result(BANDED).frame()

    assert list(frame.columns) == ["answer", "people", "band", "fewest", "most"]
    assert list(frame["answer"]) == list(FEARS)
    assert list(frame["people"].fillna(-1)) == [7, -1, -1, 5, -1]
    assert list(frame["fewest"]) == [7, 10, 0, 5, 0]
    assert list(frame["most"]) == [7, 12, 2, 5, 2]
    assert list(as_result(SCALE).frame()["answer"]) == ["Never", "Rarely to Sometimes", "Often to Always"]


def test_the_frame_of_a_ranking_has_a_row_for_each_option_in_the_order_of_the_group() -> None:
    """Level options share the best place of their level; first choices that are told only together are missing."""
    frame = as_result(TOGETHER_FIRST).frame()

    assert list(frame.columns) == ["answer", "place", "mean_place", "first_choices"]
    assert list(frame["answer"]) == list(FEARS[:4])
    assert list(frame["place"]) == [1, 1, 3, 3]
    assert list(frame["mean_place"]) == [2.1, 2.1, 2.9, 2.9]
    assert list(frame["first_choices"].fillna(-1)) == [18, 18, -1, -1]
    assert [str(kind) for kind in frame.dtypes[1:]] == ["int64", "float64", "Int64"]


def test_the_frame_of_a_ranking_leaves_out_what_is_not_told() -> None:
    """The columns are the same, and what is missing is missing, not zero."""
    frame = as_result(ORDER_ALONE).frame()

    assert list(frame["place"]) == [1, 1, 3, 4]
    assert frame[["mean_place", "first_choices"]].isna().all(axis=None)
    assert [str(kind) for kind in frame.dtypes[1:]] == ["int64", "float64", "Int64"]


def test_the_frame_of_a_text_poll_has_a_row_for_each_line() -> None:
    """One column, in the order in which the lines were published."""
    pd.testing.assert_frame_equal(as_result(TEXTS).frame(), pd.DataFrame({"text": list(TEXTS.texts)}), check_dtype=False)


@pytest.mark.parametrize("published", EVERY_RESULT.values(), ids=EVERY_RESULT)
def test_a_frame_has_as_many_rows_as_the_table(published: Published) -> None:
    """None where nothing is shown."""
    assert len(as_result(published).frame()) == len(charts.table(published).rows)


def test_a_result_draws_and_describes_itself() -> None:
    """In each theme, size and style, as the charts do."""
    result = as_result(FIVE_POINTS)

    assert to_hex(result.figure(dark=True).get_facecolor()) == to_hex(charts.figure(FIVE_POINTS, dark=True).get_facecolor())
    assert tuple(result.figure(size="print").get_size_inches()) == tuple(charts.figure(FIVE_POINTS, size="print").get_size_inches())
    assert len(result.figure(style="stacked").axes[0].patches) == len(charts.figure(FIVE_POINTS, style="stacked").axes[0].patches)
    assert result.alt_text == charts.alt_text(FIVE_POINTS)
