"""What English words give away: these rules are asked only of a workshop in English.

A workshop in another language owes its group the same; whoever writes it has to see to that.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft

PASSING: Final = re.compile(r"^(pass|skip)\b|\bno answer\b|\b(prefer|rather) not( to)?( (say|answer|tell|share)|$)", re.IGNORECASE)
# By the last part of the name of the sentence. Avoiding sexual contact, and abuse or neglect in childhood: the texts speak of
# both, and so do the notebooks. Asking a group about them, however anonymously, exposes people who came to learn, with nobody
# able to follow an answer up.
LEFT_UNSAID: Final[Mapping[str, re.Pattern[str]]] = {
    "diagnosis": re.compile(r"\bsuffer\w*|\bdo you have\b|\bhave you got\b", re.IGNORECASE),
    "not_asked": re.compile(r"\b(sex\w*|abus\w*|neglect\w*)", re.IGNORECASE),
    "one_bond": re.compile(r"\b(husband|wife|wives|boyfriend|girlfriend|spouse|fiancée?)s?\b", re.IGNORECASE),
}
NO_MEASURE: Final = re.compile(r"\bnot a validated measure\b", re.IGNORECASE)
ABUSE: Final = re.compile(r"\babus", re.IGNORECASE)


def passing_is_no_option(draft: Draft) -> Iterator[Fault]:
    """No option says that someone passes: everyone always may, by a button that is the same everywhere."""
    for document, place, text, _ in draft.each_text():
        if "options" in place and PASSING.search(text):
            yield document.fault(place, "material.poll.passing", option=text)


def no_words_that_diagnose_expose_or_leave_out(draft: Draft) -> Iterator[Fault]:
    """Nothing is asked the way a clinic asks, two matters are taught and never asked about, and any kind of bond is meant."""
    for document, place, text, poll in draft.each_text():
        for name, words in LEFT_UNSAID.items():
            if found := words.search(text):
                yield document.fault(place, f"material.poll.{name}", found=found[0], poll=poll)


def closing_questions_are_called_no_measure(draft: Draft) -> Iterator[Fault]:
    """Whoever reads a question or a result is told that nobody has validated it."""
    if draft.closing and not NO_MEASURE.search(draft.closing.shape.about):
        yield draft.closing.fault(("about",), "material.closing.no_measure")


def where_abuse_is_named_safety_is_said(draft: Draft) -> Iterator[Fault]:
    """Where a section speaks of abuse, the facilitator has the words that must then be said."""
    for name, guide in draft.guides.items():
        notebook = draft.notebooks.get(name)
        told = [guide.text, *(cell.text for cell in notebook.shape.cells)] if notebook else [guide.text]
        if guide.shape.safety is None and any(map(ABUSE.search, told)):
            yield guide.fault(("section",), "material.guide.no_safety")
