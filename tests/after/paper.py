"""A report as it is read: the words of its page, and a PDF with its pages, bookmarks and pictures."""

import re
import zlib
from html import unescape


class Page:
    """An HTML page: its words in a row, and the rows of its tables, without their heads."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.words = " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())
        bodies = [re.findall("<tr.*?</tr>", body, re.DOTALL) for body in re.findall("<tbody.*?</tbody>", html, re.DOTALL)]
        self.tables = [[self._cells(row) for row in body] for body in bodies]

    def _cells(self, row: str) -> list[str]:
        return [unescape(cell) for cell in re.findall("<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)]


class Paper:
    """A PDF: its pages in words, its bookmarks, and what is said of its pictures."""

    def __init__(self, written: bytes) -> None:
        self.raw = written
        self._objects = {int(each[1]): each[2] for each in re.finditer(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", written, re.DOTALL)}
        self.pages = [self._words(each) for each in self._objects.values() if re.search(rb"/Type /Page\b(?!s)", each)]
        self.words = " ".join(self.pages)
        self.bookmarks = [_text(each[1]) for each in re.finditer(rb"/Dest \[.*?\].*?/Title (\(.*?\)|<.*?>)\n", written, re.DOTALL)]
        self.pictures = [_text(each[1]) for each in re.finditer(rb"/Alt (\(.*?\)|<.*?>)\n", written)]

    def _words(self, page: bytes) -> str:
        letters = {name: self._letters(int(number)) for name, number in self._fonts(page)}
        font, said = b"", []
        for name, told in re.findall(rb"/(F\d+) [\d.]+ Tf|(\((?:\\.|[^\\)])*\)) Tj", self._stream(_number(page, b"Contents")), re.DOTALL):
            font = name or font
            if told:
                plain = _unescaped(told)
                said.append("".join(letters[font][plain[at : at + 2]] for at in range(0, len(plain), 2)))
        return " ".join(" ".join(said).split())

    def _fonts(self, page: bytes) -> list[tuple[bytes, bytes]]:
        return re.findall(rb"/(F\d+) (\d+) 0 R", self._objects[_number(page, b"Resources")])

    def _letters(self, font: int) -> dict[bytes, str]:
        table = self._stream(_number(self._objects[font], b"ToUnicode")).decode()
        return {bytes.fromhex(sign): bytes.fromhex(letter).decode("utf-16-be") for sign, letter in re.findall(r"<(\w+)> <(\w+)>\n", table)}

    def _stream(self, number: int) -> bytes:
        described, _, rest = self._objects[number].partition(b"stream\n")
        stream = rest.rpartition(b"\nendstream")[0]
        return zlib.decompress(stream) if b"FlateDecode" in described else stream


def _number(described: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, described)
    assert found, key
    return int(found[1])


def _unescaped(told: bytes) -> bytes:
    return re.sub(rb"\\(.)", lambda each: b"\r" if each[1] == b"r" else b"\n" if each[1] == b"n" else each[1], told[1:-1], flags=re.DOTALL)


def _text(told: bytes) -> str:
    plain = bytes.fromhex(told[1:-1].decode()) if told.startswith(b"<") else _unescaped(told)
    return plain[2:].decode("utf-16-be") if plain.startswith(b"\xfe\xff") else plain.decode("latin-1")
