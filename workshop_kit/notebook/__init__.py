"""What a notebook imports: a section, and from it the cards to lead it with; a seat, to sit in a room; the cockpit.

::

    from workshop_kit.notebook import section

    fears = section("06")
    fears.poll()

::

    from workshop_kit.notebook import seat

    seat()

::

    from workshop_kit.notebook import cockpit

    cockpit()

A notebook needs one of these names, so each is imported when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

__all__ = ["cockpit", "instrument", "seat", "section", "start_here"]

_HOMES: Final = {
    "cockpit": "cockpit",
    "instrument": "study.instrument_card",
    "seat": "guest.seat",
    "section": "notebook.sections",
    "start_here": "notebook.welcome",
}

if TYPE_CHECKING:
    from workshop_kit.cockpit import cockpit
    from workshop_kit.guest.seat import seat
    from workshop_kit.notebook.sections import section
    from workshop_kit.notebook.welcome import start_here
    from workshop_kit.study.instrument_card import instrument
else:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"workshop_kit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
