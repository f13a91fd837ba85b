"""Rows of the tables about healing: bricks, entries, crawls. No widgets but the empty tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, count, size
from nasclustergui.subsystems.gluster.features.heal.model import (
    BrickFacts,
    Entry,
    EntryList,
    NodeFacts,
    Probe,
    Walk,
)
from nasclustergui.subsystems.gluster.features.heal.roles import BrickRole, Role, roles
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.sections.healing.words import (
    daemon_said,
    kind_icon,
    kind_words,
    printable,
    role_said,
    role_tip,
    state_said,
    state_tip,
)
from nasclustergui.subsystems.gluster.page.words import brick_state, set_type
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree


def bricks_tree() -> Tree:
    """Bricks, by set where there are several."""
    return Tree(
        [
            (_("Brick"), -1),
            (_("State"), 116),
            (_("In this heal"), 196),
            (_("Lists"), 84),
            (_("In split-brain"), 104),
            (_("Self-heal daemon"), 132),
            (_("Free"), 92),
        ],
        right=(3, 4, 6),
        drop={4: 1000, 6: 820},
        name=_("Bricks of the volume and what waits on them"),
        severity_first=False,
    )


def brick_rows(volume: Volume, stale: str, probe: Probe | None) -> list[Row]:
    """A row per brick, below its set where there are several. `stale`: "Seen …" for old values."""
    said = probe.bricks if probe else {}
    lost = {name for name, facts in said.items() if facts.index is False}
    told = (replace(b, heal_pending=None) if b.name in lost else b for b in volume.bricks)  # it was, before it vanished
    volume = replace(volume, bricks=tuple(told))
    found = roles(volume, said)
    nodes = probe.nodes if probe else {}
    rows = [_brick_row(volume, role, bool(stale), nodes, said.get(role.brick.name)) for role in found]
    if len(volume.sets) < 2:
        return rows
    grouped = []
    for number in range(1, len(volume.sets) + 1):
        inside = tuple(row for row, role in zip(rows, found, strict=True) if role.number == number)
        title = _("Set {number}").format(number=number)
        cells = (Cell(title, "name", icon="layers", sub=set_type(volume), strong=True), *[Cell()] * 6)
        grouped.append(Row(f"set/{number}", cells, inside, open=True))
    return grouped


def _brick_row(
    volume: Volume, role: BrickRole, stale: bool, nodes: Mapping[str, NodeFacts], facts: BrickFacts | None
) -> Row:
    brick, said = role.brick, role_said(role)
    state = brick_state(brick, volume.status is VolumeStatus.STARTED)
    daemon = daemon_said(volume, brick, nodes.get(brick.node))
    lacks = role.role in (Role.BEHIND, Role.BOTH) and role.lacks
    sub = _("lacks about {n}").format(n=count(role.lacks)) if lacks else ""
    why = "" if brick.heal_pending is not None else _("Not known: the brick told nothing.")
    newer = facts.free if facts is not None else None
    free = brick.free if newer is None else newer
    split = "" if brick.split_brain is not None else _("Looked for where a backlog does not get smaller.")
    return Row(
        brick.name,
        (
            Cell(brick.node or brick.host, "name", icon="hard-drive", sub=printable(brick.path), stale=stale),
            Cell(state.word, "state", state=state.state, stale=stale),
            Cell(said.word, "state", state=said.state, sub=sub, stale=stale, tip=role_tip(role)),
            Cell(count(brick.heal_pending), "num", stale=stale, tip=why),
            Cell(count(brick.split_brain), "num", stale=stale, tip=split),
            Cell(daemon.word, "state", state=daemon.state, stale=stale),
            Cell(size(free), "num", stale=stale and newer is None),
        ),
        sort=(brick.name, None, None, brick.heal_pending, brick.split_brain, None, free),
    )


def entries_tree() -> Tree:
    """What waits, entry by entry."""
    return Tree(
        [
            (_("Path in the volume"), -1),
            (_("Kind"), 92),
            (_("State"), 116),
            (_("Listed by"), 230),
            (_("Set"), 52),
            (_("Size"), 92),
        ],
        right=(4, 5),
        flat=True,
        drop={4: 900, 5: 820},
        name=_("Files and directories that wait for a heal"),
        multi=True,
    )


def entry_rows(listed: EntryList, volume: Volume) -> list[Row]:
    """A row per entry, worst first by the table's own order."""
    short = {brick.name: brick.node or brick.host for brick in volume.bricks}
    nodes = list(short.values())
    names = {name: node if nodes.count(node) == 1 else name for name, node in short.items()}
    return [_entry_row(entry, names) for entry in listed.entries]


def _entry_row(entry: Entry, names: Mapping[str, str]) -> Row:
    said = state_said(entry.state)
    path, note = printable(entry.name), ""
    if not entry.path_known:
        note = _("path not known")
    elif entry.resolved:
        note = _("found by its gfid")
    return Row(
        f"{entry.number}:{printable(entry.name)}",
        (
            Cell(path, "name", icon=kind_icon(entry.kind), sub=note),
            Cell(kind_words(entry.kind)),
            Cell(said.word, "state", state=said.state, tip=state_tip(entry.state)),
            Cell(", ".join(names.get(name, name) for name in entry.bricks)),
            Cell(str(entry.number), "num"),
            Cell(size(entry.size), "num"),
        ),
        sort=(path, None, None, None, float(entry.number), entry.size),
        data=entry,
    )


def walks_tree() -> Tree:
    """The daemons' last crawls."""
    return Tree(
        [
            (_("Brick"), -1),
            (_("What it looked at"), 170),
            (_("Began"), 196),
            (_("Ended"), 196),
            (_("Healed"), 78),
            (_("Split-brain"), 90),
            (_("Failed"), 78),
        ],
        right=(4, 5, 6),
        flat=True,
        drop={3: 1040, 1: 860},
        name=_("Last crawls of the self-heal daemons"),
        severity_first=False,
    )


def walk_rows(walks: tuple[Walk, ...], volume: Volume) -> list[Row]:
    """Newest first per brick; times are the nodes' own."""
    order = {brick.name: n for n, brick in enumerate(volume.bricks)}
    numbered = list(enumerate(walks))
    numbered.sort(key=lambda pair: (order.get(pair[1].brick, len(order)), -pair[0]))
    kinds = {"INDEX": _("What is listed"), "FULL": _("All files")}
    return [
        Row(
            f"{walk.brick}/{walk.kind}/{walk.started}/{n}",
            (
                Cell(printable(walk.brick), "name", icon="hard-drive"),
                Cell(kinds.get(walk.kind, walk.kind or DASH)),
                Cell(walk.started or DASH),
                Cell(walk.ended or _("runs")),
                Cell(count(walk.healed), "num"),
                Cell(count(walk.split_brain), "num", role="critical" if walk.split_brain else ""),
                Cell(count(walk.failed), "num", role="warn" if walk.failed else ""),
            ),
        )
        for n, walk in numbered
    ]
