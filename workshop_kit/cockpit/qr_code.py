"""Codes that a phone's camera reads, as the cockpit shows them."""

import segno

from workshop_kit.words.catalog import Language


def qr_html(address: str, say: Language) -> str:
    """Return an address as a picture to scan, with the address as its name; drawing it takes longer than all else in a panel."""
    drawn = segno.make(address, error="m", micro=False)
    return drawn.svg_inline(scale=4, border=3, dark="#000", light="#fff", title=say("labels.qr", address=address))
