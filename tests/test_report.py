"""The report: what the group takes home says what the room has seen and no more, on a page and on paper, and both say the same."""

import logging
import re
import subprocess
import sysconfig
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browsers import SMALLEST, Visitors, barriers
from tests.world import environment
from workshop_kit import charts, material, report
from workshop_kit.agenda import Agenda
from workshop_kit.charts import Shown
from workshop_kit.cli.report import latest
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import ROOM, compare, publish
from workshop_kit.errors import MaterialError, SetupError, Unknown
from workshop_kit.material import Contact, Contacts
from workshop_kit.material.afterwards import Afterwards, afterwards
from workshop_kit.material.draft import AFTERWARDS
from workshop_kit.polls import Poll, Tally
from workshop_kit.report import words
from workshop_kit.report.contents import Contents, contents, held_back, in_words
from workshop_kit.results import FILE as RESULTS_FILE
from workshop_kit.results import Phase, Results, RoomRecord, Run
from workshop_kit.workshop import Workshop

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
# Names of languages, which nothing ever fetches.
NAMESPACES: Final = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
TUESDAY: Final = RoomRecord(
    "K7PMQ4", "intimacy", date(2025, 11, 4), ROOM, 60, country="DE", local_contact="Front desk <ring twice>", ended=True
)
LINES: Final = ("A walk", "“Quiet”, mostly – é", "Ще один рядок", "Time; or <more> of it", "Being asked twice")
UNSEEN: Final = "lens"
DISCARDED: Final = "logistics"
STILL_OPEN: Final = "asking_ease"


def answered(poll: Poll, people: int = 12, seed: int = 7) -> Tally:
    """Return how a group that answers by chance has answered."""
    random, ids = Random(f"{seed}/{poll.id}"), [option.id for option in poll.options]

    def answer() -> object:
        if poll.kind == "multi":
            return random.sample(ids, random.randint(1, len(ids)))
        if poll.kind == "rank":
            return random.sample(ids, len(ids))
        return random.choice(LINES) if poll.kind == "text" else random.choice(ids)

    return Tally.of(poll, [answer() for _ in range(people)])


def asked(workshop: Workshop, number: int, poll: str, phase: Phase = "revealed", *, before: int | None = None, people: int = 12) -> Run:
    """Return a run of a poll with its result, if it has one by now."""
    what = workshop.poll(poll)
    result = publish(answered(what, people, seed=number), ROOM) if phase in ("closed", "revealed") else None
    return Run(number, what, ROOM, number, phase, before, result)


@pytest.fixture(scope="module")
def runs(workshop: Workshop) -> list[Run]:
    """Return the runs of an evening: every kind of poll, one asked again, one hidden, and three that the group has not seen."""
    polls = ("pulse", "fears", "riskiest_to_share", "guarding", "wished_for", "one_thing")
    seen = [asked(workshop, number, poll) for number, poll in enumerate(polls, start=1)]
    return [
        *seen,
        asked(workshop, 7, "first_try", people=4),
        asked(workshop, 8, "fears", before=2),
        asked(workshop, 9, UNSEEN, "closed"),
        asked(workshop, 10, DISCARDED, "discarded"),
        asked(workshop, 11, STILL_OPEN, "open"),
    ]


def told(
    record: RoomRecord, runs: Sequence[Run], workshop: Workshop, *, facilitator: bool = False, known: Contacts | None = None
) -> Contents:
    """Return what stands in a report, with the material that comes with the kit."""
    return contents(record, runs, workshop, known or material.contacts(), afterwards(workshop), facilitator=facilitator)


def shown_in(runs: Sequence[Run]) -> list[Shown]:
    """Return what the room has seen: each revealed result, beside the one it was to be compared with."""
    results = {run.number: run.published for run in runs}
    shown: list[Shown] = []
    for run in runs:
        if run.phase == "revealed" and run.published:
            before = results[run.before] if run.before else None
            shown.append(compare(before, run.published) if before else run.published)
    return shown


def in_html(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())


class Paper:
    """A PDF as it is read: its pages in words, its bookmarks, and what is said of its pictures."""

    def __init__(self, written: bytes) -> None:
        self.raw = written
        self._objects = {int(each[1]): each[2] for each in re.finditer(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", written, re.DOTALL)}
        self.pages = [self._words(each) for each in self._objects.values() if re.search(rb"/Type /Page\b(?!s)", each)]
        self.bookmarks = [_text(each[1]) for each in re.finditer(rb"/Dest \[.*?\].*?/Title (\(.*?\)|<.*?>)\n", written, re.DOTALL)]
        self.pictures = [_text(each[1]) for each in re.finditer(rb"/Alt (\(.*?\)|<.*?>)\n", written)]

    @property
    def words(self) -> str:
        """All pages in a row."""
        return " ".join(self.pages)

    def _words(self, page: bytes) -> str:
        letters = {name: self._letters(int(number)) for name, number in self._fonts(page)}
        font, said = b"", []
        for name, told in re.findall(rb"/(F\d+) [\d.]+ Tf|(\((?:\\.|[^\\)])*\)) Tj", self._stream(_number(page, b"Contents")), re.DOTALL):
            font = name or font
            if told:
                plain = _unescaped(told)
                said.append("".join(letters[font][plain[at : at + 2]] for at in range(0, len(plain), 2)))
        return " ".join(" ".join(said).split())

    def _fonts(self, page: bytes) -> list[tuple[bytes, bytes]]:
        return re.findall(rb"/(F\d+) (\d+) 0 R", self._objects[_number(page, b"Resources")])

    def _letters(self, font: int) -> dict[bytes, str]:
        table = self._stream(_number(self._objects[font], b"ToUnicode")).decode()
        return {bytes.fromhex(sign): bytes.fromhex(letter).decode("utf-16-be") for sign, letter in re.findall(r"<(\w+)> <(\w+)>\n", table)}

    def _stream(self, number: int) -> bytes:
        stream = self._objects[number].partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
        return zlib.decompress(stream) if b"FlateDecode" in self._objects[number].partition(b"stream\n")[0] else stream


def _number(described: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, described)
    assert found, key
    return int(found[1])


def _unescaped(told: bytes) -> bytes:
    return re.sub(rb"\\(.)", lambda each: b"\r" if each[1] == b"r" else b"\n" if each[1] == b"n" else each[1], told[1:-1], flags=re.DOTALL)


def _text(told: bytes) -> str:
    plain = bytes.fromhex(told[1:-1].decode()) if told.startswith(b"<") else _unescaped(told)
    return plain[2:].decode("utf-16-be") if plain.startswith(b"\xfe\xff") else plain.decode("latin-1")


@pytest.fixture(scope="module")
def for_the_group(tmp_path_factory: pytest.TempPathFactory, runs: list[Run], workshop: Workshop) -> report.Written:
    """Write the group's edition."""
    return report.write(TUESDAY, runs, workshop, tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def led(workshop: Workshop) -> RoomRecord:
    """Return a room that was led by a plan, in which something was shortened, left out and noted."""
    agenda, now = Agenda.of(workshop.plan("evening")).leave_out(6).shorten(3), 0
    for place, minutes in ((0, 12), (1, 9), (2, 21), (3, 0.5), (5, 10)):
        agenda, now = agenda.go_to(place, now), now + round(minutes * 60)
    notes = {"06": "A long silence.\nWait longer next time.", "01": "Went well.", "99": "Gone.", "11": "  "}
    return replace(TUESDAY, plan="evening", agenda=agenda.ended(now).to_dict(), notes=notes)


@pytest.fixture(scope="module")
def for_whoever_led(tmp_path_factory: pytest.TempPathFactory, led: RoomRecord, runs: list[Run], workshop: Workshop) -> report.Written:
    """Write the facilitator's edition, of a simulated room, so that both labels are due."""
    return report.write(replace(led, simulated=True), runs, workshop, tmp_path_factory.mktemp("led"), facilitator=True)


def test_page_and_paper_say_of_each_result_what_the_room_has_seen(for_the_group: report.Written, runs: list[Run]) -> None:
    """Every revealed result has its question, its finding, its numbers and its note, in both files, cell by cell."""
    page, paper = in_html(for_the_group.html.read_text(encoding="utf-8")), Paper(for_the_group.pdf.read_bytes()).words

    assert len(shown_in(runs)) == 8
    for shown in shown_in(runs):
        due = [shown.poll.question, charts.note(shown), *(" ".join(row) for row in charts.table(shown).rows)]
        assert [each for each in (*due, charts.finding(shown)) if each not in page] == []
        assert [each for each in due if _cells(each) - _cells(paper)] == []


def _cells(said: str) -> set[str]:
    """Return the single words: on paper a cell may be set in lines, beside those of the next."""
    return set(said.split())


def test_rows_stand_on_paper_as_they_stand_in_the_table(for_the_group: report.Written, runs: list[Run]) -> None:
    """Where a row fits on one line, its answer and its number stand side by side in the PDF."""
    paper = Paper(for_the_group.pdf.read_bytes()).words
    short = [" ".join(row) for shown in shown_in(runs) for row in charts.table(shown).rows if len(row[0]) < 40]

    assert len(short) > 15
    assert [row for row in short if row not in paper] == []


@pytest.mark.parametrize("poll", [UNSEEN, DISCARDED, STILL_OPEN])
def test_the_group_takes_home_only_what_it_has_seen(for_the_group: report.Written, workshop: Workshop, poll: str) -> None:
    """A result that was hidden or never shown, one thrown away and a poll still open are in neither of the group's files."""
    page, paper = in_html(for_the_group.html.read_text(encoding="utf-8")), Paper(for_the_group.pdf.read_bytes()).words

    assert workshop.poll(poll).question not in page + paper
    assert words.ASIDE not in page + paper
    assert TUESDAY.code not in page + paper


def test_whoever_led_also_finds_what_was_not_shown(for_whoever_led: report.Written, runs: list[Run], workshop: Workshop) -> None:
    """Closed results stand apart, below their own heading; polls without a result are counted; what was discarded is gone."""
    page, paper = in_html(for_whoever_led.html.read_text(encoding="utf-8")), Paper(for_whoever_led.pdf.read_bytes()).words
    [unseen] = [run.published for run in runs if run.poll.id == UNSEEN]
    assert unseen

    for said in (page, paper):
        shown, _, apart = said.partition(words.UNSEEN + " ")
        assert unseen.poll.question not in shown
        assert unseen.poll.question in apart
        assert charts.note(unseen) in apart
        assert f"{words.UNDECIDED} 1." in apart
        assert workshop.poll(DISCARDED).question not in said
        assert workshop.poll(STILL_OPEN).question not in said


def test_charts_are_drawn_and_described(for_the_group: report.Written, runs: list[Run]) -> None:
    """What can be drawn is drawn in both files, with what it shows in words; lines and silent results are text alone."""
    page, paper = for_the_group.html.read_text(encoding="utf-8"), Paper(for_the_group.pdf.read_bytes())
    drawn = [each for each in shown_in(runs) if each.poll.kind != "text" and charts.table(each).rows]

    assert len(drawn) == 6
    assert page.count("<figure>") == page.count("<svg") == page.count('role="img"') == len(drawn)
    assert re.findall("<desc[^>]*>(.*?)</desc>", page) == [charts.alt_text(each) for each in drawn]
    assert paper.pictures == [charts.alt_text(each) for each in drawn]


@pytest.mark.parametrize("edition", ["for_the_group", "for_whoever_led"])
def test_a_report_needs_nothing_from_anywhere(edition: str, request: pytest.FixtureRequest) -> None:
    """Neither file refers to another file or place; what stands there of a provider's page is words."""
    written: report.Written = request.getfixturevalue(edition)
    page, paper = written.html.read_text(encoding="utf-8"), written.pdf.read_bytes()

    assert [each for each in re.findall(r"""[a-z]+://[^\s"'<>)]*""", page) if each not in NAMESPACES] == []
    assert [each for each in re.findall(r"""(?:src|href|srcset|action|data)=["']?([^"'\s>]*)""", page) if not each.startswith("#")] == []
    assert [each for each in re.findall(r"url\(([^)]*)\)", page) if not each.startswith("#")] == []
    assert [each for each in ("@import", "<script", "<a ") if each in page] == []
    assert [each for each in (b"/URI", b"/Launch", b"/GoToR", b"/JavaScript", b"/EmbeddedFile", b"://") if each in paper] == []
    assert "://" not in Paper(paper).words


def test_the_same_room_gives_the_same_report_to_the_byte(
    tmp_path: Path, for_whoever_led: report.Written, led: RoomRecord, runs: list[Run], workshop: Workshop
) -> None:
    """When a report is made makes no difference to it: it holds a day, no hour, and nothing drawn by chance."""
    again = report.write(replace(led, simulated=True), runs, workshop, tmp_path, facilitator=True)

    assert again.html.read_bytes() == for_whoever_led.html.read_bytes()
    assert again.pdf.read_bytes() == for_whoever_led.pdf.read_bytes()
    assert b"D:20251104000000Z" in again.pdf.read_bytes()


def test_both_files_have_title_day_and_language(for_the_group: report.Written) -> None:
    """A report says on top, and to the program that opens it, whose it is, of which day, and in which language."""
    page, paper = for_the_group.html.read_text(encoding="utf-8"), Paper(for_the_group.pdf.read_bytes())

    assert "<title>Letting ourselves be known, 4 November 2025</title>" in page
    assert '<html lang="en">' in page
    assert "<h1>Letting ourselves be known</h1>" in page
    assert paper.pages[0].startswith("Letting ourselves be known 4 November 2025")
    assert b"/Title (Letting ourselves be known, 4 November 2025)" in paper.raw
    assert b"/Lang (en)" in paper.raw


def test_paper_has_page_numbers_and_bookmarks(for_the_group: report.Written, runs: list[Run]) -> None:
    """Each page says which of how many it is, and the bookmarks lead to every part and every question."""
    paper = Paper(for_the_group.pdf.read_bytes())

    assert [page.endswith(f"page {number} of {len(paper.pages)}") for number, page in enumerate(paper.pages, start=1)] == [True] * len(
        paper.pages
    )
    parts = [words.SECTIONS, words.RESULTS, words.AGREEMENTS, words.PRACTICES, words.SUPPORT]
    assert [each for each in paper.bookmarks if each in parts] == parts
    assert [each for each in (shown.poll.question for shown in shown_in(runs)) if each not in paper.bookmarks] == []


def test_a_simulated_room_is_called_that_on_every_page(for_the_group: report.Written, for_whoever_led: report.Written) -> None:
    """Every page of paper says that people were simulated, and so do the page, its print and each of its charts; a real one never."""
    page, paper = for_whoever_led.html.read_text(encoding="utf-8"), Paper(for_whoever_led.pdf.read_bytes())
    real = for_the_group.html.read_text(encoding="utf-8") + Paper(for_the_group.pdf.read_bytes()).words

    assert [number for number, each in enumerate(paper.pages, start=1) if words.SIMULATED not in each] == []
    assert f'@top-center{{content:"{words.SIMULATED} {words.PRIVATE}"' in page
    assert page.count(f"<figcaption>{words.SIMULATED_CHART}</figcaption>") == page.count("<figure>")
    assert f"<strong>{words.SIMULATED}</strong>" in page
    assert "imulated" not in real
    assert "@top-center" not in real


def test_the_facilitators_edition_says_first_that_it_is_not_for_handing_out(for_whoever_led: report.Written) -> None:
    """Before anything else, and on each page of paper, it asks not to be handed out, and says why; its name says it too."""
    page, paper = for_whoever_led.html.read_text(encoding="utf-8"), Paper(for_whoever_led.pdf.read_bytes())

    assert page.index(words.PRIVATE_WHY) < page.index("<h2>")
    assert paper.pages[0].index(words.PRIVATE_WHY) < paper.pages[0].index(words.SECTIONS)
    assert [number for number, each in enumerate(paper.pages, start=1) if words.PRIVATE not in each] == []
    assert {file.stem for file in for_whoever_led} == {"for-the-facilitator"}


def test_time_planned_and_used_stands_beside_each_other(led: RoomRecord, workshop: Workshop) -> None:
    """For each part of the plan: how long it was to take, how long it took, and what became of it."""
    aside = told(led, [], workshop, facilitator=True).aside
    assert aside
    assert aside.timing

    assert aside.timing.rows == (
        ("Arriving: Welcome, and what we agree on", "10 min", "12 min", ""),
        ("What intimacy is", "10 min", "9 min", ""),
        ("The fears that guard us", "17 min", "21 min", ""),
        ("The risk of being seen", "11 min", "under 1 min", "shortened to 7 min"),
        ("Break", "10 min", "–", "not led"),
        ("Five practices", "10 min", "10 min", ""),
        ("Time to spare", "14 min", "–", "left out"),
        ("Closing: Trust and next steps", "8 min", "–", "not led"),
        ("Together", "90 min", "52 min", ""),
    )


def test_a_part_that_is_being_led_is_called_that(workshop: Workshop) -> None:
    """A report that is made while a room is open says which part is not over yet."""
    agenda = Agenda.of(workshop.plan("evening")).go_to(1, 0)
    aside = told(replace(TUESDAY, agenda=agenda.to_dict()), [], workshop, facilitator=True).aside
    assert aside
    assert aside.timing

    assert aside.timing.rows[1] == ("What intimacy is", "10 min", "–", "still being led")


def test_notes_stand_under_their_sections_in_the_order_of_the_workshop(
    for_whoever_led: report.Written, led: RoomRecord, workshop: Workshop
) -> None:
    """What was typed stands as it was typed, lines and all; an empty note is none, and a section that is gone has its number."""
    aside = told(led, [], workshop, facilitator=True).aside
    assert aside

    assert aside.notes == (
        ("What intimacy is", "Went well."),
        ("The fears that guard us", "A long silence.\nWait longer next time."),
        ("Section 99", "Gone."),
    )
    assert '<p class="written">A long silence.\nWait longer next time.</p>' in for_whoever_led.html.read_text(encoding="utf-8")
    assert "Wait longer next time." in Paper(for_whoever_led.pdf.read_bytes()).words


def test_questions_for_supervision_are_for_whoever_led_alone(
    for_the_group: report.Written, for_whoever_led: report.Written, workshop: Workshop
) -> None:
    """Six to eight questions stand in the facilitator's edition, and none in the group's."""
    questions = afterwards(workshop).supervision
    own = [in_html(for_whoever_led.html.read_text(encoding="utf-8")), Paper(for_whoever_led.pdf.read_bytes()).words]
    groups = [in_html(for_the_group.html.read_text(encoding="utf-8")), Paper(for_the_group.pdf.read_bytes()).words]

    assert 6 <= len(questions) <= 8
    assert [each for each in questions for said in own if each not in said] == []
    assert [each for each in questions for said in groups if each in said] == []


def test_without_plan_and_notes_the_facilitators_edition_says_so(tmp_path: Path, workshop: Workshop) -> None:
    """What is missing is named, not left blank."""
    written = report.write(TUESDAY, [], workshop, tmp_path, facilitator=True)

    for said in (in_html(written.html.read_text(encoding="utf-8")), Paper(written.pdf.read_bytes()).words):
        assert [each for each in (words.NO_TIMING, words.NO_NOTES, words.NONE_UNSEEN) if each not in said] == []
        assert "No result was shown in the room" in said


def test_sections_done_are_those_that_were_led_or_asked_in(led: RoomRecord, runs: list[Run], workshop: Workshop) -> None:
    """With a plan, sections led in it count, and those in which something was asked; without one, the latter; discarded polls never."""
    only_led = told(led, [], workshop).sections
    only_asked = told(TUESDAY, runs, workshop).sections

    assert only_led == tuple(workshop.section(each).title for each in ("00", "01", "05", "06", "10"))
    assert only_asked == tuple(workshop.section(each).title for each in ("00", "05", "06", "07", "09", "10", "11"))
    assert told(led, [asked(workshop, 1, "when_unsure")], workshop).sections == tuple(
        workshop.section(each).title for each in ("00", "01", "05", "06", "08", "10")
    )


def test_a_result_of_a_section_that_is_gone_is_still_told(workshop: Workshop) -> None:
    """If the material has changed since, a question is told with the number of its section, and one that never had any with none."""
    one = asked(workshop, 1, "fears")
    gone, without = (replace(one, poll=replace(one.poll, section=section)) for section in ("77", None))

    assert [each.place for each in told(TUESDAY, [gone, without], workshop).asked] == ["Section 77", "The meeting itself"]


def test_agreements_and_practices_stand_in_both_files_with_their_emphasis(for_the_group: report.Written, workshop: Workshop) -> None:
    """The group takes home what it agreed on and all five practices in the words of the notebook, and no asterisk."""
    page, paper = for_the_group.html.read_text(encoding="utf-8"), Paper(for_the_group.pdf.read_bytes()).words
    practices = afterwards(workshop).practices
    due = [each.words for each in workshop.agreements] + [words for each in practices for words in each.paragraphs]

    assert len(practices) == 5
    assert len(workshop.agreements) >= 5
    assert [each for each in due if each.replace("*", "") not in _without_gaps(in_html(page))] == []
    assert [each for each in due if each.replace("*", "") not in _without_gaps(paper)] == []
    assert "*" not in in_html(page.partition("</style>")[2]) + paper
    assert "<strong>Try this.</strong>" in page
    assert "Say <em>I</em>." in page


def _without_gaps(said: str) -> str:
    """Return words without the gaps that a change of letters leaves before a full stop or a bracket."""
    return re.sub(r" (?=[.,;:?!…)])", "", said).replace(" …", "…").replace("…", " …").replace("  ", " ")


def test_people_can_turn_to_contacts_of_the_rooms_country_and_near_by(for_the_group: report.Written) -> None:
    """Both files have whoever is near and the contacts of the room's country, each with whether it was checked, and of no other."""
    page, paper = in_html(for_the_group.html.read_text(encoding="utf-8")), Paper(for_the_group.pdf.read_bytes()).words

    for said in (page, paper):
        assert "Front desk <ring twice>" in said
        assert [each.name for each in material.contacts().for_country("DE") if each.name not in said] == []
        assert "988" not in said
        assert said.count("Not yet checked with them.") == len(material.contacts().for_country("DE"))


@pytest.mark.parametrize("country", [None, "XX"])
def test_without_a_country_the_contacts_of_every_country_are_offered(workshop: Workshop, country: str | None) -> None:
    """Better a long list than none, also where the country is no longer among those with contacts."""
    known = material.contacts()

    offered = told(replace(TUESDAY, country=country), [], workshop).support.countries

    assert [name for name, _ in offered] == list(known.countries.values())
    assert sum(len(each) for _, each in offered) == len(known.all)


def test_a_contact_says_when_it_was_checked(workshop: Workshop) -> None:
    """Whether a number can be trusted is told as of the day of the room, so that a report never changes by itself."""
    ages = {"new": 10, "old": 200}
    checked = [
        Contact("DE", name, "Anyone", "1", "Always", "https://www.example.org/", TUESDAY.opened_on - timedelta(days=age))
        for name, age in ages.items()
    ]

    [(_, offered)] = told(TUESDAY, [], workshop, known=Contacts({"DE": "Germany"}, tuple(checked))).support.countries

    assert [each.checked for each in offered] == [
        "Last checked with them on 25 October 2025.",
        "Last checked with them on 18 April 2025, a while ago.",
    ]
    assert offered[0].words == "new. Anyone. Always. www.example.org"


def test_what_is_held_back_is_said_in_one_line(workshop: Workshop) -> None:
    """The line names the smallest group that a number stands for, and how many questions show nothing, and why."""
    some = [run.published for run in (asked(workshop, 1, "fears"), asked(workshop, 2, "first_try")) if run.published]
    silent = [run.published for run in [asked(workshop, 3, "loudest", people=3)] if run.published]

    assert held_back([]) == "No result was shown in the room, so none stands here."
    assert "fewer than 3 people" in held_back(some)
    assert "shows no answers" not in held_back(some)
    assert "and 1 of the 3 questions shows no answers, because too few came in" in held_back([*some, *silent])
    assert "and the one question shows no answers" in held_back(silent)
    assert held_back([*some, *silent]).count(".") == 1


def test_a_sign_that_paper_has_no_letter_for_is_a_box_and_is_logged_nowhere(
    tmp_path: Path, workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    """People's lines hold pictures and letters from everywhere; the page has them, paper has a box, and no log repeats them."""
    poll, lines = workshop.poll("one_thing"), ["漢字 and more", "A 🙂", "שלום"]
    result = publish(Tally.of(poll, [lines[each % 3] for each in range(12)]), ROOM)
    with caplog.at_level(logging.INFO):
        written = report.write(TUESDAY, [Run(1, poll, ROOM, 1, "revealed", published=result)], workshop, tmp_path)

    assert [line for line in lines if line not in written.html.read_text(encoding="utf-8")] == []
    assert "□□ and more" in Paper(written.pdf.read_bytes()).words
    assert "A □" in Paper(written.pdf.read_bytes()).words
    assert [record.name for record in caplog.records if "🙂" in record.getMessage() or "漢" in record.getMessage()] == []


def test_a_day_reads_the_same_everywhere() -> None:
    """A day is written with the name of its month, so that nobody takes April for November."""
    assert [in_words(date(2025, month, 4)) for month in (1, 4, 11, 12)] == [
        "4 January 2025",
        "4 April 2025",
        "4 November 2025",
        "4 December 2025",
    ]


def test_a_report_is_not_written_over_another_unless_asked_to(tmp_path: Path, runs: list[Run], workshop: Workshop) -> None:
    """A second report is refused with the way out, and nothing is changed; told to, it takes the place of the first."""
    written = report.write(TUESDAY, [], workshop, tmp_path)
    before = [file.read_bytes() for file in written]

    with pytest.raises(SetupError, match="--replace"):
        report.write(TUESDAY, runs, workshop, tmp_path)
    assert [file.read_bytes() for file in written] == before

    report.write(TUESDAY, runs, workshop, tmp_path, replace=True)
    assert [new == old for new, old in zip((file.read_bytes() for file in written), before, strict=True)] == [False, False]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["report.html", "report.pdf"]


def test_files_are_their_owners_alone_and_say_what_is_being_done(tmp_path: Path, workshop: Workshop) -> None:
    """Nobody else on the computer can read a report, its folder is made, and there is a line for each step."""
    steps: list[str] = []

    written = report.write(TUESDAY, [], workshop, tmp_path / "new" / "er", say=steps.append)

    assert {file.stat().st_mode & 0o777 for file in written} == {0o600}
    assert len(steps) == 2


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, workshop: Workshop) -> None:
    """Where a file stands in the folder's place, the sentence names it, and the file stays."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("mine", encoding="utf-8")

    with pytest.raises(SetupError, match=r"file cannot be written\. Name another one"):
        report.write(TUESDAY, [], workshop, in_the_way)
    assert in_the_way.read_text(encoding="utf-8") == "mine"


def test_a_folder_in_a_files_place_is_never_replaced(tmp_path: Path, workshop: Workshop) -> None:
    """Somebody's folder that happens to bear the name of a report is not touched, and no half report is left."""
    (tmp_path / "report.pdf").mkdir()

    with pytest.raises(SetupError, match="already"):
        report.write(TUESDAY, [], workshop, tmp_path, replace=True)
    assert [each.name for each in tmp_path.iterdir()] == ["report.pdf"]


@pytest.mark.parametrize("earlier", [True, False])
def test_both_files_are_written_or_neither(
    tmp_path: Path, runs: list[Run], workshop: Workshop, monkeypatch: pytest.MonkeyPatch, earlier: bool
) -> None:
    """If the second file cannot be put in its place, the first is taken back: what was there before is there again, or nothing is."""
    if earlier:
        report.write(TUESDAY, [], workshop, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setattr(Path, "replace", full_for("report.pdf", Path.replace))

    with pytest.raises(SetupError, match="cannot be written"):
        report.write(TUESDAY, runs, workshop, tmp_path, replace=True)

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def full_for(name: str, moved: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """Return a disk that is full for new files of one name, and takes all others."""

    def move(file: Path, to: Path) -> Path:
        if file.name == name and file.parent.name == "new":
            raise OSError(28, "No space left on device")
        return moved(file, to)

    return move


def test_a_damaged_plan_is_said_in_one_sentence(workshop: Workshop) -> None:
    """What is kept of a plan and makes no sense is refused, not guessed at."""
    for damaged in ({"plan": "evening"}, {**Agenda.of(workshop.plan("evening")).to_dict(), "entries": 3}):
        with pytest.raises(SetupError, match="damaged"):
            told(replace(TUESDAY, agenda=damaged), [], workshop)


@pytest.mark.parametrize("edition", ["for_the_group", "for_whoever_led"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everyone(edition: str, scheme: str, visitors: Visitors, request: pytest.FixtureRequest) -> None:
    """Light and dark, axe finds nothing, headings are in order, tables have scopes, and 320 pixels are enough."""
    page = visitors.page(viewport=SMALLEST, color_scheme=scheme)
    written: report.Written = request.getfixturevalue(edition)
    page.set_content(written.html.read_text(encoding="utf-8"))

    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
    levels = [int(each) for each in page.locator("h1,h2,h3,h4,h5,h6").evaluate_all("all => all.map((each) => each.tagName[1])")]
    assert levels.count(1) == 1
    assert [(one, next_one) for one, next_one in pairwise(levels) if next_one > one + 1] == []
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_printed_no_chart_is_cut_in_two(for_the_group: report.Written, runs: list[Run], browser: Browser, size: str) -> None:
    """On both sizes of paper each chart is on one page with its heading and its table, and nothing is wider than the paper."""
    with Visitors(browser) as visitors:
        page = visitors.page()
        page.set_content(for_the_group.html.read_text(encoding="utf-8"))
        page.emulate_media(media="print")
        printed = page.pdf(format=size)
        kept = page.locator(".whole, figure, tr").evaluate_all("all => all.map((each) => getComputedStyle(each).breakInside)")
        heights = page.locator(".whole").evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")

    assert set(kept) == {"avoid"}
    # 18 millimetres at either end of the shorter of the two papers, in the browser's pixels of a 96th of an inch.
    assert max(heights) < (279 - 2 * 18) / 25.4 * 96
    assert len(re.findall(rb"/Type /Page\b(?!s)", printed)) > 3


def workshop_kit(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as it is typed, for a user whose rooms are kept in `home`."""
    variables = {"HOME": str(home), "TMPDIR": str(home), FOLDER_VARIABLE: str(home / "kit")}
    return subprocess.run([COMMAND, *map(str, arguments)], env=environment(variables), cwd=home, capture_output=True, text=True)


@pytest.fixture
def kept(tmp_path: Path, led: RoomRecord, runs: list[Run]) -> Path:
    """Return the home of a user who has led one room."""
    (tmp_path / "kit").mkdir()
    results = Results(tmp_path / "kit")
    results.save_room(led)
    results.save_runs(led.code, *runs)
    return tmp_path


def test_the_command_writes_the_report_of_the_latest_room(kept: Path, led: RoomRecord, runs: list[Run], workshop: Workshop) -> None:
    """With no word more than its name the command makes what the function makes, and says step by step what it does and where it is."""
    done = workshop_kit(kept, "report")

    assert (done.returncode, done.stderr) == (0, "")
    assert [each for each in ("page", "PDF", "Done", str(Path("report", "report.html"))) if each not in done.stdout] == []
    due = report.write(led, runs, workshop, kept / "due")
    assert [(kept / "report" / file.name).read_bytes() for file in due] == [file.read_bytes() for file in due]


def test_the_command_writes_the_facilitators_edition_beside_the_groups(kept: Path) -> None:
    """Both editions can lie in one folder, and a second of either takes a word to replace it."""
    to = ("--room", "k7pmq4", "--out", kept / "out")

    assert workshop_kit(kept, "report", *to, "--facilitator").returncode == 0
    assert workshop_kit(kept, "report", *to).returncode == 0
    assert sorted(each.name for each in (kept / "out").iterdir()) == [
        *("for-the-facilitator.html", "for-the-facilitator.pdf"),
        *("report.html", "report.pdf"),
    ]
    refused = workshop_kit(kept, "report", *to)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--replace" in refused.stderr
    assert workshop_kit(kept, "report", *to, "--replace").returncode == 0


def test_without_a_room_the_command_says_how_to_open_one(tmp_path: Path) -> None:
    """Before the first evening there is nothing to report, and the command says so in one line and leaves nothing behind."""
    refused = workshop_kit(tmp_path, "report")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "There is no room on this computer yet. Open one with: workshop-kit start\n"
    assert not (tmp_path / "report").exists()


def test_an_unknown_code_is_said_without_repeating_it(kept: Path) -> None:
    """A code that no room has is refused in one line, which does not say it again."""
    refused = workshop_kit(kept, "report", "--room", "ZZZZZZ")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert "ZZZZZZ" not in refused.stderr


def test_damaged_results_are_said_in_one_sentence(kept: Path) -> None:
    """A file that is no longer what it was is named, and left as it is."""
    file = kept / "kit" / RESULTS_FILE
    file.write_bytes(b"not a database at all" * 100)

    refused = workshop_kit(kept, "report")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert file.read_bytes() == b"not a database at all" * 100


def test_the_latest_room_is_the_one_that_runs_or_the_real_one_of_the_latest_day() -> None:
    """Of an earlier day, of a rehearsal beside a real room, and of ended ones beside one that runs, none is meant."""
    earlier = replace(TUESDAY, code="AAAAAA", opened_on=TUESDAY.opened_on - timedelta(days=7))
    rehearsal = replace(TUESDAY, code="BBBBBB", simulated=True)
    running = replace(TUESDAY, code="CCCCCC", ended=False)

    assert latest([earlier, TUESDAY, rehearsal]) == TUESDAY
    assert latest([earlier, rehearsal]) == rehearsal
    assert latest([earlier, TUESDAY, running]) == running


def test_of_two_rooms_on_one_day_somebody_must_say_which() -> None:
    """Since no hour is kept, the command names both rather than guessing."""
    other = replace(TUESDAY, code="AAAAAA")

    with pytest.raises(Unknown, match="--room: AAAAAA, K7PMQ4"):
        latest([other, TUESDAY])


def test_a_workshop_without_a_file_for_afterwards_has_nothing_to_add(tmp_path: Path, workshop: Workshop) -> None:
    """Another workshop may do without practices and questions, and its report does too."""
    assert afterwards(workshop, tmp_path) == Afterwards()
    assert afterwards(replace(workshop, id="another")) == Afterwards()

    bare = contents(TUESDAY, [], replace(workshop, agreements=()), material.contacts(), Afterwards(), facilitator=True)
    assert (bare.practices, bare.agreements) == ((), ())


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("practice: '10'\n", "line 1"),
        ("supervision:\n  - One?\npractices: '77'\n", "line 3: there is no section '77'"),
        ("practices: '01'\n", "has no heading such as"),
        ("supervision: Why?\n", "line 1"),
    ],
)
def test_a_slip_in_the_file_for_afterwards_is_named_with_its_line(tmp_path: Path, workshop: Workshop, written: str, complaint: str) -> None:
    """Whatever is wrong with the file is said with the line and what to write instead."""
    (tmp_path / AFTERWARDS).write_text(written, encoding="utf-8")

    with pytest.raises(MaterialError, match=re.escape(complaint)):
        afterwards(workshop, tmp_path)


def test_a_file_for_afterwards_may_hold_questions_alone(tmp_path: Path, workshop: Workshop) -> None:
    """Practices may be left out."""
    (tmp_path / AFTERWARDS).write_text("supervision: [One?]\n", encoding="utf-8")

    assert afterwards(workshop, tmp_path) == Afterwards((), ("One?",))


def test_the_words_of_a_report_hold_no_diagnosis(workshop: Workshop) -> None:
    """Nothing that a report adds of its own names an illness, a score or a couple."""
    own = " ".join([*(value for value in vars(words).values() if isinstance(value, str)), *afterwards(workshop).supervision]).lower()

    assert [each for each in ("diagnos", "disorder", "symptom", "patholog", "patient", "client", "couple", "spouse") if each in own] == []
