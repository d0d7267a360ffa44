"""TLS: with whose certificate phones are received, so that nobody on the Wi-Fi can read what they send."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from workshop_kit.errors import SetupError


@dataclass(frozen=True, slots=True)
class Tls:
    """The certificate with which phones are received, and its key."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, certificate: Path | None, key: Path | None) -> "Tls | None":
        """Return the pair that was named, or None where neither was.

        Raises
        ------
        SetupError
            If they cannot be used.
        """
        if certificate is None and key is None:
            return None
        if certificate is None or key is None:
            raise SetupError("server.certificate_alone")
        try:
            # With no password to try, not even an empty one, a locked key would be asked for at the terminal, where nobody may sit.
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError):
            raise SetupError("server.certificate_unusable") from None
        return cls(certificate, key)
