"""How a group may be asked: a few plain questions that name no illness, assume no kind of bond, and leave some matters alone."""

# ruff: noqa: D401 (a rule is said as a statement)

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from workshop_kit.material.documents import Document, Place
from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.shapes import AskedEntry, ChoiceEntry, RankEntry, ScaleEntry, SliderEntry, TextEntry

MOST_POLLS: Final = 3
# Our choice: a line of somebody's own about something heavy is a confession, with nobody able to follow it up.
HEAVIEST_IN_OWN_WORDS: Final = 2
PASSING: Final = re.compile(r"^(pass|skip)\b|\bno answer\b|\b(prefer|rather) not( to)?( (say|answer|tell|share)|$)", re.IGNORECASE)
TWO_IN_ONE: Final = re.compile(r"and/or|\?.*\?", re.IGNORECASE | re.DOTALL)
ILLNESS: Final = re.compile(r"\bsuffer\w*|\bdo you have\b|\bhave you got\b", re.IGNORECASE)
# Avoiding sexual contact, and abuse or neglect in childhood: the texts speak of both, and so do the notebooks. Asking a
# group about them, however anonymously, exposes people who came to learn, with nobody able to follow an answer up.
NOT_ASKED: Final = re.compile(r"\b(sex\w*|abus\w*|neglect\w*)", re.IGNORECASE)
ONE_KIND_OF_BOND: Final = re.compile(r"\b(husband|wife|wives|boyfriend|girlfriend|spouse|fiancée?)s?\b", re.IGNORECASE)


def each_section_asks_one_to_three(draft: Draft) -> Iterator[Fault]:
    """A section has one to three polls of its own."""
    for place, section in enumerate(draft.sections):
        own = draft.polls_of(section.id)
        if not own:
            sentence = f"section '{section.id}' has no poll. Write one in polls.yaml, with section: \"{section.id}\"."
            yield draft.outline.fault(("sections", place), sentence)
        for extra in own[MOST_POLLS:]:
            place_of_extra = next(at for at, poll in draft.each_poll() if poll is extra)
            sentence = f"section '{section.id}' has {len(own)} polls. Keep the best {MOST_POLLS}; more questions tire a group."
            yield draft.polls.fault(("polls", place_of_extra), sentence)


def passing_is_no_option(draft: Draft) -> Iterator[Fault]:
    """No option says that someone passes: everyone always may, by a button that is the same everywhere."""
    for each in _read(draft):
        if "options" in each.place and PASSING.search(each.text):
            yield each.fault(f"'{each.text}' is a way of passing, and every poll has a button for that. Take this option out.")


def one_question_at_a_time(draft: Draft) -> Iterator[Fault]:
    """No question asks two things at once: nobody could say which of them was answered."""
    for each in _read(draft):
        if TWO_IN_ONE.search(each.text):
            yield each.fault("this asks two things at once. Keep one of them, with one question mark and without 'and/or'.")


def no_words_of_illness(draft: Draft) -> Iterator[Fault]:
    """Nothing is asked the way a clinic asks."""
    for each in _read(draft):
        if found := ILLNESS.search(each.text):
            yield each.fault(f"'{found[0]}' sounds like a diagnosis. Ask what 'feels familiar lately' instead.")


def some_matters_are_not_asked(draft: Draft) -> Iterator[Fault]:
    """Two matters are taught and never asked about."""
    for each in _read(draft):
        if found := NOT_ASKED.search(each.text):
            yield each.fault(
                f"'{found[0]}' is no matter for a poll in a group. Leave it to the notebook, and ask '{each.poll}' about something else."
            )


def any_bond_is_meant(draft: Draft) -> Iterator[Fault]:
    """A poll is for everyone, whoever it is that they are close to."""
    for each in _read(draft):
        if found := ONE_KIND_OF_BOND.search(each.text):
            yield each.fault(f"'{found[0]}' leaves people out. Say partner, family or friend, or 'someone who matters to you'.")


def own_words_are_about_light_matters(draft: Draft) -> Iterator[Fault]:
    """Nobody is asked to write a line of their own about something heavy, or just after hearing of it."""
    for at, poll in draft.each_poll():
        if not isinstance(poll, TextEntry):
            continue
        guide = draft.guides.get(poll.section)
        if poll.intensity > HEAVIEST_IN_OWN_WORDS:
            sentence = (
                f"'{poll.id}' asks for people's own words about something heavy. "
                f"Ask about something lighter, intensity {HEAVIEST_IN_OWN_WORDS} at the most, or give it options."
            )
            yield draft.polls.fault(("polls", at, "intensity"), sentence)
        elif guide and guide.shape.intensity > HEAVIEST_IN_OWN_WORDS:
            sentence = f"'{poll.id}' asks for people's own words in a heavy section, '{poll.section}'. Move it to a lighter one, or give it options."
            yield draft.polls.fault(("polls", at, "section"), sentence)


def own_words_are_asked_for_once(draft: Draft) -> Iterator[Fault]:
    """Lines in people's own words have no before and after: nothing about them could be compared."""
    for at, poll in draft.each_poll():
        if isinstance(poll, TextEntry) and poll.again:
            sentence = (
                f"'{poll.id}' asks for people's own words, and those cannot be compared with what was written before. Take 'again' out."
            )
            yield draft.polls.fault(("polls", at, "again"), sentence)


class _Text(NamedTuple):
    """Something that people read: where it stands, and the id of the poll to which it belongs."""

    document: Document[Any]
    place: Place
    text: str
    poll: str

    def fault(self, sentence: str) -> Fault:
        return self.document.fault(self.place, sentence)


def _read(draft: Draft) -> Iterator[_Text]:
    """Yield everything that people read in the polls and in the questions at the end."""
    for at, poll in draft.each_poll():
        for place, text in _texts(poll):
            yield _Text(draft.polls, ("polls", at, *place), text, poll.id)
    if draft.closing:
        for at, each in enumerate(draft.closing.shape.questions):
            for key, text in (("question", each.question), ("low", each.low), ("high", each.high)):
                yield _Text(draft.closing, ("questions", at, key), text, each.id)


def _texts(poll: AskedEntry) -> Iterator[tuple[Place, str]]:
    yield ("question",), poll.question
    if poll.hint:
        yield ("hint",), poll.hint
    if isinstance(poll, ChoiceEntry | ScaleEntry | RankEntry):
        for nth, option in enumerate(poll.options):
            yield ("options", nth), option if isinstance(option, str) else option.label
    if isinstance(poll, SliderEntry):
        yield ("low",), poll.low
        yield ("high",), poll.high
