"""Flags: comments that the facilitator should read twice.

They may name someone, hold a number or an address, or come from somebody who is in distress. `flags` looks for patterns and
finds some of these, never all; it is a nudge to read slowly and no judgement of who wrote it. Nobody can answer an anonymous
comment, which is why one of distress is shown together with whom people can turn to.

What names and distress look like depends on the language. In one that has no patterns here, only numbers and links are found, and
each comment is flagged as ``unsearched``, so that nobody takes a missing flag for a good sign.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

Flag: TypeAlias = Literal["name", "number", "link", "distress", "unsearched"]

# Words that have a capital wherever they stand and name nobody; and what people write with one out of fondness.
_CAPITALS: Final = re.compile(
    "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August|September|October|November|December"
    "|Christmas|Easter|Valentine|God|English|Irish|Scottish|Welsh|British|American|European|German|French|Spanish|Italian|Dutch|Polish"
    "|Turkish|Russian|Greek|Christian|Catholic|Muslim|Jewish|Buddhist|Mum|Mom|Mummy|Mama|Dad|Daddy|Papa|Internet|Zoom|WhatsApp|Instagram"
    "|Facebook|Google|Netflix|Covid"
)
# What may begin a sentence and have an 's, and is no name for all that.
_OWNERS: Final = re.compile(
    "It|That|There|This|What|Who|Here|Where|How|When|Why|He|She|Let|One|Other|Another|Life|Love|Today|Tomorrow|Yesterday|Everyone"
    "|Everybody|Someone|Somebody|Anyone|Anybody|Nobody|People|Men|Women|Children|Partner|Mother|Father|Family|Nothing|Everything|Something"
)
_WORD: Final = re.compile(r"[^\W\d_][\w'-]*")
_CALLED: Final = re.compile(r"(?<![\w.])@\w+|(?<!\S)[B-HJ-Z]\.(?=\s|$)")
# A year, a telephone number, a date, an age.
_NUMBER: Final = re.compile(
    r"\d{4}|\d(?:[\s/().-]{0,2}\d){5}|\b\d\d?[./-]\d\d?[./-]\d\d|\b\d{1,3}[\s-]?(?:years?[\s-]old|yo|y/o)\b"
    r"|\b(?:aged?|turn(?:ed|ing)|(?:i'?|i a|he'?|he i|she'?|she i)[ms]) \d{1,3}\b(?!\s*(?:%|per ?cent|\w*minutes?|steps?|times))",
    re.IGNORECASE,
)
_LINK: Final = re.compile(
    r"https?:|www\.|\S@\S+\.\w|\b[\w-]{2,}\.(?:com|org|net|info|io|co|uk|de|eu|fr|ie|ca|au|app)\b"
    r"|\b\d{1,4}[a-z]? (?:\w+ ){1,2}(?:street|road|avenue|lane)\b|(?-i:\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)",
    re.IGNORECASE,
)
_SOMEONE: Final = r"(?:partner|husband|wife|boyfriend|girlfriend|ex|father|mother|dad|mum|mom|stepfather|brother|son|parents?)"
_DISTRESS: Final = re.compile(
    "|".join(
        (
            # Dying, and not wanting to live.
            r"\bsuicid",
            r"\bkill(?:s|ed|ing)? (?:my ?self|him|her|them|you|some(?:one|body))\b",
            r"\b(?:end|ending|take|taking|took) (?:it all|(?:my|his|her|their) (?:own )?life)\b",
            r"\b(?:want(?:s|ed)?|wish(?:ed)?|going|ready|tr(?:y|ied|ying)) to die\b(?! of)",
            r"\b(?:better off|rather be|want to be|wish i (?:was|were)|as good as) dead\b",
            r"(?:n'?t|\bnot|\bno longer|\bnever) (?:\w+ )?(?:want(?:ed|ing)?|wish(?:ing)?) to "
            r"(?:live(?! (?:alone|with\b|like|in|apart|together))|be here|be alive|be around|wake up|exist|go on)\b",
            r"\bnot be here any ?more|\bdisappear for ?ever|\b(?:want(?:ed)? to|wish(?:ed)? i could) (?:just )?(?:disappear|vanish)\b",
            r"\bno (?:reason|point|wish|will|strength) (?:left )?(?:to|in) (?:live|living|go on|going on|be here|being here)\b",
            r"\b(?:can'?t|cannot|can not) (?:go on(?: any ?more| like this)?(?=[.,;!?]|$)|take (?:it|this) any ?(?:more|longer)|cope)",
            r"\bno way out\b|\bunbearable\b|\bbetter off without me\b|\bwould (?:even )?(?:miss me|notice if i|care if i)\b",
            # Harming oneself.
            r"\bself[- ]?(?:harm|injur)|\b(?:cut|hurt|harm|burn|starv|hang|hit)(?:e|s|t?ing)? my ?self\b(?!-)|\boverdos|\bsleeping pills\b",
            # Being harmed.
            r"(?<!\bit )\b(?:hit(?:s|ting)?|beat(?:s|en|ing)?|chok(?:es?|ed|ing)|strangl(?:es?|ed|ing)|punch(?:es|ed|ing)?"
            r"|slap(?:s|ped|ping)?|kick(?:s|ed|ing)?) me\b(?! (?:that|how|why|like|out|hard)\b)",
            r"\brap(?:e|es|ed|ist)\b|\bassault|\bmolest|\babus(?:e|es|ed|er|ers|ing|ive)\b",
            r"\b(?:am|was|been|being|got|get) (?:beaten|hit|threatened|stalked|strangled)\b",
            rf"\b(?:he|she|they|{_SOMEONE}) (?:\w+ )?(?:threaten(?:s|ed)?|forc(?:es|ed)|lock(?:s|ed)|stalk(?:s|ed)) me\b",
            rf"\b(?:afraid|scared|frightened|terrified) of (?:him|her|them|my (?:\w+ )?{_SOMEONE})\b(?! \w+ing\b|')",
            r"(?:\bnot|\bnever|n'?t)(?: feel(?:ing)?)? safe (?:at home|with (?:him|her|them))\b|\bunsafe (?:at home|with (?:him|her|them))\b",
        )
    ),
    re.IGNORECASE,
)


def flags(text: str, language: str) -> tuple[Flag, ...]:
    """Return why a comment in a language, such as ``"en"`` or ``"pt-BR"``, should be read twice, as far as patterns can tell.

    References
    ----------
    The patterns are our own; nobody has measured what they miss. A name that begins a sentence, for one, looks
    like any other word. See docs/decisions/0007-ranks-and-texts.md.

    Examples
    --------
    >>> flags("Being met without a plan to fix me", "en")
    ()
    >>> flags("When Robin calls me on 0123 456 789", "en")
    ('name', 'number')
    >>> flags("Wenn Robin anruft: 0123 456 789", "de")
    ('number', 'unsearched')
    """
    plain = text.replace("\u2019", "'")
    finders = _FINDERS.get(language.partition("-")[0], _ANYWHERE)
    return tuple(flag for flag, finds in finders.items() if finds(plain))


def _may_name(text: str) -> bool:
    return bool(_CALLED.search(text)) or any(_is_name(text, word) for word in _WORD.finditer(text))


def _is_name(text: str, word: re.Match[str]) -> bool:
    stem, _, ending = word[0].partition("'")
    if not stem[0].isupper() or stem.isupper() or _CAPITALS.fullmatch(stem.partition("-")[0]):
        return False
    before = text[: word.start()].rstrip(" \"'“”‘(-–")
    # What follows a colon, a stroke or a dot in the middle is often a beginning too.
    begins = not before or before[-1] in ".!?…:/|•·"
    return not begins or (ending == "s" and not _OWNERS.fullmatch(stem))


_FINDERS: Final[Mapping[str, Mapping[Flag, Callable[[str], object]]]] = {
    "en": {"name": _may_name, "number": _NUMBER.search, "link": _LINK.search, "distress": _DISTRESS.search},
}
_ANYWHERE: Final[Mapping[Flag, Callable[[str], object]]] = {
    "number": _NUMBER.search,
    "link": _LINK.search,
    "unsearched": lambda text: True,
}
