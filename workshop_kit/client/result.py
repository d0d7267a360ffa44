"""A Published result that can show itself, as a table or a picture."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from workshop_kit.disclosure import Published
from workshop_kit.words.catalog import Language
from workshop_kit.words.results import alt_text
from workshop_kit.words.tables import label_of, standings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workshop_kit.charts import Size, Style


@dataclass(frozen=True, slots=True)
class Result(Published):
    """A Published result that can also show itself, in the language that `say` speaks."""

    say: Language = field(kw_only=True, repr=False)

    @classmethod
    def told(cls, published: Published, say: Language) -> Result:
        """Return a result that can show itself in a language."""
        return cls(*(getattr(published, each.name) for each in fields(Published)), say=say)

    def frame(self) -> pd.DataFrame:
        """Return the result as a table.

        Returns
        -------
        pandas.DataFrame
            No rows where nothing is shown. What a row and its columns are depends on the kind of poll.

            ``single``, ``multi``, ``scale``, ``slider``: a row is one shown bucket of answers, in the order of the poll.
            Columns: `answer` (str, its label), `people` (nullable integer, missing where only a band is shown), `band`
            (``few``, ``most`` or None), `fewest` and `most` (integers, people; equal where the number is exact).

            ``rank``: a row is one option, in the order of the group. Columns: `answer` (str, its label), `place` (integer, 1
            is best; options that are level share the best place of their level), `mean_place` (float, missing where not
            told), `first_choices` (nullable integer, people who put it first; missing where not told for it alone).

            ``text``: a row is one line. Column: `text` (str).
        """
        import pandas as pd

        if self.poll.kind == "text":
            return pd.DataFrame({"text": pd.Series(self.texts, dtype="str")})
        if self.poll.kind == "rank":
            ranked = pd.DataFrame(
                [(each.label, each.best, each.mean, each.first_alone) for each in standings(self)],
                columns=["answer", "place", "mean_place", "first_choices"],
            )
            return ranked.astype({"place": "int64", "mean_place": "float64", "first_choices": "Int64"})
        frame = pd.DataFrame(
            [(label_of(each.options, self.poll, self.say), each.count, each.band, each.fewest, each.most) for each in self.buckets],
            columns=["answer", "people", "band", "fewest", "most"],
        )
        return frame.astype({"people": "Int64", "fewest": "int64", "most": "int64"})

    def figure(self, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> Figure:
        """Return the result's chart as a matplotlib figure; see `workshop_kit.charts.figure`."""
        from workshop_kit import charts

        return charts.figure(self, self.say, dark=dark, size=size, style=style)

    @property
    def alt_text(self) -> str:
        """The chart in at most two sentences."""
        return alt_text(self, self.say)
