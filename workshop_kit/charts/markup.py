"""Markup: what matplotlib writes as SVG, made fit to stand in a page.

The result stands alone: one element, real text, no address, no style sheet and no style attribute (a page with a strict
content policy would drop those), and ids that belong to this one drawing.
"""

from collections.abc import Mapping
from unicodedata import bidirectional
from xml.etree import ElementTree

from workshop_kit.charts.style import READER_FONTS


def cleaned(written: str, prefix: str, language: str, title: str, description: str, colours: Mapping[str, str]) -> str:
    """Return a drawing as one SVG element that has a name and a description and asks for nothing.

    Parameters
    ----------
    written
        What matplotlib wrote.
    prefix
        What the drawing's ids begin with, so that several drawings can share a page.
    language
        The tag of the language it is written in.
    title, description
        What a screen reader says.
    colours
        Which colours become which others.
    """
    root = ElementTree.fromstring(written)
    for element in list(root.iter()):
        element.tag = element.tag.rpartition("}")[2]
        element.text, element.tail = (element.text or "").strip(), None
        _plainly(element, prefix, colours)
    for parent in list(root.iter()):
        # The one holds addresses, the other a rule that would reach the whole page around the chart.
        for unwanted in parent.findall("metadata") + parent.findall("style"):
            parent.remove(unwanted)
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{prefix}-title",
        "aria-describedby": f"{prefix}-desc",
        "lang": language,
        # In a page that is read from the right, a text would otherwise end where it was placed to begin.
        "direction": "ltr",
        "font-family": READER_FONTS,
    }
    for place, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(name, id=f"{prefix}-{name}")
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _plainly(element: ElementTree.Element, prefix: str, colours: Mapping[str, str]) -> None:
    """Say with attributes of their own what an element's style said, and keep no id but those that are pointed at."""
    has = element.attrib
    has |= dict(part.split(": ", 1) for part in has.pop("style", "").split("; ") if part)
    name = has.pop("id", None)
    for unused in ("font-family", "transform"):  # the font is the reader's; matplotlib turns every text, by nothing
        has.pop(unused, None)
    if element.tag == "pattern":
        has["id"] = f"{prefix}-{name}"
    for painted in has.keys() & {"fill", "stroke"}:
        has[painted] = colours.get(has[painted], has[painted].replace("url(#", f"url(#{prefix}-"))
    if any(bidirectional(sign) in ("R", "AL") for sign in element.text or ""):
        # What is written from the right would have its punctuation at the wrong end; each line finds its own direction.
        has["unicode-bidi"] = "plaintext"
    if "d" in has:
        has["d"] = " ".join(has["d"].split())
