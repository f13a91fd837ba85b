"""Runs `etcdctl lease …`, `lock` and `elect`; what they hold is held by this program."""

from __future__ import annotations

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.etcd.commands.coordination import LOCK_TTL, lease_id
from nasclustergui.subsystems.etcd.features.coordination.held import Held, Kind
from nasclustergui.subsystems.etcd.features.coordination.plans import keys_mark
from nasclustergui.subsystems.etcd.features.coordination.read import read_life
from nasclustergui.subsystems.etcd.features.coordination.recipe import acquire
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store


def run_grant(store: Store, command: Command, job: Job) -> Result:
    """A lease that counts down at once."""
    ttl = int(command.argv[3])
    number = store.client.lease(ttl, job=job)
    return Result(0, f"lease {number:x} granted with TTL({ttl}s)\n")


def run_revoke(store: Store, command: Command, job: Job) -> Result:
    """End a lease; one of ours is renewed no more either."""
    number = lease_id(command.argv[3])
    store.client.revoke(number, job=job)
    store.held.leave(number)
    return Result(0, f"lease {number:x} revoked\n")


def run_keep(store: Store, command: Command, job: Job) -> Result:
    """Renew a lease from now on, until the program ends."""
    number = lease_id(command.argv[3])
    life = read_life(store, number, job)
    if life.left < 0 or store.client.keep_alive(number, job=job) <= 0:
        raise StoreError(_("The lease has run out or was revoked."), hint=_("Ask for a new lease."))
    if store.held.get(number) is None:
        store.held.add(Held(Kind.LEASE, f"{number:x}", store.client.keep(number, life.granted)))
    return Result(0, f"lease {number:x} keepalived with TTL({life.granted})\n")


def run_lock(store: Store, command: Command, job: Job) -> Result:
    """Wait for a lock, then hold it until the program ends."""
    options = [word for word in command.argv[2:] if word.startswith("--ttl=")]
    names = [word for word in command.argv[2:] if word not in options]
    if len(names) != 1:
        raise InvalidInput(_("Nobody here can run “{command}”.").format(command=command))
    ttl = int(options[0].removeprefix("--ttl=")) if options else LOCK_TTL
    held = acquire(store.client, store.held, Kind.LOCK, names[0], ttl, job)
    return Result(0, f"{held.key.decode('utf-8', 'backslashreplace')}\n")


def run_elect(store: Store, command: Command, job: Job) -> Result:
    """Wait until this program leads, then lead until it ends."""
    if len(command.argv) != 4:
        raise InvalidInput(_("Nobody here can run “{command}”.").format(command=command))
    name, value = command.argv[2:]
    held = acquire(store.client, store.held, Kind.ELECTION, name, LOCK_TTL, job, value)
    return Result(0, f"{held.key.decode('utf-8', 'backslashreplace')}\n{value}\n")


def check_keys(store: Store, step: Step, job: Job) -> str:
    """The keys that hang on the lease are those that the plan named."""
    life = read_life(store, lease_id(step.args["lease"]), job)
    if life.left < 0:
        return _("The lease has ended meanwhile.")
    if keys_mark(life.keys) != step.args["keys"]:
        return _("Other keys hang on the lease than when this was planned.")
    return ""


RUNS: dict[tuple[str, ...], Run] = {
    ("lease", "grant"): run_grant,
    ("lease", "revoke"): run_revoke,
    ("lease", "keep-alive"): run_keep,
    ("lock",): run_lock,
    ("elect",): run_elect,
}
CHECKS: dict[str, Check] = {"lease-keys": check_keys}
FOLLOWS: dict[str, Follow] = {}
