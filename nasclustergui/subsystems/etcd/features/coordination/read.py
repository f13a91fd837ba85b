"""Reads leases, queues, services and heartbeats; what may not be read is told and hides nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import KeyValue, printable
from nasclustergui.subsystems.etcd.features.coordination.model import (
    NODES,
    SERVICES,
    Contender,
    Queue,
    Survey,
    beats_of,
    queue_name,
    services_of,
)
from nasclustergui.subsystems.etcd.features.store import Store

MOST = 500  # leases that are looked at
_AT_ONCE = 8
_SECONDS = 4.0
T = TypeVar("T")


def survey(store: Store, job: Job) -> Survey:
    """All of it now. Raises StoreError only if nothing at all can be read, Cancelled."""
    now = time.time()
    no_items: tuple[KeyValue, ...] = ()
    no_leases: tuple[int, ...] = ()
    numbers, leases_error = _tried(lambda: store.client.leases(seconds=_SECONDS, job=job), no_leases)
    lives = _lives(store, sorted(numbers)[:MOST], job)
    services, services_error = _tried(partial(_items, store, SERVICES, job), no_items)
    beats, beats_error = _tried(partial(_items, store, NODES, job), no_items)
    if leases_error is not None and services_error is not None and beats_error is not None:
        raise leases_error
    by_number = {life.id: life for life in lives}
    return Survey(
        now,
        lives,
        _queues(store, lives, job),
        services_of(services),
        beats_of(beats, by_number),
        leases_error,
        services_error,
        beats_error,
        max(0, len(numbers) - MOST),
    )


def read_queue(store: Store, name: str, job: Job) -> Queue:
    """A lock or an election of that name, also one that nobody wants now. Raises StoreError."""
    prefix = name.encode("utf-8", "surrogateescape") + b"/"
    return _queue(prefix[:-1], store.client.get_prefix(prefix, seconds=_SECONDS, job=job).items, {})


def read_life(store: Store, lease: int, job: Job) -> LeaseLife:
    """One lease; without its keys where they may not be read. Raises StoreError."""
    try:
        return store.client.time_to_live(lease, seconds=_SECONDS, job=job)
    except NasError:
        return store.client.time_to_live(lease, keys=False, seconds=_SECONDS, job=job)


def _items(store: Store, prefix: bytes, job: Job) -> tuple[KeyValue, ...]:
    return store.client.get_prefix(prefix, seconds=_SECONDS, job=job).items


def _lives(store: Store, numbers: Iterable[int], job: Job) -> tuple[LeaseLife, ...]:
    """Those that live still, by number."""
    with ThreadPoolExecutor(_AT_ONCE, "etcd-leases") as pool:
        found = list(pool.map(lambda n: _tried(partial(read_life, store, n, job), None)[0], numbers))
    return tuple(life for life in found if life is not None and life.left >= 0)


def _queues(store: Store, lives: tuple[LeaseLife, ...], job: Job) -> tuple[Queue, ...]:
    """Whatever looks like a place in a queue hangs on a lease, so no range of keys need be searched for it."""
    places = {(queue_name(key, life.id), key, life.id) for life in lives for key in life.keys}
    by_number = {life.id: life for life in lives}
    found = []
    for name in sorted({name for name, _key, _lease in places if name}):
        no_items: tuple[KeyValue, ...] = ()
        items, error = _tried(partial(_items, store, name + b"/", job), no_items)
        if error is not None:
            items = tuple(KeyValue(key, lease=lease) for n, key, lease in sorted(places) if n == name)
        found.append(replace(_queue(name, items, by_number), error=str(error) if error else ""))
    return tuple(queue for queue in found if queue.contenders)


def _queue(name: bytes, items: Iterable[KeyValue], lives: Mapping[int, LeaseLife]) -> Queue:
    places = [kv for kv in items if queue_name(kv.key, kv.lease) == name]
    contenders = tuple(_contender(kv, lives.get(kv.lease)) for kv in sorted(places, key=lambda kv: kv.create_revision))
    return Queue(printable(name), contenders)


def _contender(kv: KeyValue, life: LeaseLife | None) -> Contender:
    left, granted = (life.left, life.granted) if life else (None, None)
    return Contender(kv.key, kv.lease, kv.create_revision, kv.value, left, granted)


def _tried(read: Callable[[], T], otherwise: T) -> tuple[T, NasError | None]:
    try:
        return read(), None
    except NasError as error:
        return otherwise, error
