"""The guest pages: Voilà with one notebook, for people who sit at laptops. Run as ``python -m workshop_kit.guest.pages``.

Voilà on its own lets pages send what their widgets send, and nothing that would run code. Here it also shows no list of
notebooks, keeps no list of visitors, leaves nothing with them, and says in plain words when every place is taken. Its
settings lie in ``voila.json`` in the folder in which it is started.
"""

import logging
import os
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.httpserver import HTTPServer
from tornado.web import RequestHandler
from traitlets import Integer
from voila.app import Voila

from workshop_kit.processes.connection import GUEST_LANGUAGE_VARIABLE, GUEST_ROOM_VARIABLE
from workshop_kit.processes.listening import handed_on
from workshop_kit.words.catalog import language


class Nobody(IdentityProvider):
    """Visitors without a name, whom nothing marks as the same ones when they come again."""

    def get_user(self, handler: RequestHandler) -> User:
        """Let everyone in, and leave no cookie with them."""
        return self.generate_anonymous_user(handler)

    def get_handlers(self) -> list[tuple[str, object]]:
        """Return no pages to sign in or out."""
        return []


class GuestPages(Voila):
    """Voilà for guests, which answers on a socket that listens already."""

    listening = Integer(config=True, help="The number of that socket.")

    def listen(self) -> None:
        """Answer, without looking for a port as Voilà would."""
        self.app.listen = self._answer_on_the_socket
        super().listen()

    def _answer_on_the_socket(self, port: int, address: str) -> None:
        HTTPServer(self.app).add_socket(handed_on(self.listening))

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of the web application."""
        settings: dict[str, Any] = super().init_settings()
        settings["voila_jinja2_env"].globals.update(
            phone_address=os.environ[GUEST_ROOM_VARIABLE], say=language(os.environ[GUEST_LANGUAGE_VARIABLE])
        )
        return {
            **settings,
            "log_function": note_nothing,
            # Nobody is signed in by a cookie, so no other page could use one; where Jupyter leaves it all the same, it is
            # forgotten with the window.
            "disable_check_xsrf": True,
            "xsrf_cookie_kwargs": {"expires_days": None},
        }


def note_nothing(_: RequestHandler) -> None:
    """Note nothing of a request: a line about it would name the address of a person."""


def main() -> None:
    """Serve the pages until asked to end."""
    # Tornado names addresses also where it complains of a request.
    complaints = logging.getLogger("tornado")
    complaints.addHandler(logging.NullHandler())
    complaints.propagate = False
    GuestPages.launch_instance(identity_provider_class=Nobody)


if __name__ == "__main__":
    main()
