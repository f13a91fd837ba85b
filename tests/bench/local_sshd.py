"""A real sshd on a loopback port, for the user who runs the benchmark, gone with the `with` block."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile {folder}/pid
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
MaxStartups 200
"""


@dataclass(frozen=True)
class LocalSshd:
    """Where it listens and how to log in."""

    folder: Path
    port: int

    @property
    def ssh(self) -> list[str]:
        """OpenSSH's client, with the key exchange and cipher that the app uses, so that both do the same work."""
        return [
            *("ssh", "-F", "none", "-p", str(self.port), "-i", str(self.folder / "key"), "-o", "BatchMode=yes"),
            *("-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-o", "KexAlgorithms=curve25519-sha256"),
            *("-c", "aes128-gcm@openssh.com"),
        ]

    @property
    def place(self) -> str:
        """For the end of an `ssh` command."""
        return f"{getpass.getuser()}@127.0.0.1"

    def profile(self, nodes: int) -> Profile:
        """A cluster of so many nodes, all of them this server."""
        ssh = SshDefaults(
            user=getpass.getuser(),
            port=self.port,
            identity_files=(str(self.folder / "key"),),
            known_hosts=str(self.folder / "known_hosts"),
            config="",
            agent=False,
        )
        return Profile("bench", tuple(NodeProfile(f"nas-{n}", "127.0.0.1") for n in range(1, nodes + 1)), ssh=ssh)


@contextmanager
def local_sshd() -> Iterator[LocalSshd]:
    """Start it. Raises RuntimeError where there is none."""
    if SSHD is None or shutil.which("ssh") is None:
        raise RuntimeError("OpenSSH's server or client is not installed")
    with tempfile.TemporaryDirectory(prefix="bench-sshd-") as name:
        folder = Path(name)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        for key in ("host_key", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
        public = (folder / "host_key.pub").read_text().split()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public[0]} {public[1]}\n")
        (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd refuses to start without
        server = subprocess.Popen([SSHD, "-D", "-f", str(folder / "config"), "-E", str(folder / "log")])
        try:
            _wait(port, server)
            yield LocalSshd(folder, port)
        finally:
            server.terminate()
            server.wait()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(200):
        if server.poll() is not None:
            raise RuntimeError("sshd does not start here")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("sshd does not listen")
