"""Ways into the lab's etcd where it asks for users: a password, a certificate, or none."""

import sys
from pathlib import Path

from nasclustergui.core.command import Secret
from nasclustergui.remote.credentials import NoCredentials
from tests.lab.cluster import Lab


class EtcdPassword(NoCredentials):
    """Knows etcd's password and nothing else."""

    def __init__(self, lab: Lab) -> None:
        self._passwords = lab.credentials["etcd"]

    def etcd_password(self, user: str, _cluster: str) -> Secret | None:
        """As the lab made it."""
        return Secret(self._passwords[user])


def changed_profile(lab: Lab, path: Path, certificate: str) -> Path:
    """The lab's profile with another certificate and no user; "" leaves etcd out."""
    text = lab.profile_path.read_text()
    if certificate:
        text = text.replace("client.crt", f"{certificate}.crt").replace("client.key", f"{certificate}.key")
        text = text.replace('user = "nasadmin"', 'user = ""')
    else:
        text = text[: text.index("[etcd]")]
    path.write_text(text)
    return path


def command_line(profile: Path, *words: str) -> tuple[str, ...]:
    """The program with these words."""
    return (sys.executable, "-m", "nasclustergui", "--cluster", str(profile), *words)


def cli(lab: Lab, profile: Path, *words: str) -> tuple[int, str, str]:
    """Status, output and errors of the command line on the workstation."""
    done = lab.hub(*command_line(profile, *words), check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr
