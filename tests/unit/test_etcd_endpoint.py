"""Addresses of etcd members and the files of a profile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_endpoint import Endpoint, parse_endpoint
from nasclustergui.remote.etcd_tls import load_tls


@pytest.mark.parametrize(
    ("text", "tls", "expected"),
    [
        ("https://10.0.0.1:2379", False, Endpoint("10.0.0.1", 2379, True)),
        ("http://10.0.0.1:2379", True, Endpoint("10.0.0.1", 2379, False)),
        ("10.0.0.1:2379", True, Endpoint("10.0.0.1", 2379, True)),
        ("10.0.0.1:2379", False, Endpoint("10.0.0.1", 2379, False)),
        (" HTTPS://Node1.example.org:2379/ ", False, Endpoint("node1.example.org", 2379, True)),
        ("https://[fd00::0:1]:2379", False, Endpoint("fd00::1", 2379, True)),
        ("[::1]:65535", False, Endpoint("::1", 65535, False)),
        ("nas_1:1", False, Endpoint("nas_1", 1, False)),
    ],
)
def test_what_people_write(text: str, tls: bool, expected: Endpoint) -> None:
    assert parse_endpoint(text, tls) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("htp:/x", "must begin with https://"),
        ("http:/x:1", "must begin with https://"),
        ("https:///10.0.0.1:2379", "only a host"),
        ("ftp://10.0.0.1:21", "must begin with https://"),
        ("https://10.0.0.1", "the port is missing"),
        ("10.0.0.1:", "the port is missing"),
        ("https://[::1]", "the port is missing"),
        ("https://10.0.0.1:0", "1 to 65535"),
        ("https://10.0.0.1:65536", "1 to 65535"),
        ("https://10.0.0.1:２３", "1 to 65535"),
        ("https://10.0.0.1:abc", "1 to 65535"),
        ("https://10.0.0.300:2379", "IPv4"),
        ("https://fd00::1:2379", "brackets"),
        ("https://[nix]:2379", "not an IPv6 address"),
        ("https://user:secret@10.0.0.1:2379", "only a host"),
        ("https://10.0.0.1:2379/v3", "only a host"),
        ("https://10.0.0.1:2379?x", "only a host"),
        ("10.0.0.1 :2379", "spaces"),
        ("10.0.0.1:23\n79", "spaces"),
        ("node1;reboot:2379", "host name"),
        ("-o:2379", "host name"),
        ("nöde:2379", "host name"),
        (":2379", "host name"),
        ("a..b:2379", "host name"),
        ("unix:/run/etcd.sock", "must begin with https://"),
    ],
)
def test_what_cannot_work_is_explained(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        parse_endpoint(text)
    assert caught.value.field == "endpoints"
    assert caught.value.hint
    assert str(caught.value).isprintable()


@given(st.text(max_size=40))
def test_any_text_is_an_endpoint_or_refused(text: str) -> None:
    try:
        endpoint = parse_endpoint(text)
    except InvalidInput:
        return
    assert parse_endpoint(endpoint.url) == endpoint
    assert all(32 < ord(c) < 127 for c in endpoint.target)


def test_a_client_needs_an_endpoint() -> None:
    with pytest.raises(InvalidInput, match="names no etcd endpoint"):
        EtcdClient(EtcdProfile())


def test_a_client_refuses_a_bad_endpoint_at_once() -> None:
    with pytest.raises(InvalidInput, match="htp:/x"):
        EtcdClient(EtcdProfile(("10.0.0.1:2379", "htp:/x")))


def test_a_repeated_endpoint_counts_once() -> None:
    client = EtcdClient(EtcdProfile(("http://10.0.0.1:2379", "10.0.0.1:2379/")))
    assert [e.url for e in client.endpoints] == ["http://10.0.0.1:2379"]


PEM = "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nnothing\n-----END ENCRYPTED PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("files", "names", "reason"),
    [
        ({}, {"ca": "no such; file.pem"}, "No such file"),
        ({}, {"ca": "."}, "not a file"),
        ({"ca": "hello"}, {"ca": "ca"}, "no certificate in PEM form"),
        ({"ca": PEM}, {"ca": "ca"}, "its certificate cannot be read"),
        ({"c": PEM}, {"cert": "c"}, "a client certificate without a key"),
        ({"k": KEY}, {"key": "k"}, "a client certificate without a key"),
        ({"c": PEM, "k": PEM}, {"cert": "c", "key": "k"}, "no private key in PEM form"),
        ({"c": PEM, "k": KEY}, {"cert": "c", "key": "k"}, "passphrase"),
        ({"c": PEM, "k": KEY.replace("ENCRYPTED ", "")}, {"cert": "c", "key": "k"}, "cannot be read"),
        ({}, {"ca": "nul\0.pem"}, "null byte"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, files: dict[str, str], names: dict[str, str], reason: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    profile = EtcdProfile(("10.0.0.1:2379",), **{field: f"{tmp_path}/{name}" for field, name in names.items()})
    with pytest.raises(InvalidInput, match=reason) as caught:
        load_tls(profile)
    assert caught.value.field in names or reason.startswith("a client certificate")
    assert str(caught.value).isprintable()


def test_without_files_the_system_decides() -> None:
    tls = load_tls(EtcdProfile(("10.0.0.1:2379",)))
    assert (tls.ca, tls.cert, tls.key) == (None, None, None)
