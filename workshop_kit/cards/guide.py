"""The guide card: what the facilitator is given to lead a section, or what a person alone may do instead.

Plain HTML with headings, lists and parts that open, so that it can be read by keyboard, by ear, and printed. Every word of
the material is escaped: a guide is a text, never a program.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from workshop_kit.cards.card import readable
from workshop_kit.polls import Poll
from workshop_kit.workshop import Guide, Step, StepName

NONE_YET: Final = "No guide has been written for this section yet."
STEPS: Final[Mapping[StepName, str]] = {
    "think": "Think alone",
    "poll": "Poll",
    "chart": "Look at the chart",
    "pairs": "In pairs",
    "together": "Together",
    "takeaway": "To take along",
}
INTENSITY: Final = {1: "light", 2: "medium", 3: "heavy"}

_FRAME: Final = '<section aria-label="{label}" style="border:1px solid #8a949c;padding:0 1rem 0.75rem;margin:0.5rem 0">{parts}</section>'
_SAFETY: Final = (
    '<div role="note" style="border-left:6px solid #B3261E;padding:0.1rem 1rem;margin:0.75rem 0"><p><b>{lead}</b> {words}</p></div>'
)
# A guide's own options and its word on safety speak to someone who leads a group; these speak to one person.
ALONE: Final = (
    "You may pass over any question, and the exercise as well.",
    "You may think of a story, a film or someone you made up, instead of your own life.",
    "You may stop at any point and come back another day, or not at all.",
)
ALONE_SAFELY: Final = "Being careful around someone who frightens or harms you is good sense, and nothing here asks you to stop."


def guide_html(guide: Guide, title: str, polls: Mapping[str, Poll]) -> str:
    """Return the guide for whoever leads a group.

    Parameters
    ----------
    guide
        What to show.
    title
        The section's title.
    polls
        The polls by id, for the questions that the steps ask.
    """
    minutes = f"{guide.teach_min} minutes to teach, {guide.activity_min} for the activity; {INTENSITY.get(guide.intensity, 'medium')}."
    parts = [
        f"<h3>Guide: {escape(title)}</h3><p>{escape(guide.purpose)}</p><p><small>{minutes} It is for you; no phone shows it.</small></p>",
        _SAFETY.format(lead="For safety:", words=escape(guide.safety)) if guide.safety else "",
        _content_note(guide, guide.content_options),
        "<h4>Words you could say</h4>" + "".join(f"<blockquote>{_paragraph(each)}</blockquote>" for each in guide.say),
        f"<h4>The activity, step by step</h4><ol>{''.join(_step(each, polls) for each in guide.steps)}</ol>",
        f"<h4>Questions for afterwards</h4>{_listed(guide.debrief)}",
        "<h4>If it goes otherwise</h4>",
        _opening("Too few answered, and the chart stays hidden", guide.if_hidden),
        _opening("One answer stands out", guide.if_one_stands_out),
        _opening("The answers are spread evenly", guide.if_spread),
        _opening("A chart has moved since its poll was first asked", guide.if_moved) if guide.if_moved else "",
        _opening("A chart has not moved since its poll was first asked", guide.if_unmoved) if guide.if_unmoved else "",
        _opening("Time is short", guide.if_short),
        _opening("There is time left", guide.if_long),
        _opening("The group meets online", guide.online),
        _opening("Someone would rather not work in a pair", guide.solo),
    ]
    return readable(_FRAME.format(label="Guide for the facilitator", parts="".join(parts)))


NO_ROOM: Final = (
    "No room is running on this computer, so this notebook is set for one. To lead a group, open a terminal, type "
    "<code>workshop-kit start</code>, and run the notebook again."
)


def solo_html(guide: Guide) -> str:
    """Return the guide for a person studying alone: what it is about, what may come close, and an exercise for one."""
    parts = [
        f"<h3>On your own</h3><p><b>What this section is for.</b> {escape(guide.purpose)}</p>",
        _content_note(guide, ALONE),
        _SAFETY.format(lead="One thing holds everywhere:", words=ALONE_SAFELY),
        f"<h4>An exercise for one</h4>{_paragraph(guide.solo)}",
        f"<p><small>{NO_ROOM}</small></p>",
    ]
    return readable(_FRAME.format(label="Guide for studying alone", parts="".join(parts)))


def none_html() -> str:
    """Return what is shown where a section has no guide."""
    return readable(_FRAME.format(label="Guide", parts=f"<p>{NONE_YET}</p>"))


def _content_note(guide: Guide, options: Iterable[str]) -> str:
    return f"<h4>Before you begin</h4>{_paragraph(guide.content_note)}{_listed(options)}"


def _step(step: Step, polls: Mapping[str, Poll]) -> str:
    asked = polls.get(step.poll or "")
    question = f"<br><i>“{escape(asked.question)}”</i>" if asked else ""
    unit = "minute" if step.minutes == 1 else "minutes"
    return f"<li><p><b>{STEPS[step.step]}</b> · {step.minutes} {unit}<br>{escape(step.words)}{question}</p></li>"


def _opening(summary: str, words: str) -> str:
    return f'<details style="margin:0.4rem 0"><summary style="cursor:pointer">{summary}</summary>{_paragraph(words)}</details>'


def _listed(words: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in words)}</ul>"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"
