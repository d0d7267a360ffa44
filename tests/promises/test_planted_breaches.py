"""Planted breaches: the kit is spoilt on purpose, in a copy, one promise at a time, and the tests notice.

A suite that never fails may prove nothing. So each breach here is one that somebody could commit with the best of intentions,
and the smallest test that ought to catch it is run against the spoilt copy, with everything else as it is.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.forensics import copy_of_the_kit
from tests.world import environment

pytestmark = pytest.mark.prove

NO_TRACE: Final = "tests/promises/test_ram.py::test_a_room_that_people_answer_in_leaves_no_trace_of_them"
SAME_BYTES: Final = "tests/promises/test_ram.py::test_the_same_ballots_leave_the_same_bytes"
LOGGED: Final = r"open: a comment that was left out \(plain\): .*room\.output"
OTHER_BYTES: Final = r"assert \[\d, \d\] == \[1, 1\]"
NO_OTHER_NUMBER: Final = "tests/test_words.py::test_no_number_appears_that_was_not_published"


class Breach(NamedTuple):
    """What is done to the kit, which test must fail of it, and what it then complains of.

    An edit names a file, a piece of code in it, and what comes in its place.
    """

    name: str
    edits: dict[str, tuple[str, str]]
    caught_by: str
    seen_as: str


IN_ORDER_OF_ARRIVAL: Final = """\
        given = self._ballots[number].answers(lambda _: None)
        chosen = [each for answer in given if isinstance(answer, list) for each in answer]
        if chosen:
            first = sorted(run.poll.options, key=lambda option: [*chosen, option.id].index(option.id))
            run = replace(run, poll=replace(run.poll, options=tuple(first)))
        tally = Tally.of(run.poll, given)
"""
REMEMBERING: Final = """\
RAW: dict[Published, tuple[int, ...]] = {}


def publish(tally: Tally, policy: Policy) -> Published:
    shown = _published(tally, policy)
    RAW[shown] = tally.counts
    return shown


def _published(tally: Tally, policy: Policy) -> Published:
"""
LOGGING: Final = """body.get("answer"))
        __import__("logging").getLogger("workshop_kit").warning("Taken: %s", body.get("answer"))
"""
STORING: Final = """self._seats.take(seat)
        self._kept.save(notes={**self.record.notes, "seats": self.record.notes.get("seats", "") + str(seat)})
"""
WORDING: Final = '**ends) + f\' {__import__("workshop_kit.disclosure.rules", fromlist=["RAW"]).RAW.get(shown)}.\''
TIMING: Final = '{**part.to_dict(), "at": __import__("time").time()}'
SHUFFLING: Final = "        tally = Tally.of(run.poll, self._ballots[number].answers(self._random.shuffle))\n"
PUBLISHING: Final = "def publish(tally: Tally, policy: Policy) -> Published:\n"
BREACHES: Final = (
    Breach("a timestamp in the row of a result", {"disk/rooms.py": ("part.to_dict()", TIMING)}, SAME_BYTES, OTHER_BYTES),
    Breach(
        "the options of a stored result in the order in which they were first chosen",
        {"room/runs.py": (SHUFFLING, IN_ORDER_OF_ARRIVAL)},
        SAME_BYTES,
        OTHER_BYTES,
    ),
    Breach("an answer in a log", {"server/public.py": ('body.get("answer"))\n', LOGGING)}, NO_TRACE, LOGGED),
    Breach(
        "a seat among what is stored of the room",
        {"room/room.py": ("self._seats.take(seat)\n", STORING)},
        NO_TRACE,
        r"open: a seat \(plain\): .*results\.sqlite",
    ),
    Breach(
        "a raw count in the text for those who do not see the chart",
        {"disclosure/rules.py": (PUBLISHING, REMEMBERING), "words/results.py": ("**ends)", WORDING)},
        NO_OTHER_NUMBER,
        "Extra items in the left set",
    ),
)


def tried(place: Path, *tests: str) -> "subprocess.CompletedProcess[str]":
    """Run some tests of a copy against that copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    variables = environment({"PYTHONPATH": str(place), "COVERAGE_PROCESS_START": ""})
    return subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True)


def test_a_copy_that_is_left_alone_passes(tmp_path: Path) -> None:
    """The tests that are to catch a breach pass where there is none, so it is not the copying that they catch."""
    done = tried(copy_of_the_kit(tmp_path, "tests", "pyproject.toml"), *{breach.caught_by for breach in BREACHES})

    assert done.returncode == pytest.ExitCode.OK, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.name)
def test_a_breach_is_caught(tmp_path: Path, breach: Breach) -> None:
    """Planted in a copy of the kit, a breach makes the test fail that stands against it, and for the reason that it should."""
    place = copy_of_the_kit(tmp_path, "tests", "pyproject.toml")
    for name, (code, instead) in breach.edits.items():
        file = place / "workshop_kit" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(code) == 1, f"{name} has changed: plant this breach anew."
        file.write_text(text.replace(code, instead), encoding="utf-8")

    done = tried(place, breach.caught_by)

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert f"FAILED {breach.caught_by}" in done.stdout
    assert re.search(breach.seen_as, done.stdout)
