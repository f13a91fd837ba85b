"""Counts what waits for a heal, brick by brick, in the bricks' own indices on their nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.heal import parse_heal_count, parse_indices
from nasclustergui.subsystems.gluster.commands.status import StatusReport
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeType
from nasclustergui.subsystems.gluster.parallel import gather

Counts = dict[tuple[str, str], int | None]  # (volume, brick name) → entries, None if nobody could tell
Place = tuple[str, Brick]  # volume, brick


def read_backlog(
    client: GlusterClient, started: Sequence[Volume], reports: Mapping[str, StatusReport], job: Job
) -> tuple[Counts, dict[str, str]]:
    """Counts of all running bricks, and per volume why some are missing. One command per node, all nodes at once.

    Bricks on nodes that we can't log in to are asked for through glusterd, which needs the volume's lock and works
    for replicated volumes only.
    """
    by_node: dict[str, list[Place]] = {}
    for volume in started:
        for brick in _running(volume, reports):
            by_node.setdefault(brick.node, []).append((volume.name, brick))
    counts: Counts = {}
    errors: dict[str, str] = {}
    left = by_node.pop("", [])
    for node, answer in gather({n: partial(_count, client, n, places, job) for n, places in by_node.items()}).items():
        if isinstance(answer, NasError):
            errors.update({name: str(answer) for name, __ in by_node[node]})
            left.extend(by_node[node])
        else:
            counts.update(answer)
    names = {name for name, __ in left}
    for volume in started:
        if volume.name in names:
            _ask_glusterd(client, volume, counts, errors, job)
    return counts, errors


def _count(client: GlusterClient, node: str, places: Sequence[Place], job: Job) -> Counts:
    paths = [brick.path for __, brick in places]
    found = client.ask_node(node, commands.heal_indices(paths), lambda a: parse_indices(a, len(paths)), job)
    return {(name, brick.name): n for (name, brick), n in zip(places, found, strict=True)}


def _ask_glusterd(client: GlusterClient, volume: Volume, counts: Counts, errors: dict[str, str], job: Job) -> None:
    if volume.type is VolumeType.DISPERSE:
        errors.setdefault(
            volume.name, _("Some bricks are on nodes that the profile doesn't know: they can't be counted.")
        )
        return
    try:
        found, __ = client.ask(commands.volume_heal_count(volume.name), parse_heal_count, job)
    except NasError as error:
        errors[volume.name] = str(error)
        return
    counts.update({(volume.name, brick): n for brick, n in found.items()})
    errors.pop(volume.name, None)


def _running(volume: Volume, reports: Mapping[str, StatusReport]) -> list[Brick]:
    """The bricks of a volume that heals, as far as they run: a dead brick's index says nothing."""
    report = reports.get(volume.name)
    if report is None or volume.type is VolumeType.DISTRIBUTE:
        return []
    up = [brick for brick in report.bricks if brick.online]
    keys = {(brick.host_uuid, brick.path) for brick in up} | {(brick.host, brick.path) for brick in up}
    return [b for b in volume.bricks if (b.host_uuid, b.path) in keys or (b.host, b.path) in keys]
