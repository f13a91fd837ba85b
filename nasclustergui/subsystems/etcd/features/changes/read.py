"""Reads the past: of one key back to its creation, and of a whole prefix at two revisions."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_types import EventKind, KeyValue, WatchEvent, to_bytes
from nasclustergui.subsystems.etcd.features.changes.model import Comparison, History, Version, differences
from nasclustergui.subsystems.etcd.features.store import Store

VERSIONS = 200  # read at once: each costs a question, 2 ms


def read_history(store: Store, key: str | bytes, job: Job, wanted: int = VERSIONS) -> History:
    """The newest `wanted` versions of a key, deletions and earlier existences included.

    The present existence is walked back: the key as it was right before each change. Only what came before its
    creation, or all if the key is not there now, is taken from a replay of its changes, for no reading of keys shows a
    deletion. Raises StoreError, Cancelled.
    """
    client, name = store.client, to_bytes(key)
    if not name:
        raise InvalidInput(_("A key of etcd must not be empty."), field="key")
    now = client.get(name, job=job)
    revision = client.count(name, job=job)[1]
    if now is None:
        return _replayed(client, name, [], 0, revision, wanted, job)
    walked, compacted = _walk(client, now, wanted, job)
    if compacted or walked[-1].version > 1 or len(walked) >= wanted:
        more = not compacted and walked[-1].version > 1
        return History(name, _versions(walked), revision, walked[-1].mod_revision if compacted else 0, more)
    return _replayed(client, name, walked, now.create_revision, revision, wanted, job)


def _walk(client: EtcdClient, now: KeyValue, wanted: int, job: Job) -> tuple[list[KeyValue], bool]:
    """Back from the present to the creation, newest first; True if compaction ended it."""
    found = [now]
    while found[-1].version > 1 and len(found) < wanted:
        job.report(_("Reading revision {n}").format(n=found[-1].mod_revision - 1))
        try:
            before = client.get(now.key, revision=found[-1].mod_revision - 1, job=job)
        except StoreError as error:
            if was_compacted(error):
                return found, True
            raise
        if before is None:  # cannot be: it had a version before
            return found, True
        found.append(before)
    return found, False


def was_compacted(error: StoreError) -> bool:
    """The revision that was asked for is gone for good."""
    return "compacted" in error.details


def _versions(walked: list[KeyValue]) -> tuple[Version, ...]:
    return tuple(Version(kv.mod_revision, kv.value, kv.version, 1, kv.lease) for kv in walked)


def _replayed(
    client: EtcdClient, key: bytes, walked: list[KeyValue], created: int, revision: int, wanted: int, job: Job
) -> History:
    """With what happened before the creation at revision `created`; 0: the key is not there now."""
    replay = client.replay(key, until=created, newest=wanted + 1, job=job)
    events = [event for event in replay.events if not created or event.kv.mod_revision < created]
    older = _lives(events, 2 if walked else 1)
    versions = (*_versions(walked), *older)
    compacted = replay.since if replay.since > 1 else 0
    more = bool(replay.dropped) or len(versions) > wanted
    return History(key, versions[:wanted], revision, compacted, more)


def _lives(events: list[WatchEvent], first: int) -> tuple[Version, ...]:
    """Newest first; a deletion begins (seen backwards) an older existence."""
    found: list[Version] = []
    life = first - 1 if events and events[-1].kind is EventKind.DELETE else first
    for event in reversed(events):
        kv, deleted = event.kv, event.kind is EventKind.DELETE
        life += deleted
        found.append(Version(kv.mod_revision, None if deleted else kv.value, kv.version, life, kv.lease))
    return tuple(found)


def read_comparison(store: Store, prefix: str | bytes, first: int, last: int, job: Job) -> Comparison:
    """All keys below a prefix at revision `first` and at `last`, 0 for now. Raises StoreError, InvalidInput."""
    if first < 1:
        raise InvalidInput(_("Name the revision to compare with: a number from 1 on."), field="first")
    job.report(_("Reading revision {n}").format(n=first))
    before = store.client.get_prefix(prefix, revision=first, job=job)
    job.report(_("Reading the present") if not last else _("Reading revision {n}").format(n=last))
    after = store.client.get_prefix(prefix, revision=last, job=job)
    found, same = differences(before.items, after.items)
    return Comparison(to_bytes(prefix), first, after.revision, not last, found, same)
