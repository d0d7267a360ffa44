"""The journal: what a person studying alone writes, in one file on this computer, and nowhere else.

A journal is written only when its writer asks for it, whole or not at all: a temporary file, forced to the disk, takes the
place of the old one, whose bytes are then overwritten. Only its owner may read it. It may be locked with a passphrase,
which is kept nowhere; a journal that is locked stays locked. A file that cannot be read, because the passphrase does not
fit or because it is damaged, is left exactly as it is.

The folder and the day are arguments: this module asks neither where it is nor what time it is. What erasing can and cannot
reach is said under the name ``journal.erased``.
"""

import base64
import json
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workshop_kit.disk.files import blank, write_whole
from workshop_kit.errors import SetupError, WorkshopError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE: Final = "journal.json"
# Set for notebooks that the kit opens itself: their Jupyter saves neither outputs nor the state of widgets.
QUIET_VARIABLE: Final = "WORKSHOP_KIT_NOTEBOOKS"
FORMAT: Final = 1
# How a passphrase becomes a key; `packed` says why so.
SCRYPT: Final = {"length": 32, "n": 2**17, "r": 8, "p": 1}


class WrongPassphrase(WorkshopError):
    """The journal is locked, and what was typed does not open it."""


class UnreadableJournal(WorkshopError):
    """The file is there but is no journal any more, or not yet one that this version knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written on one day in one section; the words stay out of its ``repr``."""

    section: str
    day: date
    prompt: str
    text: str = field(repr=False)
    reflection: str = field(default="", repr=False)


class Journal:
    """The journal in a folder.

    Parameters
    ----------
    folder
        Where it lies, or will lie once something is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    @property
    def exists(self) -> bool:
        """Whether anything was ever saved here."""
        return self.file.exists()

    @property
    def is_locked(self) -> bool:
        """Whether a passphrase is needed; raises `UnreadableJournal` where nobody can tell."""
        return self.exists and "sealed" in _opened(_read(self.file))

    def entries(self, passphrase: str = "") -> tuple[Entry, ...]:
        """Return what was written, oldest first.

        Raises
        ------
        WrongPassphrase
            If the journal is locked and the passphrase does not fit.
        UnreadableJournal
            If the file is damaged.
        """
        return unpacked(_read(self.file), passphrase) if self.exists else ()

    def add(self, entry: Entry, passphrase: str = "") -> None:
        """Add an entry. A passphrase given for a journal that is not locked yet locks all of it.

        Raises
        ------
        WrongPassphrase, UnreadableJournal
            As for `entries`; nothing is written then.
        SetupError
            If the file cannot be written.
        """
        self._write([*self.entries(passphrase), entry], passphrase)

    def reflect(self, reflection: str, passphrase: str = "") -> None:
        """Put a reflection beneath the latest entry; what can go wrong is that of `add`."""
        *earlier, latest = self.entries(passphrase)
        self._write([*earlier, replace(latest, reflection=reflection)], passphrase)

    def export(self, target: Path, told: Callable[[Iterable[Entry]], str], passphrase: str = "") -> None:
        """Write the journal as `told` puts it, readable by anyone who finds it, to a new file.

        Raises
        ------
        WrongPassphrase, UnreadableJournal
            As for `entries`.
        SetupError
            If the file exists already, or cannot be written.
        """
        text = told(self.entries(passphrase)).encode("utf-8", errors="replace")
        if target.exists():
            raise SetupError("journal.taken", file=target)
        write_whole(target, text)

    def erase(self) -> None:
        """Overwrite the journal and remove it, with any half-written copy that a power cut left behind."""
        try:
            for each in [self.file, *self.file.parent.glob(f".{FILE}-*")]:
                with suppress(FileNotFoundError):
                    with each.open("r+b") as file:
                        blank(file)
                    each.unlink()
        except OSError:
            raise SetupError("journal.not_erased", file=self.file) from None

    def _write(self, entries: Iterable[Entry], passphrase: str) -> None:
        write_whole(self.file, packed(entries, passphrase, salt=secrets.token_bytes(16), nonce=secrets.token_bytes(12)))


def packed(entries: Iterable[Entry], passphrase: str, *, salt: bytes, nonce: bytes) -> bytes:
    """Return a journal as the content of its file, locked if there is a passphrase.

    `salt` (16 bytes) and `nonce` (12 bytes) must be drawn anew each time.

    References
    ----------
    scrypt with N = 2¹⁷, r = 8, p = 1 is what the OWASP Password Storage Cheat Sheet asks for: about half a second and 128 MB
    for each guess at a passphrase. The entries are sealed with AES-256-GCM.
    """
    written = [_written(each) for each in entries]
    content = json.dumps({"journal": FORMAT, "entries": written}, ensure_ascii=False, indent=1).encode("utf-8", errors="replace")
    if not passphrase:
        return content
    sealed = _cipher(passphrase, salt).encrypt(nonce, content, salt)
    # The digest tells a damaged file from a passphrase that does not fit, and gives away neither words nor passphrase.
    parts = {"salt": salt.hex(), "nonce": nonce.hex(), "digest": sha256(salt + nonce + sealed).hexdigest()}
    return json.dumps({"journal": FORMAT, **parts, "sealed": base64.b64encode(sealed).decode()}, indent=1).encode()


def unpacked(content: bytes, passphrase: str = "") -> tuple[Entry, ...]:
    """Return the entries that the content of a file holds; what can go wrong is that of `Journal.entries`."""
    held = _opened(content)
    try:
        if "sealed" in held:
            held = _opened(_unsealed(held, passphrase))
        return tuple(_entry(each) for each in held["entries"])
    except (KeyError, TypeError, ValueError):
        raise UnreadableJournal("journal.damaged") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise UnreadableJournal("journal.unreadable") from None


def _opened(content: bytes) -> Mapping[str, Any]:
    try:
        held = json.loads(content)
        version = held["journal"]
    except (ValueError, TypeError, KeyError):
        raise UnreadableJournal("journal.damaged") from None
    if version != FORMAT:
        raise UnreadableJournal("journal.another_version")
    opened: Mapping[str, Any] = held
    return opened


def _unsealed(held: Mapping[str, Any], passphrase: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    salt, nonce, sealed = bytes.fromhex(held["salt"]), bytes.fromhex(held["nonce"]), base64.b64decode(held["sealed"], validate=True)
    if sha256(salt + nonce + sealed).hexdigest() != held["digest"]:
        raise UnreadableJournal("journal.damaged")
    if not passphrase:
        raise WrongPassphrase("journal.locked")
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed, salt)
    except InvalidTag:
        raise WrongPassphrase("journal.wrong_passphrase") from None


def _cipher(passphrase: str, salt: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # Two keyboards may write the same letter in two ways; it opens the same journal.
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", errors="replace")
    return AESGCM(Scrypt(salt=salt, **SCRYPT).derive(secret))


def _written(entry: Entry) -> dict[str, str]:
    return {name: str(getattr(entry, name)) for name in _PARTS}


def _entry(written: Mapping[str, str]) -> Entry:
    words = {name: written[name] for name in _PARTS}
    if not all(isinstance(each, str) for each in words.values()):
        raise UnreadableJournal("journal.damaged")
    return Entry(words["section"], date.fromisoformat(words["day"]), words["prompt"], words["text"], words["reflection"])


_PARTS: Final = tuple(Entry.__dataclass_fields__)
