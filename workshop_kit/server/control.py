"""The control app: what a facilitator's notebook can do with the room.

It listens on 127.0.0.1 only and answers only to the secret in the connection file. It has no privileged view: what it
sends of a result is the same bytes that phones get, and while a poll is open it knows no more than they do.
"""

import asyncio
import hmac
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from workshop_kit import material
from workshop_kit.charts import Shown
from workshop_kit.disclosure import POLICIES
from workshop_kit.disk.rooms import Run
from workshop_kit.errors import InvalidAnswer, NotNow, WorkshopError
from workshop_kit.room import Room
from workshop_kit.server import pages
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.events import News
from workshop_kit.server.guard import Guard, body_of, in_plain_words
from workshop_kit.server.public import comparison_json, result_json, style_of
from workshop_kit.workshop.agenda import Agenda

# A chart that is not there by then reaches the phones by itself, after its table.
DRAWING_SECONDS: Final = 2.0
LONGEST_TIMER_MIN: Final = 180
LARGEST_NUMBER: Final = 1_000_000
LONGEST_NOTE: Final = 1000
LONGEST_CONTACT: Final = 200
# What can be done to one part of the plan, and when.
BENDS: Final[Mapping[str, Callable[[Agenda, int, float], Agenda]]] = {
    "go_to": lambda agenda, place, now_s: agenda.go_to(place, now_s),
    "shorten": lambda agenda, place, _: agenda.shorten(place),
    "leave_out": lambda agenda, place, _: agenda.leave_out(place),
    "earlier": lambda agenda, place, _: agenda.move(place, -1),
    "later": lambda agenda, place, _: agenda.move(place, 1),
}
NOT_ALLOWED: Final = "This needs the secret of the room's own connection file. Use the notebook on the computer that runs the room."


class Secret:
    """Wraps an app: only a request that carries the room's secret gets through."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._expected = f"Bearer {secret}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                await JSONResponse({"error": NOT_ALLOWED}, 401)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class ControlApp:
    """The control app of one room.

    Parameters
    ----------
    told
        Called after every act, so that phones and notebooks learn of it.
    """

    def __init__(self, room: Room, news: News, drawings: Drawings, public_url: str, told: Callable[[], None]) -> None:
        self._room = room
        self._news = news
        self._drawings = drawings
        self._public_url = public_url
        self._told = told
        self._drawing: set[asyncio.Task[Any]] = set()

    def app(self, secret: str) -> Guard:
        """Return the ASGI app that answers to a secret."""
        run = "/runs/{run:int}"
        routes = [
            Route("/state", self.state),
            Route("/events", self.events),
            Route("/runs", self.ask, methods=["POST"]),
            Route(run + "/close", self.close, methods=["POST"]),
            Route(run + "/reveal", self.reveal, methods=["POST"]),
            Route(run + "/hide", self.hide, methods=["POST"]),
            Route(run + "/discard", self.discard, methods=["POST"]),
            Route(run + "/result.json", self.result_json),
            Route(run + "/result.html", self.result_html),
            Route(run + "/comparison.json", self.comparison_json),
            Route(run + "/lines", self.lines),
            Route(run + "/lines/{line:int}", self.decide, methods=["POST"]),
            Route(run + "/publish", self.publish_lines, methods=["POST"]),
            Route("/setup", self.set_up, methods=["POST"]),
            Route("/agenda", self.bend_agenda, methods=["POST"]),
            Route("/agenda/add", self.add_section, methods=["POST"]),
            Route("/agenda/undo", self.undo_agenda, methods=["POST"]),
            Route("/notes", self.note, methods=["POST"]),
            Route("/door", self.door, methods=["POST"]),
            Route("/section", self.section, methods=["POST"]),
            Route("/stage", self.stage, methods=["POST"]),
            Route("/timer", self.timer, methods=["POST"]),
            Route("/pauses/acknowledge", self.acknowledge_pauses, methods=["POST"]),
        ]
        within = Starlette(routes=routes, exception_handlers={WorkshopError: in_plain_words, 404: in_plain_words, 405: in_plain_words})
        return Guard(Secret(within, secret), frozenset())

    async def stop(self) -> None:
        """Let go of drawings that nobody will look at any more."""
        for task in self._drawing:
            task.cancel()
        await asyncio.gather(*self._drawing, return_exceptions=True)

    def what_is(self) -> dict[str, Any]:
        """Return the room as its facilitator may know it.

        Keys: those of `room.State`, and `code`, `public_url`, `door`, `seats` and `step` (both in coarse steps), `pauses`,
        `simulated`, `country`, `local_contact`, `plan`, `policy` (floor and cell), `agenda` (as `Agenda.to_dict`, or None),
        `notes` (by section), `can_undo`, `phone_tried`, `stage_opened`, `scene` (what the stage shows), `workshop` (its sections with their polls),
        `runs` (number, poll, phase and step of each, the number of the first that was asked `together` with it, and the one
        `before` it that it is to be compared with).
        """
        room, state = self._room, self._room.state
        steps = {each.run: each.step for each in state.current}
        return {
            **asdict(state),
            "code": room.code,
            "public_url": self._public_url,
            "door": "locked" if room.locked else "open",
            "seats": room.seats,
            "pauses": room.pauses,
            "simulated": room.simulated,
            "country": room.country,
            "local_contact": room.local_contact,
            "plan": room.plan,
            "policy": asdict(room.policy),
            "agenda": room.agenda.to_dict() if room.agenda else None,
            "notes": dict(room.notes),
            "can_undo": room.can_undo,
            "phone_tried": room.phone_tried,
            "stage_opened": room.stage_opened,
            "scene": room.scene,
            "runs": [_told_of(run, steps.get(run.number)) for run in room.runs],
            "workshop": {
                "title": room.workshop.title,
                "sections": [
                    {"id": section.id, "title": section.title, "polls": [poll.to_dict() for poll in section.polls]}
                    for section in room.workshop.sections
                ],
            },
        }

    async def state(self, _request: Request) -> Response:
        """Send the room as it is now."""
        return JSONResponse(self.what_is())

    async def events(self, _request: Request) -> Response:
        """Open a stream of the room's states."""
        return self._news.stream()

    async def ask(self, request: Request) -> Response:
        """Open a run of a poll, or of several polls together; `floor` and `cell` may raise the room's policy."""
        body = await body_of(request)
        numbers = {name: body[name] for name in ("floor", "cell", "before") if body.get(name) is not None}
        poll, polls = body.get("poll"), body.get("polls")
        if not all(_is_number(each) for each in numbers.values()) or not (isinstance(poll, str) or _are_names(polls)):
            raise InvalidAnswer('Say which poll to ask, as in {"poll": "fears"}; a floor, a cell and an earlier run are whole numbers.')
        if isinstance(poll, str):
            reply: dict[str, Any] = {"run": self._room.ask(poll, **numbers).number}
        elif "before" in numbers:
            raise InvalidAnswer("Polls that are asked together are not compared with an earlier run. Ask that one by itself.")
        else:
            reply = {"runs": [run.number for run in self._room.ask_together(polls or [], **numbers)]}
        self._later(self._drawings.warm_up())
        self._told()
        return JSONResponse(reply, 201)

    async def close(self, request: Request) -> Response:
        """Close a run: count, publish, forget. Its chart is drawn right away, so that revealing hardly ever has to wait for it."""
        if self._room.close(_run(request)) is not None:
            self._later(self._draw_for_phones(_run(request)))
        return self._done()

    async def lines(self, request: Request) -> Response:
        """Send the lines that wait to be read."""
        return JSONResponse({"lines": [asdict(line) for line in self._room.lines(_run(request))]})

    async def decide(self, request: Request) -> Response:
        """Let a line through, replace its words, or leave it out."""
        body = await body_of(request)
        self._room.decide(_run(request), request.path_params["line"], body.get("decision"), body.get("words"))
        return self._done()

    async def publish_lines(self, request: Request) -> Response:
        """Publish the lines that were let through."""
        self._room.publish_lines(_run(request))
        self._later(self._draw_for_phones(_run(request)))
        return self._done()

    async def reveal(self, request: Request) -> Response:
        """Show a result to the room, and its chart along with it unless that takes too long."""
        await asyncio.wait([self._later(self._draw_for_phones(_run(request)))], timeout=DRAWING_SECONDS)
        self._room.reveal(_run(request))
        return self._done()

    async def hide(self, request: Request) -> Response:
        """Take a result off the pages."""
        self._room.hide(_run(request))
        return self._done()

    async def discard(self, request: Request) -> Response:
        """Throw a run away."""
        self._room.discard(_run(request))
        return self._done()

    async def result_json(self, request: Request) -> Response:
        """Send a closed run's result as data; the same bytes that phones get once it is revealed."""
        return Response(result_json(self._room.published(_run(request))), media_type="application/json")

    async def result_html(self, request: Request) -> Response:
        """Send a closed run's result as a piece of HTML with its chart inside; for a scale in the plain style with `?style=stacked`."""
        shown = self._shown(_run(request))
        drawing = await self._drawings.svg(shown, size="projector", style=style_of(request))
        return pages.piece(pages.result(shown, simulated=self._room.simulated, svg=drawing.plain.decode())).reply(request)

    async def comparison_json(self, request: Request) -> Response:
        """Send a closed run's result and the earlier one it is compared with, as data."""
        return comparison_json(self._room.compared(_run(request)))

    async def stage(self, request: Request) -> Response:
        """Tell the stage what to show."""
        self._room.show_on_stage((await body_of(request)).get("show"))
        return self._done()

    async def timer(self, request: Request) -> Response:
        """Let the timer end in some minutes, or take it away."""
        minutes = (await body_of(request)).get("minutes")
        if minutes is not None and (type(minutes) not in (int, float) or not 0 < minutes <= LONGEST_TIMER_MIN):
            raise InvalidAnswer(
                f"The timer runs for some minutes, up to {LONGEST_TIMER_MIN}. Name a number; to take the timer away, name none."
            )
        self._room.set_timer(None if minutes is None else round(time.time() + 60 * minutes))
        return self._done()

    async def set_up(self, request: Request) -> Response:
        """Settle what must be settled before people come: plan, meeting, who comes, and whom they can turn to."""
        body = await body_of(request)
        policy, country, contact = POLICIES.get(str(body.get("policy"))), body.get("country"), body.get("contact")
        if policy is None or type(body.get("meeting", 0)) is not int:
            raise InvalidAnswer(f"Say who comes: {', '.join(POLICIES)}; and the number of the meeting, the first being 0.")
        if contact is not None and not (isinstance(contact, str) and len(contact) <= LONGEST_CONTACT):
            raise InvalidAnswer(f"The contact near by is a line of up to {LONGEST_CONTACT} characters. Please make it shorter.")
        if country is not None:
            material.contacts().for_country(str(country))
        where = {"plan": str(body.get("plan")), "meeting": body.get("meeting", 0)}
        self._room.set_up(**where, policy=policy, country=country, local_contact=contact or None)
        return self._done()

    async def bend_agenda(self, request: Request) -> Response:
        """Do one thing to one part of the plan."""
        body = await body_of(request)
        bend, place = BENDS.get(str(body.get("act"))), body.get("place")
        if bend is None or type(place) is not int:
            raise InvalidAnswer(f"Name what to do ({', '.join(BENDS)}) and the place of the part, the first being 0.")
        self._room.follow_agenda(bend(self._agenda(), place, time.time()))
        return self._done()

    async def add_section(self, request: Request) -> Response:
        """Put a section that the plan leaves out after one of its parts."""
        body = await body_of(request)
        after = body.get("after")
        if type(after) is not int:
            raise InvalidAnswer("Name the place of the part after which the section comes, the first being 0.")
        agenda = self._agenda()
        self._room.follow_agenda(agenda.add(self._room.workshop.block_of(str(body.get("section")), agenda.plan), after))
        return self._done()

    async def undo_agenda(self, _request: Request) -> Response:
        """Take the last change of the plan back."""
        self._room.undo_agenda()
        return self._done()

    async def note(self, request: Request) -> Response:
        """Keep what the facilitator wrote about a section."""
        body = await body_of(request)
        words = body.get("words")
        if not isinstance(words, str) or len(words) > LONGEST_NOTE:
            raise InvalidAnswer(f"A note has up to {LONGEST_NOTE} characters. Please make it shorter.")
        self._room.keep_note(str(body.get("section")), words)
        return self._done()

    async def door(self, request: Request) -> Response:
        """Open or lock the door to new seats."""
        wanted = (await body_of(request)).get("state")
        if wanted not in ("open", "locked"):
            raise InvalidAnswer('The door is either {"state": "open"} or {"state": "locked"}.')
        if wanted == "locked":
            self._room.lock_door()
        else:
            self._room.open_door()
        return self._done()

    async def section(self, request: Request) -> Response:
        """Move the room to a section."""
        self._room.go_to(str((await body_of(request)).get("id")))
        return self._done()

    async def acknowledge_pauses(self, _request: Request) -> Response:
        """Mark the signals heard so far as seen."""
        self._room.acknowledge_pauses()
        return self._done()

    def _done(self) -> Response:
        self._told()
        return Response(status_code=204)

    def _agenda(self) -> Agenda:
        if self._room.agenda is None:
            raise NotNow("No plan has been chosen yet. Choose one in the checklist.")
        return self._room.agenda

    def _shown(self, number: int) -> Shown:
        return self._room.compared(number) or self._room.published(number)

    async def _draw_for_phones(self, number: int) -> None:
        shown = self._shown(number)
        for dark in (False, True):
            await self._drawings.svg(shown, dark=dark)

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


def _is_number(each: object) -> bool:
    # True is a whole number to Python; and one beyond counting cannot be kept.
    return type(each) is int and abs(each) <= LARGEST_NUMBER


def _told_of(run: Run, step: str | None) -> dict[str, Any]:
    return {
        "run": run.number,
        "poll": run.poll.id,
        "phase": run.phase,
        "step": step,
        "together": run.together,
        "before": run.before,
    }


def _are_names(polls: object) -> bool:
    return isinstance(polls, list) and all(isinstance(each, str) for each in polls)


def _run(request: Request) -> int:
    number: int = request.path_params["run"]
    return number
