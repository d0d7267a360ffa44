"""The guide card: what the facilitator is given to lead a section, or what a person alone may do instead.

Plain HTML with headings, lists and parts that open, so that it can be read by keyboard, by ear, and printed. Every word of
the material is escaped: a guide is a text, never a program.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import escape

from workshop_kit.cards.card import START, readable
from workshop_kit.polls import Poll
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Guide, Step

_FRAME: Final = '<section aria-label="{label}" style="border:1px solid #8a949c;padding:0 1rem 0.75rem;margin:0.5rem 0">{parts}</section>'
_SAFETY: Final = (
    '<div role="note" style="border-inline-start:6px solid #B3261E;padding:0.1rem 1rem;margin:0.75rem 0"><p><b>{lead}</b> {words}</p></div>'
)
# A guide's own options and its word on safety speak to someone who leads a group; these speak to one person.
_ALONE: Final = ("may_pass_over", "may_think_of_a_story", "may_stop")
# What an evening may turn into, in the words of which field of the guide.
_TURNS: Final = ("if_hidden", "if_one_stands_out", "if_spread", "if_moved", "if_unmoved", "if_short", "if_long", "online", "solo")


def guide_html(guide: Guide, title: str, polls: Mapping[str, Poll], say: Language) -> str:
    """Return the guide for whoever leads a group.

    Parameters
    ----------
    guide
        What to show.
    title
        The section's title.
    polls
        The polls by id, for the questions that the steps ask.
    say
        The language around the guide.
    """
    intensity = say(f"labels.intensity.{guide.intensity}")
    minutes = say.html("cards.guide.minutes", teach=guide.teach_min, activity=guide.activity_min, intensity=intensity)
    for_you = say.html("cards.guide.for_you")
    turns = ((turn, getattr(guide, turn)) for turn in _TURNS)
    parts = [
        f"{_head(say, 'guide', 'h3', title=title)}{_paragraph(guide.purpose)}<p><small>{minutes} {for_you}</small></p>",
        _SAFETY.format(lead=say.html("cards.guide.for_safety"), words=escape(guide.safety)) if guide.safety else "",
        _content_note(guide, guide.content_options, say),
        _head(say, "words") + "".join(f"<blockquote>{_paragraph(each)}</blockquote>" for each in guide.say),
        f"{_head(say, 'activity')}<ol>{''.join(_step(each, polls, say) for each in guide.steps)}</ol>",
        f"{_head(say, 'afterwards')}{_listed(guide.debrief)}",
        _head(say, "otherwise"),
        *(_opening(say(f"cards.guide.{turn}"), words) for turn, words in turns if words),
    ]
    return _framed(say("cards.guide.for_the_facilitator"), parts)


def solo_html(guide: Guide, say: Language) -> str:
    """Return the guide for a person studying alone: what it is about, what may come close, and an exercise for one."""
    parts = [
        _head(say, "alone", "h3"),
        f"<p><b>{say.html('cards.guide.what_for')}</b> {escape(guide.purpose)}</p>",
        _content_note(guide, [say(f"cards.guide.{each}") for each in _ALONE], say),
        _SAFETY.format(lead=say.html("cards.guide.holds_everywhere"), words=say.html("cards.guide.alone_safely")),
        f"{_head(say, 'exercise_for_one')}{_paragraph(guide.solo)}",
        f"<p><small>{say.html('cards.guide.no_room', command=START)}</small></p>",
    ]
    return _framed(say("cards.guide.for_one"), parts)


def none_html(say: Language) -> str:
    """Return what is shown where a section has no guide."""
    return _framed(say("cards.guide.name"), [_paragraph(say("cards.guide.none_yet"))])


def _framed(label: str, parts: Iterable[str]) -> str:
    return readable(_FRAME.format(label=escape(label), parts="".join(parts)))


def _head(say: Language, name: str, tag: str = "h4", **facts: object) -> str:
    return f"<{tag}>{say.html(f'cards.guide.head.{name}', **facts)}</{tag}>"


def _content_note(guide: Guide, options: Iterable[str], say: Language) -> str:
    return f"{_head(say, 'before')}{_paragraph(guide.content_note)}{_listed(options)}"


def _step(step: Step, polls: Mapping[str, Poll], say: Language) -> str:
    asked = polls.get(step.poll or "")
    question = f"<br><i>{say.html('words.quoted', text=asked.question)}</i>" if asked else ""
    name, minutes = say.html(f"labels.step.{step.step}"), say.html("labels.minutes", n=step.minutes)
    return f"<li><p><b>{name}</b> · {minutes}<br>{escape(step.words)}{question}</p></li>"


def _opening(summary: str, words: str) -> str:
    return f'<details style="margin:0.4rem 0"><summary style="cursor:pointer">{escape(summary)}</summary>{_paragraph(words)}</details>'


def _listed(words: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in words)}</ul>"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"
