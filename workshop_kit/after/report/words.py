"""Words: what stands in every report, for the page and the PDF alike, and how emphasis is read.

Nothing here depends on a room. The emphasis is written in the material as in a notebook.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

Weight: TypeAlias = Literal["plain", "emphasis", "strong"]

SIMULATED: Final = "Rehearsal: people in this room were simulated."
SIMULATED_WHY: Final = "The kit made up their answers, so nothing here tells anything about a group."
SIMULATED_CHART: Final = "Simulated answers, for rehearsal only."
PRIVATE: Final = "For whoever led. Please do not hand this out."
PRIVATE_WHY: Final = (
    "It holds your own notes, how long things took, and whatever results the group has not seen. "
    "For the group there is an edition of its own, called “report”."
)
SECTIONS: Final = "What we did"
RESULTS: Final = "What the group said"
RESULTS_ABOUT: Final = "Nobody’s own answer was kept."
AGREEMENTS: Final = "What we agreed on"
AGREEMENTS_ABOUT: Final = "Your group may have changed these, or added some."
PRACTICES: Final = "Practices to take home"
PRACTICES_ABOUT: Final = "They are meant for people you are safe with. One of them is enough, and it may come out clumsily."
SUPPORT: Final = "Someone to talk to"
SUPPORT_ABOUT: Final = (
    "If something weighs on you, now or later, you need not carry it alone. When someone is in danger, please do not wait. "
    "Numbers change: where one was not checked lately, please compare it with the provider’s own page."
)
NEAR: Final = "Near here"
ASIDE: Final = "For whoever led"
ASIDE_ABOUT: Final = "Nothing from here on stands in the group’s edition."
TIMING: Final = "Time, planned and used"
NO_TIMING: Final = "This room was led without a plan, so no times were kept."
NOTES: Final = "Your notes"
NO_NOTES: Final = "You wrote none."
SUPERVISION: Final = "Questions for supervision"
SUPERVISION_ABOUT: Final = (
    "Two or three are enough. Speak of moments and of yourself; leave out names, and whatever a person could be known by."
)
UNSEEN: Final = "Results that the group has not seen"
UNSEEN_ABOUT: Final = "These polls were closed and their results not revealed, or hidden again."
NONE_UNSEEN: Final = "There are none."
UNDECIDED: Final = "Polls that are still open or being read, and so have no result yet:"

_MARKED: Final = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*")


class Span(NamedTuple):
    """A stretch of words that is set in one way."""

    words: str
    weight: Weight


def spans(words: str) -> Iterator[Span]:
    """Yield words in stretches: what stands between two asterisks is strong, between one emphasised.

    Examples
    --------
    >>> [span.weight for span in spans("**Try this.** Say *I*.")]
    ['strong', 'plain', 'emphasis', 'plain']
    """
    begin = 0
    for marked in _MARKED.finditer(words):
        if marked.start() > begin:
            yield Span(words[begin : marked.start()], "plain")
        strong, emphasis = marked.groups()
        yield Span(strong or emphasis, "strong" if strong else "emphasis")
        begin = marked.end()
    if begin < len(words):
        yield Span(words[begin:], "plain")
