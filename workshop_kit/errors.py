"""What can go wrong, sorted by who can put it right.

An error is a code with facts, and no sentence: the words for it are said by the side that has a reader, in the reader's language (see
`words.catalog`). Facts never hold what someone typed: an answer quoted in an error is an answer in a log.
"""


class WorkshopError(Exception):
    """Anything the kit refuses or cannot do.

    Attributes
    ----------
    code
        What it is, such as ``room.not_open``: the name of its sentence in the catalog.
    facts
        The fields of that sentence.
    said
        The sentence itself, where it comes from another process that has said it already.
    """

    def __init__(self, code: str, /, *, said: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts, self.said = code, facts, said

    def __str__(self) -> str:
        """Return the sentence if it has been said, else the code and the facts."""
        return self.said or " ".join([self.code, *(f"{name}={fact}" for name, fact in self.facts.items())])


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
