"""Start here: everything that there is to open, in one list that is drawn from the material and so never grows old.

It suits whoever looks at it. With a room running it leads to cockpit, stage and cards; with none it says how far one person
has come on their own. It opens nothing and changes nothing by itself.

The list is plain HTML and no widget, because JupyterLab then opens a neighbouring notebook in the window that is there; in a
dashboard the same links lead to the neighbouring dashboards.
"""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Final

from IPython.display import HTML

from workshop_kit import material
from workshop_kit.cards.follow import State, follow
from workshop_kit.cards.leading import where_html
from workshop_kit.disclosure import HEAVY
from workshop_kit.processes.connection import user_folder
from workshop_kit.study.progress import A_DAY, ALL_DONE, Progress, intensity, needs_a_day
from workshop_kit.workshop import Section, Workshop

COCKPIT: Final = "cockpit.ipynb"
# Jupyter tells a link from the words around it by colour alone, which not everyone sees.
_STYLE: Final = "<style>.jp-RenderedHTMLCommon a:any-link { text-decoration: underline }</style>\n"
_COCKPIT: Final = (
    f'<a href="/voila/render/{COCKPIT}"><b>The cockpit</b></a>, the page from which you lead a whole meeting. '
    f'In JupyterLab it opens <a href="{COCKPIT}">as a notebook</a> too.'
)
_ROOM: Final = """<section aria-label="For a group">
<h2>A room is open</h2>
<p>{where}</p>
<ul>
<li>{cockpit}</li>
<li><a href="{room}/stage" target="_blank" rel="noopener"><b>The stage</b></a>, which everyone sees: move its window to the projector.</li>
<li><a href="{room}/cards" target="_blank" rel="noopener"><b>Cards to print</b></a>: a poster for the door or the wall, and a card for each seat.</li>
</ul>
<p>While the room is open, the sections below lead it. To go through them on your own, end the room first.</p>
</section>"""
_ALONE: Final = """<section aria-label="For one person">
<h2>On your own</h2>
<p>No room is open on this computer, so the sections below are for you alone: with a check-in, questions whose answers go nowhere,
and a journal that stays on this computer. Any order is fine, and none of it has to be done.</p>
<p>{onward}</p>
</section>"""
_LATER: Final = """<section aria-label="For a group">
<h2>With a group</h2>
<p>To open a room, type <code>workshop-kit start</code> in a terminal. The stage and the cards to print belong to a room: once it is
open, run this cell again, and they are here.</p>
<ul>
<li>{cockpit}</li>
</ul>
</section>"""
_SECTIONS: Final = """<section aria-label="The sections">
<h2>The sections</h2>
<ul role="list" style="list-style:none;padding-left:0">
{lines}
</ul>
</section>"""


def start_here() -> HTML:
    """Show everything that there is to open, as it is at this moment.

    Raises
    ------
    MaterialError
        If the workshop cannot be read.
    """
    workshop, state = material.read(), follow().look()
    finished = {} if state else Progress(user_folder()).finished()
    return HTML(start_html(workshop, state, finished, date.today()))  # type: ignore[no-untyped-call]


def start_html(workshop: Workshop, state: State | None, finished: Mapping[str, date], today: date) -> str:
    """Return the list as HTML.

    Parameters
    ----------
    workshop
        What there is to lead or to study.
    state
        The room that is running, or None.
    finished
        The day on which each finished section was finished, by a person alone.
    today
        What day it is.
    """
    sections = _SECTIONS.format(lines="\n".join(f"<li>{_line(each, finished)}</li>" for each in workshop.sections))
    if state:
        room = escape(f"{state['public_url']}/{state['code']}")
        return _STYLE + _ROOM.format(where=where_html(state), cockpit=_COCKPIT, room=room) + sections
    return _STYLE + _ALONE.format(onward=_onward(workshop, finished, today)) + sections + _LATER.format(cockpit=_COCKPIT)


def _onward(workshop: Workshop, finished: Mapping[str, date], today: date) -> str:
    following = next((each for each in workshop.sections if each.id not in finished), None)
    if following is None:
        return ALL_DONE
    words = "You could go on with" if finished else "You could begin with"
    pause = f" {A_DAY}" if needs_a_day(workshop, finished, following, today) else ""
    return f"{words} {_named(following)}.{pause}"


def _line(section: Section, finished: Mapping[str, date]) -> str:
    guide = section.guide
    parts = [
        f"about {guide.teach_min + guide.activity_min} minutes" if guide else "",
        "goes deep" if intensity(section) >= HEAVY else "",
        "finished" if section.id in finished else "",
    ]
    said = ", ".join(filter(None, parts))
    return f"{_named(section)} <small>{said}</small>"


def _named(section: Section) -> str:
    # The notebooks lie side by side, so a file's name leads there from a dashboard and from JupyterLab alike.
    return f'<a href="{escape(section.notebook)}">{escape(section.id)} · {escape(section.title)}</a>'
