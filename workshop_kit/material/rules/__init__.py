"""Rules: what a workshop has to be, beyond the right keys in the right files.

A rule is a small function that looks at a `Draft` and yields a `Fault` for each place that breaks it, with a sentence that
ends in what to write instead. The two tables below are the whole of them.

`FIT` must hold before a workshop can be led at all: its parts name each other rightly. `CRAFT` says what we have learned a
workshop needs so that nobody is exposed, hurried or hurt by it, and what keeps a notebook readable; an author at work may
break these for an afternoon, so only `workshop-kit check` looks at them.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.rules import afterwards, agreements, closing, contacts, coverage, fit, guides, notebooks, plans, polls

Rule: TypeAlias = Callable[[Draft], Iterator[Fault]]

FIT: Final[tuple[Rule, ...]] = (
    fit.sections_have_ids_of_their_own,
    fit.polls_have_ids_of_their_own,
    fit.polls_belong_to_sections,
    fit.options_go_together,
    fit.guides_belong_to_sections,
    fit.plans_have_ids_of_their_own,
    fit.blocks_name_what_there_is,
    closing.they_have_ids_of_their_own,
)

CRAFT: Final[tuple[Rule, ...]] = (
    polls.each_section_asks_one_to_three,
    polls.passing_is_no_option,
    polls.one_question_at_a_time,
    polls.no_words_of_illness,
    polls.some_matters_are_not_asked,
    polls.any_bond_is_meant,
    polls.own_words_are_about_light_matters,
    polls.own_words_are_asked_for_once,
    closing.they_are_called_no_measure,
    guides.each_section_has_one,
    guides.no_lighter_than_its_polls,
    guides.steps_are_six_in_order,
    guides.minutes_of_steps_add_up,
    guides.one_step_asks_a_poll,
    guides.where_abuse_is_named_safety_is_said,
    guides.where_a_poll_comes_again_both_outcomes_have_words,
    plans.minutes_fill_each_meeting,
    plans.some_time_is_free,
    plans.nobody_sits_longer_than_an_hour,
    plans.arrival_first_and_closing_last,
    plans.heavy_sections_stand_apart,
    plans.a_section_has_time,
    plans.own_words_are_allowed_by_the_plan,
    notebooks.each_section_has_one,
    notebooks.metadata_names_section_and_sources,
    notebooks.kernel_is_python,
    notebooks.nothing_is_saved_of_a_run,
    notebooks.title_goals_and_takeaway,
    notebooks.minutes_are_those_of_the_guide,
    notebooks.length_is_a_few_pages,
    notebooks.cells_are_few_and_short,
    notebooks.cells_hold_no_program,
    notebooks.five_calls_are_made,
    notebooks.polls_are_those_of_the_section,
    agreements.they_stand_in_a_notebook,
    agreements.a_notebook_has_no_others,
    agreements.seat_cards_have_room_for_them,
    afterwards.practices_are_taught,
    coverage.sources_are_taught_where_it_says,
    coverage.phrases_stand_in_the_notebook,
    coverage.polls_are_there,
    contacts.countries_are_listed,
    contacts.countries_have_contacts,
    contacts.checked_with_the_provider,
)


def faults(draft: Draft, rules: tuple[Rule, ...]) -> list[Fault]:
    """Return every fault that some rules find, in the order of files and lines."""
    found = [fault for rule in rules for fault in rule(draft)]
    return sorted(found, key=lambda fault: (str(fault.file), fault.line or 0))
