"""Reads quotas; for worker threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import NasError, NodeError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.quota.commands import (
    directories,
    parse_directories,
    parse_objects,
    parse_plain,
    parse_processes,
    parse_sizes,
    quota_list,
    quota_list_objects,
    quota_processes,
)
from nasclustergui.subsystems.gluster.features.quota.model import (
    SETTINGS,
    Daemons,
    DirectoryQuota,
    Limit,
    Quota,
    is_enabled,
)
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.parallel import gather

Parse = Callable[[Answer], Mapping[str, Limit] | None]


def read_quota(pool: Pool, volume: Volume, job: Job) -> Quota:
    """Quotas of the volume, whose options must be of a fresh `volume info`. Takes the volume's lock, twice.

    Raises what `Pool.ask` raises: LockBusy while somebody else works on the volume, CommandFailed when gluster refuses.
    """
    options = volume.options
    settings = {word: options[name] for word, (name, _default) in SETTINGS.items() if name in options}
    if not is_enabled(options) or volume.status is not VolumeStatus.STARTED:
        return Quota(is_enabled(options), (), settings, read_at=time.time())
    sizes = _list(pool, partial(quota_list, volume.name), parse_sizes, job)
    counts = options.get("features.inode-quota", "off") == "on"
    objects = _list(pool, partial(quota_list_objects, volume.name), parse_objects, job) if counts else {}
    paths = sorted({*sizes, *objects}, key=lambda path: path.split("/"))
    limits = tuple(DirectoryQuota(path, sizes.get(path), objects.get(path)) for path in paths)
    return Quota(True, limits, settings, read_daemons(pool, volume, job), time.time())


def read_limit(pool: Pool, volume: str, path: str, objects: bool, job: Job) -> Limit | None:
    """The limit of this very directory, None if it has none. Raises NoSuchDirectory if it isn't there."""
    build = quota_list_objects if objects else quota_list
    return _list(pool, lambda xml: build(volume, path, xml=xml), parse_objects if objects else parse_sizes, job).get(
        path
    )


def read_daemons(pool: Pool, volume: Volume, job: Job) -> Mapping[str, Daemons]:
    """What of quota runs on the nodes of the volume's bricks; asks the nodes themselves, without the lock."""
    nodes = dict.fromkeys(brick.node for brick in volume.bricks if brick.node in set(pool.nodes))
    found = gather({node: partial(pool.on_node, node, quota_processes(), job) for node in nodes})
    return {
        node: Daemons() if isinstance(answer, NasError) else parse_processes(answer) for node, answer in found.items()
    }


def read_directories(pool: Pool, volume: Volume, path: str, job: Job) -> tuple[str, ...]:
    """Directories of the volume below `path`, from the first brick that can be asked; nothing if none can be."""
    for brick in volume.bricks:
        if brick.node not in set(pool.nodes) or brick.online is False:
            continue
        try:
            found = parse_directories(pool.on_node(brick.node, directories(brick.path, path), job))
        except NodeError:
            continue
        if found is not None:
            return found
    return ()


def _list(pool: Pool, build: Callable[..., Command], parse: Parse, job: Job) -> Mapping[str, Limit]:
    found = pool.ask(build(xml=True), parse, job)
    return found if found is not None else pool.ask(build(xml=False), parse_plain, job)
