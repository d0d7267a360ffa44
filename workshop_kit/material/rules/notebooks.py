"""What makes a notebook one that a therapist can read, lead from and print, and that keeps nothing anybody answered."""

# ruff: noqa: D401 (a rule is said as a statement)

import ast
import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.documents import Document
from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.shapes import CellEntry, NotebookFile, SectionEntry

MOST_CODE_CELLS: Final = 15
MOST_LINES: Final = 5
FEWEST_WORDS: Final = 300
MOST_WORDS: Final = 600
IMPORTABLE: Final = "workshop_kit.notebook"
CALLS: Final = ("check_in", "guide", "poll", "journal", "finish")
GOALS: Final = "By the end of this section you can"
TAKEAWAY: Final = "## To take with you"
OURS: Final = "workshop_kit"
MINUTES: Final = re.compile(r"\babout (\d+) minutes\b")
# Each of these begins a program, and a program belongs into the package, where it is tested.
PROGRAM: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.comprehension)


def each_section_has_one(draft: Draft) -> Iterator[Fault]:
    """The notebook that a section names is there."""
    for place, section in enumerate(draft.sections):
        if section.id not in draft.notebooks:
            sentence = f"there is no notebook {section.notebook}. Correct the name, or copy another section's notebook to begin with."
            yield draft.outline.fault(("sections", place, "notebook"), sentence)


def metadata_names_section_and_sources(draft: Draft) -> Iterator[Fault]:
    """A notebook says of itself what workshop.yaml says of its section."""
    for section, notebook in _each(draft):
        due = {"section": section.id, "sources": section.sources}
        if notebook.shape.metadata.get(OURS) != due:
            sentence = f"the metadata should say as workshop.yaml does: '{OURS}' with section '{section.id}' and sources {', '.join(section.sources)}."
            yield notebook.fault(("metadata", OURS), sentence)


def kernel_is_python(draft: Draft) -> Iterator[Fault]:
    """A notebook opens with a kernel that every installation has."""
    for _, notebook in _each(draft):
        if notebook.shape.kernel != "python3":
            yield notebook.fault(
                ("metadata", "kernelspec"), "the kernel is not python3. Choose Python 3 in JupyterLab, top right, and save."
            )


def nothing_is_saved_of_a_run(draft: Draft) -> Iterator[Fault]:
    """No output, run number or widget state is kept: it could hold an answer."""
    for _, notebook in _each(draft):
        if "widgets" in notebook.shape.metadata:
            yield notebook.fault(
                ("metadata", "widgets"), "the state of widgets is saved here. Choose 'Clear Outputs of All Cells', then save."
            )
        for place, cell in enumerate(notebook.shape.cells):
            if cell.outputs or cell.execution_count is not None:
                sentence = (
                    f"{_called(place, cell)} keeps what came of running it. Choose 'Clear Outputs of All Cells' in JupyterLab, then save."
                )
                yield notebook.fault(("cells", place), sentence)


def title_goals_and_takeaway(draft: Draft) -> Iterator[Fault]:
    """A notebook begins with its title and what one can do at the end of it, and it ends with something to take along."""
    for section, notebook in _each(draft):
        prose = [cell.text for cell in notebook.shape.cells if cell.cell_type == "markdown"]
        first = prose[0] if prose else ""
        if first.partition("\n")[0] != f"# {section.title}":
            yield notebook.fault(("cells", 0), f"the first line should be the title that workshop.yaml gives. Write '# {section.title}'.")
        if GOALS not in first or len(re.findall(r"^- ", first, re.MULTILINE)) < 2:
            yield notebook.fault(
                ("cells", 0), f"the first cell should name goals. Write '{GOALS}', and two or three lines beginning with '- '."
            )
        if not any(text.startswith(TAKEAWAY) for text in prose):
            place = len(notebook.shape.cells) - 1
            yield notebook.fault(
                ("cells", place), f"there is nothing to take along. Write a last cell of prose that begins with '{TAKEAWAY}'."
            )


def minutes_are_those_of_the_guide(draft: Draft) -> Iterator[Fault]:
    """The minutes under the title are those of the guide."""
    for section, notebook in _each(draft):
        guide = draft.guides.get(section.id)
        if guide and notebook.shape.cells:
            due = guide.shape.teach_min + guide.shape.activity_min
            said = MINUTES.search(notebook.shape.cells[0].text)
            if said is None or int(said[1]) != due:
                yield notebook.fault(("cells", 0), f"the guide plans {due} minutes. Write 'about {due} minutes' below the title.")


def length_is_a_few_pages(draft: Draft) -> Iterator[Fault]:
    """A section can be read in one go."""
    for _, notebook in _each(draft):
        words = sum(_words(cell.text) for cell in notebook.shape.cells if cell.cell_type == "markdown")
        if not FEWEST_WORDS <= words <= MOST_WORDS:
            advice = "Shorten it" if words > MOST_WORDS else "Write more"
            sentence = f"the text has {words} words; a section should have {FEWEST_WORDS} to {MOST_WORDS}. {advice}."
            yield notebook.fault(("cells", 0), sentence)


def cells_are_few_and_short(draft: Draft) -> Iterator[Fault]:
    """Prose outweighs code by far."""
    for _, notebook in _each(draft):
        code = list(_code(notebook))
        if len(code) > MOST_CODE_CELLS:
            sentence = f"there are {len(code)} code cells. Keep at most {MOST_CODE_CELLS}."
            yield notebook.fault(("cells", code[MOST_CODE_CELLS][0]), sentence)
        for place, cell in code:
            if len(cell.text.splitlines()) > MOST_LINES:
                yield notebook.fault(
                    ("cells", place), f"{_called(place, cell)} has more than {MOST_LINES} lines of code. Make two of it, or less."
                )


def cells_hold_no_program(draft: Draft) -> Iterator[Fault]:
    """A code cell makes short calls, and gets what it calls from one place."""
    for _, notebook in _each(draft):
        for place, cell in _code(notebook):
            for sentence in _more_than_calls(cell.text):
                yield notebook.fault(("cells", place), f"{_called(place, cell)} {sentence}")


def five_calls_are_made(draft: Draft) -> Iterator[Fault]:
    """Whoever leads finds guide and polls; whoever is alone finds check-in, ballot, journal and end."""
    for _, notebook in _each(draft):
        made = {node.func.attr for node in _calls(notebook) if isinstance(node.func, ast.Attribute)}
        for missing in [each for each in CALLS if each not in made]:
            place = len(notebook.shape.cells) - 1
            yield notebook.fault(("cells", place), f"no cell calls {missing}(). Add one, as in the other notebooks.")


def polls_are_those_of_the_section(draft: Draft) -> Iterator[Fault]:
    """A notebook asks the polls of its section, all of them, and no other."""
    for section, notebook in _each(draft):
        asked, due = dict(_polls_called(section, notebook, draft)), draft.asked_in(section.id)
        for poll, place in asked.items():
            if poll not in due:
                sentence = f"{_called(place, notebook.shape.cells[place])} asks '{poll}', which is no poll of this section. It has: {', '.join(due)}."
                yield notebook.fault(("cells", place), sentence)
        for poll in [each for each in due if each not in asked]:
            place = len(notebook.shape.cells) - 1
            yield notebook.fault(
                ("cells", place), f"the poll '{poll}' of this section is never asked. Add a cell that calls poll(\"{poll}\")."
            )


def _each(draft: Draft) -> Iterator[tuple[SectionEntry, Document[NotebookFile]]]:
    for section in draft.sections:
        if section.id in draft.notebooks:
            yield section, draft.notebooks[section.id]


def _code(notebook: Document[NotebookFile]) -> Iterator[tuple[int, CellEntry]]:
    yield from ((place, cell) for place, cell in enumerate(notebook.shape.cells) if cell.cell_type == "code")


def _calls(notebook: Document[NotebookFile]) -> Iterator[ast.Call]:
    for _, cell in _code(notebook):
        yield from _calls_in(cell)


def _calls_in(cell: CellEntry) -> Iterator[ast.Call]:
    try:
        yield from (node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call))
    except SyntaxError:
        # Said by the rule that cells hold no program.
        return


def _polls_called(section: SectionEntry, notebook: Document[NotebookFile], draft: Draft) -> Iterator[tuple[str, int]]:
    for place, cell in _code(notebook):
        for call in _calls_in(cell):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "poll":
                named = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
                first = [each.id for each in draft.polls_of(section.id)][:1]
                yield from ((poll, place) for poll in (named or first))


def _more_than_calls(code: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        yield "is not plain Python. Look for a bracket or a quotation mark that is missing."
        return
    for node in ast.walk(tree):
        if isinstance(node, PROGRAM):
            yield "holds a program. Keep to short calls, such as fears.poll()."
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and (node.level or node.module != IMPORTABLE)):
            yield f"imports from elsewhere. Import from {IMPORTABLE} only."


def _words(text: str) -> int:
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def _called(place: int, cell: CellEntry) -> str:
    return f"cell {place + 1} ({cell.id})" if cell.id else f"cell {place + 1}"
