"""Watches whether a node's heartbeat arrives in etcd after its service was started, and goes after it was stopped."""

from __future__ import annotations

import time

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store

NODES = "/cluster/nodes/"
WITHIN = 45.0  # seconds: the service tries again every 2 s, a member that is gone costs a try 8 s
GONE_WITHIN = 60.0  # a heartbeat that could not say goodbye ends with its lease
PAUSE = 0.4
LOG = Command(("journalctl", "-u", "nascluster-heartbeat", "-n", "3", "-o", "cat", "--no-pager", "-q"), timeout=10.0)


def registered(store: Store, name: str, job: Job) -> bool:
    """The node has keys that hang on a lease: its heartbeat arrives. Raises StoreError."""
    listing = store.client.get_prefix(f"{NODES}{name}/", job=job)
    leased = {kv.name.rpartition("/")[2] for kv in listing.items if kv.lease}
    return {"status", "last_heartbeat"} <= leased


def _wait_registered(store: Store, step: Step, job: Job) -> None:
    name = step.args["name"]
    if _until(store, name, True, WITHIN, _("Waiting for the heartbeat of {node}").format(node=name), job):
        return
    said = _log(store, step.node, job)
    raise NasError(
        _("{node} did not register itself in etcd within {seconds} s.").format(node=name, seconds=int(WITHIN)),
        hint=_("The service goes on trying. What it says: {log}").format(log=said.strip().splitlines()[-1])
        if said.strip()
        else _("The service goes on trying. Look at its journal: journalctl -u nascluster-heartbeat"),
        details=said,
    )


def _wait_unregistered(store: Store, step: Step, job: Job) -> None:
    name = step.args["name"]
    if not _until(store, name, False, GONE_WITHIN, _("Waiting until {node} is gone from etcd").format(node=name), job):
        raise NasError(
            _("{node} is still registered in etcd, although its heartbeat was stopped.").format(node=name),
            hint=_("Something else on that node, or on another one with the same name, keeps registering it."),
        )


def _until(store: Store, name: str, wanted: bool, seconds: float, text: str, job: Job) -> bool:
    """Look until it is so; False if it did not become so. An etcd that is away for a moment is asked again."""
    end = time.monotonic() + seconds
    job.report(text)
    while True:
        try:
            if registered(store, name, job) is wanted:
                return True
        except StoreError:
            if time.monotonic() > end:
                raise
        if time.monotonic() > end:
            return False
        job.sleep(PAUSE)


def _log(store: Store, node: str, job: Job) -> str:
    try:
        return store.nodes[node].run(LOG, job).stdout
    except NasError as error:
        return str(error)


RUNS: dict[tuple[str, ...], Run] = {}  # etcd's users are the access feature's
CHECKS: dict[str, Check] = {}
FOLLOWS: dict[str, Follow] = {"node_registered": _wait_registered, "node_unregistered": _wait_unregistered}
