"""What makes a notebook one that a therapist can read, lead from and print, and that keeps nothing anybody answered.

What the prose says is its author's, in any language; a rule goes by how it is laid out.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft
from workshop_kit.material.shapes import CellEntry

MOST_CODE_CELLS: Final = 15
MOST_LINES: Final = 5
FEWEST_WORDS: Final = 300
MOST_WORDS: Final = 600
IMPORTABLE: Final = "workshop_kit.notebook"
CALLS: Final = ("check_in", "guide", "poll", "journal", "finish")
OURS: Final = "workshop_kit"
LAST: Final = ("cells", -1)
GOAL: Final = re.compile(r"^- ", re.MULTILINE)
NUMBER: Final = re.compile(r"\d+")
# Each of these begins a program, and a program belongs into the package, where it is tested.
PROGRAM: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.comprehension)


def each_section_has_a_notebook(draft: Draft) -> Iterator[Fault]:
    """The notebook that a section names is there."""
    for at, section in enumerate(draft.sections):
        if section.id not in draft.notebooks:
            yield draft.outline.fault(("sections", at, "notebook"), "material.notebook.missing", notebook=section.notebook)


def metadata_names_section_and_sources(draft: Draft) -> Iterator[Fault]:
    """A notebook says of itself what workshop.yaml says of its section."""
    for section, notebook in draft.each_notebook():
        due = {"section": section.id, "sources": section.sources}
        if notebook.shape.metadata.get(OURS) != due:
            yield notebook.fault(("metadata", OURS), "material.notebook.metadata", key=OURS, **due)


def kernel_is_python(draft: Draft) -> Iterator[Fault]:
    """A notebook opens with a kernel that every installation has."""
    for _, notebook in draft.each_notebook():
        spec = notebook.shape.metadata.get("kernelspec")
        if not isinstance(spec, dict) or spec.get("name") != "python3":
            yield notebook.fault(("metadata", "kernelspec"), "material.notebook.kernel")


def nothing_is_saved_of_a_run(draft: Draft) -> Iterator[Fault]:
    """No output, run number or widget state is kept: it could hold an answer."""
    for _, notebook in draft.each_notebook():
        if "widgets" in notebook.shape.metadata:
            yield notebook.fault(("metadata", "widgets"), "material.notebook.widgets")
        for at, cell in enumerate(notebook.shape.cells):
            if cell.outputs or cell.execution_count is not None:
                yield notebook.fault(("cells", at), "material.cell.was_run", cell=_called(at, cell))


def it_begins_with_title_and_goals_and_ends_with_a_takeaway(draft: Draft) -> Iterator[Fault]:
    """First come the title, the minutes of the guide and what one can do at the end; and last comes something to take along."""
    for section, notebook in draft.each_notebook():
        guide, cells = draft.guides.get(section.id), notebook.shape.cells
        title, _, below = next((prose for _, prose in notebook.shape.prose), "").partition("\n")
        if title != f"# {section.title}":
            yield notebook.fault(("cells", 0), "material.notebook.title", title=section.title)
        due = guide.shape.teach_min + guide.shape.activity_min if guide else None
        if due and str(due) not in NUMBER.findall(below):
            yield notebook.fault(("cells", 0), "material.notebook.minutes", n=due)
        if len(GOAL.findall(below)) < 2:
            yield notebook.fault(("cells", 0), "material.notebook.goals")
        end = next((at for at, cell in notebook.shape.code if "finish" in _calls(cell)), len(cells))
        if not any(at == end - 1 and prose.startswith("## ") for at, prose in notebook.shape.prose):
            yield notebook.fault(LAST, "material.notebook.takeaway")


def length_is_a_few_pages(draft: Draft) -> Iterator[Fault]:
    """A section can be read in one go."""
    for _, notebook in draft.each_notebook():
        words = sum(any(map(str.isalnum, word)) for _, prose in notebook.shape.prose for word in prose.split())
        if not FEWEST_WORDS <= words <= MOST_WORDS:
            name = "too_long" if words > MOST_WORDS else "too_short"
            yield notebook.fault(("cells", 0), f"material.notebook.{name}", n=words, fewest=FEWEST_WORDS, most=MOST_WORDS)


def cells_are_few_and_short(draft: Draft) -> Iterator[Fault]:
    """Prose outweighs code by far."""
    for _, notebook in draft.each_notebook():
        code = notebook.shape.code
        if len(code) > MOST_CODE_CELLS:
            yield notebook.fault(("cells", code[MOST_CODE_CELLS][0]), "material.notebook.code_cells", n=len(code), most=MOST_CODE_CELLS)
        for at, cell in code:
            if len(cell.text.splitlines()) > MOST_LINES:
                yield notebook.fault(("cells", at), "material.cell.too_long", cell=_called(at, cell), n=MOST_LINES)


def cells_hold_no_program(draft: Draft) -> Iterator[Fault]:
    """A code cell makes short calls, and gets what it calls from one place."""
    for _, notebook in draft.each_notebook():
        for at, cell in notebook.shape.code:
            nodes = list(ast.walk(cell.program)) if cell.program else []
            imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
            names = [] if cell.program else ["no_python"]
            names += ["program" for node in nodes if isinstance(node, PROGRAM)]
            names += ["imports" for node in imports if isinstance(node, ast.Import) or node.level or node.module != IMPORTABLE]
            for name in names:
                yield notebook.fault(("cells", at), f"material.cell.{name}", cell=_called(at, cell), importable=IMPORTABLE)


def calls_are_those_of_the_section(draft: Draft) -> Iterator[Fault]:
    """Whoever leads or is alone finds five calls, and among them every poll of the section and no other."""
    for section, notebook in draft.each_notebook():
        made = [(at, cell, _calls(cell)) for at, cell in notebook.shape.code]
        for missing in [each for each in CALLS if not any(each in calls for _, _, calls in made)]:
            yield notebook.fault(LAST, "material.notebook.no_call", call=missing)
        due, own = draft.asked_in(section.id), [each.id for each in draft.polls_of(section.id)]
        asked = {poll: (at, cell) for at, cell, calls in made for call in calls.get("poll", ()) for poll in call or own[:1]}
        for poll, (at, cell) in asked.items():
            if poll not in due:
                yield notebook.fault(("cells", at), "material.cell.other_poll", cell=_called(at, cell), poll=poll, polls=due)
        for poll in [each for each in due if each not in asked]:
            yield notebook.fault(LAST, "material.notebook.poll_not_asked", poll=poll)


def _calls(cell: CellEntry) -> dict[str, list[list[str]]]:
    """Return what a cell calls on something, each time with the texts that it hands over."""
    made: dict[str, list[list[str]]] = {}
    # Code that is none is complained of by the rule that cells hold no program.
    for node in ast.walk(cell.program) if cell.program else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            made.setdefault(node.func.attr, []).append(texts)
    return made


def _called(at: int, cell: CellEntry) -> str:
    return f"{at + 1} ({cell.id})" if cell.id else str(at + 1)
