"""The rows of bit rot: each node's scrubber, its corrupted files below it. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, clock, count, duration
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, NodeScrub, Scrub
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree


def bitrot_tree() -> Tree:
    """The table, still empty."""
    return Tree(
        [
            (_("Node, corrupted file"), -1),
            (_("State"), 150),
            (_("Compared"), 96),
            (_("Skipped"), 96),
            (_("Last run ended"), 150),
            (_("It took"), 110),
        ],
        right=(2, 3, 5),
        drop={5: 900, 3: 760},
        name=_("Scrubbers and corrupted files"),
    )


def bitrot_rows(scrub: Scrub, stale: bool = False) -> list[Row]:
    """A row per node."""
    return [_node(node, scrub, stale) for node in scrub.nodes]


def node_said(node: NodeScrub, scrub: Scrub) -> Said:
    """How a node's files are, as far as anybody looked."""
    if node.errors or node.corrupted:
        n = max(node.errors, len(node.corrupted))
        return Said("critical", ngettext("{n} corrupted", "{n} corrupted", n).format(n=count(n)))
    if node.last_at is None:
        return Said("unknown", _("Not looked yet"))
    return Said("ok", _("None found"))


def scrub_said(scrub: Scrub | None) -> Said:
    """The volume's scrubber."""
    if scrub is None:
        return Said("stopped", _("Off"))
    if scrub.corrupted or any(node.errors for node in scrub.nodes):
        n = max(sum(node.errors for node in scrub.nodes), len(scrub.corrupted))
        return Said("critical", ngettext("{n} corrupted", "{n} corrupted", n).format(n=count(n)))
    if scrub.running:
        return Said("busy", _("Scrubbing"))
    if scrub.paused:
        return Said("stopped", _("Paused"))
    return Said("ok", _("On"))


def _node(node: NodeScrub, scrub: Scrub, stale: bool) -> Row:
    said = node_said(node, scrub)
    ran = node.last_at is not None
    cells = (
        Cell(node.node, "name", "server", strong=True),
        Cell(said.word, "state", state=said.state, stale=stale),
        Cell(count(node.scrubbed) if ran else DASH, "num", stale=stale),
        Cell(count(node.skipped) if ran else DASH, "num", stale=stale),
        Cell(clock(node.last_at) if node.last_at is not None else DASH, stale=stale),
        Cell(duration(round(node.seconds)) if ran else DASH, "num", stale=stale),
    )
    children = tuple(_file(one) for one in node.corrupted)
    return Row(f"n/{node.node}", cells, children, data=node, open=True, sort=(None, None, node.scrubbed, node.skipped))


def _file(one: Corrupted) -> Row:
    cells = (
        Cell(one.shown, "name", "file-text", sub=one.brick),
        Cell(_("Corrupted"), "state", state="critical"),
        *(Cell() for _column in range(4)),
    )
    return Row(f"f/{one.gfid}/{one.brick}", cells, data=one)
