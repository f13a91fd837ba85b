"""A certificate authority for one lab, made with the openssl program."""

from pathlib import Path

from tests.lab.paths import node_address, node_name
from tests.lab.shell import clean_environment, run
from tests.lab.spec import ETCD_USER, Spec

DAYS = "3650"
# Elliptic keys: an RSA key takes a hundred times as long, and a lab needs eight.
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
# Name of the file → common name. "client" is nobody's user name in etcd, so it proves the password matters.
CLIENTS = {"client": "workstation", "root": "root", ETCD_USER: ETCD_USER}


def make(spec: Spec) -> None:
    """Make the authority, a certificate for every node (server and client) and those of the workstation."""
    directory = spec.paths.pki
    directory.mkdir(mode=0o700)
    authority = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _request(spec, directory / "ca", f"NAS lab {spec.name} CA", *authority)
    for n in spec.numbers:
        names = f"IP:{node_address(n)},IP:127.0.0.1,DNS:{node_name(n)},DNS:localhost"
        _issue(spec, node_name(n), node_name(n), "serverAuth,clientAuth", f"subjectAltName={names}")
    for file, common_name in CLIENTS.items():
        _issue(spec, file, common_name, "clientAuth")


def _issue(spec: Spec, file: str, common_name: str, usage: str, *extensions: str) -> None:
    directory = spec.paths.pki
    words = ["-CA", str(directory / "ca.crt"), "-CAkey", str(directory / "ca.key")]
    for extension in ("basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={usage}", *extensions):
        words += ["-addext", extension]
    _request(spec, directory / file, common_name, *words)


def _request(spec: Spec, path: Path, common_name: str, *words: str) -> None:
    key, certificate = path.with_suffix(".key"), path.with_suffix(".crt")
    subject = f"/CN={common_name}"
    run("openssl", "req", "-x509", *NEW_KEY, "-days", DAYS, "-subj", subject, "-keyout", str(key),
        "-out", str(certificate), *words, env=clean_environment(spec.name))  # fmt: skip
    key.chmod(0o600)
