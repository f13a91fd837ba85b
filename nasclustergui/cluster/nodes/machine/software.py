"""The tab "Software": updates, restarts and the clock of this node, and the versions of all nodes side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.nodes.machine.facts import Fact, FactCard
from nasclustergui.cluster.nodes.machine.words import (
    keeping_text,
    lists_text,
    program,
    reboot_text,
    seconds_text,
    skew_text,
    updates_text,
)
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine.compare import (
    SKEW_SECONDS,
    Versions,
    newer_kernel,
    skews,
    spread,
    versions,
)
from nasclustergui.subsystems.nodes.features.machine.model import Facts, Reading, Updates
from nasclustergui.subsystems.nodes.model import NodeState
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.labels import ElidedLabel
from nasclustergui.ui.parts import Line, Panel, Tree, col, label, row


class SoftwareView(QWidget):
    """A card about the node, beside it the versions of all nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.card = FactCard(_("This node"))
        self.tree = Tree(
            [(_("Program"), 150), (_("This node"), 176), (_("All nodes"), 112), (_("Elsewhere"), -1)],
            flat=True,
            name=_("Versions of all nodes"),
        )
        self._told = ElidedLabel("", "caption", "text3")
        head = row(label(_("Versions of all nodes"), "label", "text3"), None, self._told, margins=(14, 10, 14, 6))
        table = Panel(col(head, Line(), (self.tree, 1), gap=0, margins=(1, 1, 1, 8)))
        self.setLayout(row((self.card, 5), (table, 7), gap=12))

    def show_reading(self, state: ClusterState, node: NodeState, reading: Reading | None) -> None:
        """Show it, or dashes."""
        stale = not node.online
        self.card.show_facts(software_facts(state, node.name, reading or Reading()), stale)
        known = known_facts(state)
        self.tree.update_rows([version_row(each, node.name, len(known), stale) for each in versions(known)])
        n = len(state.nodes.nodes)
        text = ngettext("{known} of {n} node read", "{known} of {n} nodes read", n).format(known=len(known), n=n)
        self._told.set_text(text)


def short(version: str) -> str:
    """ "Debian GNU/Linux 12 (bookworm)" is longer than its column; everything else stays."""
    return version.replace("GNU/Linux ", "")


def known_facts(state: ClusterState) -> dict[str, Facts]:
    """The nodes that were read in this session, in the profile's order."""
    return {name: reading.facts for name, reading in state.machines.items() if reading.facts is not None}


def software_facts(state: ClusterState, name: str, reading: Reading) -> list[Fact]:
    """What an administrator must do about this node's software, and how its clock is."""
    facts, updates = reading.facts or Facts(), reading.updates
    software = facts.software
    restart, restart_state = reboot_text(facts)
    pending, pending_state = updates_text(updates)
    newer = newer_kernel(software)
    kernel = _("{running}, newer installed: {newer}") if newer else "{running}"
    tip = "" if updates is None or not updates.updates else _names(updates)
    return [
        Fact(_("System"), software.system),
        Fact(_("Kernel"), kernel.format(running=software.kernel, newer=newer) if software.kernel else ""),
        Fact(_("Restart"), restart if reading.facts else DASH, restart_state if reading.facts else ""),
        Fact(_("Updates"), pending, pending_state, tip),
        Fact(_("Package lists"), lists_text(updates)),
        _services(facts, updates),
        _units(facts),
        *_clock(state, name, reading, facts),
    ]


def _names(updates: Updates) -> str:
    """For the tool tip: security first."""
    ordered = sorted(updates.updates or (), key=lambda each: (not each.security, each.package))
    lines = [f"{each.package} {each.installed} → {each.offered}" for each in ordered[:30]]
    return "\n".join([*lines, "…"] if len(ordered) > 30 else lines)


def _services(facts: Facts, updates: Updates | None) -> Fact:
    """Programs whose file was replaced below them; needrestart knows more of them, where it is there."""
    names = [*facts.software.replaced, *((updates.restart or ()) if updates else ())]
    names = list(dict.fromkeys(name.removesuffix(".service") for name in names))
    if not facts.software.kernel:
        return Fact(_("Old programs run"), DASH)
    text = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return Fact(_("Old programs run"), text or _("None seen"), "warn" if names else "", "\n".join(names))


def _units(facts: Facts) -> Fact:
    failed = facts.software.failed_units
    if failed is None:
        return Fact(_("Failed units"), DASH)
    return Fact(_("Failed units"), ", ".join(failed) or _("None"), "warn" if failed else "", "\n".join(failed))


def _clock(state: ClusterState, name: str, reading: Reading, facts: Facts) -> list[Fact]:
    answering = {node.name for node in state.nodes.nodes if node.online}
    told = {n: r.clock for n, r in state.machines.items() if r.clock is not None and n in answering}
    wrong = {skew.name: skew.wrong for skew in skews(told)} if told else {}
    here = Fact(
        _("Clock"),
        _("{skew} against this workstation").format(skew=skew_text(reading.clock)) if reading.clock else DASH,
        "warn" if wrong.get(name) else "",
        _("By the round trip of the connection: the true value lies within ±."),
    )
    keeping = keeping_text(facts.time) if facts.software.kernel else DASH
    return [here, _between(told), Fact(_("Time service"), keeping, "warn" if facts.time.synchronised is False else "")]


def _between(told: dict[str, Clock]) -> Fact:
    most = spread(told)
    if most is None:
        return Fact(_("Between nodes"), DASH)
    seconds, error, ahead, behind = most
    text = _("At most {seconds} ({ahead} ahead of {behind})").format(
        seconds=seconds_text(seconds, error).lstrip("+"), ahead=ahead, behind=behind
    )
    return Fact(_("Between nodes"), text, "warn" if seconds - error > SKEW_SECONDS else "")


def version_row(each: Versions, node: str, n: int, stale: bool) -> Row:
    """One program: here, whether all nodes have the same, and who has another one."""
    here = next((version for version, nodes in each.nodes.items() if node in nodes), "")
    others = {version: nodes for version, nodes in each.nodes.items() if version != here}
    elsewhere = " · ".join(
        f"{short(version) or _('not installed')}: {', '.join(nodes)}" for version, nodes in others.items()
    )
    if each.differs:
        told = Cell(_("Differ"), "state", state="stale" if stale else "warn")
    else:
        have = sum(len(nodes) for version, nodes in each.nodes.items() if version)
        text = _("Same on all {n}").format(n=n) if have == n else _("Same on {have} of {n}").format(have=have, n=n)
        told = Cell(text, role="text2", stale=stale)
    cells = (
        Cell(program(each.name), "name", strong=each.differs, stale=stale),
        Cell(short(here) or DASH, "mono", stale=stale, role="" if here else "text3"),
        told,
        Cell(elsewhere, role="text2", stale=stale, tip=elsewhere.replace(" · ", "\n")),
    )
    return Row(f"version/{each.name}", cells)
