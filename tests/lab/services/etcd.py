"""etcd on the first three nodes, with mutual TLS and optionally with users."""

from pathlib import Path
from pwd import getpwnam

from tests.lab import pki
from tests.lab.paths import LabError, node_address, node_name
from tests.lab.procs import wait_until
from tests.lab.service import Context, Service
from tests.lab.shell import Completed, clean_environment, run
from tests.lab.spec import ETCD_PASSWORD, ETCD_ROOT_PASSWORD, ETCD_USER, Spec
from tests.lab.tree import Tree

DATA = "/var/lib/etcd"
PKI = "/etc/etcd/pki"
CONFIGURATION = {
    "smb/workgroup": "WORKGROUP",
    "smb/netbios_name": "NASLAB",
    "nfs/version": "4.2",
    "global/timezone": "Europe/Berlin",
}


class Etcd(Service):
    """etcd 3.4 from Debian's own unit, told everything through /etc/default/etcd."""

    packages = ("etcd-server", "etcd-client", "openssl")
    programs = ("/usr/bin/etcd", "/usr/bin/etcdctl", "/usr/bin/openssl")

    def runs_on(self, spec: Spec, n: int) -> bool:
        return n in spec.etcd_numbers

    def prepare(self, spec: Spec) -> None:
        pki.make(spec)

    def lay(self, context: Context, tree: Tree) -> None:
        account = getpwnam("etcd")
        owner = (account.pw_uid, account.pw_gid)
        tree.empty(DATA, 0o700, owner)
        lay_certificates(context, tree, owner)
        settings = _settings(context.spec, context.n)
        tree.write("/etc/default/etcd", "".join(f"{key}={value}\n" for key, value in settings.items()))
        tree.enable("etcd.service")

    def healthy(self, spec: Spec) -> bool:
        return etcdctl(spec, "endpoint", "health", check=False).returncode == 0

    def form(self, spec: Spec) -> None:
        if not wait_until(lambda: self.healthy(spec), 30, pause=0.05):
            raise LabError("etcd is not healthy: " + etcdctl(spec, "endpoint", "health", check=False).stderr)
        for key, value in CONFIGURATION.items():
            etcdctl(spec, "put", f"/cluster/config/{key}", value)
        if spec.etcd_auth:
            _require_users(spec)


def _settings(spec: Spec, n: int) -> dict[str, str]:
    peers = ",".join(f"{node_name(i)}=https://{node_address(i)}:2380" for i in spec.etcd_numbers)
    client, peer = f"https://{node_address(n)}:2379", f"https://{node_address(n)}:2380"
    return {
        "ETCD_NAME": node_name(n),
        "ETCD_DATA_DIR": f"{DATA}/default",
        "ETCD_LISTEN_PEER_URLS": peer,
        "ETCD_INITIAL_ADVERTISE_PEER_URLS": peer,
        "ETCD_LISTEN_CLIENT_URLS": f"{client},https://127.0.0.1:2379",
        "ETCD_ADVERTISE_CLIENT_URLS": client,
        "ETCD_INITIAL_CLUSTER": peers,
        "ETCD_INITIAL_CLUSTER_STATE": "new",
        "ETCD_INITIAL_CLUSTER_TOKEN": spec.name,
        "ETCD_CERT_FILE": f"{PKI}/node.crt",
        "ETCD_KEY_FILE": f"{PKI}/node.key",
        "ETCD_TRUSTED_CA_FILE": f"{PKI}/ca.crt",
        "ETCD_CLIENT_CERT_AUTH": "true",
        "ETCD_PEER_CERT_FILE": f"{PKI}/node.crt",
        "ETCD_PEER_KEY_FILE": f"{PKI}/node.key",
        "ETCD_PEER_TRUSTED_CA_FILE": f"{PKI}/ca.crt",
        "ETCD_PEER_CLIENT_CERT_AUTH": "true",
        # Without it a member that comes back forces elections, and 3.4 stalls for seconds.
        "ETCD_PRE_VOTE": "true",
        "ETCD_LOGGER": "zap",
        "ETCD_LOG_LEVEL": "warn",
    }


def lay_certificates(context: Context, tree: Tree, owner: tuple[int, int]) -> None:
    """Give the node its certificate, for etcd as server and for whatever asks etcd as client."""
    source = context.spec.paths.pki
    tree.directory(PKI, 0o750, owner)
    tree.copy(source / "ca.crt", f"{PKI}/ca.crt", 0o644, owner)
    for kind, mode in (("crt", 0o644), ("key", 0o600)):
        tree.copy(source / f"{node_name(context.n)}.{kind}", f"{PKI}/node.{kind}", mode, owner)


def endpoints(spec: Spec) -> list[str]:
    """Client URLs of all members."""
    return [f"https://{node_address(n)}:2379" for n in spec.etcd_numbers]


def etcdctl(spec: Spec, *argv: str, certificate: str = "root", check: bool = True) -> Completed:
    """Run etcdctl on the workstation, as the user that `certificate` names."""
    directory: Path = spec.paths.pki
    return run(
        "nsenter",
        f"--net={spec.paths.hub_netns_file}",
        "--",
        "etcdctl",
        f"--endpoints={','.join(endpoints(spec))}",
        f"--cacert={directory / 'ca.crt'}",
        f"--cert={directory / certificate}.crt",
        f"--key={directory / certificate}.key",
        *argv,
        check=check,
        env=clean_environment(spec.name) | {"ETCDCTL_API": "3"},
    )


def _require_users(spec: Spec) -> None:
    """Switch authentication on: root, `nasadmin` by password or certificate, each node by its certificate."""
    etcdctl(spec, "role", "add", "nas")
    etcdctl(spec, "role", "grant-permission", "nas", "readwrite", "--prefix=true", "/cluster/")
    etcdctl(spec, "user", "add", "root", f"--new-user-password={ETCD_ROOT_PASSWORD}")
    etcdctl(spec, "user", "grant-role", "root", "root")
    etcdctl(spec, "user", "add", ETCD_USER, f"--new-user-password={ETCD_PASSWORD}")
    etcdctl(spec, "user", "grant-role", ETCD_USER, "nas")
    for n in spec.joined_numbers:
        etcdctl(spec, "user", "add", node_name(n), "--no-password")
        etcdctl(spec, "user", "grant-role", node_name(n), "nas")
    etcdctl(spec, "auth", "enable")
