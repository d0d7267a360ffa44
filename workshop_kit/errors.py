"""What can go wrong, sorted by who can put it right.

Every error is one plain sentence that names the thing and the way out. The sentence may reach a phone, a terminal or a
notebook as it stands, so it never repeats what someone typed: an answer quoted in an error is an answer in a log.
"""


class WorkshopError(Exception):
    """Anything the kit refuses or cannot do, said in one plain sentence."""


class InvalidAnswer(WorkshopError):
    """An answer does not fit its poll; whoever answers can choose again."""


class NotNow(WorkshopError):
    """A fair request at the wrong moment, such as an answer to a poll that has closed."""


class NotAdmitted(WorkshopError):
    """The room lets nobody else in, or does not know this seat."""


class Unknown(WorkshopError):
    """There is no such room, poll, run or result."""


class PolicyTooLow(WorkshopError):
    """A facilitator asked for less protection than the kit is willing to give."""


class MaterialError(WorkshopError):
    """A file of the workshop's material is broken; its author can mend it."""


class SetupError(WorkshopError):
    """This computer is in the way: a port is taken, a folder is closed, no room is running."""
