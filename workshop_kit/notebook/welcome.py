"""Start here: everything that there is to open, in one list that is drawn from the material and so never grows old.

It suits whoever looks at it. With a room running it leads to cockpit, stage and cards; with none it says how far one person
has come on their own. It opens nothing and changes nothing by itself.

The list is plain HTML and no widget, because JupyterLab then opens a neighbouring notebook in the window that is there; in a
dashboard the same links lead to the neighbouring dashboards.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from IPython.display import HTML
from markupsafe import Markup

from workshop_kit.cards.card import START
from workshop_kit.cards.follow import State, follow
from workshop_kit.cards.leading import where_html
from workshop_kit.disclosure import HEAVY
from workshop_kit.notebook.sections import the_workshop, well_said
from workshop_kit.processes.connection import user_folder
from workshop_kit.study.progress import Progress, intensity, linked, needs_a_day
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Section, Workshop

COCKPIT: Final = "cockpit.ipynb"
# Jupyter tells a link from the words around it by colour alone, which not everyone sees.
_STYLE: Final = "<style>.jp-RenderedHTMLCommon a:any-link { text-decoration: underline }</style>\n"


def start_here() -> HTML:
    """Show everything that there is to open, as it is at this moment.

    Raises
    ------
    MaterialError
        If the workshop cannot be read.
    """
    workshop, say = the_workshop()
    with well_said(say):
        state = follow(say).look()
        finished = {} if state else Progress(user_folder()).finished()
    return HTML(start_html(workshop, state, finished, date.today(), say))  # type: ignore[no-untyped-call]


def start_html(workshop: Workshop, state: State | None, finished: Mapping[str, date], today: date, say: Language) -> str:
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
    say
        The language in which it speaks.
    """
    lines = "".join(f"<li>{_line(each, finished, say)}</li>\n" for each in workshop.sections)
    listed = f'<ul role="list" style="list-style:none;padding-inline-start:0">\n{lines}</ul>\n'
    parts = [_part(say, "notebook.all_sections", "notebook.all_sections", listed)]
    if state:
        ways = _listed(_cockpit(say), *_of_the_room(state, say))
        parts.insert(
            0,
            _part(
                say,
                "notebook.for_a_group",
                "notebook.room.heading",
                f"<p>{where_html(state, say)}</p>\n",
                ways,
                _paragraph(say, "notebook.room.leads"),
            ),
        )
    else:
        onward = f"<p>{_onward(workshop, finished, today, say)}</p>\n"
        parts.insert(0, _part(say, "notebook.for_one", "notebook.alone.heading", _paragraph(say, "notebook.alone.words"), onward))
        parts.append(
            _part(say, "notebook.for_a_group", "notebook.later.heading", _paragraph(say, "notebook.later.words"), _listed(_cockpit(say)))
        )
    return f'{_STYLE}<div lang="{say.tag}" dir="{say.direction}">\n{"".join(parts)}</div>'


def _part(say: Language, label: str, heading: str, *parts: str) -> str:
    return f'<section aria-label="{say.html(label)}">\n<h2>{say.html(heading)}</h2>\n{"".join(parts)}</section>\n'


def _paragraph(say: Language, name: str) -> str:
    return f"<p>{say.html(name, command=START)}</p>\n"


def _listed(*lines: str) -> str:
    return f"<ul>\n{''.join(f'<li>{each}</li>' for each in lines)}</ul>\n"


def _cockpit(say: Language) -> str:
    cockpit = Markup('<a href="/voila/render/{}"><b>{}</b></a>').format(COCKPIT, say("notebook.room.the_cockpit"))
    as_a_notebook = Markup('<a href="{}">{}</a>').format(COCKPIT, say("notebook.room.as_a_notebook"))
    return say.html("notebook.room.cockpit", cockpit=cockpit, as_a_notebook=as_a_notebook)


def _of_the_room(state: State, say: Language) -> Iterator[str]:
    for page in ("stage", "cards"):
        link = Markup('<a href="{}/{}/{}" target="_blank" rel="noopener"><b>{}</b></a>')
        yield say.html(
            f"notebook.room.{page}", link=link.format(state["public_url"], state["code"], page, say(f"notebook.room.the_{page}"))
        )


def _onward(workshop: Workshop, finished: Mapping[str, date], today: date, say: Language) -> str:
    following = next((each for each in workshop.sections if each.id not in finished), None)
    if following is None:
        return say.html("study.progress.all_done")
    onward = say.html("notebook.alone.go_on" if finished else "notebook.alone.begin", section=linked(following))
    waits = needs_a_day(workshop, finished, following, today)
    return f"{onward} {say.html('study.progress.wait_a_day')}" if waits else onward


def _line(section: Section, finished: Mapping[str, date], say: Language) -> str:
    guide = section.guide
    minutes = say.html("notebook.section.minutes", n=guide.teach_min + guide.activity_min) if guide else ""
    deep = say.html("notebook.section.deep") if intensity(section) >= HEAVY else ""
    done = say.html("notebook.section.finished") if section.id in finished else ""
    return f"{linked(section)} <small>{' · '.join(filter(None, (minutes, deep, done)))}</small>"
