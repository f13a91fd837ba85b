"""Reads the scrubber of a volume; for worker threads."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.bitrot import commands
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, NodeScrub, Scrub
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain.paths import resolve
from nasclustergui.subsystems.gluster.model import GlusterState, Volume


def enabled(volume: Volume) -> bool:
    """Bit rot detection is on: told by `volume info`, without the lock."""
    return volume.options.get("features.bitrot") == "on"


def read_scrub(pool: Pool, volume: Volume, job: Job) -> Scrub | None:
    """What the scrubbers say, with the profile's names of the nodes and the paths of the files. None while it is off.

    Takes the volume's lock. Raises as `Pool.ask`.
    """
    if not enabled(volume):
        return None
    scrub, asked = pool.client.ask(commands.scrub_status(volume.name), commands.parse_scrub, job)
    state = pool.now(job)
    return replace(scrub, nodes=tuple(_placed(pool, volume, node, state, asked, job) for node in scrub.nodes))


def _placed(pool: Pool, volume: Volume, told: NodeScrub, state: GlusterState, asked: str, job: Job) -> NodeScrub:
    """A node's part with names as the profile and `volume info` have them."""
    peer = next((p for p in state.peers if told.node in p.hostnames), None)
    node = asked if told.node == "localhost" else (peer.node if peer is not None else "")
    bricks = {b.path: b.name for b in volume.bricks if (b.node or b.host) == (node or told.node)}
    found = [replace(one, brick=bricks.get(one.brick, f"{told.node}:{one.brick}")) for one in told.corrupted]
    return replace(told, node=node or told.node, corrupted=_with_paths(pool, volume, found, job))


def _with_paths(pool: Pool, volume: Volume, found: list[Corrupted], job: Job) -> tuple[Corrupted, ...]:
    """Gluster 10 tells paths; what it doesn't know is looked up on the brick."""
    unknown: dict[str, list[str]] = {}
    for one in found:
        if not one.path:
            unknown.setdefault(one.brick, []).append(one.gfid)
    known = {brick: resolve(pool, volume, brick, gfids, job) for brick, gfids in unknown.items()}
    return tuple(one if one.path else replace(one, path=known[one.brick].get(one.gfid) or "") for one in found)
