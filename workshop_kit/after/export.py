"""Export: what groups said, as a file for a spreadsheet or a program; and one poll over many evenings.

A file leaves the house, so it is told more carefully than a chart in the room (`disclosure.EXPORT`), with no date finer than
the year unless one is asked for, and without the room's code. It is made of Published results and of nothing else. Lines in
people's own words are in no file, and rooms with simulated people only where they are asked for.

A `trend` stays on this computer. It says of each evening what its group was shown, and adds evenings up as intervals: a band
may hide nobody or two, so the sum of three bands may hide none or six.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from workshop_kit.disclosure import EXPORT, Bucket, Policy, Published, coarsened
from workshop_kit.disk.files import write_whole
from workshop_kit.disk.rooms import FILE, Results, RoomRecord, Run
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.polls import Option, Poll
from workshop_kit.processes.connection import user_folder
from workshop_kit.words.catalog import ENGLISH, Language
from workshop_kit.words.catalog import language as language_of
from workshop_kit.words.tables import label_of

if TYPE_CHECKING:
    import pandas as pd

DateTo: TypeAlias = Literal["year", "month", "day"]

# The columns of `frame` and their types; docs/export.md says what is in them.
COLUMNS: Final[Mapping[str, str]] = {
    "room": "int64",
    "workshop": "str",
    "date": "str",
    "simulated": "bool",
    "section": "str",
    "poll": "str",
    "asking": "int64",
    "kind": "str",
    "question": "str",
    "answered": "int64",
    "cell": "int64",
    "answer": "str",
    "counts": "str",
    "fewest": "int64",
    "most": "int64",
}
_DIGITS: Final[Mapping[DateTo, int]] = {"year": 4, "month": 7, "day": 10}
# With fewer answers no kind of poll can show anything under the export's cell; most need a few more.
FEWEST: Final = 2 * EXPORT.cell - 1
TREND_COLUMNS: Final[Mapping[str, str]] = {
    "room": "Int64",
    "date": "datetime64[s]",
    "answer": "str",
    "shown_as": "str",
    "fewest": "int64",
    "most": "int64",
    "answered": "int64",
}


def frame(
    folder: Path,
    *,
    policy: Policy = EXPORT,
    room: str | None = None,
    date_to: DateTo = "year",
    simulated: bool = False,
    language: str = ENGLISH,
) -> "pd.DataFrame":
    """Return the results in a folder as a table, told as carefully as a policy asks for.

    Parameters
    ----------
    folder
        Where rooms and results are kept; `workshop_kit.processes.connection.user_folder` finds it.
    policy
        The thresholds; by default those for what leaves the house. No result is told less carefully than in its own room.
    room
        The code of the only room to look at; by default all of them.
    date_to
        How finely a day is told.
    simulated
        Whether rooms with simulated people are in it, too.
    language
        The tag of the language in which answers that are told together are named.

    Returns
    -------
    pandas.DataFrame
        A row is one shown bucket of one result: some answers to a poll that was asked once in a room, and how many people they
        stand for; of a ``rank``, an option and its place. Only polls that were closed and not discarded are in it, and none in
        people's own words.

        Columns: `room` (integer, the same for a room within one table, and otherwise without a meaning), `workshop` (str), `date`
        (str, when the room was opened, such as ``"2025"``), `simulated` (bool), `section` (str, empty where there is none), `poll`
        (str), `asking` (integer, 1 for the first time that the poll was asked in the room), `kind` (str), `question` (str),
        `answered` (integer, people who did not pass), `cell` (integer, the fewest people that a number stands for), `answer` (str,
        what the bucket is called), `counts` (str, ``"people"`` or ``"place"``), `fewest` and `most` (integers, in people or in places
        counted from 1; equal where the number is exact).

    Raises
    ------
    Unknown
        If there is no room with that code.
    SetupError
        If the file cannot be read.
    """
    import pandas as pd

    results = Results(folder)
    if room is not None and results.room(room) is None:
        raise Unknown("export.no_such_room")
    wanted = [
        (number, each)
        for number, each in enumerate(results.rooms(), start=1)
        if room in (None, each.code) and (simulated or not each.simulated)
    ]
    rows = [
        (number, each.workshop, each.opened_on.isoformat()[: _DIGITS[date_to]], each.simulated, *told)
        for number, each in wanted
        for told in _told(results.runs(each.code), policy, language_of(language))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict(COLUMNS))


def _told(runs: Iterable[Run], policy: Policy, say: Language) -> Iterator[tuple[Any, ...]]:
    askings: Counter[str] = Counter()
    for run in runs:
        if run.published is None:
            continue
        askings[run.poll.id] += 1
        told, poll = coarsened(run.published, policy), run.poll
        for line in _lines(told, say):
            yield (poll.section or "", poll.id, askings[poll.id], poll.kind, poll.question, told.answered, told.policy.cell, *line)


def _lines(told: Published, say: Language) -> Iterator[tuple[str, str, int, int]]:
    for bucket in told.buckets:
        yield label_of(bucket.options, told.poll, say), "people", bucket.fewest, bucket.most
    best = 1
    for level in told.order:
        for option in level:
            yield label_of([option], told.poll, say), "place", best, best + len(level) - 1
        best += len(level)


def export(
    to: Path,
    folder: Path | None = None,
    *,
    room: str | None = None,
    date_to: DateTo = "year",
    simulated: bool = False,
    replace: bool = False,
    language: str = ENGLISH,
) -> "pd.DataFrame":
    """Write what may leave the house to a file, whole or not at all, and return it.

    Parameters
    ----------
    to
        Where to; the ending, ``.csv``, ``.parquet`` or ``.json``, says in which form.
    folder
        Where results are kept; by default the user's data folder.
    room, date_to, simulated, language
        Which results, how finely a day is told, and in which language; see `frame`, also for what a row is.
    replace
        Whether a file that is there already may be replaced.

    Raises
    ------
    SetupError
        If the file cannot be written there, is there already, has an ending that is not known, or needs a library that is
        not installed; or if the results cannot be read.
    Unknown
        If there is no such room, or nothing that may be exported.
    """
    write = _writer(to)
    _refuse_what_is_there(to, replace)
    folder = folder or user_folder()
    if not (folder / FILE).exists():
        raise Unknown("export.nothing_yet")
    table = frame(folder, room=room, date_to=date_to, simulated=simulated, language=language)
    if table.empty:
        raise Unknown("export.nothing_allowed", fewest=FEWEST)
    write_whole(to, write(table))
    return table


def trend(poll: str, folder: Path | None = None, *, simulated: bool = False, language: str = ENGLISH) -> "pd.DataFrame":
    """Return what the groups of many evenings said to one poll, evening by evening and in sum.

    Only rooms that were asked in the words of the latest one are in it, each with the first result that it was shown.

    Parameters
    ----------
    poll
        The poll's id; of any kind whose people can be added up.
    folder
        Where results are kept; by default the user's data folder.
    simulated
        Whether rooms with simulated people are in it, too.
    language
        The tag of the language in which answers that are told together are named.

    Returns
    -------
    pandas.DataFrame
        A row is one option of the poll in one room, the earliest room first, and at the end one option in all rooms together.

        Columns: `room` (nullable integer, as in an export; missing in the sum), `date` (the day on which the room was opened;
        missing in the sum), `answer` (str, the option's label), `shown_as` (str, the label under which the room saw it, perhaps
        together with other options; empty in the sum), `fewest` and `most` (integers: how many people chose the option, as
        closely as is known; an option that was shown together with others may have been chosen by any of those people, or by
        none), `answered` (integer, people who did not pass).

    Raises
    ------
    Unknown
        If no room was shown a result of this poll that can be added up.
    SetupError
        If the results cannot be read.
    """
    import pandas as pd

    say, shown = language_of(language), list(_shown(Results(folder or user_folder()), poll, simulated))
    if not shown:
        raise Unknown("export.no_trend")
    latest = shown[-1][2].poll
    alike = [each for each in shown if _wording(each[2].poll) == _wording(latest)]
    options = [(option, label_of([option.id], latest, say)) for option in latest.options]
    rows = [
        (number, room.opened_on, label, _shown_as(result, option, say), *_chosen(result, option), result.answered)
        for number, room, result in alike
        for option, label in options
    ]
    sums = [(None, None, label, "", *_together([result for _, _, result in alike], option)) for option, label in options]
    return pd.DataFrame([*rows, *sums], columns=list(TREND_COLUMNS)).astype(dict(TREND_COLUMNS))


def _writer(to: Path) -> Callable[["pd.DataFrame"], bytes]:
    if to.suffix.lower() not in _WRITERS:
        raise SetupError("export.no_such_form")
    return _WRITERS[to.suffix.lower()]


def _refuse_what_is_there(to: Path, replace: bool) -> None:
    try:
        has_folder, is_folder, is_there = to.parent.is_dir(), to.is_dir(), to.exists()
    except OSError:
        raise SetupError("export.cannot_look", file=to) from None
    if not has_folder:
        raise SetupError("export.no_folder", folder=to.parent)
    if is_folder:
        raise SetupError("export.is_a_folder", folder=to)
    if is_there and not replace:
        raise SetupError("export.is_there", file=to)


def _csv(table: "pd.DataFrame") -> bytes:
    # With the mark by which spreadsheets tell that a dash is no row of odd signs.
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _json(table: "pd.DataFrame") -> bytes:
    return (table.to_json(orient="records", force_ascii=False, indent=1) + "\n").encode()


def _parquet(table: "pd.DataFrame") -> bytes:
    content = BytesIO()
    try:
        table.to_parquet(content, engine="pyarrow", index=False)
    except ImportError:
        raise SetupError("export.no_pyarrow") from None
    return content.getvalue()


def _shown(results: Results, poll: str, simulated: bool) -> Iterator[tuple[int, RoomRecord, Published]]:
    """Yield the first shown result of a poll in each room, with the room and its number, the earliest room first."""
    numbered = [(number, room) for number, room in enumerate(results.rooms(), start=1) if simulated or not room.simulated]
    for number, room in sorted(numbered, key=lambda each: (each[1].opened_on, each[0])):
        published = [run.published for run in results.runs(room.code) if run.poll.id == poll and run.poll.kind in _ADDED_UP]
        shown = [each for each in published if each is not None and each.outcome == "shown"]
        yield from ((number, room, each) for each in shown[:1])


def _wording(poll: Poll) -> tuple[object, ...]:
    return poll.kind, poll.question, poll.options, poll.low, poll.high


def _bucket(published: Published, option: Option) -> Bucket:
    [bucket] = (each for each in published.buckets if option.id in each.options)
    return bucket


def _shown_as(published: Published, option: Option, say: Language) -> str:
    return label_of(_bucket(published, option).options, published.poll, say)


def _chosen(published: Published, option: Option) -> tuple[int, int]:
    """Return the fewest and most people who chose an option."""
    bucket = _bucket(published, option)
    return bucket.fewest if len(bucket.options) == 1 else 0, bucket.most


def _together(results: Sequence[Published], option: Option) -> tuple[int, int, int]:
    """Return the fewest and the most people of several groups who chose an option, and how many answered."""
    chosen = [_chosen(each, option) for each in results]
    return sum(fewest for fewest, _ in chosen), sum(most for _, most in chosen), sum(each.answered or 0 for each in results)


_ADDED_UP: Final = ("single", "multi", "scale", "slider")
_WRITERS: Final[Mapping[str, Callable[["pd.DataFrame"], bytes]]] = {".csv": _csv, ".parquet": _parquet, ".json": _json}
