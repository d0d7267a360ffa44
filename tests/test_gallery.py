"""The gallery: its page and its pictures belong together."""

import re

from tests.gallery import PAGE, PICTURES
from workshop_kit.polls import KINDS


def test_the_gallery_shows_every_kind_on_phone_stage_and_notebook() -> None:
    """Every picture that the page names is there, none lies there unused, and each kind is shown in all three places."""
    named = set(re.findall(r'src="images/gallery/([a-z_]+)\.png"', PAGE.read_text(encoding="utf-8")))

    assert named == {file.stem for file in PICTURES.iterdir()}
    assert {f"{kind}_{where}" for kind in KINDS for where in ("phone", "stage", "notebook")} <= named


def test_every_picture_says_in_words_what_it_shows() -> None:
    """No picture of the gallery is without a description."""
    pictures = re.findall(r"<img [^>]*>", PAGE.read_text(encoding="utf-8"))

    assert pictures
    assert all(re.search(r'alt="[^"]{10,}"', picture) for picture in pictures)
