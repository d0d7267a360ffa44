"""Codes that a phone's camera reads, as a terminal shows them."""

import segno

# Black on white whatever the terminal's own colors are: of the 256 colors of xterm, these two are the same everywhere.
_BLACK_ON_WHITE = "\033[38;5;16;48;5;231m"
_AS_BEFORE = "\033[0m"
# Whether a module is dark, and the one below it.
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
# As wide as ISO/IEC 18004 wants it.
_BORDER = 4


def qr_lines(address: str, encoding: str) -> list[str]:
    """Return an address as lines for a terminal, two modules in the height of a letter; none if its encoding lacks such letters."""
    try:
        "".join(_BLOCKS.values()).encode(encoding)
    except UnicodeEncodeError:
        return []
    rows = [[bool(each) for each in row] for row in segno.make(address, error="m", micro=False).matrix_iter(border=_BORDER)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [_BLACK_ON_WHITE + "".join(_BLOCKS[pair] for pair in zip(*rows, strict=True)) + _AS_BEFORE for rows in pairs]
