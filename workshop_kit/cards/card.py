"""Cards: what all cards of self-study have in common. A frame, buttons that answer in plain sentences, and discretion.

A card never describes its contents when a notebook prints it: Jupyter writes such a description into the notebook's file.
It also bears a name by which the JupyterLab extension in `workshop_kit/jupyter` finds its fields and keeps what is typed
into them out of the browser's own files.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import ipywidgets as widgets
from markupsafe import Markup, escape

from workshop_kit.errors import WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.words.catalog import Language

CARD: Final = "workshop-card"
# What is typed to open a room, in every language.
START: Final = Markup("<code>workshop-kit start</code>")
# A browser that has just told of one choice holds the next one back until it hears from the kernel, but tells of a pressed
# button at once. So a button waits this long before it looks at what was chosen.
SETTLE_SECONDS: Final = 0.25
CHOICES: Final = "workshop-choices"
# A page that is told of a change of a part and of its end in one breath may look for the part after it has gone.
DRAWN_SECONDS: Final = 1.0
# What the first line of a list stands for, which asks to choose one. To ipywidgets None is no line at all, and an empty field.
UNANSWERED: Final = ()
# ipywidgets cuts the words of a choice to one line of fixed height, and sets a page to write on in the type of a program. What
# someone writes runs in the direction of its own script, as with dir="auto", which its widgets cannot be given.
STYLE: Final = f"""<style>
.{CARD} textarea, .{CARD} .widget-text input {{ font: inherit; font-size: 1rem; line-height: 1.6; height: auto; padding: .4rem .6rem;
  unicode-bidi: plaintext; text-align: start; }}
.{CHOICES} .widget-radio-box label, .{CHOICES} .widget-checkbox label, .{CHOICES} label.widget-label-basic {{
  height: auto; white-space: normal; line-height: 1.5; padding: .25rem 0; font-size: 1rem; max-width: 44rem; display: flex; align-items: center; }}
.{CHOICES} .widget-radio-box {{ max-width: none; flex-wrap: wrap; gap: 0 .9rem; margin: 0; overflow: visible; }}
.{CHOICES} .widget-radio, .{CHOICES} .widget-checkbox {{ height: auto; overflow: visible; }}
.{CARD} .widget-text > .widget-label, .{CARD} .widget-textarea > .widget-label {{
  text-align: start; font-size: 1rem; height: auto; line-height: 1.5; white-space: normal; max-width: none; }}
.{CARD} a {{ text-decoration: underline; }}
.{CHOICES} .widget-label {{ text-align: start; font-size: 1rem; height: auto; line-height: 1.5; white-space: normal; max-width: none; }}
.{CHOICES} input {{ flex-shrink: 0; width: 1.1rem; height: 1.1rem; margin: 0; margin-inline-end: .55rem; order: -1; }}
</style>"""


class Card(widgets.VBox):
    """A framed part of a notebook, with a place for what went wrong.

    Parameters
    ----------
    say
        The language in which it speaks.
    parts
        What the card shows from top to bottom, down to the place for problems.
    below
        What it shows beneath that place.
    framed
        Whether it has a frame of its own; a card within a card has none.
    """

    def __init__(
        self, say: Language, parts: Sequence[widgets.Widget], *, below: Sequence[widgets.Widget] = (), framed: bool = True
    ) -> None:
        self.say = say
        self.problem = widgets.HTML()
        self._is_settling = False
        frame = widgets.Layout(border="1px solid #8a949c", padding="0.25rem 1rem 0.75rem", margin="0.5rem 0", max_width="54rem")
        super().__init__([*parts, self.problem, *below], layout=frame if framed else widgets.Layout())
        self.add_class(CARD)

    def __repr__(self) -> str:
        """Return the kind of card, and nothing of what it holds."""
        return f"<{type(self).__name__}>"

    def button(self, words: str, act: Callable[[], None], *, style: str = "") -> widgets.Button:
        """Return a button; what an act refuses is said in the card. Pressed twice in a hurry it acts once."""

        def settled() -> None:
            self._is_settling, self.problem.value = False, ""
            try:
                act()
            except WorkshopError as fault:
                self.complain(self.say.error(fault))

        def pressed(_: widgets.Button) -> None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                settled()
                return
            if not self._is_settling:
                self._is_settling = True
                loop.call_later(SETTLE_SECONDS, settled)

        button = widgets.Button(description=words, button_style=style, layout=widgets.Layout(width="auto"))
        button.on_click(pressed)
        return button

    def complain(self, sentence: str) -> None:
        """Say what went wrong, until the next press of a button."""
        self.problem.value = readable(f'<p role="alert"><b>{escape(sentence)}</b></p>')


def readable(html: str) -> str:
    """Return HTML in the size of running text; widgets are set in small type, made for controls and not for reading."""
    return f'<div style="font-size:1rem;line-height:1.5;max-width:48rem;overflow-wrap:anywhere">{html}</div>'


def spoken_status(sentence: str) -> str:
    """Return a sentence as HTML that a screen reader announces."""
    return readable(f'<p role="status">{escape(sentence)}</p>')


def strong(words: str) -> Markup:
    """Return words as HTML that stands out, to be put into a sentence."""
    return Markup("<b>{}</b>").format(words)


def question_html(poll: Poll) -> str:
    """Return a poll's question as HTML, with the hint below it where there is one."""
    hint = f"<p>{escape(poll.hint)}</p>" if poll.hint else ""
    return f"<h3>{escape(poll.question)}</h3>{hint}"


def row(*parts: widgets.Widget) -> widgets.HBox:
    """Return some parts side by side, on as many lines as they need."""
    return widgets.HBox(parts, layout=widgets.Layout(flex_flow="row wrap", overflow="visible", margin="0.5rem 0"))


def ten_points(low: str, high: str, say: Language) -> widgets.RadioButtons:
    """Return the numbers 0 to 10 to choose from, none of them chosen, with words for both ends.

    A slider would begin somewhere, and wherever it begins it has answered already.
    """
    numbers = [(str(each), each) for each in range(11)]
    choices = widgets.RadioButtons(options=numbers, value=None, orientation="horizontal")
    return described(choices, say("cards.ten_points", low=low, high=high))


def described(choices: widgets.Widget, words: str) -> widgets.Widget:
    """Return choices with a visible label above them."""
    choices.description = words
    choices.style.description_width = "initial"
    choices.layout.width = "auto"
    choices.layout.flex_flow = "column"
    choices.add_class(CHOICES)
    return choices


def labelled(field: widgets.Widget, words: str) -> widgets.Widget:
    """Return a field to write in, with a visible label above it."""
    field.description = words
    field.style.description_width = "initial"
    field.layout = widgets.Layout(flex_flow="column", width="100%", max_width="48rem", height="auto", margin="0")
    return field


def offer(offered: Mapping[widgets.Widget, bool]) -> None:
    """Show some widgets and take others out of sight, and out of reach of the keyboard with it."""
    for each, is_offered in offered.items():
        each.layout.display = "" if is_offered else "none"


def unseen() -> widgets.HTML:
    """Return a widget that shows nothing, for calls that have nothing to show just now."""
    return widgets.HTML(layout=widgets.Layout(display="none"))


def let_go(part: widgets.Widget) -> None:
    """Close a part of a card that has been taken out of it, once the page has drawn what it was told of it before."""
    try:
        asyncio.get_running_loop().call_later(DRAWN_SECONDS, part.close)
    except RuntimeError:
        part.close()
