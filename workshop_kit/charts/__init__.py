"""Charts: what a group said, drawn so that nobody in it can be picked out.

Everything here is made from a `Published` result, or from a `Comparison` of two, and from nothing else, so an exact count
that was held back cannot be reached from here. One result has four faces, and they agree because they share one sorting rule
and one choice of words: the table (`table`), the title (`finding`) with its small print (`note`), the description for people
who do not see the chart (`alt_text`), and the chart itself (`figure`, `svg`).

What each kind of poll is drawn as:

* ``multi``, ``single``, ``slider``: a bar for each answer, from nobody to everyone who answered;
* ``scale``: one bar, split up to both sides of the middle of the scale, or plainly in order (`Style`);
* ``rank``: a dot for each option among the places, the best to the left;
* ``text``: the lines, as quotations;
* a comparison: two panels on one scale.

No chart has a mark for a person, a least, a most or a range of people. A hatched bar is a number that is known only within
its hatching. Colour alone never says anything: whatever is coloured is also named, and parts of a scale differ in hatching
and in lightness too.

A chart comes in three sizes, for a phone, for a wall and for a printed page (`Size`). The same input always gives the same
drawing. `python -m workshop_kit.charts` is a drawing worker. matplotlib is imported when a chart is drawn, not before;
pyplot never.
"""

from workshop_kit.charts.pictures import figure, svg
from workshop_kit.charts.style import Size, Style
from workshop_kit.words.results import alt_text, finding, note
from workshop_kit.words.tables import Shown, Standing, Table, standings, table

__all__ = [
    "Shown",
    "Size",
    "Standing",
    "Style",
    "Table",
    "alt_text",
    "figure",
    "finding",
    "note",
    "standings",
    "svg",
    "table",
]
