"""Where phones find the room: the one address that QR codes, stage and cards name, and those at which it is there, too."""

from collections.abc import Sequence

from workshop_kit.errors import InvalidAnswer


class Address:
    """The address that a room names, among all at which it can be reached.

    Attributes
    ----------
    url
        The one that is named, without the room's code; empty until some are found.
    others
        Further ones, the likeliest first.
    """

    def __init__(self) -> None:
        self.url, self.others = "", list[str]()
        self._preferred = ""

    def found(self, urls: Sequence[str]) -> None:
        """Take note of where the room can be reached now, the likeliest first.

        What stands on cards is good for as long as it leads here, so it stays the one that is named; and it is so again where it has
        come back. With nowhere at all, as while a Wi-Fi is changed, nothing new can be said.
        """
        if not urls:
            return
        named = next((each for each in (self._preferred, self.url) if each in urls), urls[0])
        self._preferred = self._preferred or named
        self.url, self.others = named, [each for each in urls if each != named]

    def announce(self, url: object) -> None:
        """Name another of the addresses.

        Raises
        ------
        InvalidAnswer
            If the room cannot be reached there.
        """
        if not isinstance(url, str) or url not in (self.url, *self.others):
            raise InvalidAnswer("room.not_reached_there")
        self._preferred = url
        self.found([url, *(each for each in (self.url, *self.others) if each != url)])
