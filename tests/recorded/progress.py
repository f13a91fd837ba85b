"""Recorded progress of rebalances and heals on a real pool (`gluster_series/`), and how it is played again.

{"kind": "rebalance" or "heal", "what": what was done, "volume": {...},
 "samples": [{"at": seconds since the first, "nodes": [[id, name, files, bytes, lookups, failures, skipped, state,
 seconds], ...]} or {"at": seconds, "pending": entries}], "ended": seconds}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Estimate
from nasclustergui.subsystems.gluster.model import (
    Brick,
    NodeProgress,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.rebalance_meter import RebalanceMeter, meter_for

FOLDER = Path(__file__).parent / "gluster_series"
BRICK = ("host", "path", "host_uuid", "arbiter", "size", "free", "inodes", "inodes_free")


@dataclass(frozen=True)
class Sample:
    """One reading. `at`: seconds since the first. Of a rebalance: `task`; of a heal: `pending` entries."""

    at: float
    task: Task | None = None
    pending: int = 0


@dataclass(frozen=True)
class Series:
    """How one rebalance or heal went.

    Attributes:
        kind: "rebalance" or "heal". what: a few words about it. volume: as it was at the first reading.
        ended: seconds after the first reading when it was seen to be over.
    """

    kind: str
    what: str
    volume: Volume
    samples: tuple[Sample, ...]
    ended: float

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        data = {
            "kind": self.kind,
            "what": self.what,
            "volume": _volume_data(self.volume),
            "samples": [_sample_data(sample) for sample in self.samples],
            "ended": round(self.ended, 2),
        }
        text = json.dumps(data, indent=None, separators=(",", ":"))
        path.write_text(text.replace('{"at"', '\n{"at"').replace('],"ended"', '],\n"ended"') + "\n")


@dataclass(frozen=True)
class Point:
    """What the meter said. `at`: seconds since the first reading."""

    at: float
    estimate: Estimate


def load(path: Path) -> Series:
    """A series from its file."""
    data = json.loads(path.read_text())
    samples = tuple(_sample(item) for item in data["samples"])
    return Series(data["kind"], data["what"], _volume(data["volume"]), samples, float(data["ended"]))


def all_series() -> list[Path]:
    """The files of all of them."""
    return sorted(FOLDER.glob("*.json"))


def replay(series: Series, after: float = 0.0, every: float = 0.0) -> list[Point]:
    """What the meter says as the readings come in. `after`: begin with the first reading after that many seconds, as
    a program does that was started in the middle; `every`: pass over readings that follow sooner."""
    meter: RebalanceMeter | BacklogMeter = BacklogMeter() if series.kind == "heal" else meter_for(series.volume)
    points: list[Point] = []
    for sample in series.samples:
        if sample.at < after or (points and sample.at - points[-1].at < every):
            continue
        if isinstance(meter, BacklogMeter):
            points.append(Point(sample.at, meter.add(sample.at, sample.pending)))
        elif sample.task is not None:
            points.append(Point(sample.at, meter.add(sample.at, sample.task)))
    return points


def estimate_at(series: Series, points: list[Point], share: float) -> tuple[float, float, tuple[float, float]] | None:
    """(estimated, true, band) seconds left once that share (0 … 1) of the work's time was over; None if unknown.

    The band is (low, high). The first estimate at or after that moment counts.
    """
    began = series.samples[0].at
    for point in points:
        if point.at - began >= share * (series.ended - began) and point.estimate.seconds_left is not None:
            low, likely, high = point.estimate.seconds_left
            return likely, series.ended - point.at, (low, high)
    return None


def off_by(estimated: float, true: float) -> float:
    """How many times too long or too short, at least 1."""
    return max(estimated / true, true / estimated) if estimated > 0 and true > 0 else float("inf")


def _volume_data(volume: Volume) -> dict[str, Any]:
    return {
        "name": volume.name,
        "type": volume.type.value,
        "replica": volume.replica,
        "arbiter": volume.arbiter,
        "disperse": volume.disperse,
        "redundancy": volume.redundancy,
        "bricks": [{name: getattr(brick, name) for name in BRICK} for brick in volume.bricks],
    }


def _volume(data: dict[str, Any]) -> Volume:
    counts = {name: data[name] for name in ("replica", "arbiter", "disperse", "redundancy")}
    bricks = tuple(Brick(**brick, online=True) for brick in data["bricks"])
    return Volume(data["name"], "id", VolumeType(data["type"]), VolumeStatus.STARTED, bricks, **counts)


def _sample_data(sample: Sample) -> dict[str, Any]:
    at = round(sample.at, 2)
    if sample.task is None:
        return {"at": at, "pending": sample.pending}
    rows = [
        [n.host_uuid, n.node, n.files, n.bytes, n.lookups, n.failures, n.skipped, n.state.value, n.seconds]
        for n in sample.task.nodes
    ]
    return {"at": at, "state": sample.task.state.value, "nodes": rows}


def _sample(data: dict[str, Any]) -> Sample:
    if "nodes" not in data:
        return Sample(float(data["at"]), None, int(data["pending"]))
    nodes = tuple(
        NodeProgress(name, uuid, files, size, lookups, failures, skipped, TaskState(state), seconds)
        for uuid, name, files, size, lookups, failures, skipped, state, seconds in data["nodes"]
    )
    return Sample(float(data["at"]), Task(TaskKind.REBALANCE, TaskState(data["state"]), "id", nodes))
