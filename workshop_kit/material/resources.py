"""Resources: the contacts to whom someone can turn who needs help, by country.

They are data, because numbers change: nothing of the kind stands in a notebook, a page or a program. Each contact says when
a person last checked it with its provider. Most have `None` there until somebody does, and everything that shows contacts
says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workshop_kit.errors import Unknown
from workshop_kit.material.places import RESOURCES, shipped

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
        """Return whether nobody has checked it in the last 180 days.

        Examples
        --------
        >>> checked = Contact("UK", "A line", "anyone", "116 123", "day and night", "https://www.example.org", date(2025, 1, 1))
        >>> checked.is_stale(date(2025, 6, 30)), checked.is_stale(date(2025, 7, 1))
        (False, True)
        """
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
            raise Unknown(f"There are no contacts for that country yet. There are for: {', '.join(self.countries)}.")
        return tuple(each for each in self.all if each.country == code)

    def stale(self, today: date) -> tuple[Contact, ...]:
        """Return the contacts that nobody has checked in the last 180 days."""
        return tuple(each for each in self.all if each.is_stale(today))


def contacts(file: Path | None = None) -> Contacts:
    """Return the contacts in a file; by default those that come with the kit.

    Raises
    ------
    MaterialError
        If the file is missing, or does not hold what it should.
    """
    # Slow to import, and not needed by whoever only shows contacts that were read.
    from workshop_kit.material.documents import load
    from workshop_kit.material.shapes import ResourcesFile

    return contacts_of(load(file or shipped("data") / RESOURCES, ResourcesFile).shape)


def contacts_of(shape: "ResourcesFile") -> Contacts:
    """Return the contacts that a file describes."""
    return Contacts(dict(shape.countries), tuple(Contact(**each.model_dump()) for each in shape.contacts))
