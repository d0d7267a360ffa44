"""The journal: what a person studying alone writes, in one file on this computer, and nowhere else.

A journal is written only when its writer asks for it, whole or not at all: a temporary file, forced to the disk, takes the
place of the old one, whose bytes are then overwritten. Only its owner may read it. It may be locked with a passphrase,
which is kept nowhere; a journal that is locked stays locked. A file that cannot be read, because the passphrase does not
fit or because it is damaged, is left exactly as it is.

The folder and the day are arguments: this module asks neither where it is nor what time it is. What erasing can and cannot
reach is said in `ERASED`.
"""

import base64
import json
import os
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from workshop_kit.errors import SetupError, WorkshopError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE: Final = "journal.json"
# Set for notebooks that the kit opens itself: their Jupyter saves neither outputs nor the state of widgets.
QUIET_VARIABLE: Final = "WORKSHOP_KIT_NOTEBOOKS"
FORMAT: Final = 1
ERASED: Final = (
    "Your journal has been overwritten and removed from this computer. Erasing cannot reach copies elsewhere: backups, a folder "
    "that is kept in step with another computer, what you exported. Some disks keep old traces that only a specialist could find."
)


class WrongPassphrase(WorkshopError):
    """The journal is locked, and what was typed does not open it."""

    def __init__(self, *, given: bool) -> None:
        super().__init__(
            "That passphrase does not open your journal. Nothing was changed; please try again."
            if given
            else "Your journal is locked. Please type its passphrase first."
        )


class UnreadableJournal(WorkshopError):
    """The file is there but is no journal any more, or not yet one that this version knows."""

    def __init__(self, why: str = "is damaged") -> None:
        super().__init__(
            f"The file with your journal {why}, so it was left as it is. If you have a backup, put it in its place; "
            "or move the file elsewhere, and a new journal begins."
        )


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

    def export(self, target: Path, passphrase: str = "") -> None:
        """Write the journal, readable by anyone who finds it, as Markdown to a new file.

        Raises
        ------
        WrongPassphrase, UnreadableJournal
            As for `entries`.
        SetupError
            If the file exists already, or cannot be written.
        """
        text = markdown(self.entries(passphrase)).encode("utf-8", errors="replace")
        if target.exists():
            raise SetupError(f"There is a file or folder at {target} already, and it was left alone. Please choose another name.")
        write_whole(target, text)

    def erase(self) -> None:
        """Overwrite the journal and remove it, with any half-written copy that a power cut left behind."""
        try:
            for each in [self.file, *self.file.parent.glob(f".{FILE}-*")]:
                with suppress(FileNotFoundError):
                    with each.open("r+b") as file:
                        _blank(file)
                    each.unlink()
        except OSError:
            raise SetupError(f"The file {self.file} could not be erased. Is it open in another program, or write-protected?") from None

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
        raise UnreadableJournal from None


def markdown(entries: Iterable[Entry]) -> str:
    """Return entries as Markdown, oldest first."""
    parts = ["# Journal"]
    for each in entries:
        parts += [f"## {each.section}", f"*{spoken(each.day)}*", f"> {each.prompt}", each.text]
        parts += ["*Looking back:*", each.reflection] if each.reflection else []
    return "\n\n".join(parts) + "\n"


def spoken(day: date) -> str:
    """Return a day as people write it.

    Examples
    --------
    >>> spoken(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{day.day} {day:%B %Y}"


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and overwrite the bytes of the one it replaces.

    Raises
    ------
    SetupError
        If it cannot be written; what was there is there still.
    """
    temporary = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        _take_place(temporary, file)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise SetupError(f"The file {file} could not be written. Is the disk full, or the folder write-protected?") from None


def _take_place(temporary: Path, file: Path) -> None:
    if os.name != "posix" or not file.exists():
        # Windows replaces no file that is held open, so there the old bytes are only let go.
        temporary.replace(file)
        return
    with file.open("r+b") as before:
        temporary.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        # A second name for the same bytes is somebody's backup, and not ours to empty.
        if os.fstat(before.fileno()).st_nlink == 0:
            _blank(before)


def _blank(file: BinaryIO) -> None:
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    file.write(bytes(size))
    file.flush()
    os.fsync(file.fileno())


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise UnreadableJournal("cannot be read") from None


def _opened(content: bytes) -> Mapping[str, Any]:
    try:
        held = json.loads(content)
        version = held["journal"]
    except (ValueError, TypeError, KeyError):
        raise UnreadableJournal from None
    if version != FORMAT:
        raise UnreadableJournal("was written by another version of this program")
    opened: Mapping[str, Any] = held
    return opened


def _unsealed(held: Mapping[str, Any], passphrase: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    salt, nonce, sealed = bytes.fromhex(held["salt"]), bytes.fromhex(held["nonce"]), base64.b64decode(held["sealed"], validate=True)
    if sha256(salt + nonce + sealed).hexdigest() != held["digest"]:
        raise UnreadableJournal
    if not passphrase:
        raise WrongPassphrase(given=False)
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed, salt)
    except InvalidTag:
        raise WrongPassphrase(given=True) from None


def _cipher(passphrase: str, salt: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # Two keyboards may write the same letter in two ways; it opens the same journal.
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", errors="replace")
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(secret))


def _written(entry: Entry) -> dict[str, str]:
    return {name: str(getattr(entry, name)) for name in _PARTS}


def _entry(written: Mapping[str, str]) -> Entry:
    words = {name: written[name] for name in _PARTS}
    if not all(isinstance(each, str) for each in words.values()):
        raise UnreadableJournal
    return Entry(words["section"], date.fromisoformat(words["day"]), words["prompt"], words["text"], words["reflection"])


_PARTS: Final = tuple(Entry.__dataclass_fields__)
