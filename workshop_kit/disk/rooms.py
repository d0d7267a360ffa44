"""Rooms: what a room leaves on the disk. The only SQL.

Two tables, `rooms` and `runs`. A row has a column for each thing by which it is searched, and one JSON document with all else.
`RoomRecord` is where a room stands, so that it can go on after its server was killed: section, door, and the *number* of seats.
`Run` is one asking of a poll: its phase and, once closed, its Published result. To remember a further thing is a further field.

There is no place for an answer, a seat, a time of theirs or an address, and nothing of that kind ever passes through this module.
The only times of day are the facilitator's: when the timer on the stage ends, and when the part of the plan that is being led was
begun. They go when the room ends, and so does all that only a running room needs (`AT_REST`); how long each part took stays.

SQLite is told to overwrite what it deletes and to keep no write-ahead log, which would hold on to earlier versions of
every row it touched.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar

import sqlalchemy as sql

from workshop_kit.disclosure import WEBINAR, Policy, Published
from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.polls import Poll

FILE: Final = "results.sqlite"
SCHEMA: Final = 3
# More than any room has had.
MOST_SEATS: Final = 10_000

Phase: TypeAlias = Literal["open", "reading", "sealed", "closed", "revealed", "discarded"]
_Kept = TypeVar("_Kept", "RoomRecord", "Run")
# A row to be kept, and its table.
_Row: TypeAlias = tuple[sql.Table, dict[str, Any]]

_tables = sql.MetaData()
_schema = sql.Table("schema", _tables, sql.Column("version", sql.Integer, nullable=False))
_rooms = sql.Table(
    "rooms",
    _tables,
    sql.Column("code", sql.String(8), primary_key=True),
    sql.Column("opened_on", sql.Date, nullable=False),
    sql.Column("ended", sql.Boolean, nullable=False),
    sql.Column("document", sql.JSON, sql.CheckConstraint("json_valid(document)"), nullable=False),
)
_runs = sql.Table(
    "runs",
    _tables,
    sql.Column("room", sql.ForeignKey(_rooms.c.code), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("document", sql.JSON, sql.CheckConstraint("json_valid(document)"), nullable=False),
)

# Marks what a room knows only for as long as it runs.
_LIVE: Final = {"live": True}


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """Where a room stands: all that is needed to go on with it, and nobody's answers.

    `country` and `local_contact` say whom people in the room can turn to: a code such as ``"DE"``, and words of the
    facilitator's own. `agenda` is one meeting of the plan as it is being led, in the form of `Agenda.to_dict`; `notes` is what the
    facilitator wrote for themselves, by section. `stage` is what the stage was told to show, `ends_at` when the timer ends, in
    seconds since 1970. `phone_tried` and `stage_opened` say whether that has ever happened. `seats` is how many there are, `people` how
    many were said to come, `heads` how many were counted; `by_card` says what opens a seat. `key` and the others that are kept for as
    long as a room runs are told in `memory.Seats`.
    """

    code: str
    workshop: str
    opened_on: date
    policy: Policy
    capacity: int
    simulated: bool = False
    country: str | None = None
    local_contact: str | None = None
    plan: str | None = None
    agenda: Mapping[str, Any] | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    section: str | None = None
    stage: str = field(default="follow", metadata=_LIVE)
    ends_at: int | None = field(default=None, metadata=_LIVE)
    locked: bool = field(default=False, metadata=_LIVE)
    seats: int = field(default=0, metadata=_LIVE)
    people: int | None = field(default=None, metadata=_LIVE)
    heads: int | None = field(default=None, metadata=_LIVE)
    by_card: bool = field(default=False, metadata=_LIVE)
    key: str = field(default="", metadata=_LIVE)
    former_keys: tuple[str, ...] = field(default=(), metadata=_LIVE)
    left: tuple[str, ...] = field(default=(), metadata=_LIVE)
    cards: Mapping[str, Any] = field(default_factory=dict, metadata=_LIVE)
    phone_tried: bool = field(default=False, metadata=_LIVE)
    stage_opened: bool = field(default=False, metadata=_LIVE)
    ended: bool = False

    @property
    def counts_heads(self) -> bool:
        """Whether a poll is asked only of people who were counted. Nobody can count those of a webinar, but for the cards they were sent."""
        return self.by_card or self.policy != WEBINAR


# What a room knows only for as long as it runs, as it is before it begins. The section stays: whoever goes on wants to find the place.
AT_REST: Final[Mapping[str, Any]] = {
    each.name: each.default if each.default_factory is MISSING else each.default_factory()
    for each in fields(RoomRecord)
    if each.metadata == _LIVE
}


@dataclass(frozen=True, slots=True)
class Run:
    """One asking of a poll. `published` is there once it is closed, and gone again if it is discarded.

    Runs that were opened by one act have the number of the first of them as `together`. `before` is the run with whose
    result this one's is to be compared.
    """

    number: int
    poll: Poll
    policy: Policy
    together: int
    phase: Phase = "open"
    before: int | None = None
    published: Published | None = None


class Results:
    """The rooms and results in one folder.

    Raises
    ------
    SetupError
        If the file in that folder cannot be opened, is damaged, or comes from a newer version of the kit. The file is
        left as it is.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        # Opened for each act and closed after it: acts are rare, and an idle connection would only hold the file.
        self._engine = sql.create_engine(
            f"sqlite:///{self._file}", poolclass=sql.NullPool, json_serializer=partial(json.dumps, default=_plain)
        )
        sql.event.listen(self._engine, "connect", _careful)
        with self._said_plainly():
            # Made here with closed permissions, because SQLite would follow the process's own.
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            with self._engine.begin() as connection:
                # Damage in a part that nobody happens to read would be written over. Within a document, its constraint tells.
                if connection.scalar(sql.text("PRAGMA quick_check(1)")) != "ok":
                    raise ValueError
                version = self._version(connection)
                if version is None:
                    _tables.create_all(connection)
                    connection.execute(_schema.insert().values(version=SCHEMA))
        if version is not None and version > SCHEMA:
            raise SetupError("disk.newer", file=self._file)
        if version is not None and version < SCHEMA:
            raise SetupError("disk.older", file=self._file)

    def room(self, code: str) -> RoomRecord | None:
        """Return a room by its code, or None."""
        return self._room(_rooms.c.code == code)

    def rooms(self) -> list[RoomRecord]:
        """Return every room, in the order of their codes: codes are drawn by chance, so the order says nothing about the time."""
        return self._rooms(sql.true())

    def unfinished_room(self) -> RoomRecord | None:
        """Return a room that was never ended, because its server was killed or the computer stopped; or None."""
        return self._room(sql.not_(_rooms.c.ended))

    def save_room(self, room: RoomRecord, *runs: Run) -> None:
        """Keep where a room stands, and some runs of it as `save_runs` does; all of it or none."""
        self._put(_row(_rooms, room), *(_run_row(room.code, run) for run in runs))

    def runs(self, code: str) -> list[Run]:
        """Return the runs of a room in the order in which they were asked, discarded ones included."""
        with self._said_plainly(), self._engine.connect() as connection:
            asked = sql.select(_runs.c.number, _runs.c.document).where(_runs.c.room == code).order_by(_runs.c.number)
            return [_read(Run, row._asdict()) for row in connection.execute(asked)]

    def save_runs(self, code: str, *runs: Run) -> None:
        """Keep some runs of a room, all or none, in place of what was kept of them before.

        Lines that are still being read are nowhere on the disk, nor is a result that is yet to be kept, so a run in such a phase is
        kept as open: after a crash the pages hand in anew what they hold.
        """
        self._put(*(_run_row(code, run) for run in runs))

    def end_rooms(self) -> None:
        """Mark every room as ended. Of one that was cut short, no time of day and nothing else stays that only a running room needs."""
        for room in self._rooms(sql.not_(_rooms.c.ended)):
            agenda = {**room.agenda, "current": None, "began_s": None, "block_began_s": None} if room.agenda else None
            self.save_room(replace(room, **AT_REST, agenda=agenda, ended=True))

    def older_than(self, day: date) -> list[RoomRecord]:
        """Return the rooms that have ended and were opened before a day."""
        return self._rooms(_rooms.c.ended, _rooms.c.opened_on < day)

    def forget(self, *codes: str, rooms: bool = True, results: bool = True) -> None:
        """Remove some rooms and their results, and give the room they took up in the file back.

        Parameters
        ----------
        codes
            Which rooms.
        rooms
            Whether to forget what is known of the rooms. Where their results are kept, a code, a day and a policy are kept with
            them, and nothing that anyone wrote.
        results
            Whether to forget what was asked in them and what was published.
        """
        kept = [_forgotten(room) for room in self._rooms(_rooms.c.code.in_(codes))] if rooms and not results else []
        with self._said_plainly(), self._engine.begin() as connection:
            if results:
                connection.execute(_runs.delete().where(_runs.c.room.in_(codes)))
            if rooms and results:
                connection.execute(_rooms.delete().where(_rooms.c.code.in_(codes)))
        for room in kept:
            self.save_room(room)
        with self._said_plainly(), self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sql.text("VACUUM"))

    def _version(self, connection: sql.Connection) -> int | None:
        if not sql.inspect(connection).has_table(_schema.name):
            return None
        version: int | None = connection.scalar(sql.select(_schema.c.version))
        return version

    def _put(self, *rows: _Row) -> None:
        with self._said_plainly(), self._engine.begin() as connection:
            for table, row in rows:
                same = [column == row[column.name] for column in table.primary_key]
                if connection.execute(table.update().where(*same).values(row)).rowcount == 0:
                    connection.execute(table.insert().values(row))

    def _room(self, which: sql.ColumnElement[bool]) -> RoomRecord | None:
        return next(iter(self._rooms(which)), None)

    def _rooms(self, *which: sql.ColumnElement[bool]) -> list[RoomRecord]:
        with self._said_plainly(), self._engine.connect() as connection:
            found = sql.select(_rooms).where(*which).order_by(_rooms.c.code)
            return [_read(RoomRecord, row._asdict()) for row in connection.execute(found)]

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, TypeError, LookupError, AttributeError, sql.exc.StatementError, WorkshopError):
            # The driver's own message quotes the row; ours must not. The others mean that a row makes no sense.
            raise SetupError("disk.unusable", file=self._file) from None


def _forgotten(room: RoomRecord) -> RoomRecord:
    """Return what is kept of a room whose results alone are kept: what is needed to read them."""
    return RoomRecord(room.code, room.workshop, room.opened_on, room.policy, room.capacity, room.simulated, ended=True)


def _careful(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=DELETE", "secure_delete=ON", "temp_store=MEMORY", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _row(table: sql.Table, kept: RoomRecord | Run, **more: object) -> _Row:
    """Return a record as a row: what the table has a column for stands there, and all else in the document."""
    parts = {**{each.name: getattr(kept, each.name) for each in fields(kept)}, **more}
    columns = {name: part for name, part in parts.items() if name in table.c}
    return table, {**columns, "document": {name: part for name, part in parts.items() if name not in columns}}


def _run_row(code: str, run: Run) -> _Row:
    return _row(_runs, replace(run, phase="open") if run.phase in ("reading", "sealed") else run, room=code)


def _read(kind: type[_Kept], columns: dict[str, Any]) -> _Kept:
    """Return the record that `_row` made a row of."""
    document = {name: _PARTS[name](part) if name in _PARTS else part for name, part in columns.pop("document").items()}
    return kind(**document, **columns)


def _plain(part: Any) -> Any:
    """Return a part of a document as plain data; `_PARTS` is the way back."""
    return asdict(part) if isinstance(part, Policy) else part.to_dict()


_PARTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "policy": lambda policy: Policy(**policy),
    "left": tuple,
    "former_keys": tuple,
    "poll": Poll.from_dict,
    "published": lambda published: None if published is None else Published.from_dict(published),
}
