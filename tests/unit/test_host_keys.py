"""known_hosts files in OpenSSH's format."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, InvalidInput
from nasclustergui.remote.host_keys import HostKeys, fingerprint, host_token, parse_known_hosts

KEY, OTHER = b"\0\0\0\x0bssh-ed25519 one", b"\0\0\0\x0bssh-ed25519 two"


def line(hosts: str, key: bytes = KEY, kind: str = "ssh-ed25519") -> str:
    return f"{hosts} {kind} {base64.b64encode(key).decode()} a comment\n"


def hashed(host: str, salt: bytes = b"0123456789abcdefghij") -> str:
    digest = hmac.new(salt, host.encode(), hashlib.sha1).digest()
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in (salt, digest))


def keys(tmp_path: Path, text: str) -> HostKeys:
    file = tmp_path / "known_hosts"
    file.write_text(text)
    return HostKeys([file], tmp_path / "own" / "known_hosts")


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("nas1", "nas1", 22),
        ("nas1,10.0.0.1", "10.0.0.1", 22),
        ("nas1", "NAS1", 22),
        ("[nas1]:2222", "nas1", 2222),
        ("nas1", "nas1", 2222),  # as OpenSSH: the same key without the port
        ("10.0.0.*", "10.0.0.7", 22),
        ("nas?", "nas1", 22),
        ("[10.0.0.*]:2222", "10.0.0.7", 2222),
        (hashed("nas1"), "nas1", 22),
        (hashed("[nas1]:2222"), "nas1", 2222),
        ("fe80::1", "fe80::1", 22),
    ],
)
def test_known(tmp_path: Path, hosts: str, host: str, port: int) -> None:
    known = keys(tmp_path, line(hosts))
    known.check("n", host, port, "ssh-ed25519", KEY)
    if host_token(host, port) == host_token(host, 22) or "[" in hosts or "|" in hosts:
        assert known.types(host, port) == ("ssh-ed25519",)
        with pytest.raises(HostKeyChanged):
            known.check("n", host, port, "ssh-ed25519", OTHER)


@pytest.mark.parametrize("hosts", ["nas2", "*,!nas1", "[nas1]:2222", hashed("nas2"), "|1|damaged", "nas[1]", "#nas1"])
def test_unknown(tmp_path: Path, hosts: str) -> None:
    with pytest.raises(HostKeyUnknown) as caught:
        keys(tmp_path, line(hosts)).check("n", "nas1", 22, "ssh-ed25519", KEY)
    assert caught.value.fingerprint == fingerprint(KEY)


def test_a_second_key_of_another_type_is_fine(tmp_path: Path) -> None:
    known = keys(tmp_path, line("nas1", OTHER, "ssh-rsa") + line("nas1"))
    assert known.types("nas1", 22) == ("ssh-rsa", "ssh-ed25519")
    known.check("n", "nas1", 22, "ssh-ed25519", KEY)


def test_only_another_type_is_known(tmp_path: Path) -> None:
    """A host whose known keys are all gone is no new host: somebody else may answer."""
    with pytest.raises(HostKeyChanged, match="has changed"):
        keys(tmp_path, line("nas1", OTHER, "ssh-rsa")).check("n", "nas1", 22, "ssh-ed25519", KEY)


def test_revoked(tmp_path: Path) -> None:
    known = keys(tmp_path, line("nas1") + "@revoked " + line("*"))
    with pytest.raises(HostKeyChanged, match="revoked") as caught:
        known.check("n", "nas1", 22, "ssh-ed25519", KEY)
    assert "Line 2" in caught.value.hint


def test_a_certificate_authority_vouches_for_nothing_here(tmp_path: Path) -> None:
    known = keys(tmp_path, "@cert-authority " + line("nas1"))
    assert known.types("nas1", 22) == ()
    with pytest.raises(HostKeyUnknown):
        known.check("n", "nas1", 22, "ssh-ed25519", KEY)


def test_changed_names_file_line_and_both_fingerprints(tmp_path: Path) -> None:
    with pytest.raises(HostKeyChanged) as caught:
        keys(tmp_path, "\n# x\n" + line("nas1", OTHER)).check("n", "nas1", 22, "ssh-ed25519", KEY)
    error = caught.value
    assert f"line 3 of {tmp_path / 'known_hosts'}" in error.hint
    assert fingerprint(KEY) in error.details
    assert fingerprint(OTHER) in error.details


def test_accept(tmp_path: Path) -> None:
    known = keys(tmp_path, "")
    known.add_to.parent.mkdir()
    known.add_to.write_text(line("elsewhere").rstrip("\n"))  # an editor left no newline
    with pytest.raises(HostKeyUnknown) as caught:
        known.check("n", "nas1", 2222, "ssh-ed25519", KEY)
    known.accept(caught.value)
    known.check("n", "nas1", 2222, "ssh-ed25519", KEY)
    known.check("n", "elsewhere", 22, "ssh-ed25519", KEY)
    assert known.add_to.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "known_hosts").read_text() == ""


def test_accept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    known = HostKeys([], tmp_path / "file" / "known_hosts")
    with pytest.raises(InvalidInput, match="can't be stored"):
        known.accept(HostKeyUnknown("n", "nas1", "ssh-ed25519", "SHA256:x", "AAAA"))


def test_changes_on_disk_are_seen(tmp_path: Path) -> None:
    known = keys(tmp_path, "")
    assert known.types("nas1", 22) == ()
    (tmp_path / "known_hosts").write_text(line("nas1"))
    assert known.types("nas1", 22) == ("ssh-ed25519",)


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    for entry in parse_known_hosts(Path("x"), text):
        entry.matches("nas1")
