"""The report: what the group takes home says what the room has seen and no more, on a page and on paper, and both say the same."""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.after.paper import Page, Paper
from tests.browsers import SMALLEST, Visitors, barriers
from tests.kept import TUESDAY, asked, published
from tests.world import SAY
from workshop_kit import charts, material
from workshop_kit.after import report
from workshop_kit.after.report.contents import Contents, ForWhoeverLed, contents, held_back
from workshop_kit.charts import Shown
from workshop_kit.disclosure import ROOM, Published, compare, publish
from workshop_kit.disk.rooms import Phase, RoomRecord, Run
from workshop_kit.errors import MaterialError, SetupError
from workshop_kit.material import Contact, Contacts
from workshop_kit.material.afterwards import Afterwards, afterwards
from workshop_kit.material.draft import AFTERWARDS
from workshop_kit.polls import Tally
from workshop_kit.words.catalog import FOLDER_VARIABLE
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda

# Names of languages, which nothing ever fetches.
NAMESPACES: Final = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
LED: Final = replace(TUESDAY, ended=True, country="DE", local_contact="Front desk <ring twice>")
LINES: Final = ("A walk", "“Quiet”, mostly – é", "Ще один рядок", "Time; or <more> of it", "Being asked twice")
SEEN: Final = ("pulse", "fears", "riskiest_to_share", "guarding", "wished_for", "one_thing")
UNSEEN: Final = "lens"
DISCARDED: Final = "logistics"
STILL_OPEN: Final = "asking_ease"


@dataclass(frozen=True)
class Edition:
    """A report as it was written, as it is read, and what was said meanwhile."""

    written: report.Written
    page: Page
    paper: Paper
    steps: Sequence[str]

    @property
    def both(self) -> tuple[str, str]:
        """The words of the page, and those of the paper."""
        return self.page.words, self.paper.words


def written(record: RoomRecord, runs: Sequence[Run], workshop: Workshop, out: Path, *, facilitator: bool = False) -> Edition:
    """Write a report and read it."""
    steps: list[str] = []
    files = report.write(record, runs, workshop, out, facilitator=facilitator, tell=steps.append)
    return Edition(files, Page(files.html.read_text(encoding="utf-8")), Paper(files.pdf.read_bytes()), steps)


def run_of(workshop: Workshop, number: int, name: str, phase: Phase = "revealed", *, before: int | None = None, people: int = 12) -> Run:
    """Return a run of a shipped poll with its result, if it has one by now."""
    result = result_of(workshop, name, people) if phase in ("closed", "revealed") else None
    return replace(asked(number, workshop.poll(name), ROOM, phase, result), before=before)


def result_of(workshop: Workshop, name: str, people: int = 12) -> Published:
    """Return what a group that answers a shipped poll by chance gets to see."""
    poll = workshop.poll(name)
    return publish(Tally.of(poll, 3 * LINES), ROOM) if poll.kind == "text" else published(Random(name), poll, people=people)


@pytest.fixture(scope="module")
def runs(workshop: Workshop) -> list[Run]:
    """Return the runs of an evening: every kind of poll, one asked again, one without a word, and three that the group has not seen."""
    return [
        *(run_of(workshop, number, poll) for number, poll in enumerate(SEEN, start=1)),
        run_of(workshop, 7, "first_try", people=4),
        run_of(workshop, 8, "fears", before=2),
        run_of(workshop, 9, UNSEEN, "closed"),
        run_of(workshop, 10, DISCARDED, "discarded"),
        run_of(workshop, 11, STILL_OPEN, "open"),
    ]


@pytest.fixture(scope="module")
def shown(runs: list[Run]) -> list[Shown]:
    """Return what the room has seen: each revealed result, beside the one that it was to be compared with."""
    results = {run.number: run.published for run in runs}
    seen = [(results.get(run.before or 0), run.published) for run in runs if run.phase == "revealed" and run.published]
    return [compare(before, result) if before else result for before, result in seen]


@pytest.fixture(scope="module")
def led(workshop: Workshop) -> RoomRecord:
    """Return a room that was led by a plan, in which something was shortened, left out and noted."""
    agenda, now = Agenda.of(workshop.plan("evening")).leave_out(6).shorten(3), 0
    for place, minutes in ((0, 12), (1, 9), (2, 21), (3, 0.5), (5, 10)):
        agenda, now = agenda.go_to(place, now), now + round(minutes * 60)
    notes = {"06": "A long silence.\nWait longer next time.", "01": "Went well.", "99": "Gone.", "11": "  "}
    return replace(LED, plan="evening", agenda=agenda.ended(now).to_dict(), notes=notes)


@pytest.fixture(scope="module")
def for_the_group(tmp_path_factory: pytest.TempPathFactory, runs: list[Run], workshop: Workshop) -> Edition:
    """Write the group's edition."""
    return written(LED, runs, workshop, tmp_path_factory.mktemp("group") / "new" / "er")


@pytest.fixture(scope="module")
def for_whoever_led(tmp_path_factory: pytest.TempPathFactory, led: RoomRecord, runs: list[Run], workshop: Workshop) -> Edition:
    """Write the facilitator's edition, of a simulated room, so that both labels are due."""
    return written(replace(led, simulated=True), runs, workshop, tmp_path_factory.mktemp("led"), facilitator=True)


@pytest.fixture(scope="module")
def bare(workshop: Workshop) -> Workshop:
    """Return the workshop with nothing to take home, whose reports are soon written."""
    return replace(workshop, id="another", agreements=())


def told(record: RoomRecord, runs: Sequence[Run], workshop: Workshop, known: Contacts | None = None) -> Contents:
    """Return what stands in the group's edition, with the material that comes with the kit."""
    return contents(record, runs, workshop, known or material.contacts(), afterwards(workshop), facilitator=False)


def told_aside(record: RoomRecord, workshop: Workshop) -> ForWhoeverLed:
    """Return what stands only in the facilitator's edition of a room in which nothing was asked."""
    aside = contents(record, [], workshop, material.contacts(), Afterwards(), facilitator=True).aside
    assert aside
    return aside


# What the room has seen


def test_page_and_paper_say_of_each_result_what_the_room_has_seen(for_the_group: Edition, shown: list[Shown]) -> None:
    """Every revealed result has its question, its finding, its numbers and its note in both files, and a row that fits stands in a row."""
    page, paper = for_the_group.both
    due = [said for each in shown for said in (each.poll.question, charts.note(each, SAY), *map(" ".join, charts.table(each, SAY).rows))]
    short = [" ".join(row) for each in shown for row in charts.table(each, SAY).rows if len(row[0]) < 40]

    assert len(shown) == 8
    assert [said for said in (*due, *(charts.finding(each, SAY) for each in shown)) if said not in page] == []
    # On paper the words of one cell may be set in lines, beside those of the next.
    assert [said for said in due if set(said.split()) - set(paper.split())] == []
    assert len(short) > 15
    assert [row for row in short if row not in paper] == []


def test_only_whoever_led_finds_what_was_not_shown(
    for_the_group: Edition, for_whoever_led: Edition, runs: list[Run], workshop: Workshop
) -> None:
    """Closed results stand below a heading of their own, polls without one are counted; the group has none of it, discarded and open ones nobody."""
    [unseen] = [run.published for run in runs if run.poll.id == UNSEEN and run.published]
    nobodys = [workshop.poll(poll).question for poll in (DISCARDED, STILL_OPEN)]

    assert [
        each for each in (*nobodys, unseen.poll.question, SAY("report.aside"), LED.code) for said in for_the_group.both if each in said
    ] == []
    for said in for_whoever_led.both:
        seen, _, apart = said.partition(SAY("report.unseen") + " ")
        assert unseen.poll.question not in seen
        assert [due for due in (unseen.poll.question, charts.note(unseen, SAY), SAY("report.undecided", n=1)) if due not in apart] == []
        assert [each for each in nobodys if each in said] == []


def test_charts_are_drawn_and_described(for_the_group: Edition, shown: list[Shown]) -> None:
    """What can be drawn is drawn in both files, with what it shows in words; lines and silent results are text alone."""
    page = for_the_group.page.html
    drawn = [each for each in shown if each.poll.kind != "text" and charts.table(each, SAY).rows]

    assert len(drawn) == 6
    assert page.count("<figure>") == page.count("<svg") == page.count('role="img"') == len(drawn)
    assert re.findall("<desc[^>]*>(.*?)</desc>", page) == for_the_group.paper.pictures == [charts.alt_text(each, SAY) for each in drawn]


def test_what_is_held_back_is_said_in_one_line(workshop: Workshop) -> None:
    """The line names the smallest group that a number stands for, and how many questions show nothing, and why."""
    some = [result_of(workshop, "fears"), result_of(workshop, "pulse")]
    silent = [result_of(workshop, "loudest", people=3)]

    assert held_back([], SAY) == "No result was shown in the room, so none stands here."
    assert ("fewer than 3 people" in held_back(some, SAY), "no answers" in held_back(some, SAY)) == (True, False)
    assert "and 1 of the 3 questions shows no answers, because too few came in" in held_back([*some, *silent], SAY)
    assert "and the one question shows no answers" in held_back(silent, SAY)
    assert held_back([*some, *silent], SAY).count(".") == 1


def test_sections_done_are_those_that_were_led_or_asked_in(led: RoomRecord, runs: list[Run], workshop: Workshop) -> None:
    """Sections led by a plan count, and those in which something was asked, discarded polls never; a question of a section that is gone is told."""

    def titles(*sections: str) -> tuple[str, ...]:
        return tuple(workshop.section(each).title for each in sections)

    one = run_of(workshop, 1, "fears")
    gone, without = (replace(one, poll=replace(one.poll, section=section)) for section in ("77", None))

    assert told(led, [], workshop).sections == titles("00", "01", "05", "06", "10")
    assert told(LED, runs, workshop).sections == titles("00", "05", "06", "07", "09", "10", "11")
    assert told(led, [run_of(workshop, 1, "when_unsure")], workshop).sections == titles("00", "01", "05", "06", "08", "10")
    assert [each.place for each in told(LED, [gone, without], workshop).asked] == ["Section 77", "The meeting itself"]


# What a file is


def test_a_report_needs_nothing_from_anywhere(for_the_group: Edition, for_whoever_led: Edition) -> None:
    """Neither file of either edition refers to another file or place; what stands there of a provider's page is words."""
    for edition in (for_the_group, for_whoever_led):
        page, paper = edition.page.html, edition.paper
        led_to = re.findall(r"""(?:src|href|srcset|action|data)=["']?([^"'\s>]*)""", page) + re.findall(r"url\(([^)]*)\)", page)
        assert [each for each in re.findall(r"""[a-z]+://[^\s"'<>)]*""", page) if each not in NAMESPACES] == []
        assert [each for each in led_to if not each.startswith("#")] == []
        assert [each for each in ("@import", "<script", "<a ") if each in page] == []
        assert [each for each in (b"/URI", b"/Launch", b"/GoToR", b"/JavaScript", b"/EmbeddedFile", b"://") if each in paper.raw] == []
        assert "://" not in paper.words


def test_the_same_room_gives_the_same_report_to_the_byte(tmp_path: Path, runs: list[Run], bare: Workshop) -> None:
    """When a report is made makes no difference to it: it holds a day, no hour, and nothing drawn by chance."""
    first, second = (written(LED, runs[1:2], bare, tmp_path / name) for name in ("first", "second"))

    assert (first.page.html, first.paper.raw) == (second.page.html, second.paper.raw)
    assert b"D:20251104000000Z" in first.paper.raw


def test_both_files_say_what_they_are(for_the_group: Edition, shown: list[Shown]) -> None:
    """Page and paper have title, day and language, for their owner alone; paper has page numbers, and bookmarks to each part and question."""
    title, day, paper = "Letting ourselves be known", "November 4, 2025", for_the_group.paper
    on_the_page = (f"<title>{title}, {day}</title>", '<html lang="en" dir="ltr">', f"<h1>{title}</h1>")
    parts = [SAY(name) for name in ("report.sections", "report.results", "report.agreements", "report.practices", "labels.support.title")]

    assert [each for each in on_the_page if each not in for_the_group.page.html] == []
    assert [each for each in (f"/Title ({title}, {day})", "/Lang (en)") if each.encode() not in paper.raw] == []
    assert paper.pages[0].startswith(f"{title} {day}")
    assert [n for n, page in enumerate(paper.pages, start=1) if not page.endswith(f"page {n} of {len(paper.pages)}")] == []
    assert [each for each in paper.bookmarks if each in parts] == parts
    assert {each.poll.question for each in shown} <= set(paper.bookmarks)
    assert {file.stat().st_mode & 0o777 for file in for_the_group.written} == {0o600}
    # A line was said for each step.
    assert len(for_the_group.steps) == 2


def test_in_a_language_from_right_to_left_both_files_turn_around(
    tmp_path: Path, runs: list[Run], bare: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report speaks the workshop's language in its direction, what people wrote keeps its own, and a sentence that it lacks is English."""
    (hebrew := tmp_path / "he-XC").mkdir()
    (hebrew / "report.po").write_text('msgid "report.results"\nmsgstr "תוצאות"\n', encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))

    edition = written(LED, runs[1:2], replace(bare, language="he-XC"), tmp_path / "out")

    due = ('<html lang="he-XC" dir="rtl">', "<h2>תוצאות</h2>", '<p dir="auto">Front desk', SAY("report.results_about"))
    assert [each for each in due if each not in edition.page.html] == []
    assert b"/Lang (he-XC)" in edition.paper.raw
    assert "תוצאות" in edition.paper.bookmarks


def test_a_sign_that_paper_has_no_letter_for_is_a_box_and_is_logged_nowhere(
    tmp_path: Path, workshop: Workshop, bare: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    """People's lines hold pictures and letters from everywhere; the page has them, paper has a box, and no log repeats them."""
    poll, lines = workshop.poll("one_thing"), ["漢字 and more", "A 🙂", "שלום"]
    run = asked(1, poll, ROOM, "revealed", publish(Tally.of(poll, 4 * lines), ROOM))
    with caplog.at_level(logging.INFO):
        edition = written(LED, [run], bare, tmp_path)

    assert [line for line in lines if line not in edition.page.words] == []
    assert [line for line in ("□□ and more", "A □") if line not in edition.paper.words] == []
    assert [record.name for record in caplog.records if "🙂" in record.getMessage() or "漢" in record.getMessage()] == []


def test_every_page_says_what_kind_of_report_it_is(for_the_group: Edition, for_whoever_led: Edition, workshop: Workshop) -> None:
    """Page, print, charts and paper say that people were simulated and it is not for handing out, with questions for supervision; the group's, none."""
    questions = afterwards(workshop).supervision
    simulated, own, own_why = (SAY(f"report.{name}") for name in ("simulated", "own", "own_why"))
    page, papers = for_whoever_led.page.html, for_whoever_led.paper.pages

    assert [n for n, each in enumerate(papers, start=1) for label in (simulated, own) if label not in each] == []
    assert f'@top-center{{content:"{simulated} {own}"' in page
    assert page.count(f"<figcaption>{SAY('labels.simulated')}</figcaption>") == page.count("<figure>")
    assert f"<strong>{simulated}</strong>" in page
    assert page.index(own_why) < page.index("<h2>")
    assert papers[0].index(own_why) < papers[0].index(SAY("report.sections"))
    assert {file.stem for file in for_whoever_led.written} == {"for-the-facilitator"}
    assert [each for each in ("imulated", "@top-center") if each in for_the_group.page.html + for_the_group.paper.words] == []
    assert 6 <= len(questions) <= 8
    assert [each for each in questions for said in for_whoever_led.both if each not in said] == []
    assert [each for each in questions for said in for_the_group.both if each in said] == []


# What only the facilitator's edition has


def test_time_planned_and_used_stands_beside_each_other(led: RoomRecord, workshop: Workshop) -> None:
    """For each part of the plan: how long it was to take, it took, and what became of it, also while it is being led; a damaged plan is refused."""
    being_led = replace(LED, agenda=Agenda.of(workshop.plan("evening")).go_to(1, 0).to_dict())
    timing, unfinished = told_aside(led, workshop).timing, told_aside(being_led, workshop).timing
    assert timing
    assert unfinished

    assert timing.rows == (
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
    assert unfinished.rows[1] == ("What intimacy is", "10 min", "–", "still being led")
    for damaged in ({"plan": "evening"}, {**Agenda.of(workshop.plan("evening")).to_dict(), "entries": 3}):
        with pytest.raises(SetupError, match=r"^report\.damaged_plan$"):
            told(replace(LED, agenda=damaged), [], workshop)


def test_notes_stand_under_their_sections_in_the_order_of_the_workshop(
    for_whoever_led: Edition, led: RoomRecord, workshop: Workshop
) -> None:
    """What was typed stands as it was typed, lines and all; an empty note is none, and a section that is gone has its number."""
    assert told_aside(led, workshop).notes == (
        ("What intimacy is", "Went well."),
        ("The fears that guard us", "A long silence.\nWait longer next time."),
        ("Section 99", "Gone."),
    )
    assert '<p class="written" dir="auto">A long silence.\nWait longer next time.</p>' in for_whoever_led.page.html
    assert "Wait longer next time." in for_whoever_led.paper.words


def test_without_plan_and_notes_the_facilitators_edition_says_so(tmp_path: Path, bare: Workshop) -> None:
    """What is missing is named, not left blank."""
    edition = written(LED, [], bare, tmp_path, facilitator=True)

    due = [SAY(f"report.{name}") for name in ("no_timing", "no_notes", "none_unseen", "nothing_shown")]
    assert [each for each in due for said in edition.both if each not in said] == []


# What a group takes home beside its results


def test_agreements_and_practices_stand_in_both_files_with_their_emphasis(for_the_group: Edition, workshop: Workshop) -> None:
    """The group takes home what it agreed on and all five practices in the words of the notebook, and no asterisk."""
    page, practices = for_the_group.page.html, afterwards(workshop).practices
    due = [each.words for each in workshop.agreements] + [paragraph for each in practices for paragraph in each.paragraphs]

    assert len(practices) == 5
    assert len(workshop.agreements) >= 5
    assert [each for each in due for said in for_the_group.both if each.replace("*", "") not in _without_gaps(said)] == []
    assert "*" not in Page(page.partition("</style>")[2]).words + for_the_group.paper.words
    assert "<strong>Try this.</strong>" in page
    assert "Say <em>I</em>." in page


def _without_gaps(said: str) -> str:
    """Return words without the gaps that a change of letters leaves before a full stop or a bracket."""
    return re.sub(r" (?=[.,;:?!…)])", "", said).replace(" …", "…").replace("…", " …").replace("  ", " ")


def test_people_can_turn_to_contacts_near_by_and_of_the_rooms_country(for_the_group: Edition, workshop: Workshop) -> None:
    """Both files have whoever is near and the country's contacts, of every country if it has none, each with when it was checked, as of the room's day."""
    known = material.contacts()
    ours = known.for_country("DE")
    for said in for_the_group.both:
        assert "Front desk <ring twice>" in said
        assert [each.name for each in ours if each.name not in said] == []
        assert "988" not in said
        assert said.count("Not yet checked with them.") == len(ours)

    days = {name: LED.opened_on - timedelta(days=age) for name, age in {"new": 10, "old": 200}.items()}
    checked = [Contact("DE", name, "Anyone", "1", "Always", "https://www.example.org/", day) for name, day in days.items()]

    for country in (None, "XX"):
        offered = told(replace(LED, country=country), [], workshop).support.countries
        assert [name for name, _ in offered] == list(known.countries.values())
        assert sum(len(each) for _, each in offered) == len(known.all)
    [(_, dated)] = told(LED, [], workshop, Contacts({"DE": "Germany"}, tuple(checked))).support.countries
    dates = ["October 25, 2025.", "April 18, 2025, a while ago."]
    assert [each.checked for each in dated] == [f"Last checked with them on {each}" for each in dates]
    assert dated[0].words == "**1**: new. Anyone. Always. www.example.org."


def test_a_workshop_may_do_without_its_file_for_afterwards_and_a_slip_in_it_is_named(
    tmp_path: Path, workshop: Workshop, bare: Workshop
) -> None:
    """A report does without practices and questions, or has questions alone; what is wrong with the file is said with the line."""
    assert afterwards(workshop, tmp_path) == afterwards(bare) == Afterwards()
    assert (told(LED, [], bare).practices, told(LED, [], bare).agreements) == ((), ())
    (tmp_path / AFTERWARDS).write_text("supervision: [One?]\n", encoding="utf-8")
    assert afterwards(workshop, tmp_path) == Afterwards((), ("One?",))

    slips = {
        "practice: '10'\n": "line 1",
        "supervision:\n  - One?\npractices: '77'\n": "line 3: there is no section '77'",
        "practices: '01'\n": "has no heading such as",
        "supervision: Why?\n": "line 1",
    }
    for slip, complaint in slips.items():
        (tmp_path / AFTERWARDS).write_text(slip, encoding="utf-8")
        with pytest.raises(MaterialError) as refused:
            afterwards(workshop, tmp_path)
        assert complaint in SAY.error(refused.value)


def test_the_words_of_a_report_hold_no_diagnosis(workshop: Workshop) -> None:
    """Nothing that a report adds of its own names an illness, a score or a couple."""
    own = " ".join([*map(str, SAY.block("report.").values()), *afterwards(workshop).supervision]).lower()

    assert [each for each in ("diagnos", "disorder", "symptom", "patholog", "patient", "client", "couple", "spouse") if each in own] == []


# Where it is written


def test_what_stands_in_the_way_stays_unless_it_may_go(tmp_path: Path, bare: Workshop) -> None:
    """A report, a file in the folder's place and a folder named like a report are named, not touched; told to, a report takes another's place."""
    second = replace(LED, simulated=True)
    in_the_way, folder = tmp_path / "file", tmp_path / "folder" / "report.pdf"
    in_the_way.write_text("mine", encoding="utf-8")
    folder.mkdir(parents=True)
    files = report.write(LED, [], bare, tmp_path / "out")
    before = [file.read_bytes() for file in files]

    for out, replaces, complaint in (
        (files.html.parent, False, "there_already"),
        (in_the_way, False, "folder_unwritable"),
        (folder.parent, True, "there_already"),
    ):
        with pytest.raises(SetupError, match=rf"^report\.{complaint} "):
            report.write(second, [], bare, out, replace=replaces)
    assert ([file.read_bytes() for file in files], list(folder.parent.iterdir())) == (before, [folder])
    assert in_the_way.read_text(encoding="utf-8") == "mine"

    report.write(second, [], bare, tmp_path / "out", replace=True)
    assert [file.read_bytes() == old for file, old in zip(files, before, strict=True)] == [False, False]
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["report.html", "report.pdf"]


def test_both_files_are_written_or_neither(tmp_path: Path, bare: Workshop) -> None:
    """If the disk is full for the second file, the first is taken back: what was there before is there again, or nothing is."""
    moved: Callable[[Path, Path], Path] = Path.replace

    def move(file: Path, to: Path) -> Path:
        if file.name == "report.pdf" and file.parent.name == "new":
            raise OSError(28, "No space left on device")
        return moved(file, to)

    for earlier in (False, True):
        if earlier:
            report.write(LED, [], bare, tmp_path)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

        with pytest.MonkeyPatch.context() as disk:
            disk.setattr(Path, "replace", move)
            with pytest.raises(SetupError, match=r"^report\.folder_unwritable "):
                report.write(replace(LED, simulated=True), [], bare, tmp_path, replace=True)

        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


# As it is looked at


def test_the_page_can_be_used_by_everyone(for_the_group: Edition, for_whoever_led: Edition, visitors: Visitors) -> None:
    """In both editions, light and dark, axe finds nothing, headings are in order, tables have scopes, and 320 pixels are enough."""
    page = visitors.page(viewport=SMALLEST)
    for edition in (for_the_group, for_whoever_led):
        page.set_content(edition.page.html)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert barriers(page) == []
        levels = [int(each) for each in page.locator("h1,h2,h3,h4,h5,h6").evaluate_all("all => all.map((each) => each.tagName[1])")]
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
        assert levels.count(1) == 1
        assert [(one, next_one) for one, next_one in pairwise(levels) if next_one > one + 1] == []
        assert page.locator("th:not([scope]), table:not(:has(caption))").count() == 0


def test_printed_no_chart_is_cut_in_two(for_the_group: Edition, visitors: Visitors) -> None:
    """On both sizes of paper each chart is on one page with its heading and its table."""
    page = visitors.page()
    page.set_content(for_the_group.page.html)
    page.emulate_media(media="print")
    sheets = [len(re.findall(rb"/Type /Page\b(?!s)", page.pdf(format=size))) for size in ("A4", "Letter")]
    kept = page.locator(".whole, figure, tr").evaluate_all("all => all.map((each) => getComputedStyle(each).breakInside)")
    heights = page.locator(".whole").evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")

    assert set(kept) == {"avoid"}
    # 18 millimetres at either end of the shorter of the two papers, in the browser's pixels of a 96th of an inch.
    assert max(heights) < (279 - 2 * 18) / 25.4 * 96
    assert min(sheets) > 3
