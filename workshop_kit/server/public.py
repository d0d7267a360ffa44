"""The public app: everything that a phone on the Wi-Fi can reach.

No cookies, no login. The room code opens one room: its page, a seat while the door is open, a ballot, and
results that were revealed.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Container
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from workshop_kit import material
from workshop_kit.charts import Shown, Size, Style
from workshop_kit.disclosure import Comparison, Published
from workshop_kit.disk.rooms import Run
from workshop_kit.errors import InvalidAnswer, Unknown, WorkshopError
from workshop_kit.memory import WRONG_CARD, is_card
from workshop_kit.room.door import MOST_CARDS
from workshop_kit.room.room import Room
from workshop_kit.server import pages
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.events import News
from workshop_kit.server.guard import NOWHERE, SAFE_METHODS, Guard, Guesses, TooManyGuesses, body_of, refusal, status_of

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

# Two sheets of eight.
SEAT_CARDS: Final = 16

# The same for every answer, and for taking one back.
TAKEN: Final = Response(status_code=204)


@dataclass(frozen=True, slots=True)
class Card:
    """One run as a page shows it: its step while it is open, its result once that is revealed."""

    run: Run
    step: str | None
    result: str | None


def comparison_json(comparison: Comparison | None) -> Response:
    """Return the reply that both apps give when two results are asked for side by side."""
    if comparison is None:
        raise Unknown("server.not_compared")
    return Response(json.dumps(comparison.to_dict(), ensure_ascii=False).encode(), media_type="application/json")


def style_of(request: Request) -> Style:
    """Return in which style a request wants a scale drawn."""
    return "stacked" if request.query_params.get("style") == "stacked" else "diverging"


def result_json(published: Published) -> bytes:
    """Return a result as the bytes that both apps send."""
    return json.dumps(published.to_dict(), ensure_ascii=False).encode()


class PublicApp:
    """The public app of one room."""

    def __init__(self, room: Room, news: News, drawings: Drawings) -> None:
        self._room = room
        self._say = room.say
        self._news = news
        self._drawings = drawings
        self._guesses, self._card_guesses = Guesses(time.monotonic), Guesses(time.monotonic)
        self._looks: tuple[object, ...] = ()
        self._pages: dict[str, tuple[object, pages.Packed]] = {}
        self._printing = asyncio.Lock()

    def app(self, names: frozenset[str]) -> Guard:
        """Return the ASGI app, for a computer with these host names."""
        run = "/{code}/runs/{run:int}"
        routes = [
            # Routes are tried in turn, and this is the one that a whole room wants at once.
            Route(run + "/ballot", self.in_room(self.cast), methods=["PUT"]),
            Route(run + "/ballot", self.in_room(self.withdraw), methods=["DELETE"]),
            Route("/", self.join),
            Route("/healthz", self.health),
            Route("/static/room.js", self.script),
            Route("/static/stage.js", self.stage_script),
            Route("/static/cards.js", self.cards_script),
            Route("/static/waiting.js", self.waiting_script),
            Route("/{code}", self.in_room(self.room_page)),
            Route("/{code}/seats", self.in_room(self.take_seat), methods=["POST"]),
            Route("/{code}/seats", self.in_room(self.leave_seat), methods=["DELETE"]),
            Route("/{code}/events", self.in_room(self.events)),
            Route("/{code}/now.json", self.in_room(self.now_json)),
            Route("/{code}/pause", self.in_room(self.pause), methods=["POST"]),
            Route("/{code}/stage", self.in_room(self.stage)),
            Route("/{code}/privacy", self.in_room(self.privacy)),
            Route("/{code}/contacts", self.in_room(self.contacts)),
            Route("/{code}/cards", self.in_room(self.cards)),
            Route("/{code}/cards", self.in_room(self.sheets), methods=["POST"]),
            Route(run + "/comparison.json", self.in_room(self.comparison_json)),
            Route(run + "/result.json", self.in_room(self.result_json)),
            Route(run + "/result.svg", self.in_room(self.result_svg)),
            Route(run + "/result.html", self.in_room(self.result_html)),
        ]
        faults: dict[Any, Any] = {WorkshopError: self.refuse, 404: self.refuse, 405: self.refuse}
        within = Starlette(routes=routes, exception_handlers=faults)
        # A redirect would repeat the address as it was typed.
        within.router.redirect_slashes = False
        return Guard(within, names, self._say)

    def tell(self) -> None:
        """Tell every page what has changed, and along with it how the page looks now where that is different."""
        state = self._room.state
        runs = ((each.run, each.phase, each.phase == "revealed" and self._drawn(each.run) is not None) for each in state.current)
        before, self._looks = self._looks, (state.section, *runs)
        self._news.tell(asdict(state), self._now(set(self._looks) - set(before)) if self._looks != before else None)

    def in_room(self, handler: Handler) -> Handler:
        """Return a handler that first looks at the room code."""

        async def checked(request: Request) -> Response:
            code = request.path_params["code"]
            # What browsers and machines ask of any site, such as /favicon.ico, is a file's name and no guess.
            if "." in code:
                raise Unknown(NOWHERE)
            if self._guesses.are_spent(_address(request)) and not await self._is_from_within(request):
                raise TooManyGuesses("server.too_many_guesses")
            if code != self._room.record.code:
                self._refuse_other_code(request, code)
                return RedirectResponse(request.url.path.replace(code, self._room.record.code, 1), 307)
            return await handler(request)

        return checked

    async def join(self, request: Request) -> Response:
        """Show the page on which a code can be typed, or go on to the room whose code was typed."""
        code = request.query_params.get("code")
        if code is None:
            return pages.page("join.html", self._say).reply(request)
        if self._guesses.are_spent(_address(request)):
            raise TooManyGuesses("server.too_many_guesses")
        self._refuse_other_code(request, code)
        return RedirectResponse(f"/{self._room.record.code}", 303)

    async def health(self, _request: Request) -> Response:
        """Say that the server is well."""
        return JSONResponse({"status": "ok"})

    async def script(self, request: Request) -> Response:
        """Send the room page's script."""
        return pages.SCRIPT.reply(request)

    async def stage_script(self, request: Request) -> Response:
        """Send the stage's script."""
        return pages.STAGE_SCRIPT.reply(request)

    async def cards_script(self, request: Request) -> Response:
        """Send the script of the page with the cards."""
        return pages.CARDS_SCRIPT.reply(request)

    async def waiting_script(self, request: Request) -> Response:
        """Send the script of the page on which an address waits that has guessed too often."""
        return pages.WAITING_SCRIPT.reply(request)

    async def room_page(self, request: Request) -> Response:
        """Send the room as it is now; rendered once for each state."""
        self._room.note_phone()
        return self._rendered("room.html").reply(request)

    async def stage(self, request: Request) -> Response:
        """Send the stage as it is now, rendered once for each state; with `?preview` it may stand in the facilitator's dashboard."""
        reply = self._rendered("stage.html").reply(request)
        if "preview" in request.query_params:
            reply.headers["Content-Security-Policy"] = pages.PREVIEW_POLICY
        else:
            self._room.evening.note_stage_opened()
        return reply

    async def take_seat(self, request: Request) -> Response:
        """Admit a page to the room, or a card, and give it its ticket."""
        body = await body_of(request)
        address, shown = _address(request), body.get("card", body.get("seat"))
        # Looked at once all of the request is here, and for cards alone: a guess is not to keep anybody else at this address out.
        if is_card(shown) and self._card_guesses.are_spent(address) and not self._room.knows(shown):
            raise TooManyGuesses("server.too_many_cards")
        try:
            if "card" in body:
                seat, ticket = self._room.take_card(body["card"])
                return JSONResponse({"seat": seat, "ticket": ticket}, 201)
            return JSONResponse({"ticket": self._room.take_seat(body.get("seat"), body.get("ticket"))}, 201)
        except WorkshopError as fault:
            if fault.code in WRONG_CARD:
                self._card_guesses.wrong(address)
            raise

    async def leave_seat(self, request: Request) -> Response:
        """Give a seat up."""
        self._room.leave_seat((await body_of(request)).get("seat"))
        return TAKEN

    async def events(self, _request: Request) -> Response:
        """Open a stream of the room's states."""
        return self._news.stream()

    async def now_json(self, _request: Request) -> Response:
        """Send what the room page asks now as data, for phones that are programs."""
        asked = [{"run": run.number, "poll": run.poll.to_dict()} for run in self._room.runs.current if run.phase == "open"]
        record = self._room.record
        return JSONResponse({"simulated": record.simulated, "counts_heads": record.counts_heads, "open": asked})

    async def pause(self, request: Request) -> Response:
        """Take an anonymous "I need a moment"."""
        self._room.pause((await body_of(request)).get("seat"))
        return Response(status_code=204)

    async def privacy(self, request: Request) -> Response:
        """Say in plain words what the server holds now."""
        return pages.page("privacy.html", self._say, room=self._room, holds=self._room.holds()).reply(request)

    async def contacts(self, request: Request) -> Response:
        """Say whom people can turn to; the page can be printed as a card."""
        room, today = self._room, date.today()
        page = self._kept(
            "contacts.html",
            (room.record.country, room.record.local_contact, today),
            lambda: {"room": room, "offered": self._offered(), "today": today},
        )
        return page.reply(request)

    async def cards(self, request: Request) -> Response:
        """Send a poster for the wall and cards for the seats, to be printed; `?seats` says how many of these."""
        asked = request.query_params.get("seats", str(SEAT_CARDS))
        if asked not in map(str, range(1, MOST_CARDS + 1)):
            raise InvalidAnswer("pages.cards.too_many", most=MOST_CARDS)
        # Many sheets take their time, which must not be that of everyone else; so they are made aside, and one after the other.
        async with self._printing:
            page = await asyncio.to_thread(
                pages.page,
                "cards.html",
                self._say,
                room=self._room,
                join_url=self._join_url,
                seats=int(asked),
                most_seats=MOST_CARDS,
                offered=self._offered() if self._room.record.country else [],
                today=date.today(),
            )
        return page.reply(request)

    async def sheets(self, request: Request) -> Response:
        """Send the seat cards that were drawn under a key, ready to be printed; once."""
        cards = self._room.door.sheets((await body_of(request)).get("key"))
        async with self._printing:
            page = await asyncio.to_thread(
                lambda: pages.piece(pages.part("sheets.html", self._say, room=self._room, join_url=self._join_url, cards=cards))
            )
        return page.reply(request)

    async def cast(self, request: Request) -> Response:
        """Keep a seat's answer."""
        body = await body_of(request)
        self._room.cast(request.path_params["run"], body.get("seat"), body.get("answer"))
        return TAKEN

    async def withdraw(self, request: Request) -> Response:
        """Forget a seat's answer."""
        self._room.withdraw(request.path_params["run"], (await body_of(request)).get("seat"))
        return TAKEN

    async def result_json(self, request: Request) -> Response:
        """Send a revealed result as data."""
        return Response(result_json(self._room.runs.revealed(request.path_params["run"])), media_type="application/json")

    async def comparison_json(self, request: Request) -> Response:
        """Send a revealed result and the earlier one it is compared with, as data."""
        self._room.runs.revealed(request.path_params["run"])
        return comparison_json(self._room.runs.compared(request.path_params["run"]))

    async def result_svg(self, request: Request) -> Response:
        """Send a revealed result's chart; with `?dark` for a dark ground, with `?size=projector` for a wall."""
        shown, asked = self._revealed(request.path_params["run"]), request.query_params
        size: Size = "projector" if asked.get("size") == "projector" else "phone"
        return (await self._drawings.svg(shown, self._say, dark="dark" in asked, size=size, style=style_of(request))).reply(request)

    async def result_html(self, request: Request) -> Response:
        """Send a revealed result as a piece of HTML."""
        number = request.path_params["run"]
        return pages.piece(self._result(number, self._linked(number))).reply(request)

    async def refuse(self, request: Request, fault: Exception) -> Response:
        """Say why a request was refused, or that there is nothing: on a page for a person, as data for a script."""
        told, status = refusal(fault, self._say), status_of(fault)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse(told, status)
        if isinstance(fault, TooManyGuesses):
            return pages.page("waiting.html", self._say, sentence=told["error"]).reply(request, status)
        return pages.page("error.html", self._say, sentence=told["error"], again=True).reply(request, status)

    @property
    def _join_url(self) -> str:
        return f"{self._room.address.url}/{self._room.record.code}"

    def _offered(self) -> list[tuple[str, tuple[material.Contact, ...]]]:
        """Return the contacts of the room's country, or of every country where none was named."""
        known, country = material.contacts(), self._room.record.country
        chosen = {country: known.countries[country]} if country else known.countries
        return [(name, known.for_country(code)) for code, name in chosen.items()]

    def _now(self, new: Container[object]) -> str:
        """Return what of the room page changes; with the drawings of the results that are new inside it, so that nobody has to ask."""

        def pictures(number: int) -> tuple[str, str]:
            drawn = self._drawn(number) if (number, "revealed", True) in new else None
            return drawn or self._linked(number)

        return pages.part("now.html", self._say, **self._context(pictures))

    def _context(self, pictures: Callable[[int], tuple[str, str]]) -> dict[str, Any]:
        room, state = self._room, self._room.state
        section = room.workshop.section(state.section) if state.section else None
        steps = {each.run: each.step for each in state.current}
        results = {run.number: self._result(run.number, pictures(run.number)) for run in room.runs.current if run.phase == "revealed"}
        cards = [Card(run, steps[run.number], results.get(run.number)) for run in room.runs.current]
        return {"room": room, "state": state, "section": section, "cards": cards, "join_url": self._join_url}

    def _rendered(self, template: str) -> pages.Packed:
        room, state = self._room, self._room.state
        shown = {run.number: self._revealed(run.number) for run in room.runs.current if run.phase == "revealed"}

        # What is shown belongs to it: the earlier run of a comparison can be discarded without a change of state.
        return self._kept(template, (state, shown, self._join_url), lambda: self._context(self._linked))

    def _kept(self, template: str, now: object, context: Callable[[], dict[str, Any]]) -> pages.Packed:
        """Return a page, made anew only where what it depends on has changed."""
        if template not in self._pages or self._pages[template][0] != now:
            self._pages[template] = (now, pages.page(template, self._say, **context()))
        return self._pages[template][1]

    def _revealed(self, number: int) -> Shown:
        published = self._room.runs.revealed(number)
        return self._room.runs.compared(number) or published

    def _result(self, number: int, pictures: tuple[str, str]) -> str:
        return pages.result(self._revealed(number), self._say, simulated=self._room.record.simulated, pictures=pictures)

    def _drawn(self, number: int) -> tuple[str, str] | None:
        """Return the drawings of a revealed result themselves, to be put into a page, once there are both."""
        shown = self._revealed(number)
        light, dark = (self._drawings.kept(shown, self._say, dark=dark) for dark in (False, True))
        return (light.url, dark.url) if light and dark else None

    def _linked(self, number: int) -> tuple[str, str]:
        drawing = f"/{self._room.record.code}/runs/{number}/result.svg"
        return drawing, drawing + "?dark"

    async def _is_from_within(self, request: Request) -> bool:
        """Return whether a request shows a seat of this room. One that shows its ticket, too, has its address forgiven."""
        if request.method in SAFE_METHODS:
            return False
        try:
            # Whatever the code is: one that is right must not make anything else of a body that is broken, too large or never ends.
            body = await body_of(request)
        except WorkshopError:
            return False
        if request.path_params["code"] != self._room.record.code:
            return False
        seat, ticket = body.get("seat"), body.get("ticket")
        if ticket is not None and self._room.knows_ticket(seat, ticket):
            self._guesses.forgive(_address(request))
            return True
        return self._room.knows(seat)

    def _refuse_other_code(self, request: Request, typed: str) -> None:
        """Refuse a code that is not the room's; forgive lower case and blanks."""
        if "".join(typed.split()).replace("-", "").upper() != self._room.record.code:
            self._guesses.wrong(_address(request))
            raise Unknown("server.no_room")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
