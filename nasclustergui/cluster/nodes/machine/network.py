"""The tab "Network": interfaces with their state, bonds, and MTUs that do not fit together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.nodes.machine.facts import Note
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, NB, count, decimal
from nasclustergui.subsystems.nodes.features.machine.model import Bond, Facts, Interface, Reading
from nasclustergui.subsystems.nodes.features.machine.network import mtu_differences
from nasclustergui.subsystems.nodes.model import NodeState
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.parts import Panel, Tree, col


class NetworkView(QWidget):
    """A sentence where MTUs differ, and the table."""

    def __init__(self) -> None:
        super().__init__()
        self.note = Note()
        self.tree = Tree(
            [
                (_("Interface"), -1),
                (_("State"), 180),
                (_("Speed"), 100),
                (_("MTU"), 70),
                (_("Addresses"), 220),
                (_("Hardware address"), 160),
                (_("Errors"), 70),
                (_("Dropped"), 76),
            ],
            right=(3, 6, 7),
            drop={5: 1000, 2: 860},
            name=_("Network interfaces"),
        )
        self.setLayout(col(Panel(col(self.note, (self.tree, 1), gap=0, margins=(1, 6, 1, 8)))))

    def show_reading(self, state: ClusterState, node: NodeState, reading: Reading | None) -> None:
        """Show it, or an empty table."""
        facts = reading.facts if reading is not None else None
        if facts is None:
            self.note.say("")
            self.tree.update_rows([])
            return
        differences = differing(state)
        self.tree.update_rows(interface_rows(node.name, facts, differences, not node.online))
        self.note.say(*_note(facts, differences))


def differing(state: ClusterState) -> Mapping[str, Mapping[int, tuple[str, ...]]]:
    """Networks in which the nodes have different MTUs, as far as nodes were read."""
    known = {name: reading.facts for name, reading in state.machines.items() if reading.facts is not None}
    return mtu_differences({name: facts.interfaces for name, facts in known.items() if facts.interfaces is not None})


def mtu_sentence(differences: Mapping[str, Mapping[int, tuple[str, ...]]]) -> str:
    """All of them, with who has which; "" where all agree."""
    found = []
    for network, by_mtu in differences.items():
        sides = "; ".join(f"{mtu}: {', '.join(names)}" for mtu, names in sorted(by_mtu.items()))
        text = _("MTUs differ in {network} ({sides}): large packets may get lost between them.")
        found.append(text.format(network=network, sides=sides))
    return " ".join(found)


def _note(facts: Facts, differences: Mapping[str, Mapping[int, tuple[str, ...]]]) -> tuple[str, str]:
    if said := mtu_sentence(differences):
        return said, "warn"
    if facts.interfaces is None:
        return _("The node could not tell its interfaces."), "warn"
    if facts.gateways:
        return _("Way to other networks: {gateways}").format(gateways=", ".join(facts.gateways)), "info"
    return "", "info"


def interface_rows(
    node: str, facts: Facts, differences: Mapping[str, Mapping[int, tuple[str, ...]]], stale: bool
) -> list[Row]:
    """Plain interfaces and bonds; what belongs to a bond or bridge stands below it."""
    bonds = {bond.name: bond for bond in facts.bonds}
    odd = {name for by_mtu in differences.values() for names in by_mtu.values() for name in names}
    interfaces = facts.interfaces or ()
    names = {interface.name for interface in interfaces}

    def made(interface: Interface) -> Row:
        below = tuple(made(each) for each in interfaces if each.master == interface.name != each.name)
        return _row(interface, below, bonds, f"{node} {interface.name}" in odd, stale)

    return [made(each) for each in interfaces if each.master not in names]


def _row(interface: Interface, below: tuple[Row, ...], bonds: Mapping[str, Bond], odd: bool, stale: bool) -> Row:
    bond = bonds.get(interface.name)
    sub = (bond.mode if bond else "") or interface.kind or interface.driver
    mtu = DASH if interface.mtu is None else str(interface.mtu)
    addresses = ", ".join(interface.addresses)
    cells = (
        Cell(interface.name, "name", "network", sub, strong=True, stale=stale),
        _state(interface, bond, bonds, stale),
        Cell(speed_text(interface), stale=stale),
        Cell(mtu, "num", role="warn" if odd and not stale else "", stale=stale, strong=odd),
        Cell(addresses or DASH, "mono", stale=stale, tip="\n".join(interface.addresses)),
        Cell(interface.mac or DASH, "mono", stale=stale),
        _packets(interface.errors, stale, worry=True),
        _packets(interface.dropped, stale),
    )
    return Row(f"interface/{interface.name}", cells, below, open=True)


def _state(interface: Interface, bond: Bond | None, bonds: Mapping[str, Bond], stale: bool) -> Cell:
    word, state, sub = state_word(interface), "ok" if interface.up else "stopped", ""
    if interface.up is False and (interface.addresses or interface.master):
        state = "warn"  # somebody set it up, so it is meant to work
    if interface.up is None:
        state = "unknown"
    if bond is not None:
        down = [name for name, link in bond.slaves.items() if link != "up"]
        sub = _("{names} down").format(names=", ".join(down)) if down else bond.active
        state = "warn" if down and interface.up else state
    master = bonds.get(interface.master)
    if master is not None and master.slaves.get(interface.name, "up") != "up":
        state = "warn"
    return Cell(word, "state", sub=sub, state="stale" if stale else state)


def state_word(interface: Interface) -> str:
    """ "Up", "Down", "No cable"."""
    if interface.up is None:
        return _("Unknown")
    if interface.up:
        return _("Up")
    return _("No cable") if interface.carrier is False else _("Down")


def speed_text(interface: Interface) -> str:
    """ "10 Gbit/s", with a word where it can't send and receive at once."""
    if interface.speed is None or interface.up is False:
        return DASH
    text = f"{interface.speed}{NB}Mbit/s"
    if interface.speed >= 1000:
        text = decimal(interface.speed / 1000, 0 if interface.speed % 1000 == 0 else 1) + NB + "Gbit/s"
    return _("{speed}, half duplex").format(speed=text) if interface.duplex == "half" else text


def _packets(n: int | None, stale: bool, worry: bool = False) -> Cell:
    text = DASH if n is None else count(n)
    role = "text3" if n is None else "warn" if n and worry and not stale else ""
    return Cell(text, "num", role=role, stale=stale)
