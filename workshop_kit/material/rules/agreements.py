"""What a group agrees on stands in two places, the printed cards and a notebook, and says the same in both."""

# ruff: noqa: D401 (a rule is said as a statement)

import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.shapes import AgreementEntry

# Three sentences of nine points beside the picture; our choice, seen on paper of both sizes.
MOST_SIGNS_ON_A_CARD: Final = 260
LINE: Final = re.compile(r"^- \*\*.+?\.\*\* .+$", re.MULTILINE)


def they_stand_in_a_notebook(draft: Draft) -> Iterator[Fault]:
    """An agreement on the cards stands in a notebook too, word for word."""
    taught = {line for lines in _lists(draft).values() for line in lines}
    for place, agreement in enumerate(draft.outline.shape.agreements):
        if draft.notebooks and _line(agreement) not in taught:
            sentence = (
                f"the agreement '{agreement.name}' stands in no notebook in these words. Write the same in both; in the notebook the "
                "line begins with '- **', then the name, a full stop and '**'."
            )
            yield draft.outline.fault(("agreements", place), sentence)


def a_notebook_has_no_others(draft: Draft) -> Iterator[Fault]:
    """Where a notebook lists the agreements, it lists no others."""
    agreed = {_line(each) for each in draft.outline.shape.agreements}
    for (section, place), lines in _lists(draft).items():
        for line in lines if agreed.intersection(lines) else ():
            if line not in agreed:
                name = line.removeprefix("- **").partition(".")[0]
                sentence = f"'{name}' is not among the agreements of workshop.yaml, word for word. Write it there too, or take it out here."
                yield draft.notebooks[section].fault(("cells", place), sentence)


def seat_cards_have_room_for_them(draft: Draft) -> Iterator[Fault]:
    """What is meant for a seat card fits on it, eight cards to a page."""
    agreements = draft.outline.shape.agreements
    signs = sum(len(each.card or "") for each in agreements)
    if signs > MOST_SIGNS_ON_A_CARD:
        last = max(place for place, each in enumerate(agreements) if each.card)
        sentence = f"the sentences for a seat card have {signs} signs, and it has room for {MOST_SIGNS_ON_A_CARD}. Leave 'card' out of one, or shorten it."
        yield draft.outline.fault(("agreements", last, "card"), sentence)


def _lists(draft: Draft) -> dict[tuple[str, int], list[str]]:
    """Return, by section and place, the lines of every cell of prose that have the form of an agreement."""
    return {
        (section, place): LINE.findall(cell.text)
        for section, notebook in draft.notebooks.items()
        for place, cell in enumerate(notebook.shape.cells)
        if cell.cell_type == "markdown"
    }


def _line(agreement: AgreementEntry) -> str:
    return f"- **{agreement.name}.** {agreement.words}"
