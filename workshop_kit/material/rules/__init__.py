"""Rules: what a workshop has to be, beyond the right keys in the right files.

A rule is a public function of a module here. It looks at a `Draft` and yields a `Fault` for each place that breaks it, the
sentence of which ends in what to write instead.

`FIT` must hold before a workshop can be led at all: its parts name each other rightly. `CRAFT` says what we have learned a
workshop needs so that nobody is exposed, hurried or hurt by it, and what keeps a notebook readable; an author at work may
break these for an afternoon, so only `workshop-kit check` looks at them. What goes by English words is asked of English only.
"""

from collections.abc import Callable, Iterator
from inspect import isfunction
from types import ModuleType
from typing import Final, TypeAlias

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft
from workshop_kit.material.rules import coverage, english, fit, guides, notebooks, plans, polls

Rule: TypeAlias = Callable[[Draft], Iterator[Fault]]


def _rules_of(*modules: ModuleType) -> tuple[Rule, ...]:
    named = [(module, name, each) for module in modules for name, each in vars(module).items() if isfunction(each)]
    return tuple(each for module, name, each in named if each.__module__ == module.__name__ and not name.startswith("_"))


FIT: Final = _rules_of(fit)
ENGLISH: Final = _rules_of(english)
CRAFT: Final = (*_rules_of(polls, guides, plans, notebooks, coverage), *ENGLISH)


def faults(draft: Draft, rules: tuple[Rule, ...]) -> list[Fault]:
    """Return every fault that some rules find, in the order of files and lines."""
    is_english = draft.outline.shape.language.partition("-")[0] == "en"
    found = [fault for rule in rules if is_english or rule not in ENGLISH for fault in rule(draft)]
    return sorted(found, key=lambda fault: (str(fault.file), fault.line or 0))
