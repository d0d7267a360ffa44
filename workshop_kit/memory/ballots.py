"""Ballots: the answers of a run while it is open."""

import hmac
from collections.abc import Callable, Iterable


class Ballots:
    """The ballots of one open run: for each seat its current answer.

    Parameters
    ----------
    secret
        Random bytes that no other run uses.
    """

    def __init__(self, secret: bytes) -> None:
        self._keyed = hmac.new(secret, digestmod="sha256")
        self._answers: dict[bytes, object] = {}

    def __len__(self) -> int:
        """Return how many seats have answered, passes included."""
        return len(self._answers)

    def cast(self, seat: str, answer: object) -> None:
        """Keep a seat's answer in place of any earlier one."""
        self._answers[self._key(seat)] = answer

    def withdraw(self, seat: str) -> None:
        """Forget a seat's answer, if there is one."""
        self._answers.pop(self._key(seat), None)

    def answers(self, seats: Iterable[str], shuffle: Callable[[list[object]], None]) -> list[object]:
        """Return the answers of some seats, in shuffled order; what came from a seat that is not taken any more counts no longer."""
        # Neither the order of arrival nor that of the seats is anybody's business.
        keys = {self._key(seat) for seat in seats}
        answers = [answer for key, answer in self._answers.items() if key in keys]
        shuffle(answers)
        return answers

    def forget(self) -> None:
        """Drop every answer and the secret under which they were kept. No other can be cast afterwards."""
        self._answers.clear()
        del self._keyed

    def _key(self, seat: str) -> bytes:
        # A copy of one that has its secret already: a whole room answers at once, and to begin anew takes twice as long.
        key = self._keyed.copy()
        key.update(seat.encode())
        return key.digest()
