"""sshd on every node: root by key, `admin` by key or password and with sudo."""

import shutil
from pathlib import Path

from tests.lab.paths import LabPaths, node_address, node_name
from tests.lab.service import Context, Service
from tests.lab.shell import clean_environment, run
from tests.lab.spec import ADMIN_PASSWORD, ADMIN_USER, Spec
from tests.lab.tree import Tree

ADMIN_ID = 1000

# PAM stays off: it would cost every login its sessions and a logind per node. Passwords are checked in /etc/shadow.
SSHD_CONFIG = """\
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM no
PermitRootLogin prohibit-password
PubkeyAuthentication yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
X11Forwarding no
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp /usr/lib/openssh/sftp-server
"""

CLIENT_CONFIG = """\
Host *
  User root
  IdentityFile {key}
  IdentitiesOnly yes
  UserKnownHostsFile {known_hosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 5
  LogLevel ERROR
"""


class Ssh(Service):
    """OpenSSH from Debian's own unit, with host keys made once per lab."""

    packages = ("openssh-server", "openssh-client", "sudo", "openssl")
    programs = ("/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen", "/usr/bin/sudo", "/usr/bin/openssl")

    def runs_on(self, spec: Spec, n: int) -> bool:
        return True

    def prepare(self, spec: Spec) -> None:
        paths = spec.paths
        _keygen(paths, paths.ssh_key, "workstation")
        known = {}
        for n in spec.numbers:
            _keygen(paths, _host_key(paths, n), node_name(n))
            known[n] = f"{node_name(n)},{node_address(n)} {_public(_host_key(paths, n))}\n"
        paths.known_hosts.write_text("".join(line for n, line in known.items() if n in spec.joined_numbers))
        everybody = paths.root / "known_hosts_all"  # the lab itself knows also the machines outside of the cluster
        everybody.write_text("".join(known.values()))
        hosts = "".join(f"Host {node_name(n)}\n  HostName {node_address(n)}\n" for n in spec.numbers)
        paths.ssh_config.write_text(CLIENT_CONFIG.format(key=paths.ssh_key, known_hosts=everybody) + hosts)

    def lay(self, context: Context, tree: Tree) -> None:
        tree.empty("/etc/ssh")
        tree.write("/etc/ssh/sshd_config", SSHD_CONFIG)
        tree.write("/etc/ssh/ssh_config", "")
        key = _host_key(context.spec.paths, context.n)
        tree.copy(key, "/etc/ssh/ssh_host_ed25519_key", 0o600)
        tree.copy(key.with_suffix(".pub"), "/etc/ssh/ssh_host_ed25519_key.pub")
        tree.empty("/root", 0o700)
        tree.empty("/home", 0o755)
        _home(tree, "/root", 0, context.authorized_key)
        if context.spec.georep:
            _from_node_to_node(tree, context.spec.paths)
        _home(tree, f"/home/{ADMIN_USER}", ADMIN_ID, context.authorized_key)
        _accounts(tree, context.spec.paths)
        tree.empty("/etc/sudoers.d", 0o750)
        tree.write("/etc/sudoers.d/lab", f"{ADMIN_USER} ALL=(ALL:ALL) ALL\n", 0o440)
        tree.enable("ssh.service")

    def ready(self, root: Path, n: int) -> bool:
        return (root / "run/sshd.pid").exists()  # written once the port is open


def _keygen(paths: LabPaths, key: Path, comment: str) -> None:
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(key), env=clean_environment(paths.name))


def _host_key(paths: LabPaths, n: int) -> Path:
    return paths.root / f"host_key_{n}"


def _public(key: Path) -> str:
    return " ".join(key.with_suffix(".pub").read_text().split()[:2])


def _home(tree: Tree, home: str, uid: int, authorized_key: str) -> None:
    owner = (uid, uid)
    tree.directory(home, 0o700, owner)
    tree.directory(f"{home}/.ssh", 0o700, owner)
    tree.write(f"{home}/.ssh/authorized_keys", authorized_key, 0o600, owner)
    for name in (".bashrc", ".profile"):  # empty: each SSH command would pay for what is in them
        tree.write(f"{home}/{name}", "", 0o644, owner)


def _from_node_to_node(tree: Tree, paths: LabPaths) -> None:
    """Let root of every node log in to every other one, as people set it up for geo-replication."""
    tree.copy(paths.ssh_key, "/root/.ssh/id_ed25519", 0o600)
    tree.copy(paths.known_hosts, "/root/.ssh/known_hosts", 0o600)


def _accounts(tree: Tree, paths: LabPaths) -> None:
    """Take over the host's system accounts, without its people and its passwords, and add `admin`."""
    hashed = run("openssl", "passwd", "-6", ADMIN_PASSWORD, env=clean_environment(paths.name)).stdout.strip()
    users, groups = _system_entries("/etc/passwd"), _system_entries("/etc/group")
    locked = [f"{line.split(':')[0]}:*:19000:0:99999:7:::" for line in users]
    home = f"/home/{ADMIN_USER}"
    users.append(f"{ADMIN_USER}:x:{ADMIN_ID}:{ADMIN_ID}:Lab administrator:{home}:{_shell()}")
    groups.append(f"{ADMIN_USER}:x:{ADMIN_ID}:")
    locked.append(f"{ADMIN_USER}:{hashed}:19000:0:99999:7:::")
    tree.write("/etc/passwd", "\n".join(users) + "\n")
    tree.write("/etc/group", "\n".join(groups) + "\n")
    tree.write("/etc/shadow", "\n".join(locked) + "\n", 0o640)


def _system_entries(path: str) -> list[str]:
    lines = [line for line in Path(path).read_text().splitlines() if line.count(":") >= 3]
    return [line for line in lines if int(line.split(":")[2]) < ADMIN_ID or line.startswith(("nobody:", "nogroup:"))]


def _shell() -> str:
    return shutil.which("bash", path="/bin:/usr/bin") or "/bin/sh"
