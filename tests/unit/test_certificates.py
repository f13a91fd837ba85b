"""Certificates: what they say, what fits, issuing; openssl itself is the judge where it can be."""

import subprocess
import time
from pathlib import Path

import pytest

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.remote.certificates import (
    Issued,
    covers,
    is_locked,
    is_signed_by,
    issue,
    public_key,
    read_certificate,
)

DAY = 86400.0
HOSTS = ("10.77.0.14", "127.0.0.1", "node4", "localhost")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
CA = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make_ca(folder: Path, name: str, *words: str, days: str = "100") -> tuple[bytes, bytes]:
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    subject = ("-subj", f"/CN={name}", "-keyout", str(key), "-out", str(certificate), "-days", days)
    subprocess.run(["openssl", "req", "-x509", *EC, *subject, *(words or CA)], check=True, capture_output=True)
    return certificate.read_bytes(), key.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="module")
def ca(folder: Path) -> tuple[bytes, bytes]:
    return make_ca(folder, "authority")


def make(ca: tuple[bytes, bytes], *hosts: str, days: float = 30) -> Issued:
    return issue(*ca, "node4", hosts or HOSTS, seconds=days * DAY)


def test_an_issued_certificate_is_what_openssl_accepts(ca: tuple[bytes, bytes], folder: Path) -> None:
    made = make(ca)
    (folder / "node4.crt").write_bytes(made.certificate)
    words = ["openssl", "verify", "-x509_strict", "-CAfile", str(folder / "authority.crt"), "-purpose"]
    for purpose in ("sslserver", "sslclient"):
        done = subprocess.run([*words, purpose, str(folder / "node4.crt")], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    found = read_certificate(made.certificate)
    assert (found.subject, found.issuer, set(found.names)) == ("node4", "authority", set(HOSTS))
    assert found.usages == ("serverAuth", "clientAuth")
    assert found.ends - time.time() == pytest.approx(30 * DAY, abs=60)
    assert read_certificate(ca[0]).begins <= found.begins <= time.time()
    assert public_key(made.key) == found.public_key
    assert b"PRIVATE KEY" not in repr(made).encode()


def test_it_is_never_valid_longer_than_its_authority(ca: tuple[bytes, bytes]) -> None:
    root = read_certificate(ca[0])
    assert read_certificate(make(ca, days=5000).certificate).ends == root.ends


def test_the_signer_is_recognised_also_over_one_between(ca: tuple[bytes, bytes], folder: Path) -> None:
    other = make_ca(folder, "other")
    made = make(ca).certificate
    assert is_signed_by(made, ca[0])
    assert not is_signed_by(made, other[0])
    assert is_signed_by(made, other[0] + ca[0])
    parent = ("-CA", str(folder / "authority.crt"), "-CAkey", str(folder / "authority.key"))
    between = make_ca(folder, "between", *parent, *CA)
    below = make(between).certificate
    assert not is_signed_by(below, ca[0])
    assert is_signed_by(below + between[0], ca[0])


def test_names_and_addresses_are_compared_as_tls_does(ca: tuple[bytes, bytes]) -> None:
    found = read_certificate(make(ca, "10.0.0.1", "*.lab.example", "fd00::1").certificate)
    assert covers(found, "10.0.0.1")
    assert covers(found, "FD00:0:0:0:0:0:0:1")
    assert covers(found, "Node4.lab.example.")
    for other in ("10.0.0.2", "lab.example", "a.b.lab.example", "node4"):
        assert not covers(found, other)


def test_a_key_with_a_passphrase_needs_it(ca: tuple[bytes, bytes], folder: Path) -> None:
    locked = folder / "locked.key"
    words = ["openssl", "pkey", "-in", str(folder / "authority.key"), "-aes256", "-passout", "pass:sesame"]
    subprocess.run([*words, "-out", str(locked)], check=True)
    key = locked.read_bytes()
    assert is_locked(key)
    with pytest.raises(InvalidInput) as caught:
        issue(ca[0], key, "node4", HOSTS, seconds=DAY)
    assert caught.value.field == "passphrase"
    with pytest.raises(InvalidInput, match="does not open"):
        issue(ca[0], key, "node4", HOSTS, seconds=DAY, passphrase=Secret("wrong"))
    assert issue(ca[0], key, "node4", HOSTS, seconds=DAY, passphrase=Secret("sesame")).certificate


def test_what_cannot_sign_is_refused(ca: tuple[bytes, bytes], folder: Path) -> None:
    other = make_ca(folder, "stranger")
    with pytest.raises(InvalidInput, match="does not belong"):
        issue(ca[0], other[1], "node4", HOSTS, seconds=DAY)
    leaf = make(ca)
    with pytest.raises(InvalidInput, match="no authority"):
        issue(leaf.certificate, leaf.key, "node4", HOSTS, seconds=DAY)
    for junk in (b"", b"hello", ca[1]):
        with pytest.raises(InvalidInput):
            read_certificate(junk)
    with pytest.raises(InvalidInput):
        public_key(ca[0])


def test_the_public_half_as_openssl_prints_it(ca: tuple[bytes, bytes], folder: Path) -> None:
    words = ["openssl", "pkey", "-in", str(folder / "authority.key"), "-pubout"]
    printed = subprocess.run(words, check=True, capture_output=True).stdout
    assert public_key(printed) == read_certificate(ca[0]).public_key
