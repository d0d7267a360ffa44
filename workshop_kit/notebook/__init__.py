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
"""

from workshop_kit.notebook.cockpit import cockpit
from workshop_kit.notebook.instrument_card import instrument
from workshop_kit.notebook.seats import seat
from workshop_kit.notebook.sections import section
from workshop_kit.notebook.start_here import start_here

__all__ = ["cockpit", "instrument", "seat", "section", "start_here"]
