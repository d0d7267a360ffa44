"""The control app: what a facilitator's notebook can do with the room.

It listens on 127.0.0.1 only and answers only to the secret in the connection file. It has no privileged view: what it
sends of a result is the same bytes that phones get, and while a poll is open it knows no more than they do.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict
from operator import attrgetter
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workshop_kit.charts import Shown
from workshop_kit.disk.rooms import Results, Run
from workshop_kit.errors import InvalidAnswer, Unknown, WorkshopError
from workshop_kit.room.acts import ACTS, Act, Field
from workshop_kit.room.room import Room
from workshop_kit.server import pages
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.events import News
from workshop_kit.server.guard import Guard, Secret, body_of, refusal, status_of
from workshop_kit.server.public import comparison_json, result_json, style_of
from workshop_kit.server.reports import Reports

# A chart that is not there by then reaches the phones by itself, after its table.
DRAWING_SECONDS: Final = 2.0


class ControlApp:
    """The control app of one room.

    Parameters
    ----------
    results
        Where the rooms of this computer are kept.
    reports
        Which writes them.
    told
        Called after every act, so that phones and notebooks learn of it; returns what was told to notebooks.
    turn
        Held by whoever changes what the room keeps on the disk.
    """

    def __init__(
        self,
        room: Room,
        results: Results,
        news: News,
        drawings: Drawings,
        reports: Reports,
        told: Callable[[], Mapping[str, Any]],
        turn: asyncio.Lock,
    ) -> None:
        self._room = room
        self._say = room.say
        self._results = results
        self._news = news
        self._drawings = drawings
        self._reports = reports
        self._told, self._turn = told, turn
        self._drawing: set[asyncio.Task[Any]] = set()
        self._number, self._latest = 0, dict[str, Any]()

    def app(self, secret: str) -> Guard:
        """Return the ASGI app that answers to a secret."""
        run = "/runs/{run:int}"
        routes = [
            Route("/state", self.state),
            Route("/events", self.events),
            Route(run + "/result.json", self.result_json),
            Route(run + "/result.html", self.result_html),
            Route(run + "/comparison.json", self.comparison_json),
            Route(run + "/lines", self.lines),
            Route("/rooms", self.rooms),
            Route("/rooms/{code}/results", self.results),
            Route("/report", self.report, methods=["POST"]),
            *(Route(re.sub("{(.+?)}", r"{\1:int}", act.path), self._doing(act), methods=["POST"]) for act in ACTS.values()),
        ]
        within = Starlette(routes=routes, exception_handlers={WorkshopError: self.refuse, 404: self.refuse, 405: self.refuse})
        return Guard(Secret(within, secret, self._say), frozenset(), self._say)

    async def stop(self) -> None:
        """Let go of drawings that nobody will look at any more."""
        for task in self._drawing:
            task.cancel()
        await asyncio.gather(*self._drawing, return_exceptions=True)

    def what_is(self) -> dict[str, Any]:
        """Return the room as its facilitator may know it.

        Keys: `number`, which grows with every change; those of `State`; and `code`, `public_url`, `other_urls` (at which it is there,
        too), `language`, `door`, `seats_told` (how many are taken, in coarse steps and in words), `capacity`, `by_card`, `cards` (how
        many were printed, behind a locked door how many of them opened no seat, and how many are for one more person), `people` (how many are expected),
        `pauses`, `simulated`, `country`, `local_contact`, `plan`, `policy` (floor and cell), `agenda` (as `Agenda.to_dict`, or None),
        `notes` (by section), `can_undo`, `phone_tried`, `stage_opened`, `scene` (what the stage shows), `runs` (number, poll, phase and
        step of each, the number of the first that was asked `together` with it, and the one `before` it that it is to be compared with).
        """
        room, state = self._room, self._room.state
        steps = {each.run: each.step for each in state.current}
        told = {
            **asdict(state),
            "code": room.record.code,
            "public_url": room.address.url,
            "other_urls": list(room.address.others),
            "language": room.workshop.language,
            "door": "locked" if state.locked else "open",
            "seats_told": room.seats,
            "capacity": room.record.capacity,
            "by_card": room.record.by_card,
            "cards": room.door.cards,
            "people": room.record.people,
            "pauses": room.pauses,
            "simulated": room.record.simulated,
            "country": room.record.country,
            "local_contact": room.record.local_contact,
            "plan": room.record.plan,
            "policy": asdict(room.record.policy),
            "agenda": room.record.agenda,
            "notes": dict(room.record.notes),
            "can_undo": room.evening.can_undo,
            "phone_tried": room.record.phone_tried,
            "stage_opened": room.record.stage_opened,
            "scene": room.evening.scene,
            "runs": [_told_of(run, steps.get(run.number)) for run in room.runs.asked],
        }
        if told != self._latest:
            self._number, self._latest = self._number + 1, told
        return {"number": self._number, **told}

    async def refuse(self, _request: Request, fault: Exception) -> Response:
        """Say why a request was refused, or that there is nothing."""
        return JSONResponse(refusal(fault, self._say), status_of(fault))

    async def state(self, _request: Request) -> Response:
        """Send the room as it is now."""
        return JSONResponse(self.what_is())

    async def events(self, _request: Request) -> Response:
        """Open a stream of the room's states."""
        return self._news.stream()

    async def lines(self, request: Request) -> Response:
        """Send the lines that wait to be read."""
        return JSONResponse({"lines": [asdict(line) for line in self._room.runs.lines(_run(request))]})

    async def result_json(self, request: Request) -> Response:
        """Send a closed run's result as data; the same bytes that phones get once it is revealed."""
        return Response(result_json(self._room.runs.published(_run(request))), media_type="application/json")

    async def result_html(self, request: Request) -> Response:
        """Send a closed run's result as a piece of HTML with its chart inside; for a scale in the plain style with `?style=stacked`."""
        shown = self._shown(_run(request))
        drawing = await self._drawings.svg(shown, self._say, size="projector", style=style_of(request))
        return pages.piece(pages.result(shown, self._say, simulated=self._room.record.simulated, svg=drawing.plain.decode())).reply(request)

    async def comparison_json(self, request: Request) -> Response:
        """Send a closed run's result and the earlier one it is compared with, as data."""
        return comparison_json(self._room.runs.compared(_run(request)))

    async def rooms(self, _request: Request) -> Response:
        """Send the rooms that are kept on this computer, this one included."""
        kept = await asyncio.to_thread(self._results.rooms)
        return JSONResponse(
            {
                "rooms": [
                    {"code": room.code, "opened_on": room.opened_on.isoformat(), "simulated": room.simulated, "ended": room.ended}
                    for room in kept
                ]
            }
        )

    async def results(self, request: Request) -> Response:
        """Send what was published in a room, in the order in which it was asked."""
        code = request.path_params["code"]
        if await asyncio.to_thread(self._results.room, code) is None:
            raise Unknown("server.no_such_room")
        runs = await asyncio.to_thread(self._results.runs, code)
        return JSONResponse({"results": [run.published.to_dict() for run in runs if run.published]})

    async def report(self, request: Request) -> Response:
        """Write this room's report, and say where it is; it takes some seconds."""
        facilitator = (await body_of(request)).get("facilitator")
        if not isinstance(facilitator, bool):
            raise InvalidAnswer("server.whose_report")
        return JSONResponse(await self._reports.write(self._room.record, facilitator=facilitator))

    def _doing(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers to an act: it is done, everyone is told, and the reply says how the room is then."""

        async def done(request: Request) -> Response:
            told = _told(act, await body_of(request)) if act.fields else []
            about = list(request.path_params.values())
            if act.name == "reveal":
                # Its chart comes along, unless that takes too long.
                await asyncio.wait([self._later(self._draw_for_phones(*about))], timeout=DRAWING_SECONDS)
            # Somebody who hangs up meanwhile stops nothing halfway.
            found = await asyncio.shield(self._done(act, [*about, *told, *([time.time()] if act.timed else [])]))
            # A chart is drawn right away, so that revealing hardly ever has to wait for it.
            if act.seals and found is not None:
                self._later(self._draw_for_phones(*about))
            elif act.gives in ("run", "runs"):
                self._later(self._drawings.warm_up())
            given = {act.gives: _given(found)} if act.gives else {}
            return JSONResponse({**given, "state": self._told()}, 201 if given else 200)

        return done

    async def _done(self, act: Act, told: list[Any]) -> Any:
        """Do an act aside, since the disk may take its time, and phones must not wait for it."""
        async with self._turn:
            if act.seals:
                # Here and not aside: between two answers.
                attrgetter(act.seals)(self._room)(*told)
            return await asyncio.to_thread(attrgetter(act.does)(self._room), *told)

    def _shown(self, number: int) -> Shown:
        return self._room.runs.compared(number) or self._room.runs.published(number)

    async def _draw_for_phones(self, number: int) -> None:
        shown = self._shown(number)
        for dark in (False, True):
            await self._drawings.svg(shown, self._say, dark=dark)

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        # The loop itself keeps only a weak hold on its tasks.
        task = asyncio.create_task(work)
        self._drawing.add(task)
        task.add_done_callback(self._done_drawing)
        return task

    def _done_drawing(self, task: asyncio.Task[Any]) -> None:
        self._drawing.discard(task)
        # A chart that could not be drawn is tried again, and reported, when somebody asks for it.
        if not task.cancelled():
            task.exception()


def _told(act: Act, body: Mapping[str, Any]) -> list[Any]:
    """Return what an act is told, in the order of its fields.

    Raises
    ------
    InvalidAnswer
        If something that it needs is missing, or makes no sense.
    """
    if not all(_fits(field, body.get(field.name)) for field in act.fields):
        most: dict[str, Any] = {field.name: field.most for field in act.fields}
        raise InvalidAnswer(f"acts.{act.name}", **most)
    return [body.get(field.name) for field in act.fields]


def _fits(field: Field, value: object) -> bool:
    if value is None:
        return not field.needed
    match field.kind:
        case "words":
            return isinstance(value, str) and len(value) <= field.most
        case "names":
            return isinstance(value, list) and all(isinstance(each, str) and len(each) <= field.most for each in value)
        case "number":
            # True is a whole number to Python; and one beyond counting cannot be kept.
            return type(value) is int and abs(value) <= field.most
        case "minutes":
            return type(value) in (int, float) and 0 < cast(float, value) <= field.most


def _given(found: Any) -> Any:
    """Return what an act returned as data; a run is told by its number."""
    if isinstance(found, list):
        return [_given(each) for each in found]
    return found.number if isinstance(found, Run) else found


def _told_of(run: Run, step: str | None) -> dict[str, Any]:
    return {
        "run": run.number,
        "poll": run.poll.id,
        "phase": run.phase,
        "step": step,
        "together": run.together,
        "before": run.before,
    }


def _run(request: Request) -> int:
    number: int = request.path_params["run"]
    return number
