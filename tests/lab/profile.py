"""The cluster profile that tells the app how to reach the lab; it works on the hub."""

import json
from pathlib import Path

from tests.lab.paths import node_address, node_name
from tests.lab.services import etcd
from tests.lab.spec import ETCD_USER, Spec


def text(spec: Spec) -> str:
    """The profile, as TOML."""
    paths = spec.paths
    lines = [
        f"name = {_quoted(spec.name)}",
        'environment = "lab"',
        "read_only = false",
        "",
        "[ssh]",
        'user = "root"',
        f"identity_files = [{_quoted(paths.ssh_key)}]",
        f"known_hosts = {_quoted(paths.known_hosts)}",
        'config = ""',
    ]
    for n in spec.joined_numbers:
        lines += ["", "[[nodes]]", f"name = {_quoted(node_name(n))}", f"host = {_quoted(node_address(n))}"]
    if spec.etcd:
        lines += ["", *_etcd(spec)]
    return "\n".join(lines) + "\n"


def _etcd(spec: Spec) -> list[str]:
    pki = spec.paths.pki
    return [
        "[etcd]",
        f"endpoints = [{', '.join(_quoted(url) for url in etcd.endpoints(spec))}]",
        f"ca = {_quoted(pki / 'ca.crt')}",
        f"cert = {_quoted(pki / 'client.crt')}",
        f"key = {_quoted(pki / 'client.key')}",
        f"user = {_quoted(ETCD_USER if spec.etcd_auth else '')}",
    ]


def _quoted(value: str | Path) -> str:
    return json.dumps(str(value), ensure_ascii=False)  # a TOML basic string
