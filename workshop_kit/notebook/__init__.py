"""What a notebook imports: a section, and from it the cards to lead it with; or a seat, to sit in a room.

::

    from workshop_kit.notebook import section

    fears = section("06")
    fears.poll()

::

    from workshop_kit.notebook import seat

    seat()
"""

from workshop_kit.notebook.seats import seat
from workshop_kit.notebook.sections import section

__all__ = ["seat", "section"]
