"""A room by https: phones reach it under a certificate, the facilitator's side stays as it is, and wrong files are said plainly."""

import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.hostile import complaints, read_reply
from tests.test_whole_evening import COMMAND, Evening
from tests.world import environment, first_state, new_seats, server_command, wait_for
from workshop_kit.connection import FILE, Connection

SEAT: Final = new_seats(Random(71), 1)[0]
HERE: Final = "127.0.0.1"


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
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A room for a test")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))]), critical=False)
        .sign(key, hashes.SHA256())
    )
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


def phone(url: str, files: Files) -> httpx.Client:
    """Return a phone that trusts the certificate and nothing else."""
    return httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=files.certificate), trust_env=False, timeout=60)


@contextmanager
def room_by_https(folder: Path, files: Files) -> Iterator[Connection]:
    """Run a room server with a certificate."""
    command = [*server_command(), "--host", HERE, "--port", "0", "--folder", str(folder), *files.arguments]
    with folder.with_name("output").open("wb") as output:
        server = subprocess.Popen(command, env=environment(), stdout=output, stderr=output)
    try:
        wait_for(lambda: (folder / FILE).exists() or server.poll() is not None, "the room to open")
        yield Connection(**json.loads((folder / FILE).read_text(encoding="utf-8")))
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    finally:
        server.kill()
        server.wait()
    assert folder.with_name("output").read_bytes() == b""


def test_phones_reach_a_room_by_https(tmp_path: Path, files: Files) -> None:
    """Pages, seats, ballots and streams work under the certificate, and every link and the QR code lead by https."""
    with room_by_https(tmp_path / "room", files) as found, phone(found.public_url, files) as one:
        secret = {"Authorization": f"Bearer {found.secret}"}
        with httpx.Client(base_url=found.control_url, headers=secret, trust_env=False, timeout=60) as control:
            origin = {"Origin": found.public_url}
            run = control.post("/runs", json={"poll": "fears"}).raise_for_status().json()["run"]
            seated = one.post(f"/{found.code}/seats", json={"seat": SEAT}, headers=origin)
            cast = one.put(f"/{found.code}/runs/{run}/ballot", json={"seat": SEAT, "answer": ["hurt"]}, headers=origin)
            state = first_state(one, f"/{found.code}/events")
            cards = one.get(f"/{found.code}/cards")
            in_the_open = one.post(
                f"/{found.code}/seats", json={"seat": SEAT}, headers={"Origin": found.public_url.replace("https", "http")}
            )

    assert found.public_url.startswith(f"https://{HERE}:")
    assert (seated.status_code, cast.status_code, in_the_open.status_code) == (201, 204, 403)
    assert state["phase"] == "open"
    assert f"{found.public_url}/{found.code}" in cards.text
    assert "http://" not in cards.text.replace("http://www.w3.org/", "")


def test_the_facilitators_side_stays_on_this_computer(tmp_path: Path, files: Files) -> None:
    """The control app needs no certificate, since nothing of it leaves this computer."""
    with room_by_https(tmp_path / "room", files) as found:
        told = httpx.get(f"{found.control_url}/state", headers={"Authorization": f"Bearer {found.secret}"}, trust_env=False)

    assert found.control_url.startswith(f"http://{HERE}:")
    assert told.json()["public_url"] == found.public_url


def test_nothing_is_said_in_the_open(tmp_path: Path, files: Files) -> None:
    """Who speaks plain HTTP to the port, or trusts another certificate, gets no reply of the room; the others go on."""
    other = new_files(tmp_path / "other")
    with room_by_https(tmp_path / "room", files) as found:
        port = httpx.URL(found.public_url).port or 0
        with socket.create_connection((HERE, port), 20) as wire:
            wire.sendall(f"GET /{found.code} HTTP/1.1\r\nHost: {HERE}\r\n\r\n".encode())
            plain = _heard(wire)
        with phone(found.public_url, other) as stranger, pytest.raises(httpx.ConnectError):
            stranger.get("/healthz")
        with phone(found.public_url, files) as one:
            well = one.get("/healthz")

    assert b"HTTP/" not in plain
    assert well.status_code == 200


def _heard(wire: socket.socket) -> bytes:
    try:
        return wire.recv(65536)
    except ConnectionError:
        return b""


def test_no_request_at_all_gets_the_careful_refusal(tmp_path: Path, files: Files) -> None:
    """The limits on wires hold under encryption too."""
    trusting = ssl.create_default_context(cafile=files.certificate)
    with room_by_https(tmp_path / "room", files) as found:
        address = (HERE, httpx.URL(found.public_url).port or 0)
        with socket.create_connection(address, 20) as bare, trusting.wrap_socket(bare, server_hostname=HERE) as wire:
            wire.sendall(b"Good evening\r\n\r\n")
            reply = read_reply(wire)

    assert reply is not None
    assert (reply.status, complaints(reply)) == (400, [])


TOGETHER: Final = "A certificate and its key belong together. Name both, with --tls-cert and --tls-key, or neither."
UNUSABLE: Final = "The certificate and key cannot be used."


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("only the certificate", TOGETHER),
        ("only the key", TOGETHER),
        ("no such file", UNUSABLE),
        ("a folder", UNUSABLE),
        ("no certificate", UNUSABLE),
        ("the wrong way round", UNUSABLE),
        ("another's key", UNUSABLE),
        ("a key under a password", UNUSABLE),
    ],
)
def test_wrong_files_are_said_in_one_sentence(tmp_path: Path, files: Files, wrong: str, sentence: str) -> None:
    """Whatever is wrong with the files, the room does not open, one sentence says so and nothing else, and nobody is asked anything."""
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("Good evening", encoding="utf-8")
    certificate, key = map(str, files)
    arguments = {
        "only the certificate": ["--tls-cert", certificate],
        "only the key": ["--tls-key", key],
        "no such file": ["--tls-cert", str(tmp_path / "nowhere.pem"), "--tls-key", key],
        "a folder": ["--tls-cert", str(tmp_path), "--tls-key", key],
        "no certificate": ["--tls-cert", str(nonsense), "--tls-key", key],
        "the wrong way round": ["--tls-cert", key, "--tls-key", certificate],
        "another's key": ["--tls-cert", certificate, "--tls-key", str(new_files(tmp_path / "other").key)],
        "a key under a password": new_files(tmp_path / "locked", b"secret").arguments,
    }[wrong]

    command = [*server_command(), "--port", "0", "--folder", str(tmp_path / "room"), *arguments]
    refused = subprocess.run(command, env=environment(), input="", capture_output=True, text=True)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(sentence)
    assert len(refused.stderr.splitlines()) == 1
    assert str(tmp_path) not in refused.stderr
    assert not (tmp_path / "room" / FILE).exists()


@pytest.mark.parametrize("more", [["--people", "3"], ["--guest-notebook"]], ids=["simulated people", "the guest notebook"])
def test_what_is_not_encrypted_does_not_come_along(tmp_path: Path, files: Files, more: list[str]) -> None:
    """A certificate is refused beside what would speak in the open; one sentence says what to leave out, and nothing is started."""
    command = [COMMAND, "start", "--no-browser", "--host", HERE, *files.arguments, *more]
    variables = {**environment(), "WORKSHOP_KIT_FOLDER": str(tmp_path / "folder")}

    refused = subprocess.run(command, env=variables, capture_output=True, text=True)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert "without encryption" in refused.stderr
    assert more[0] in refused.stderr


def test_a_room_that_falls_over_comes_back_by_https(tmp_path: Path, files: Files) -> None:
    """`workshop-kit start` says the https address, and after a crash the same address works under the same certificate."""
    with Evening(tmp_path / "user", "--host", HERE, *files.arguments) as evening:
        evening.ready()
        address = evening.said("Phone address")
        with phone(address, files) as one:
            before = one.get(address).status_code
            boot = first_state(one, "/events")["boot"]
            server = evening.server()
            assert server is not None
            os.kill(server, signal.SIGKILL)
            after = wait_for(lambda: _boot(one, boot), "the room to come back")
        assert evening.end() == 0

    assert address.startswith(f"https://{HERE}:")
    assert before == 200
    assert after != boot


def _boot(one: httpx.Client, before: str) -> str | None:
    try:
        boot: str = first_state(one, "/events")["boot"]
    except httpx.TransportError:
        return None
    return boot if boot != before else None
