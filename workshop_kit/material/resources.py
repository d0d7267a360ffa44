"""Resources: the contacts to whom someone can turn who needs help, by country.

They are data, because numbers change: nothing of the kind stands in a notebook, a page or a program. Each contact says when
a person last checked it with its provider. Most have `None` there until somebody does, and everything that shows contacts
says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from workshop_kit.errors import Unknown

if TYPE_CHECKING:
    from workshop_kit.material.shapes import ResourcesFile

# How long a number may be trusted is our choice; lines of this kind have changed theirs within a year.
GOOD_FOR: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: who it is, whom it is for, and when it was last checked with its provider."""

    country: str
    name: str
    about: str
    contact: str
    hours: str
    link: str
    last_verified: date | None

    def is_stale(self, today: date) -> bool:
        """Return whether nobody has checked it in the last 180 days."""
        return self.last_verified is None or today - self.last_verified > GOOD_FOR


@dataclass(frozen=True, slots=True)
class Contacts:
    """All contacts there are. `countries` has their codes and names, in the order in which they are offered."""

    countries: Mapping[str, str]
    all: tuple[Contact, ...]

    def for_country(self, code: str) -> tuple[Contact, ...]:
        """Return the contacts of a country, such as ``"DE"``, or of the whole European Union, ``"EU"``.

        Raises
        ------
        Unknown
            If there is no such country here.
        """
        if code not in self.countries:
            raise Unknown("material.contacts.not_yet", countries=list(self.countries))
        return tuple(each for each in self.all if each.country == code)

    def stale(self, today: date) -> tuple[Contact, ...]:
        """Return the contacts that nobody has checked in the last 180 days."""
        return tuple(each for each in self.all if each.is_stale(today))


def contacts_of(shape: "ResourcesFile") -> Contacts:
    """Return the contacts that a file describes."""
    return Contacts(dict(shape.countries), tuple(Contact(**each.model_dump()) for each in shape.contacts))
