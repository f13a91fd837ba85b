"""Real rebalances and heals in a lab: the estimate when 30 % of their time is over, against how long they then took."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.bench.measure import Figure
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import obstacle
from tests.lab.netns import on_hub
from tests.lab.works import Files, Growth, Watcher
from tests.recorded.progress import Series, estimate_at, off_by, replay

NAME = f"bench{os.getpid()}"
GOAL = 1.5
EVERY = 3.0  # seconds between readings, as the program's own


def bricks(volume: str, disk: int, *nodes: int) -> tuple[str, ...]:
    """ "node1:/bricks/d1/volume", …"""
    return tuple(f"node{n}:/bricks/d{disk}/{volume}" for n in nodes)


REBALANCES = (
    Growth("spread", (), bricks("spread", 1, 1, 2), bricks("spread", 1, 3, 4), (Files(500, 4096, 4),)),
    Growth("pairs", ("replica", "2"), bricks("pairs", 2, 1, 2), bricks("pairs", 2, 3, 4), (Files(50, 4096, 20),)),
)


def run() -> Iterator[Figure]:
    """Two rebalances and a heal, of one to two thousand small files each. Raises where no lab can run."""
    if reason := obstacle():
        raise RuntimeError(reason)
    try:
        lab = Lab.up(nodes=4, name=NAME, disks=2, disk_mb=500)
        with on_hub(lab.name):
            watcher = Watcher(lab)
            try:
                yield from _figures(watcher)
            finally:
                watcher.close()
    finally:
        take_down(NAME)


def _figures(watcher: Watcher) -> Iterator[Figure]:
    for growth in REBALANCES:
        yield _figure(watcher.grow(growth))
        watcher.remove(growth.name)
    three = bricks("three", 1, 1, 2, 3)
    yield _figure(watcher.heal("three", ("replica", "3"), three, 1, Files(500, 4096, 4)))
    watcher.remove("three")


def _figure(series: Series) -> Figure:
    found = estimate_at(series, replay(series, every=EVERY), 0.3)
    goal = f"≤ {GOAL} × too long or too short"
    if found is None:
        return Figure(series.what, "no estimate", goal, False, f"took {series.ended:.0f} s")
    estimated, true, (low, high) = found
    off = off_by(estimated, true)
    told = (
        f"estimated {estimated:.0f} s ({low:.0f} to {high:.0f} s), took {true:.0f} s more, {series.ended:.0f} s in all"
    )
    title = f"{series.kind} at 30 %: {series.what.partition(': ')[2].partition(',')[0]}"
    return Figure(title, f"{off:.2f} ×", goal, off <= GOAL, told)
