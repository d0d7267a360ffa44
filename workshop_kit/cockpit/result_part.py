"""The result part of a poll card: what the group said, as the phones show it, and what a facilitator should know with it.

Where a poll was asked a second time to compare, both results stand side by side, with the guide's words for a chart that
has moved or has not. If a few more or fewer answered than before, a warning comes first, because the difference between two
charts can point at whoever came or left. Below any chart stands what a facilitator could say about it.
"""

from collections.abc import Callable

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit.cards.card import offer, readable, row
from workshop_kit.cards.drawn import styled
from workshop_kit.client import LedRun
from workshop_kit.cockpit.debrief import debrief_html
from workshop_kit.disclosure import Comparison
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Guide


class ResultPart:
    """The result of one poll, to be put into its card.

    Parameters
    ----------
    poll
        Whose results are shown.
    guide
        Has words for what the chart looks like, and questions to ask about it.
    say
        The language of the words around it.
    complain
        Is told what could not be shown.
    """

    def __init__(self, poll: Poll, guide: Guide | None, say: Language, complain: Callable[[str], None]) -> None:
        self._poll, self._guide, self._say, self._complain = poll, guide, say, complain
        self._drawn: tuple[int, str, bool, int | None] | None = None
        self._comparison: Comparison | None = None
        self._run: LedRun | None = None
        self._before: int | None = None
        self._is_plain = False
        self.warning, self.result, self.words, self.debrief = (widgets.HTML() for _ in range(4))
        words = {"description": say("cockpit.result.plain"), "tooltip": say("cockpit.result.draw_otherwise")}
        self.turn = widgets.Button(**words, layout=widgets.Layout(width="auto"))
        self.turn.on_click(self._turn)
        self.parts = (self.warning, self.result, row(self.turn), self.words, self.debrief)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._drawn = self._comparison = self._run = None
        self.warning.value = self.result.value = self.words.value = self.debrief.value = ""
        offer({self.turn: False})

    def show(self, run: LedRun, *, before: int | None, is_revealed: bool) -> None:
        """Show the result of a closed run.

        Parameters
        ----------
        run
            Which run.
        before
            The number of the earlier run with which it is compared.
        is_revealed
            Whether the room sees it; a warning comes before that, or not at all.
        """
        self._run, self._before = run, before
        self._draw()
        is_delicate = self._comparison is not None and self._comparison.few_came_or_went and not is_revealed
        few = self._say.html("cockpit.result.few_came_or_went")
        self.warning.value = readable(f'<p role="alert"><b>{few}</b></p>') if is_delicate else ""

    def _draw(self) -> None:
        run = self._run
        if run is None:
            return
        wanted = (run.number, run.room.code, self._is_plain, self._before)
        if self._drawn == wanted:
            return
        try:
            html = run.result_html(stacked=self._is_plain)
            self._comparison = _comparison(run) if self._before is not None else None
            published = run.result()
            offer({self.turn: self._poll.kind == "scale" and published.outcome == "shown"})
        except WorkshopError as fault:
            self._complain(self._say.error(fault))
            return
        self._drawn = wanted
        self.result.value = readable(styled(html))
        self.words.value = _words(self._guide, self._comparison, self._say)
        self.debrief.value = debrief_html(self._guide, published, self._say) if self._guide else ""

    def _turn(self, _: widgets.Button) -> None:
        self._is_plain = not self._is_plain
        self.turn.description = self._say("cockpit.result.diverging" if self._is_plain else "cockpit.result.plain")
        self._draw()


def _comparison(run: LedRun) -> Comparison | None:
    try:
        return run.comparison()
    except Unknown:
        # The earlier run was discarded this very moment.
        return None


def _words(guide: Guide | None, comparison: Comparison | None, say: Language) -> str:
    moved = comparison.moved if comparison else None
    if guide is None or moved is None:
        return ""
    words = guide.if_moved if moved else guide.if_unmoved
    head, for_you = say.html("cockpit.result.moved" if moved else "cockpit.result.unmoved"), say.html("cockpit.result.for_you")
    return readable(f"<h4>{head}</h4><p>{escape(words)}</p><p><small>{for_you}</small></p>") if words else ""
