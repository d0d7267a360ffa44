"""Disclosure: what may be said about a small group without saying it about a person.

In a room of eight, "eight of eight" names everyone, "seven of eight" tells the eighth what all others said, and "one"
sets people guessing. So a `Tally` is never shown. It is turned, once, into a `Published` result by `publish`, under a
`Policy` that was fixed when the poll opened, and then dropped. Everything anyone sees is drawn from that object.

Two numbers make a policy:

* the **floor**: with fewer answers than this, nothing is said but that;
* the **cell**: the fewest people that a shown number may stand for, and the fewest that may stand outside it.

What follows from them:

* In a ``multi`` poll each option speaks for itself. Its count is shown if at least `cell` chose it and at least `cell`
  did not. Otherwise a band is shown: ``few``, which may be nobody, or ``most``, which may be everyone. Nobody and one person look alike, and so do
  everyone and everyone but one. With fewer than ``2 * cell - 1`` answers the two bands would overlap, and how an overlap
  was settled would give away the very count it hides, so nothing is shown.
* In a ``single``, ``scale`` or ``slider`` poll the counts add up to the whole, so one hidden number could be worked out from
  the rest. Options are therefore merged until every shown bucket holds at least `cell` people: neighbouring points of a
  scale or stretches of a slider, the rarest options of a single choice (as "other answers"). Two buckets are the least
  that says anything, so fewer than ``2 * cell`` answers are too few; and where not even two can be had, all that is said
  is that these answers cannot be shown without pointing at someone.
* In a ``rank`` poll the options stand in the order of their mean places; options no more than an eighth of a place apart
  are level. First choices are told by the rule of ``single``, and mean places with them, but only where both together leave
  room to move: enough that the coalition and any one person more could have put the options in any order whatever, and the
  rest of the group would still make up the same numbers. Otherwise the order alone is shown. From a cell of 8 on, even that
  takes a few more than ``2 * cell`` answers, lest friends who all ranked the other way know how everyone else did.
* In a ``text`` poll the lines are shown that the facilitator has approved, each once however often it was written, in an
  order that depends on nothing but the lines. There must be ten answers, and at least `cell` different lines to show.
* Passing is shown as a band only.

Why `cell` stands for people *and* their friends: whoever answered knows one answer, a couple that pools knows two. Behind
a number of at least `cell` stand two people or more whom ``cell - 2`` insiders cannot tell apart. The tests do not take our
word for it: they enumerate every tally of up to twelve people and every coalition of up to ``cell - 2``, and look for
anyone whose answer has become certain. (Rankings are too many for that: with three options all of them are gone through,
with four those of up to twelve people; beyond, other rankings are sought that would have been published just so.)

One result is looked at, not two. The same answers published under two different cells may be cut in two places, and the
difference between the cuts is somebody's answer; so whoever asks a poll again must keep its cell. And if one person comes or
goes between two runs while all others repeat themselves, the difference is that person's answer; no rule about single
results can prevent it. A `Comparison` of two runs says so where few came or went, and otherwise only puts the two results
side by side: what is joined in either is joined in both. What leaves the house is told more carefully still, and is worked
out from the result, never from the answers (`coarsened`).

What is not hidden: how many answered (the group can count heads), and therefore, where the number of people is known,
how many did not. Under a policy with cell 3, two people who pool their answers are outside the promise: that is what
cell 4 is for.

This package is pure: the same tally and policy always give the same result. It draws nothing, stores nothing and shows
nothing, and it has no words: a result is codes and numbers beside its poll, and `words.results` says it to readers.
"""

from workshop_kit.disclosure.coarser import EXPORT, coarsened
from workshop_kit.disclosure.comparison import Comparison, Pair, compare
from workshop_kit.disclosure.counter import STEPS, step
from workshop_kit.disclosure.policy import (
    FEWEST_TEXTS,
    HEAVY,
    HEAVY_FLOOR,
    LOWEST_CELL,
    LOWEST_FLOOR,
    POLICIES,
    ROOM,
    TOGETHER,
    WEBINAR,
    Policy,
)
from workshop_kit.disclosure.published import Band, Bucket, Outcome, Published
from workshop_kit.disclosure.rules import FEW, MOST, SEVERAL, distinct_lines, publish
from workshop_kit.disclosure.spread import Spread, spread

__all__ = [
    "EXPORT",
    "FEW",
    "FEWEST_TEXTS",
    "HEAVY",
    "HEAVY_FLOOR",
    "LOWEST_CELL",
    "LOWEST_FLOOR",
    "MOST",
    "POLICIES",
    "ROOM",
    "SEVERAL",
    "STEPS",
    "TOGETHER",
    "WEBINAR",
    "Band",
    "Bucket",
    "Comparison",
    "Outcome",
    "Pair",
    "Policy",
    "Published",
    "Spread",
    "coarsened",
    "compare",
    "distinct_lines",
    "publish",
    "spread",
    "step",
]
