"""Real etcd processes on loopback in a temporary directory, with TLS: for the tests of the etcd client."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ETCD = shutil.which("etcd")


def require_etcd() -> None:
    """Skip where etcd or openssl is missing; in CI that is a failure."""
    if ETCD and shutil.which("openssl"):
        return
    if os.environ.get("CI"):
        pytest.fail("etcd and openssl must be installed in CI")
    pytest.skip("etcd or openssl is not installed")


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Pki:
    """A certificate authority and what it signed, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.authority("ca")
        self.sign("server", "IP:127.0.0.1,DNS:localhost")

    def path(self, name: str) -> str:
        """Path of a file by name."""
        return str(self.folder / name)

    def authority(self, name: str) -> None:
        """A self-signed authority: NAME.crt, NAME.key."""
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        _openssl(*words, "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.crt"), "-subj", f"/CN={name}")

    def sign(self, name: str, san: str = "", ca: str = "ca", days: int = 2) -> None:
        """A certificate for server and client use: NAME.crt, NAME.key. Negative days: it is already expired."""
        words = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        request, extensions = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        _openssl(*words, "-keyout", self.path(f"{name}.key"), "-out", request, "-subj", f"/CN={name}")
        lines = ["extendedKeyUsage=serverAuth,clientAuth", *([f"subjectAltName={san}"] if san else [])]
        Path(extensions).write_text("\n".join(lines) + "\n")
        signer = ["-CA", self.path(f"{ca}.crt"), "-CAkey", self.path(f"{ca}.key"), "-CAcreateserial"]
        target = ["-out", self.path(f"{name}.crt"), "-extfile", extensions, "-days", str(days)]
        _openssl("x509", "-req", "-in", request, *signer, *target)


@dataclass
class EtcdCluster:
    """Members m0 … on loopback. Every process started here is ended by `stop()`, by its id."""

    folder: Path
    pki: Pki
    size: int = 3
    extra: tuple[str, ...] = ()
    client_auth: bool = True
    certificate: str = "server"
    ports: list[int] = field(default_factory=list)
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = self.ports or free_ports(2 * self.size)

    def endpoint(self, i: int) -> str:
        """Client URL of member i."""
        return f"https://127.0.0.1:{self.ports[2 * i]}"

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Client URLs of all members."""
        return tuple(self.endpoint(i) for i in range(self.size))

    def peer(self, i: int) -> str:
        """Peer URL of member i."""
        return f"https://127.0.0.1:{self.ports[2 * i + 1]}"

    def join(self, i: int, *others: int) -> None:
        """Start member i, which was added to a cluster of `others` (and itself)."""
        self.start(i, (*others, i), "existing")

    def start(self, i: int, founders: tuple[int, ...] = (), state: str = "new") -> None:
        """Start member i, again with its data if it ran before. `founders`: all members of it at that time."""
        pki = self.pki
        name = self.certificate
        tls = [f"--cert-file={pki.path(f'{name}.crt')}", f"--key-file={pki.path(f'{name}.key')}"]
        if self.client_auth:
            tls += [f"--trusted-ca-file={pki.path('ca.crt')}", "--client-cert-auth"]
        peer = [f"--peer-cert-file={pki.path('server.crt')}", f"--peer-key-file={pki.path('server.key')}"]
        peer += [f"--peer-trusted-ca-file={pki.path('ca.crt')}", "--peer-client-cert-auth"]
        urls = [f"--listen-client-urls={self.endpoint(i)}", f"--advertise-client-urls={self.endpoint(i)}"]
        urls += [f"--listen-peer-urls={self.peer(i)}", f"--initial-advertise-peer-urls={self.peer(i)}"]
        members = ",".join(f"m{n}={self.peer(n)}" for n in founders or range(self.size))
        argv = [str(ETCD), f"--name=m{i}", f"--data-dir={self.folder / f'm{i}'}", f"--initial-cluster={members}"]
        argv += [f"--initial-cluster-state={state}"]
        argv += ["--pre-vote", "--logger=zap", "--log-level=error", *tls, *peer, *urls, *self.extra]
        log = (self.folder / f"m{i}.log").open("ab")
        with log:
            self.processes[i] = subprocess.Popen(argv, stdout=log, stderr=log)

    def start_all(self) -> None:
        """Start every member."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for i in range(self.size):
            self.start(i)

    def signal(self, i: int, number: int) -> None:
        """Send a signal to member i."""
        self.processes[i].send_signal(number)

    def kill(self, i: int) -> None:
        """End member i as a power loss would."""
        process = self.processes.pop(i)
        process.kill()
        process.wait()

    def freeze(self, i: int) -> None:
        """Member i stops answering; its connections stay open."""
        self.signal(i, signal.SIGSTOP)

    def thaw(self, i: int) -> None:
        """Member i goes on."""
        self.signal(i, signal.SIGCONT)

    def index(self, endpoint: str) -> int:
        """Number of the member behind a client URL."""
        return self.endpoints.index(endpoint)

    def stop(self) -> None:
        """End all members."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()
        self.processes.clear()


def wait_for(condition, seconds: float = 20.0, step: float = 0.02):
    """The first true value of `condition()`; fails the test when it stays false for `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            pytest.fail(f"still false after {seconds} s: {condition}")
        time.sleep(step)
