"""The storage page with 30 volumes of 12 bricks: a poll that changed one volume against rebuilding the tree.

CPU milliseconds of the GUI thread, painted, measured in turns. Both get a state whose objects are all new, as parsed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from nasclustergui.subsystems.gluster.assemble import keep_unchanged
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    Peer,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.page import StoragePage
from tests.bench.measure import Figure, application, fraction

VOLUMES, BRICKS, NODES = 30, 12, 12
REPEATS = 15
OPENED = ("volume00", "volume01")
GIB = 2**30


def state(turn: int, moves: bool = False) -> GlusterState:
    """A healthy pool; with each turn another volume has less free space, or, if one `moves`, an entry to heal."""
    chosen = turn % VOLUMES
    volumes = tuple(_volume(number, turn if number == chosen else 0, moves) for number in range(VOLUMES))
    peers = tuple(Peer(f"uuid{n}", (f"node{n}",), f"node{n}", True, PeerState.CONNECTED) for n in range(1, NODES + 1))
    now = 1_795_000_000.0 + turn
    return GlusterState(volumes, peers, version="10.3", asked="node1", read_at=now, status_at=now)


def _volume(number: int, turn: int, moves: bool) -> Volume:
    bricks = tuple(_brick(number, slot, turn, moves) for slot in range(BRICKS))
    name = f"volume{number:02}"
    return Volume(name, f"id{number}", VolumeType.REPLICATE, VolumeStatus.STARTED, bricks, replica=3)


def _brick(number: int, slot: int, turn: int, moves: bool) -> Brick:
    node = f"node{slot + 1}"
    return Brick(
        node,
        f"/bricks/d{number}/volume{number:02}",
        host_uuid=f"uuid{slot + 1}",
        node=node,
        online=True,
        port=49152 + number,
        pid=1000 + 100 * number + slot,
        size=4000 * GIB,
        free=(2000 + 10 * number) * GIB - turn * GIB,
        inodes=10**8,
        inodes_free=9 * 10**7,
        heal_pending=turn if slot == 0 and moves else 0,
    )


def rebuild(page: StoragePage, new: GlusterState) -> None:
    """What a page does that knows no keys: every row anew into an empty tree, the opened ones opened again."""
    key, place = page.tree.current_key(), page.tree.verticalScrollBar().value()
    page.row_keeper.forget()
    page.tree.update_rows([])
    page.set_state(new)
    for name in OPENED:
        page.tree.expand_key(name)
    page.tree.select_key(key, scroll=False)
    page.tree.verticalScrollBar().setValue(place)


def measure(
    page: StoragePage, show: Callable[[StoragePage, GlusterState], None], first: int, moves: bool = False
) -> float:
    """Median of some turns. The manager hands on the objects of what did not change, in its own thread."""
    app = application()
    old, times = state(first - 1, moves), []
    for turn in range(first, first + REPEATS):
        new = state(turn, moves)
        new = replace(new, volumes=keep_unchanged(old.volumes, new.volumes))
        began = time.thread_time()
        show(page, new)
        app.processEvents()
        times.append(1000 * (time.thread_time() - began))
        old = new
    return statistics.median(times)


def run() -> Iterator[Figure]:
    """A refresh as a part of rebuilding, two volumes opened."""
    app = application()
    page = StoragePage("bench")
    page.resize(1200, 820)
    page.show()
    page.set_state(state(0))
    for name in OPENED:
        page.tree.expand_key(name)
    app.processEvents()
    measure(page, StoragePage.set_state, 1)
    size = f"{VOLUMES} volumes × {BRICKS} bricks, painted"
    for first, moves, what in ((100, False, "other numbers"), (300, True, "another order")):
        ours = measure(page, StoragePage.set_state, first, moves)
        whole = measure(page, rebuild, first + 100, moves)
        title = f"storage page: refresh / rebuilding the tree, {what}"
        yield fraction(title, ours, whole, 4, f"{ours:.2f} ms / {whole:.2f} ms for {size}")
