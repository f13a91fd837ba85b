"""Reads whole ranges: to count what a deletion would take, and to export them."""

from __future__ import annotations

import time

from nasclustergui.core.errors import PlanOutdated, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue, printable, to_bytes
from nasclustergui.subsystems.etcd.features.changes.archive import Archive, archive_of
from nasclustergui.subsystems.etcd.features.changes.plans import EXAMPLES, Counted
from nasclustergui.subsystems.etcd.features.changes.read import was_compacted
from nasclustergui.subsystems.etcd.features.store import Store

NODES = b"/cluster/nodes/"


def read_count(store: Store, prefix: str | bytes, job: Job) -> Counted:
    """Everything below a prefix, counted. Raises StoreError, Cancelled."""
    listing = store.client.get_prefix(prefix, job=job)
    return counted(to_bytes(prefix), listing.items, listing.revision)


def counted(prefix: bytes, items: tuple[KeyValue, ...], revision: int) -> Counted:
    """What a person must know of these keys before they go."""
    inside = prefix if not prefix or prefix.endswith(b"/") else prefix + b"/"
    beside = next((kv.name for kv in items if kv.key != prefix and not kv.key.startswith(inside)), "")
    leased = [kv for kv in items if kv.lease]
    nodes = dict.fromkeys(kv.key[len(NODES) :].split(b"/")[0] for kv in leased if kv.key.startswith(NODES))
    return Counted(
        prefix,
        revision,
        len(items),
        len(leased),
        sum(len(kv.key) + len(kv.value) for kv in items),
        tuple(kv.name for kv in items[:EXAMPLES]),
        tuple(printable(name) for name in nodes),
        beside,
    )


def export(store: Store, prefix: bytes, cluster: str, revision: int, job: Job) -> Archive:
    """All keys below a prefix, as of a revision (0: now). Raises PlanOutdated if that revision was compacted since."""
    try:
        listing = store.client.get_prefix(prefix, revision=revision, job=job)
    except StoreError as error:
        if revision and was_compacted(error):
            raise PlanOutdated(
                _("etcd's history was compacted since: revision {n} is gone.").format(n=revision),
                hint=_("Nothing was changed. Count and plan it again."),
                details=error.details,
            ) from error
        raise
    return archive_of(listing.items, prefix, cluster, revision or listing.revision, time.time())
