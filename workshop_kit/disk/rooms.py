"""Rooms: what a room leaves on the disk. The only SQL.

Two tables. `rooms` holds where a room stands, so that it can go on after its server was killed: code, section, door, and
the *number* of seats. `runs` holds each asking of a poll: its phase and, once closed, its Published result. There is no
column for an answer, a seat, a time of theirs or an address, and nothing of that kind ever passes through this module. The
only times of day are the facilitator's: when the timer on the stage ends, and when the part of the plan that is being led was
begun. They go when the room ends, and so does all that only a running room needs (`AT_REST`); how long each part took stays.

SQLite is told to overwrite what it deletes and to keep no write-ahead log, which would hold on to earlier versions of
every row it touched.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import sqlalchemy as sql

from workshop_kit.disclosure import Policy, Published
from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.polls import Poll

FILE: Final = "results.sqlite"
SCHEMA: Final = 2

Phase: TypeAlias = Literal["open", "reading", "closed", "revealed", "discarded"]
# A row to be kept: its table, by what it is found, and what else is in it.
_Row: TypeAlias = tuple[sql.Table, dict[str, Any], dict[str, Any]]

_tables = sql.MetaData()
_schema = sql.Table("schema", _tables, sql.Column("version", sql.Integer, nullable=False))
_rooms = sql.Table(
    "rooms",
    _tables,
    sql.Column("code", sql.String(6), primary_key=True),
    sql.Column("workshop", sql.String, nullable=False),
    sql.Column("opened_on", sql.Date, nullable=False),
    sql.Column("floor", sql.Integer, nullable=False),
    sql.Column("cell", sql.Integer, nullable=False),
    sql.Column("capacity", sql.Integer, nullable=False),
    sql.Column("simulated", sql.Boolean, nullable=False),
    sql.Column("country", sql.String),
    sql.Column("local_contact", sql.String),
    sql.Column("plan", sql.String),
    sql.Column("agenda", sql.Text),
    sql.Column("notes", sql.Text, nullable=False),
    sql.Column("section", sql.String),
    sql.Column("stage", sql.String, nullable=False),
    sql.Column("ends_at", sql.Integer),
    sql.Column("locked", sql.Boolean, nullable=False),
    sql.Column("seats", sql.Integer, nullable=False),
    sql.Column("phone_tried", sql.Boolean, nullable=False),
    sql.Column("stage_opened", sql.Boolean, nullable=False),
    sql.Column("ended", sql.Boolean, nullable=False),
)
_runs = sql.Table(
    "runs",
    _tables,
    sql.Column("room", sql.ForeignKey(_rooms.c.code), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("poll", sql.Text, nullable=False),
    sql.Column("floor", sql.Integer, nullable=False),
    sql.Column("cell", sql.Integer, nullable=False),
    sql.Column("phase", sql.String, nullable=False),
    sql.Column("together", sql.Integer, nullable=False),
    sql.Column("before", sql.Integer),
    sql.Column("published", sql.Text),
)

# What a room knows only for as long as it runs, as it is before it begins. The section stays: whoever goes on wants to find the place.
AT_REST: Final[Mapping[str, Any]] = {
    "stage": "follow",
    "ends_at": None,
    "locked": False,
    "seats": 0,
    "phone_tried": False,
    "stage_opened": False,
}
# What is emptied where a room is forgotten and its results are kept: whatever is not needed to read them.
_FORGOTTEN: Final[Mapping[str, Any]] = {
    **AT_REST,
    "country": None,
    "local_contact": None,
    "plan": None,
    "agenda": None,
    "notes": {},
    "section": None,
    "ended": True,
}


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """Where a room stands: all that is needed to go on with it, and nobody's answers.

    `country` and `local_contact` say whom people in the room can turn to: a code such as ``"DE"``, and words of the
    facilitator's own. `agenda` is one meeting of the plan as it is being led, in the form of `Agenda.to_dict`; `notes` is what the
    facilitator wrote for themselves, by section. `stage` is what the stage was told to show, `ends_at` when the timer ends, in
    seconds since 1970. `phone_tried` and `stage_opened` say whether that has ever happened.
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
    stage: str = "follow"
    ends_at: int | None = None
    locked: bool = False
    seats: int = 0
    phone_tried: bool = False
    stage_opened: bool = False
    ended: bool = False


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
        self._engine = sql.create_engine(f"sqlite:///{self._file}", poolclass=sql.NullPool)
        sql.event.listen(self._engine, "connect", _careful)
        with self._said_plainly():
            # Made here with closed permissions, because SQLite would follow the process's own.
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            with self._engine.begin() as connection:
                # Damage in a part that nobody happens to read would be written over.
                if connection.scalar(sql.text("PRAGMA quick_check(1)")) != "ok":
                    raise ValueError
                version = self._version(connection)
                if version is None:
                    _tables.create_all(connection)
                    connection.execute(_schema.insert().values(version=SCHEMA))
        if version is not None and version > SCHEMA:
            raise SetupError(f"The file {self._file} was written by a newer workshop_kit. Update this one, or use another folder.")
        if version is not None and version < SCHEMA:
            raise SetupError(
                f"The file {self._file} was written by a trial version of workshop_kit, before its first release. This one cannot read it; "
                "move it elsewhere and start again."
            )

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
        values = {
            "workshop": room.workshop,
            "opened_on": room.opened_on,
            "floor": room.policy.floor,
            "cell": room.policy.cell,
            "capacity": room.capacity,
            "simulated": room.simulated,
            "country": room.country,
            "local_contact": room.local_contact,
            "plan": room.plan,
            "agenda": json.dumps(room.agenda) if room.agenda else None,
            "notes": json.dumps(dict(room.notes)),
            "stage": room.stage,
            "ends_at": room.ends_at,
            "section": room.section,
            "locked": room.locked,
            "seats": room.seats,
            "phone_tried": room.phone_tried,
            "stage_opened": room.stage_opened,
            "ended": room.ended,
        }
        self._put((_rooms, {"code": room.code}, values), *(_row(room.code, run) for run in runs))

    def runs(self, code: str) -> list[Run]:
        """Return the runs of a room in the order in which they were asked, discarded ones included."""
        with self._said_plainly(), self._engine.connect() as connection:
            rows = connection.execute(sql.select(_runs).where(_runs.c.room == code).order_by(_runs.c.number)).all()
            return [_run(row) for row in rows]

    def save_runs(self, code: str, *runs: Run) -> None:
        """Keep some runs of a room, all or none, in place of what was kept of them before.

        Lines that are still being read are nowhere on the disk, so a run in that phase is kept as open: after a crash the
        pages hand their lines in anew.
        """
        self._put(*(_row(code, run) for run in runs))

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
        kept = [replace(room, **_FORGOTTEN) for room in self._rooms(_rooms.c.code.in_(codes))] if rooms and not results else []
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
            for table, key, values in rows:
                same = [table.c[name] == value for name, value in key.items()]
                if connection.execute(table.update().where(*same).values(values)).rowcount == 0:
                    connection.execute(table.insert().values({**key, **values}))

    def _room(self, which: sql.ColumnElement[bool]) -> RoomRecord | None:
        return next(iter(self._rooms(which)), None)

    def _rooms(self, *which: sql.ColumnElement[bool]) -> list[RoomRecord]:
        with self._said_plainly(), self._engine.connect() as connection:
            return [_record(row) for row in connection.execute(sql.select(_rooms).where(*which).order_by(_rooms.c.code))]

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, TypeError, KeyError, sql.exc.DBAPIError, WorkshopError):
            # The driver's own message quotes the row; ours must not. The others mean that a row makes no sense.
            raise SetupError(
                f"The file {self._file} cannot be read or written. Is the disk full, or the file damaged? Nothing in it was changed."
            ) from None


def _record(row: sql.Row[Any]) -> RoomRecord:
    values = dict(row._mapping)
    policy = Policy(values.pop("floor"), values.pop("cell"))
    values["agenda"] = json.loads(row.agenda) if row.agenda else None
    values["notes"] = json.loads(row.notes)
    return RoomRecord(policy=policy, **values)


def _careful(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=DELETE", "secure_delete=ON", "temp_store=MEMORY", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _row(code: str, run: Run) -> _Row:
    values = {
        "poll": json.dumps(run.poll.to_dict()),
        "floor": run.policy.floor,
        "cell": run.policy.cell,
        "phase": "open" if run.phase == "reading" else run.phase,
        "together": run.together,
        "before": run.before,
        "published": json.dumps(run.published.to_dict()) if run.published else None,
    }
    return _runs, {"room": code, "number": run.number}, values


def _run(row: sql.Row[Any]) -> Run:
    poll, policy = Poll.from_dict(json.loads(row.poll)), Policy(row.floor, row.cell)
    run = Run(row.number, poll, policy, row.together, row.phase, row.before)
    return replace(run, published=Published.from_dict(json.loads(row.published))) if row.published else run
