"""Locks and elections as etcd's Go package `concurrency` makes them, so that `etcdctl lock` and `elect` take part.

The key is NAME/LEASE, the lease's number in hexadecimal. Whoever's key has the lowest create revision below NAME/ owns
the lock, or leads. The others wait until all keys before theirs are gone (concurrency/mutex.go, election.go).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from nasclustergui.core.errors import StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import Compare, Get, KeyValue, Put, Target, to_bytes
from nasclustergui.subsystems.etcd.features.coordination.held import Held, Holdings, Kind
from nasclustergui.subsystems.etcd.features.coordination.model import queue_name

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient

_LOOK = 2.0  # seconds between looks in case a watch tells nothing


def acquire(client: EtcdClient, holdings: Holdings, kind: Kind, name: str, ttl: int, job: Job, value: str = "") -> Held:
    """Queue up and wait until it is ours, until the job is cancelled; then nothing is left behind.

    Raises StoreError, also when the lease ran out meanwhile, and Cancelled.
    """
    keeper = client.keep_lease(ttl, job=job)
    key = to_bytes(name) + b"/" + f"{keeper.id:x}".encode()
    held = Held(kind, name, keeper, key, value=value, waits=True)
    holdings.add(held)
    try:
        held.revision = _join(client, key, value, keeper.id, job)
        _wait(client, held, job)
    except BaseException:
        holdings.leave(keeper.id)
        keeper.close()
        raise
    held.waits = False
    return held


def _join(client: EtcdClient, key: bytes, value: str, lease: int, job: Job) -> int:
    """Our place's create revision."""
    new = Compare(key, Target.CREATE_REVISION, "=", 0)
    try:
        done = client.txn([new], [Put(key, value, lease), Get(key)], [Get(key)], job=job)
    except StoreError as error:
        if not error.ambiguous:
            raise
        done = client.txn([new], [Put(key, value, lease), Get(key)], [Get(key)], job=job)
    found = next((kv for each in done.found for kv in each), None)
    if found is None:
        raise _gone()
    return found.create_revision


def _wait(client: EtcdClient, held: Held, job: Job) -> None:
    """Until nobody stands before us."""
    moved = threading.Event()
    forget = job.on_cancel(moved.set)
    watch = client.watch_prefix(to_bytes(held.name) + b"/", lambda _events: moved.set(), lambda _state: moved.set())
    try:
        while True:
            moved.clear()
            before = ahead(client, held, job)
            if not before:
                return
            job.waits_for = _waits_for(held, before)
            job.report(job.waits_for)
            moved.wait(_LOOK)
            job.check()
    finally:
        watch.stop()
        forget()
        job.waits_for = ""


def ahead(client: EtcdClient, held: Held, job: Job | None = None) -> tuple[KeyValue, ...]:
    """Who stands before us, the owner first; () if it is ours. Raises StoreError if our own place is gone."""
    name = to_bytes(held.name)
    items = client.get_prefix(name + b"/", job=job).items
    places = sorted((kv for kv in items if queue_name(kv.key, kv.lease) == name), key=lambda kv: kv.create_revision)
    if not any(kv.key == held.key for kv in places):
        raise _gone()
    return tuple(kv for kv in places if kv.create_revision < held.revision)


def _waits_for(held: Held, before: tuple[KeyValue, ...]) -> str:
    if held.kind is Kind.ELECTION:
        return _("Waits: {value} leads, {n} before us").format(value=before[0].text, n=len(before))
    return _("Waits: lease {lease:x} holds it, {n} before us").format(lease=before[0].lease, n=len(before))


def _gone() -> StoreError:
    return StoreError(
        _("The place in the queue is gone: its lease ran out, or somebody deleted it."),
        hint=_("Nothing is held. Try it again."),
    )
