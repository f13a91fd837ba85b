"""When a set of bricks can still be read and written: GlusterFS 10's rules, as measured (docs/design/gluster.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum

from nasclustergui.subsystems.gluster.model import Volume, VolumeType

DEFAULT_RATIO = 51.0  # percent; `volume get` shows it


class Access(IntEnum):
    """What clients can do. Only `disperse.quorum-count` makes READ possible: replicas lose reads with writes."""

    NONE = 0
    READ = 1
    FULL = 2


def set_access(volume: Volume, up: Sequence[bool]) -> Access:
    """What clients can do with one set of the volume. `up`: per brick of the set, in `volume info` order."""
    alive = sum(up)
    match volume.type:
        case VolumeType.DISPERSE:
            needed = volume.disperse - volume.redundancy
            if alive < needed:
                return Access.NONE
            return Access.FULL if alive >= max(needed, _quorum_count(volume)) else Access.READ
        case VolumeType.DISTRIBUTE:
            return Access.FULL if alive == len(up) else Access.NONE
    data_up = sum(on for i, on in enumerate(up) if not (volume.arbiter and i == len(up) - 1))
    return Access.FULL if data_up and alive >= _needed(volume, up) else Access.NONE


def _needed(volume: Volume, up: Sequence[bool]) -> int:
    """Bricks of a replica set that must be up. The default is decided in the client: not in `volume info`, and
    `volume get` shows it wrongly for even counts (facts)."""
    n = len(up)
    kind = volume.options.get("cluster.quorum-type", "auto" if volume.replica > 2 else "none")
    if kind == "fixed":
        return _number(volume.options.get("cluster.quorum-count"), 1)  # measured: without a count one is enough
    if kind == "none":
        return 1
    return n // 2 if n % 2 == 0 and up[0] else n // 2 + 1


def server_quorum(volume: Volume) -> bool:
    """True if the volume stops on nodes that see too few peers."""
    return volume.options.get("cluster.server-quorum-type") == "server"


def peers_needed(peers: int, options: Mapping[str, str]) -> int:
    """Peers, the node itself included, that a node must see so that server quorum holds."""
    ratio = _number(options.get("cluster.server-quorum-ratio", "").rstrip("%"), DEFAULT_RATIO)
    return math.ceil(peers * ratio / 100)


def _quorum_count(volume: Volume) -> int:
    return int(_number(volume.options.get("disperse.quorum-count"), 0))


def _number(text: str | None, default: float) -> int:
    try:
        return int(float(text or ""))
    except ValueError:
        return int(default)
