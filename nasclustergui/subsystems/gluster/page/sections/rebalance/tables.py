"""Rows of the tables about a rebalance: nodes, files that were not moved. No widgets but the empty tables."""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, count, decimal, duration, size
from nasclustergui.subsystems.gluster.estimate import Estimate
from nasclustergui.subsystems.gluster.features.rebalance.findings import node_name
from nasclustergui.subsystems.gluster.features.rebalance.model import NotMoved, Why
from nasclustergui.subsystems.gluster.model import GlusterState, NodeProgress, TaskKind, TaskState, Volume
from nasclustergui.subsystems.gluster.page.progress import node_bar
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.subsystems.gluster.rebalance_meter import node_key, nodes_of
from nasclustergui.ui.cell import EMPTY, Cell, Row
from nasclustergui.ui.tree import Tree


def nodes_tree() -> Tree:
    """What each node does."""
    return Tree(
        [
            (_("Node"), -1),
            (_("State"), 116),
            (_("How far"), 220),
            (_("Moved"), 84),
            (_("Size"), 92),
            (_("Looked at"), 92),
            (_("Failed"), 76),
            (_("Skipped"), 84),
            (_("Files/s"), 76),
            (_("Run time"), 100),
        ],
        right=(3, 4, 5, 6, 7, 8, 9),
        flat=True,
        drop={8: 1060, 5: 980, 4: 900},
        name=_("What each node has moved"),
        severity_first=False,
    )


def node_rows(
    volume: Volume,
    state: GlusterState,
    nodes: tuple[NodeProgress, ...],
    kind: TaskKind,
    estimates: Mapping[str, Estimate],
    stale: bool,
    *,
    live: bool,
) -> list[Row]:
    """A row per node, those that say nothing last. `estimates`: by node_key.

    `live`: the numbers are those of a task that runs; else what each node wrote down at its end.
    """
    named = sorted(nodes, key=lambda n: node_name(n, state))
    rows = [_node_row(n, state, kind, estimates.get(node_key(n), Estimate()), live, stale) for n in named]
    told = {key for n in nodes for key in (n.host_uuid, n.node) if key}
    for brick in volume.bricks:
        key = next(iter(nodes_of((brick,))))
        if nodes and not told & {key, brick.host, brick.node}:
            told |= {key, brick.host}
            rows.append(_silent_row(brick.node or brick.host, key))
    return rows


def _node_row(
    node: NodeProgress, state: GlusterState, kind: TaskKind, estimate: Estimate, live: bool, stale: bool
) -> Row:
    said = state_said(node.state)
    counted = kind is not TaskKind.FIX_LAYOUT and (live or node.state is not TaskState.RUNNING)
    bar = node_bar(node, estimate) if counted and live else None
    rate = estimate.rate if node.state is TaskState.RUNNING else None
    numbers = (node.files, node.lookups, node.failures, node.skipped)
    files, looked, failed, skipped = (count(n) if counted else DASH for n in numbers)
    name = node_name(node, state)
    cells = (
        Cell(name, "name", icon="server", stale=stale),
        Cell(said.word, "state", state=said.state, stale=stale),
        Cell(bar.text, "progress", value=bar.value, stale=stale, tip=bar.tip) if bar is not None else EMPTY,
        Cell(files, "num", stale=stale),
        Cell(size(node.bytes) if counted else DASH, "num", stale=stale),
        Cell(looked, "num", stale=stale),
        Cell(failed, "num", role="critical" if node.failures else "", stale=stale),
        Cell(skipped, "num", stale=stale),
        Cell(decimal(rate, 0 if rate >= 10 else 1) if rate else DASH, "num", stale=stale),
        Cell(duration(node.seconds) if live or counted else DASH, "num", stale=stale),
    )
    sort = (name, None, bar.value if bar else None, *numbers[:1], node.bytes, *numbers[1:], rate, node.seconds)
    return Row(node_key(node), cells, sort=sort)


def _silent_row(name: str, key: str) -> Row:
    tip = _("Its glusterd said nothing: the node or its glusterd is away.")
    cells = (Cell(name, "name", icon="server"), Cell(_("No answer"), "state", state="unknown", tip=tip))
    return Row(key, (*cells, EMPTY, *[Cell(DASH, "num", role="text3")] * 7))


def state_said(state: TaskState) -> Said:
    """How one node stands."""
    return {
        TaskState.RUNNING: Said("busy", _("Moves files")),
        TaskState.COMPLETED: Said("ok", _("Done")),
        TaskState.FAILED: Said("warn", _("Failed")),
        TaskState.STOPPED: Said("stopped", _("Stopped")),
        TaskState.STALE: Said("warn", _("Left behind")),
    }.get(state, Said("unknown", _("Waits")))


def files_tree() -> Tree:
    """Files that were not moved."""
    return Tree(
        [
            (_("File in the volume"), -1),
            (_("What became of it"), 130),
            (_("Why"), 380),
            (_("Node"), 100),
            (_("UTC"), 150),
        ],
        flat=True,
        drop={4: 1000},
        name=_("Files that were not moved"),
        severity_first=False,
    )


def file_rows(files: tuple[NotMoved, ...]) -> list[Row]:
    """A row per file."""
    return [_file_row(number, file) for number, file in enumerate(files)]


def _file_row(number: int, file: NotMoved) -> Row:
    said = Said("warn", _("Failed")) if file.why is Why.FAILED else Said("info", _("Skipped"))
    path = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in file.path)
    cells = (
        Cell(path, "name", icon="file-text"),
        Cell(said.word, "state", state=said.state),
        Cell(reason_words(file.reason), tip=file.reason),
        Cell(file.node),
        Cell(file.time, role="text3"),
    )
    return Row(f"{number}/{file.node}", cells)


def reason_words(reason: str) -> str:
    """The log's reason in plain words where it is known."""
    if "hardlink" in reason:
        return _("it has several names (hard links)")
    if "lower disk space" in reason or reason == "space constraints":
        return _("the new place would be fuller than the old one")
    if "File has locks" in reason:
        return _("a client holds a lock on it")
    return reason or _("the log does not say")
