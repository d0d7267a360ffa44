"""Names that have moved to `tests.evening`."""

from tests.evening import *  # noqa: F403
from tests.evening import NOTEBOOKS, Aside, Evening, Running, answer, card, is_said_plainly, press, running, seat_of  # noqa: F401
