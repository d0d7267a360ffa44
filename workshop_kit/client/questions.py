"""Questions: what a room page asks, read from the page itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from workshop_kit.polls import Poll


@dataclass(frozen=True, slots=True)
class Question:
    """What a room page asks: the kind of poll and the values of its options, as the page has them, and its words for people."""

    kind: str
    options: tuple[str, ...]
    labels: tuple[str, ...] = ()
    words: str = ""
    hint: str | None = None
    low: str | None = None
    high: str | None = None

    def as_poll(self) -> Poll:
        """Return the question as a poll; what a page does not tell, such as its intensity, is not in it."""
        ids = [int(each) if self.kind == "scale" else each for each in self.options]
        options = [{"id": each, "label": label} for each, label in zip(ids, self.labels, strict=True)]
        said = {"question": self.words, "hint": self.hint, "low": self.low, "high": self.high}
        return Poll.from_dict({"id": "asked", "kind": self.kind, "options": options, **said})


@dataclass(slots=True)
class _Asked:
    """A question while its page is being read; every text is a list of the pieces in which it came."""

    kind: str
    options: list[str] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    hint: list[str] = field(default_factory=list)
    ends: list[list[str]] = field(default_factory=list)

    def question(self) -> Question:
        # The words for both ends stand behind the numbers that they explain: "0: calm", "10: stirred up".
        low, high = [_one_line(end).partition(": ")[2] for end in self.ends] or (None, None)
        labels = tuple(_one_line(label) for label in self.labels)
        return Question(self.kind, tuple(self.options), labels, _one_line(self.words), _one_line(self.hint) or None, low, high)


class Page(HTMLParser):
    """Reads a room page as far as a program needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[int, _Asked] = {}
        self.is_rehearsal = False
        self._text: list[str] = []
        self._ends_with = ""
        self._is_at_ends = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note each ballot's run and kind, the value of each of its options, and where the words for people begin."""
        given = {name: value or "" for name, value in attrs}
        self.is_rehearsal |= given.get("class") == "simulated"
        if tag == "form" and "data-kind" in given:
            self.asked[int(given["data-run"])] = _Asked(given["data-kind"])
        if not self.asked:
            return
        *_, asked = self.asked.values()
        if given.get("name") == "option" or "data-option" in given:
            asked.options.append(given.get("data-option") or given.get("value") or "")
        elif tag == "legend":
            self._read(asked.words, tag)
        elif given.get("id", "").startswith("hint-"):
            self._read(asked.hint, tag)
        elif tag == "p":
            self._is_at_ends = given.get("class") == "ends"
        elif tag == "span" and self._is_at_ends:
            asked.ends.append([])
            self._read(asked.ends[-1], tag)
        elif tag == "span" and len(asked.labels) < len(asked.options):
            asked.labels.append([])
            self._read(asked.labels[-1], tag)

    def handle_endtag(self, tag: str) -> None:
        """Stop reading words where their element ends."""
        if tag == self._ends_with:
            self._text, self._ends_with = [], ""
        self._is_at_ends &= tag != "p"

    def handle_data(self, data: str) -> None:
        """Read on."""
        self._text.append(data)

    def _read(self, into: list[str], until: str) -> None:
        self._text, self._ends_with = into, until


def _one_line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())
