"""Broken workshops: one mistake each, of the kind that somebody makes who edits the files by hand.

A case says what is done to a shipped file, on which line the fault must be found, and a word of what must be said.
"""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

POLLS: Final = "data/intimacy/polls.yaml"
OUTLINE: Final = "data/intimacy/workshop.yaml"
AFTERWARDS: Final = "data/intimacy/afterwards.yaml"
CLOSING: Final = "data/intimacy/closing.yaml"
COVERAGE: Final = "data/intimacy/coverage.yaml"
RESOURCES: Final = "data/resources.yaml"
GUIDE: Final = "data/intimacy/guide/06.yaml"
ABUSE_GUIDE: Final = "data/intimacy/guide/08.yaml"
LAST_GUIDE: Final = "data/intimacy/guide/11.yaml"
NOTEBOOK: Final = "notebooks/06_the_fears_that_guard_us.ipynb"

Change: TypeAlias = Callable[[str], str]


class Broken(NamedTuple):
    """A mistake: in which file, what was done, and what the fault must name.

    `on` is a text that stands on the line of the fault, or in a notebook the id of the cell; `says` is part of the sentence.
    `fellows` counts the other faults that the same mistake brings with it.
    """

    name: str
    file: str
    change: Change
    on: str
    says: str
    fellows: int = 0

    @property
    def is_in_the_way(self) -> bool:
        """Whether the workshop cannot be led any more: polls or a guide by themselves, or files that do not go together."""
        return self in BETWEEN_FILES or (self in IN_A_FILE and self.file in (POLLS, GUIDE))


def line_of(text: str, marker: str) -> int:
    """Return the line, counted from 1, on which a text first stands, or on which the cell of that id begins."""
    at = text.find(f'"id": "{marker}"')
    # A cell begins with a bracket on a line of its own.
    end = text.rindex("\n  {\n", 0, at) + 1 if at >= 0 else text.index(marker)
    return text.count("\n", 0, end) + 1


def swap(old: str, new: str, after: str = "") -> Change:
    """Return a change that puts one text in another's first place, after a third."""

    def changed(text: str) -> str:
        start = text.index(after)
        assert old in text[start:]
        return text[:start] + text[start:].replace(old, new, 1)

    return changed


def without(start: str, end: str = "") -> Change:
    """Return a change that takes out everything from a text to just before another, or to the end of the file."""

    def changed(text: str) -> str:
        head, tail = text.split(start, 1)
        return head + (end + tail.split(end, 1)[1] if end else "")

    return changed


def both(first: Change, second: Change) -> Change:
    """Return two changes as one."""
    return lambda text: second(first(text))


def added(entry: str) -> Change:
    """Return a change that adds one more entry to the list that ends a file."""
    return lambda text: f"{text}\n  - {entry}\n"


def notebook(change: Callable[[dict[str, Any]], None]) -> Change:
    """Return a change of a notebook's contents as a change of its text."""

    def changed(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content, indent=1)

    return changed


def cell(name: str, **parts: Any) -> Change:
    """Return a change that gives a cell other parts."""
    return notebook(lambda content: next(each for each in content["cells"] if each["id"] == name).update(parts))


def prose(name: str, old: str, new: str) -> Change:
    """Return a change that puts one text in another's place in a cell."""

    def change(content: dict[str, Any]) -> None:
        found = next(each for each in content["cells"] if each["id"] == name)
        assert old in "".join(found["source"])
        found["source"] = "".join(found["source"]).replace(old, new)

    return notebook(change)


def metadata(**parts: Any) -> Change:
    """Return a change that gives a notebook other metadata."""
    return notebook(lambda content: content["metadata"].update(parts))


def crowded(content: dict[str, Any]) -> None:
    """Give a notebook sixteen code cells, the last of them called 'one-more'."""
    code = [each for each in content["cells"] if each["cell_type"] == "code"]
    content["cells"] += [{**code[0], "id": f"more-{place}"} for place in range(15 - len(code))] + [{**code[0], "id": "one-more"}]


def emptied(content: dict[str, Any]) -> None:
    """Take the longest parts out of a notebook's prose."""
    for each in content["cells"]:
        if each["id"] in ("wish", "four", "guard", "talk"):
            each["source"] = "Not yet written."


# Changes that are too long for their row.
WORD_IN_A_HEAVY_SECTION: Final = added('{id: word, section: "03", kind: text, question: Which word?}')
WORDS_AGAIN: Final = swap("kind: text", "kind: text\n    again: ['10']", "id: one_thing")
WITHOUT_A_STEP: Final = both(without("  - step: pairs", "  - step: together"), swap("18", "14"))
LITTLE_SLACK: Final = both(swap("slack, minutes: 14", "slack, minutes: 13"), swap("closing, minutes: 8", "closing, minutes: 9"))
TWO_HEAVY_SECTIONS: Final = both(
    swap('"06", polls: [fears]', '"04", polls: [steadying]'), swap('"05", polls: [riskiest_to_share]', '"07", polls: [lens]')
)
NINE_MINUTES: Final = both(swap('10, section: "01"', '9, section: "01"'), swap("arrival, minutes: 10", "arrival, minutes: 11"))

IN_A_FILE: Final = [
    Broken("a bracket that never closes", POLLS, swap("[None at all,", "[[None at all,"), "- id: lens", "not valid YAML"),
    Broken("a control character", POLLS, swap("What brought", "What\abrought"), "What\abrought", "character"),
    Broken("a key that stands twice", GUIDE, swap("say:", "purpose: To begin\nsay:"), "purpose: To begin", "second time"),
    Broken("a date that never was", RESOURCES, swap("verified: null", "verified: 2025-02-30", "contacts:"), "2025-02-30", "no such day"),
    Broken("a part that is part of itself", POLLS, swap("options: [None at all,", "options: &loop [*loop,"), "&loop", "keys"),
    Broken("a date in words", RESOURCES, swap("verified: null", "verified: in May", "contacts:"), "in May", "2025-01-31"),
    Broken("a key that is missing", GUIDE, without("if_spread:", "if_short:"), "section:", "'if_spread' is missing"),
    Broken("a key misspelt", POLLS, swap("hint:", "hnit:", "id: fears"), "hnit:", "'hint'"),
    Broken("a key nothing like any", POLLS, swap("hint:", "zzz:", "id: fears"), "zzz:", "Take it out"),
    Broken("a text cut at a comma", COVERAGE, swap("It will hurt.", "It will, I fear"), "It will, I fear", "quotation marks"),
    Broken("an unknown kind", POLLS, swap("kind: multi", "kind: many", "id: fears"), "kind: many", "scale, slider, rank, and text"),
    Broken("an unknown step", GUIDE, swap("step: chart", "step: charts"), "step: charts", "think, poll, chart"),
    Broken("seven options", POLLS, swap("[None at all,", "[None, One, None at all,"), "None, One", "at most 6"),
    Broken("a label too long", POLLS, swap("[None at all,", f"[{'no ' * 30},"), "no no", "80 characters"),
    Broken("a question too long", POLLS, swap("What brought you here?", "Why? " * 40), "Why? Why?", "160 characters"),
    Broken("an option that is a bare yes", POLLS, swap("{id: hurt,", "{id: yes,"), "{id: yes,", "quotation marks"),
    Broken("a slider without an end", POLLS, without("    low: Not at ease\n", "    high:"), "id: pulse", "'low' is missing"),
    Broken("a ranking of two", POLLS, without("      - {id: trusting,", "\n  - id: asking_ease"), "Asking more clearly", "at least 3"),
    Broken("options for people's own words", POLLS, lambda text: text + "    options: [Much, Little]\n", "[Much, Little]", "Take it out"),
    Broken("a yes in quotation marks", OUTLINE, swap("texts: true", 'texts: "yes"', "id: half_day"), 'texts: "yes"', "true or false"),
    Broken("a number in quotation marks", GUIDE, swap("teach_min: 6", 'teach_min: "6"'), "teach_min:", "whole number"),
    Broken("an intensity of four", POLLS, swap("intensity: 2", "intensity: 4", "id: fears"), "intensity: 4", "3 or less"),
    Broken("no minutes", GUIDE, swap("minutes: 2", "minutes: 0"), "minutes: 0", "1 or more"),
    Broken("an empty text", GUIDE, swap("journal_prompt: ", "journal_prompt: # "), "journal_prompt", "empty"),
    Broken("too few questions for afterwards", GUIDE, without("  - What surprises", "if_hidden:"), "  - What do you notice", "at least 3"),
    Broken("one way to take part otherwise", GUIDE, without("  - You may sit out", "solo:"), "  - You may pass", "at least 2"),
    Broken("a link to nowhere", RESOURCES, swap("https://988lifeline.org", "988lifeline.org"), "link: 988", "whole address"),
    Broken("a notebook that is cut off", NOTEBOOK, swap('"cell_type"', "cell_type"), "cell_type", "whole notebook"),
]

BETWEEN_FILES: Final = [
    Broken("two polls of one id", POLLS, swap("id: loudest", "id: brought"), 'id: brought\n    section: "06"', "'brought'"),
    Broken("a poll in no section", POLLS, swap('section: "11"', 'section: "12"', "id: one_thing"), 'section: "12"', "'12'", 2),
    Broken("asked again in no section", POLLS, swap('["11"]', '["11", "13"]', "id: fears"), '"13"', "'13'"),
    Broken("two options of one id", POLLS, swap("id: known", "id: hurt", "id: fears"), "id: fears", "the same id"),
    Broken("a guide for another section", GUIDE, swap('section: "06"', 'section: "07"'), 'section: "07"', "'06'"),
    Broken("two plans of one id", OUTLINE, swap("id: half_day", "id: evening"), "id: evening\n    title: A half", "'evening'"),
    Broken("no such section in a plan", OUTLINE, swap('section: "01"', 'section: "21"', "plans:"), 'section: "21"', "'21'"),
    Broken("another section's poll in a plan", OUTLINE, swap("[close_lately]", "[lens]"), 'section: "01", polls: [lens]', "'lens'"),
    Broken("a block of no section", OUTLINE, swap('section: "01", polls: [close_lately]', ""), "section, minutes: 10, }", "which section"),
    Broken("polls of no section", OUTLINE, swap("break, minutes", "break, polls: [fears], minutes"), "break, polls", "take the polls"),
]

AGAINST_A_RULE: Final = [
    # What polls may ask.
    Broken("an option to pass", POLLS, swap("Some other fear", "Prefer not to say", "id: fears"), "Prefer not to say", "button"),
    Broken("and/or", POLLS, swap("What brought you here?", "Who and/or what brought you?"), "and/or", "two things"),
    Broken("two question marks", POLLS, swap("What brought you here?", "Who are you? And why?"), "Who are you?", "two things"),
    Broken("a word of illness", POLLS, swap("What brought you here?", "What do you suffer from?"), "suffer", "diagnosis"),
    Broken("do you have", POLLS, swap("What brought you here?", "Which fears do you have?"), "do you have", "diagnosis"),
    Broken("a matter not to be asked", POLLS, swap("How much they mean to me", "My wishes in sexual matters"), "sexual m", "'sexual'"),
    Broken("another such matter", POLLS, swap("low: Very hard", "low: Neglected"), "low: Neglected", "'Neglected'"),
    Broken("an option to pass in a ranking", POLLS, swap("Giving and receiving love", "Rather not say"), "Rather not say", "button"),
    Broken("one kind of bond", POLLS, swap("hint: Small things", "hint: With your wife. Small things"), "your wife", "partner"),
    Broken("heavy and in own words", POLLS, swap("intensity: 1", "intensity: 3  # Now", "id: one_thing"), "# Now", "give it options", 1),
    Broken("own words in a heavy section", POLLS, WORD_IN_A_HEAVY_SECTION, "question: Which word?", "section, '03'", 1),
    Broken("own words asked for again", POLLS, WORDS_AGAIN, "again: ['10", "Take 'again' out", 3),
    # Guides.
    Broken("lighter than its polls", GUIDE, swap("intensity: 2", "intensity: 1"), "intensity: 1", "intensity: 2"),
    Broken("a step left out", GUIDE, WITHOUT_A_STEP, "step: together", "this order", 1),
    Broken("minutes that do not add up", GUIDE, swap("minutes: 2", "minutes: 3"), "activity_min:", "19 minutes"),
    Broken("another section's poll", GUIDE, swap("poll: fears", "poll: lens"), "poll: lens", "fears, loudest, and guarding"),
    Broken("a poll in the wrong step", GUIDE, swap("step: think\n", "step: think\n    poll: fears\n"), "    poll: fears", "Take this line"),
    Broken("no words for a chart that moved", LAST_GUIDE, without("if_moved:", "if_unmoved:"), "section:", "'if_moved:'"),
    Broken("no words for one that did not", LAST_GUIDE, without("if_unmoved:", "if_short:"), "section:", "'if_unmoved:'"),
    Broken("no word on safety", ABUSE_GUIDE, without("safety:"), "section:", "'safety:'"),
    # Plans.
    Broken("minutes too many", OUTLINE, swap("arrival, minutes: 10", "arrival, minutes: 11"), "arrival, minutes: 11", "91 minutes"),
    Broken("little slack", OUTLINE, LITTLE_SLACK, "block: arrival", "at least 14"),
    Broken("no break", OUTLINE, swap("block: break", "block: slack"), '"10", polls: [first_try]', "68 minutes"),
    Broken("no arrival", OUTLINE, swap("block: arrival", "block: slack"), 'slack, minutes: 10, section: "00"', "arrival first"),
    Broken("no closing", OUTLINE, swap("block: closing", "block: slack"), "slack, minutes: 8", "closing last"),
    Broken("closing too early", OUTLINE, swap("block: section", "block: closing"), "closing, minutes: 10", "in the middle"),
    Broken("two heavy sections", OUTLINE, TWO_HEAVY_SECTIONS, '"07", polls: [lens]', "both heavy"),
    Broken("nine minutes", OUTLINE, NINE_MINUTES, '9, section: "01"', "at least 10"),
    Broken("own words in a silent plan", OUTLINE, swap("[fears, pulse]", "[one_thing, pulse]"), "[one_thing, pulse]", "'evening' does not"),
    # Notebooks.
    Broken("a notebook misnamed", OUTLINE, swap("06_the_fears_that_guard_us", "06_the_fears"), "06_the_fears", "no notebook"),
    Broken("other sources", NOTEBOOK, metadata(workshop_kit={"section": "06", "sources": ["A fears"]}), '"workshop_kit": {', "A common"),
    Broken("another kernel", NOTEBOOK, metadata(kernelspec={"name": "ir"}), '"kernelspec"', "Python 3"),
    Broken("widget state", NOTEBOOK, metadata(widgets={"state": {}}), '"widgets"', "Clear Outputs"),
    Broken("a saved output", NOTEBOOK, cell("poll-fears", outputs=[{"output_type": "stream"}]), "poll-fears", "Clear Outputs"),
    Broken("a run number", NOTEBOOK, cell("poll-fears", execution_count=3), "poll-fears", "(poll-fears)"),
    Broken("another title", NOTEBOOK, prose("title", "# The fears", "# Some fears"), "title", "'# The fears that guard us'"),
    Broken("no goals", NOTEBOOK, prose("title", "- ", "* "), "title", "goals"),
    Broken("nothing to take along", NOTEBOOK, prose("takeaway", "## To take", "To take"), "finish", "'## To take with you'"),
    Broken("other minutes", NOTEBOOK, prose("title", "about 24 minutes", "about 30 minutes"), "title", "about 24 minutes"),
    Broken("too many words", NOTEBOOK, prose("takeaway", "with you", "with you\n\n" + "and more " * 150), "title", "Shorten it"),
    Broken("too few words", NOTEBOOK, notebook(emptied), "title", "Write more", 7),
    Broken("too many code cells", NOTEBOOK, notebook(crowded), "one-more", "at most 15"),
    Broken("six lines of code", NOTEBOOK, cell("guide", source="fears.guide()" + "\nfears" * 5), "guide", "more than 5 lines"),
    Broken("a for loop", NOTEBOOK, cell("guide", source="for each in [1]:\n    fears.guide()"), "guide", "holds a program"),
    Broken("an import", NOTEBOOK, cell("guide", source="import os\nfears.guide()"), "guide", "imports from elsewhere"),
    Broken("another loop", NOTEBOOK, cell("guide", source="while fears.guide():\n    pass"), "guide", "holds a program"),
    Broken("a loop within brackets", NOTEBOOK, cell("guide", source="[each.guide() for each in [fears]]"), "guide", "holds a program"),
    Broken("a function", NOTEBOOK, cell("guide", source="def lead(): ...\nfears.guide()"), "guide", "holds a program"),
    Broken("a class", NOTEBOOK, cell("guide", source="class Poll: ...\nfears.guide()"), "guide", "holds a program"),
    Broken("a relative import", NOTEBOOK, cell("guide", source="from .workshop_kit.notebook import a\nfears.guide()"), "guide", "imports"),
    Broken("past the front door", NOTEBOOK, cell("guide", source="from workshop_kit import a\nfears.guide()"), "guide", "imports from"),
    Broken("code that is none", NOTEBOOK, cell("guard", cell_type="code", source="fears.guide("), "guard", "not plain Python", 2),
    Broken("a call left out", NOTEBOOK, cell("journal", source="fears"), "finish", "journal()"),
    Broken("another section's poll", NOTEBOOK, cell("poll-loudest", source='fears.poll("lens")'), "poll-loudest", "'lens'", 1),
    Broken("a poll never asked", NOTEBOOK, cell("poll-loudest", source="fears"), "finish", "'loudest'"),
    # Coverage.
    Broken("a phrase that is not there", COVERAGE, swap("It will hurt.", "It will sting."), "It will sting.", "Quote"),
    Broken("a source of no section", COVERAGE, swap("source: A common fears", "source: C fears"), "source: C fears", "among the source", 1),
    Broken("a source that is missing", COVERAGE, without("  - source: B ending"), "  - source: A opening", "'B ending'"),
    Broken("no such poll", COVERAGE, swap("[fears, loudest]", "[fears, lens]"), "[fears, lens]", "'lens'"),
    # The closing questions.
    Broken("a question of a poll's id", CLOSING, swap("id: safe_here", "id: fears"), "id: fears", "'fears'"),
    Broken("two questions of one id", CLOSING, swap("id: safe_here", "id: way_here"), "id: way_here\n    question: How safe", "'way_here'"),
    Broken("no word on what they are", CLOSING, swap("Not a validated measure", "A measure"), "about:", "'not a validated measure'"),
    Broken("two questions in one", CLOSING, swap("did you feel in", "and/or at ease did you feel in"), "and/or", "two things"),
    Broken("an end that sounds like a diagnosis", CLOSING, swap("low: Not safe", "low: I suffered"), "suffered", "diagnosis"),
    Broken("a question with options", CLOSING, swap("low: Not safe", "options: [No]\n    low: Not safe"), "options:", "Take it out"),
    Broken("a fifth question", CLOSING, added("{id: fifth, question: How was it?, low: Bad, high: Good}"), "- id: heard_here", "at most 4"),
    # Afterwards.
    Broken("practices of no section", AFTERWARDS, swap('practices: "10"', 'practices: "12"'), 'practices: "12"', "no section '12'"),
    Broken("practices where none are", AFTERWARDS, swap('practices: "10"', 'practices: "09"'), 'practices: "09"', "no heading such as"),
    Broken("practices misspelt", AFTERWARDS, swap("practices: ", "practises: "), "practises: ", "'practices'"),
    Broken("one question", AFTERWARDS, both(without("supervision:"), lambda text: text + "supervision: Why\n"), "supervision:", "list"),
    # Contacts.
    Broken("no such country", RESOURCES, swap("country: EU", "country: XX"), "country: XX", "US, CA, UK"),
    Broken("a country without contacts", RESOURCES, swap("  EU: European", "  AT: Austria\n  EU: European"), "AT: Austria", "'AT'"),
]

BROKEN: Final = [*IN_A_FILE, *BETWEEN_FILES, *AGAINST_A_RULE]
