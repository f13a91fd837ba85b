"""Reads the scrubber of a volume; for worker threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.bitrot import commands
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, NodeScrub, Scrub
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain.paths import resolve
from nasclustergui.subsystems.gluster.model import GlusterState, Volume


def enabled(volume: Volume) -> bool:
    """Bit rot detection is on: told by `volume info`, without the lock."""
    return volume.options.get("features.bitrot") == "on"


def read_scrub(pool: Pool, volume: Volume, job: Job, known: Mapping[str, str] | None = None) -> Scrub | None:
    """What the scrubbers say, with the profile's names of the nodes and the paths of the files. None while it is off.

    Takes the volume's lock. `known`: paths found before, by `Corrupted.key`. Raises as `Pool.ask`.
    """
    if not enabled(volume):
        return None
    scrub, asked = pool.client.ask(commands.scrub_status(volume.name), commands.parse_scrub, job)
    state = pool.now(job)
    nodes = tuple(_placed(volume, node, state, asked) for node in scrub.nodes)
    paths = _paths(pool, volume, [one for node in nodes for one in node.corrupted], known or {}, job)
    return replace(scrub, nodes=tuple(_with_paths(node, paths) for node in nodes))


def _placed(volume: Volume, told: NodeScrub, state: GlusterState, asked: str) -> NodeScrub:
    """A node's part with names as the profile and `volume info` have them."""
    peer = next((p for p in state.peers if told.node in p.hostnames), None)
    node = asked if told.node == "localhost" else (peer.node if peer is not None else "")
    bricks = {b.path: b.name for b in volume.bricks if (b.node or b.host) == (node or told.node)}
    found = tuple(replace(one, brick=bricks.get(one.brick, f"{told.node}:{one.brick}")) for one in told.corrupted)
    return replace(told, node=node or told.node, corrupted=found)


def _paths(
    pool: Pool, volume: Volume, found: Sequence[Corrupted], known: Mapping[str, str], job: Job
) -> Mapping[str, str]:
    """Looked up on the bricks: what gluster says is two paths with a colon between for a file with two names."""
    unknown: dict[str, list[str]] = {}
    for one in found:
        if one.key not in known:
            unknown.setdefault(one.brick, []).append(one.gfid)
    out = dict(known)
    for brick, gfids in unknown.items():
        try:
            out.update({f"{g}@{brick}": path for g, path in resolve(pool, volume, brick, gfids, job).items() if path})
        except NasError:
            continue  # shown by its gfid until its node answers
    return out


def _with_paths(node: NodeScrub, paths: Mapping[str, str]) -> NodeScrub:
    return replace(node, corrupted=tuple(replace(one, path=paths.get(one.key, "")) for one in node.corrupted))
