"""Comments: what people wrote to a run that has closed, until it is published."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from workshop_kit.disclosure import distinct_lines
from workshop_kit.errors import InvalidAnswer, NotNow, Unknown
from workshop_kit.polls import Tally

Decision: TypeAlias = Literal["approve", "rewrite", "decline"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that waits for the facilitator, or has been decided on: `words` are what the group will see, None for nothing."""

    number: int
    text: str = field(repr=False)
    flags: tuple[str, ...]
    decision: Decision | None = None
    words: str | None = field(default=None, repr=False)


class Queue:
    """The lines of one closed run, until they are published.

    Parameters
    ----------
    tally
        What was counted when the run closed.
    shuffle
        Puts a list in random order, in place.
    flags
        Returns why a line should be read twice.
    """

    def __init__(self, tally: Tally, shuffle: Callable[[list[str]], None], flags: Callable[[str], tuple[str, ...]]) -> None:
        self._tally = tally
        once = distinct_lines(tally.texts)
        shuffle(once)
        self._lines = {number: Line(number, text, flags(text)) for number, text in enumerate(once, start=1)}

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, decided on or not."""
        return tuple(self._lines.values())

    def decide(self, number: int, decision: object, words: object = None) -> None:
        """Let a line through, replace its words, or leave it out; what was decided can be decided anew.

        Raises
        ------
        Unknown, InvalidAnswer
            If there is no such line, no such decision, or the new words are no line of at most 140 characters.
        """
        if number not in self._lines:
            raise Unknown("comments.no_such")
        line = self._lines[number]
        if decision == "approve":
            self._lines[number] = replace(line, decision="approve", words=line.text)
        elif decision == "rewrite":
            chosen = self._tally.poll.chosen(words)
            if chosen is None:
                raise InvalidAnswer("comments.no_words")
            self._lines[number] = replace(line, decision="rewrite", words=str(chosen[0]))
        elif decision == "decline":
            self._lines[number] = replace(line, decision="decline", words=None)
        else:
            raise InvalidAnswer("acts.decide")

    def decided(self) -> Tally:
        """Return what was counted, with the lines that may be shown.

        Raises
        ------
        NotNow
            If a line still waits.
        """
        waiting = sum(line.decision is None for line in self.lines)
        if waiting:
            raise NotNow("comments.still_waiting", n=waiting)
        return replace(self._tally, texts=tuple(sorted(line.words for line in self.lines if line.words)))

    def forget(self) -> None:
        """Drop every line."""
        self._lines.clear()
        self._tally = replace(self._tally, texts=())
