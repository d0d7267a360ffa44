"""A room by https: phones reach it under a certificate, the facilitator's side stays as it is, and wrong files are said plainly."""

import ipaddress
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from tests.evening import Evening
from tests.server.hostile import address_of, complaints, read_reply, wire_to
from tests.world import PATIENCE_SECONDS, PEOPLE, SAY, RunningRoom, environment, first_state, server_command, wait_for
from workshop_kit.cli import app
from workshop_kit.errors import SetupError
from workshop_kit.processes.connection import FILE, FOLDER_VARIABLE

HERE: Final = "127.0.0.1"
TOGETHER: Final = "A certificate and its key belong together. Name both, with --tls-cert and --tls-key, or neither."
UNUSABLE: Final = "The certificate and key cannot be used."


class Files(NamedTuple):
    """A certificate for this computer and its key, as files."""

    certificate: Path
    key: Path

    @property
    def arguments(self) -> list[str]:
        return ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]


def new_files(folder: Path, password: bytes = b"") -> Files:
    """Make a certificate that its own key has signed, as somebody without a name on the internet does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, today = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A room for a test")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today - timedelta(days=1), today + timedelta(days=1)
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))])
    certificate = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    folder.mkdir(exist_ok=True)
    files = Files(folder / "certificate.pem", folder / "key.pem")
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    return files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return a certificate for this computer."""
    return new_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Iterator[RunningRoom]:
    """Yield a room with a certificate."""
    with RunningRoom(tmp_path_factory.mktemp("secured") / "room", *files.arguments) as room:
        yield room


def trusting(files: Files) -> ssl.SSLContext:
    """Return what trusts a certificate and nothing else."""
    return ssl.create_default_context(cafile=files.certificate)


def phone(url: str, files: Files) -> httpx.Client:
    """Return a phone that trusts the certificate and nothing else."""
    return httpx.Client(base_url=url, verify=trusting(files), trust_env=False, timeout=PATIENCE_SECONDS)


def test_phones_reach_a_room_by_https(secured: RunningRoom, files: Files) -> None:
    """Pages, seats, ballots, streams, links and QR code are by https; the facilitator's side, which stays on this computer, is as it was."""
    url, seat = secured.connection.public_url, {"seat": PEOPLE[0]}
    run = secured.ask("fears")
    with phone(url, files) as one:
        seated = one.post(secured.path("/seats"), json=seat, headers={"Origin": url})
        cast = one.put(secured.path(f"/runs/{run}/ballot"), json={**seat, "answer": ["hurt"]}, headers={"Origin": url})
        in_the_open = one.post(secured.path("/seats"), json=seat, headers={"Origin": url.replace("https", "http")})
        state = first_state(one, secured.path("/events"))
        cards = one.get(secured.path("/cards")).text

    assert url.startswith(f"https://{HERE}:")
    assert secured.connection.control_url.startswith(f"http://{HERE}:")
    assert secured.as_led()["public_url"] == url
    assert (seated.status_code, cast.status_code, in_the_open.status_code) == (201, 204, 403)
    assert [each["phase"] for each in state["current"]] == ["open"]
    assert f"{url}/{secured.code}" in cards
    assert "http://" not in cards.replace("http://www.w3.org/", "")


def test_nothing_is_said_in_the_open(secured: RunningRoom, files: Files, tmp_path: Path) -> None:
    """Who speaks plain HTTP to the port, or trusts another certificate, gets no reply of the room; the limits on wires hold for the others."""
    with wire_to(address_of(secured)) as wire:
        wire.sendall(f"GET {secured.path()} HTTP/1.1\r\nHost: {HERE}\r\n\r\n".encode())
        assert read_reply(wire) is None
    with phone(secured.connection.public_url, new_files(tmp_path / "other")) as stranger, pytest.raises(httpx.ConnectError):
        stranger.get("/healthz")
    with wire_to(address_of(secured)) as bare, trusting(files).wrap_socket(bare, server_hostname=HERE) as wire:
        wire.sendall(b"Good evening\r\n\r\n")
        reply = read_reply(wire)

    assert reply is not None
    assert (reply.status, complaints(reply)) == (400, [])


def test_wrong_files_are_said_in_one_sentence(tmp_path: Path, files: Files) -> None:
    """Whatever is wrong with the files, the room does not open, and one sentence says so without naming a path."""
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("Good evening", encoding="utf-8")
    certificate, key = files
    for arguments, sentence in (
        (["--tls-cert", str(certificate)], TOGETHER),
        (["--tls-key", str(key)], TOGETHER),
        (Files(tmp_path / "nowhere.pem", key).arguments, UNUSABLE),
        # A folder, no certificate, the wrong way round, and another's key.
        (Files(tmp_path, key).arguments, UNUSABLE),
        (Files(nonsense, key).arguments, UNUSABLE),
        (Files(key, certificate).arguments, UNUSABLE),
        (Files(certificate, new_files(tmp_path / "other").key).arguments, UNUSABLE),
    ):
        with pytest.raises(SetupError) as refused:
            RunningRoom(tmp_path / "room", *arguments).start()
        said = SAY.error(refused.value)
        assert (said.startswith(sentence), len(said.splitlines()), str(tmp_path) in said) == (True, 1, False), said
        assert not (tmp_path / "room" / FILE).exists()


def test_a_key_under_a_password_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    """At a terminal where nobody may sit, the server asks for no password: it says one sentence and nothing else, and ends."""
    arguments = new_files(tmp_path / "locked", b"secret").arguments
    command = [*server_command(), "--port", "0", "--folder", str(tmp_path / "room"), *arguments]
    refused = subprocess.run(command, env=environment(), input="", capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
    assert refused.stderr.startswith(UNUSABLE)


@pytest.mark.parametrize("more", [["--people", "3"], ["--guest-notebook"]], ids=["simulated people", "the guest notebook"])
def test_what_is_not_encrypted_does_not_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Files, more: list[str]) -> None:
    """A certificate is refused beside what would speak in the open; one sentence says what to leave out, and nothing is started."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "folder"))

    refused = CliRunner().invoke(app, ["start", "--no-browser", "--host", HERE, *files.arguments, *more])

    assert isinstance(refused.exception, SetupError)
    assert refused.stdout == ""
    assert [words for words in ("without encryption", more[0]) if words not in SAY.error(refused.exception)] == []


def test_a_room_that_falls_over_comes_back_by_https(tmp_path: Path, files: Files) -> None:
    """`workshop-kit start` says the https address, and after a crash the same address works under the same certificate."""
    with Evening(tmp_path / "user", "--host", HERE, *files.arguments) as evening:
        evening.ready()
        address = evening.said("Phone address")
        with phone(address, files) as one:
            assert one.get(address).status_code == 200
            boot = first_state(one, "/events")["boot"]
            evening.kill_the_server()

            def is_back() -> bool:
                with suppress(httpx.TransportError):
                    return bool(first_state(one, "/events")["boot"] != boot)
                return False

            wait_for(is_back, "the room to come back")
        assert evening.end() == 0

    assert address.startswith(f"https://{HERE}")
