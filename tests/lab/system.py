"""The operating system of a node: its names, its devices, and a systemd that starts nothing but the lab's units."""

import hashlib
import os
import stat
from pathlib import Path

from tests.lab.paths import NodePaths, node_address, node_name
from tests.lab.spec import Spec
from tests.lab.tree import Tree

UNITS = Path("/lib/systemd/system")
GENERATORS = Path("/lib/systemd/system-generators")
LOOP_DEVICES = 256

# Of what Debian's packages start by themselves, a node keeps these; everything else is masked, so that whatever
# else is installed on the host never runs in the lab.
KEPT_UNITS = frozenset(
    {
        "dbus.service",
        "dbus.socket",
        "systemd-journal-flush.service",
        "systemd-journald-dev-log.socket",
        "systemd-journald.service",
        "systemd-journald.socket",
        "systemd-tmpfiles-setup.service",
        "systemd-user-sessions.service",
    }
)
# Pulled in by name or over D-Bus rather than through a *.wants directory.
MASKED_UNITS = (
    "getty@.service",
    "packagekit.service",
    "polkit.service",
    "serial-getty@.service",
    "systemd-networkd.service",
    "systemd-resolved.service",
    "systemd-timesyncd.service",
    "systemd-udevd.service",
)
# Started over D-Bus when somebody asks, as `systemctl reboot` does, rather than at boot.
ON_DEMAND_UNITS = frozenset({"systemd-logind.service"})
HIDDEN_DIRECTORIES = ("/etc/systemd/system", "/etc/init.d", "/etc/cron.d", "/media", "/mnt", "/opt", "/srv", "/var/log")
HIDDEN_TEMPORARY = ("/tmp", "/var/tmp")

CHARACTER_DEVICES = (
    ("null", 1, 3, 0o666),
    ("zero", 1, 5, 0o666),
    ("full", 1, 7, 0o666),
    ("random", 1, 8, 0o666),
    ("urandom", 1, 9, 0o666),
    ("tty", 5, 0, 0o666),
    ("fuse", 10, 229, 0o666),
    ("loop-control", 10, 237, 0o660),
)
DEVICE_LINKS = (
    ("fd", "/proc/self/fd"),
    ("stdin", "fd/0"),
    ("stdout", "fd/1"),
    ("stderr", "fd/2"),
    ("ptmx", "pts/ptmx"),
)

# nameserver: nothing listens there, so an unknown name fails at once instead of hanging gluster for 40 s
RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
# Accounting costs a round through the control groups for each unit; stopping must not outlast a test.
SYSTEM_CONF = """\
[Manager]
DefaultMemoryAccounting=no
DefaultTasksAccounting=no
DefaultTimeoutStopSec=10s
"""
JOURNALD_CONF = """\
[Journal]
Storage=persistent
SystemMaxUse=32M
SystemMaxFileSize=8M
RuntimeMaxUse=8M
ForwardToSyslog=no
Audit=no
"""


def lay(spec: Spec, n: int, tree: Tree) -> None:
    """Write what every node needs, whatever its services."""
    for directory in HIDDEN_DIRECTORIES:
        tree.empty(directory)
    for directory in HIDDEN_TEMPORARY:
        tree.empty(directory, 0o1777)
    _names(spec, n, tree)
    _systemd(tree)


def _names(spec: Spec, n: int, tree: Tree) -> None:
    hosts = "".join(f"{node_address(i)} {node_name(i)}\n" for i in spec.joined_numbers)
    if n not in spec.joined_numbers:  # as Debian's installer leaves it
        hosts = f"127.0.1.1 {node_name(n)}\n"
    tree.write("/etc/hosts", "127.0.0.1 localhost\n" + hosts)
    tree.write("/etc/hostname", f"{node_name(n)}\n")
    tree.write("/etc/resolv.conf", RESOLV_CONF)
    tree.write("/etc/fstab", "")
    tree.write("/etc/environment", "")
    identity = hashlib.sha256(f"{spec.name}/{n}".encode()).hexdigest()[:32]
    tree.write("/etc/machine-id", identity + "\n", 0o444)
    tree.link("/var/lib/dbus/machine-id", "/etc/machine-id")


def _systemd(tree: Tree) -> None:
    tree.write("/etc/systemd/system.conf.d/lab.conf", SYSTEM_CONF)
    tree.write("/etc/systemd/journald.conf.d/lab.conf", JOURNALD_CONF)
    tree.directory("/var/log/journal", 0o755)
    wanted = [entry for directory in UNITS.glob("*.wants") for entry in directory.iterdir()]
    for entry in wanted:
        if entry.name in ON_DEMAND_UNITS:
            tree.hide(str(entry.parent.resolve() / entry.name))
    masked = {entry.name for entry in wanted}.union(MASKED_UNITS) - KEPT_UNITS - ON_DEMAND_UNITS
    for unit in sorted(masked):
        tree.link(f"/etc/systemd/system/{unit}", "/dev/null")
    for generator in sorted(GENERATORS.iterdir()):
        tree.link(f"/etc/systemd/system-generators/{generator.name}", "/dev/null")


def make_devices(paths: NodePaths) -> None:
    """Make the template of the node's /dev."""
    directory = paths.devices
    directory.mkdir()
    for name in ("pts", "shm", "mapper"):
        (directory / name).mkdir(mode=0o755)
    for name, major, minor, mode in CHARACTER_DEVICES:
        _device(directory / name, stat.S_IFCHR, major, minor, mode)
    for number in range(LOOP_DEVICES):
        _device(directory / f"loop{number}", stat.S_IFBLK, 7, number, 0o660)
    for name, target in DEVICE_LINKS:
        (directory / name).symlink_to(target)


def _device(path: Path, kind: int, major: int, minor: int, mode: int) -> None:
    os.mknod(path, kind | mode, os.makedev(major, minor))
    path.chmod(mode)  # past the umask
