"""`etcdctl compact`, `defrag`, `alarm`, `snapshot`: the upkeep of etcd's databases.

What concerns one member names its endpoint in the environment: etcdctl refuses `--endpoints` where the variable is set.
"""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.subsystems.etcd.commands.members import etcdctl

_VARIABLE = "ETCDCTL_ENDPOINTS="


def at_endpoint(endpoint: str, *words: str) -> Command:
    """An `etcdctl` command line for one member; it takes as long as it takes."""
    return Command(("env", f"{_VARIABLE}{endpoint}", "etcdctl", *words), timeout=None, root=False)


def endpoint_of(command: Command) -> str:
    """The endpoint that `at_endpoint` named, "" for none."""
    return next((word.removeprefix(_VARIABLE) for word in command.argv if word.startswith(_VARIABLE)), "")


def compact(revision: int) -> Command:
    """Forget the history before that revision, and wait until the database has let it go."""
    return etcdctl("compact", str(revision), "--physical=true", timeout=None)


def defrag(endpoint: str) -> Command:
    """Rewrite one member's database without its gaps; it answers nothing meanwhile."""
    return at_endpoint(endpoint, "defrag")


def alarm_disarm() -> Command:
    """Take all alarms back."""
    return etcdctl("alarm", "disarm")


def snapshot_save(endpoint: str, path: str) -> Command:
    """Save one member's database into a file of this workstation."""
    return at_endpoint(endpoint, "snapshot", "save", path)


def snapshot_status(path: str) -> Command:
    """Read a snapshot back: hash, revision, number of keys."""
    return etcdctl("snapshot", "status", path, timeout=None)
