"""How tests of the window and of the command line sign in to a lab's etcd with users: by password, by certificate."""

import sys
from pathlib import Path

from nasclustergui.core.command import Secret
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.credentials import NoCredentials
from nasclustergui.remote.etcd import EtcdClient
from tests.lab.cluster import Lab
from tests.lab.services.etcd import endpoints
from tests.lab.shell import Completed


class EtcdPassword(NoCredentials):
    """Answers the one question of such a lab: the password of etcd's user."""

    def __init__(self, lab: Lab) -> None:
        self._known = lab.credentials["etcd"]

    def etcd_password(self, user: str, _cluster: str) -> Secret | None:
        """Of `nasadmin` or `root`."""
        return Secret(self._known[user]) if user in self._known else None


def by_certificate(lab: Lab, folder: Path, user: str = "nasadmin") -> Path:
    """A profile like the lab's own, with the certificate that names `user` instead of a password."""
    text = lab.profile_path.read_text().replace("pki/client.", f"pki/{user}.")
    path = folder / f"{user}.toml"
    path.write_text("\n".join(line for line in text.splitlines() if line != 'user = "nasadmin"') + "\n")
    return path


def client_of(lab: Lab, user: str = "nasadmin") -> EtcdClient:
    """A second client, to be made and used on the lab's network."""
    pki = lab.spec.paths.pki
    files = {"ca": str(pki / "ca.crt"), "cert": str(pki / f"{user}.crt"), "key": str(pki / f"{user}.key")}
    return EtcdClient(EtcdProfile(tuple(endpoints(lab.spec)), **files))


def cli(lab: Lab, profile: Path, *words: str, timeout: float = 120) -> Completed:
    """The command line on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", *words, "--cluster", str(profile))
    return lab.hub(*main, check=False, timeout=timeout)
