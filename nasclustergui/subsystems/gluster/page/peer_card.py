"""The card of the selected peer: its names, its bricks, what it sees, what its configuration has differently."""

from __future__ import annotations

from PySide6.QtCore import Signal

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis, Disagreement, Line
from nasclustergui.subsystems.gluster.features.peers.model import Survey
from nasclustergui.subsystems.gluster.features.peers.plans import bricks_on, peer_name, why_not_removed
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState
from nasclustergui.subsystems.gluster.page.peer_rows import peer_state
from nasclustergui.ui import theme
from nasclustergui.ui.parts import (
    Badge,
    Button,
    Cell,
    ElidedLabel,
    FlowButtons,
    Label,
    Panel,
    Row,
    Tree,
    button,
    col,
    row,
)

MOST_LINES = 6  # of differences before they scroll


class PeerCard(Panel):
    """Shows one peer, or a node of the profile that is none.

    Attributes:
        offered: the buttons that make sense now, folded or not.

    Signals:
        asked: what is to be done with it: "add", "name", "mend", "detach", "detach-force".
    """

    asked = Signal(str)

    def __init__(self) -> None:
        self._name = ElidedLabel("", "heading")
        self._badge = Badge("ok", "")
        self._facts = ElidedLabel("", "caption", "text3")
        self.note = Label("", "body", "text2", wrap=True)
        self._bricks = ElidedLabel("", "caption", "text2")
        self.add = self._button(_("Add to the pool…"), "add", "plus")
        self.mend = self._button(_("Mend…"), "mend", "wrench")
        self.name = self._button(_("Add a name…"), "name", "pencil")
        self.detach = self._button(_("Remove from the pool…"), "detach", "unplug", "danger-quiet")
        self.force = self._button(_("Remove by force…"), "detach-force", "trash-2", "danger-quiet")
        self.offered: tuple[Button, ...] = ()
        self.buttons = FlowButtons([self.add, self.mend, self.name, self.detach, self.force])
        head = row((row(self._name, self._badge, (self._facts, 1), gap=8), 1), self.buttons, gap=8)
        self.differences = Tree(
            [(_("Volume and setting"), 260), (_("The majority has"), -1), (_("This node has"), 320)],
            severity_first=False,
            name=_("Settings that differ"),
        )
        super().__init__(
            col(head, self.note, self._bricks, self.differences, gap=8, margins=(16, 12, 16, 12)),
            fill="inset",
            radius=8,
        )

    def _button(self, text: str, what: str, icon: str, kind: str = "normal") -> Button:
        return button(text, kind, icon, small=True, on_click=lambda: self.asked.emit(what))

    def show_node(self, node: str, explained: str) -> None:
        """A node of the profile that is not in the pool."""
        self._say(node, "stopped", _("Not in the pool"), "", explained, "")
        self._offer(add=True)
        self.differences.hide()

    def show_peer(self, peer: Peer, state: GlusterState, survey: Survey, found: Diagnosis, unreadable: str) -> None:
        """A member of the pool."""
        said = peer_state(peer, found)
        name = peer_name(peer)
        config = survey.configs.get(peer.node)
        facts = [", ".join(peer.hostnames), _("id {id}").format(id=peer.uuid)]
        if config is not None and config.version:
            facts.append(_("GlusterFS {version}").format(version=config.version))
        if config is not None and config.op_version:
            facts.append(_("operating version {number}").format(number=config.op_version))
        note = said.more or _("It sees all others, and its configuration is the same as theirs.")
        if not said.more and name not in survey.views:
            note = survey.unread.get(name, "")
        bricks = ", ".join(f"{v.name} ({b.path})" for v, b in bricks_on(peer, state)) or _("none")
        self._say(name, said.state, said.word, " · ".join(facts), note, _("Bricks: {bricks}").format(bricks=bricks))
        rejected = name in found.rejected or (peer.state is PeerState.REJECTED and name not in found.agree)
        self._offer(mend=rejected, peer=peer, state=state, unreadable=unreadable)
        self._show_differences(name, found)

    def _say(self, name: str, state: str, word: str, facts: str, note: str, bricks: str) -> None:
        self._name.set_text(name)
        self._badge.set_state(state, word, state not in ("ok", "stopped"))
        self._facts.set_text(facts)
        self.note.set_text(note)
        self.note.setVisible(bool(note))
        self._bricks.set_text(bricks)
        self._bricks.setVisible(bool(bricks))

    def _offer(
        self,
        *,
        add: bool = False,
        mend: bool = False,
        peer: Peer | None = None,
        state: GlusterState | None = None,
        unreadable: str = "",
    ) -> None:
        gone = peer is not None and peer.state is PeerState.DISCONNECTED
        present = ((self.add, add), (self.mend, mend), (self.name, peer is not None and not mend))
        wanted = (*present, (self.detach, peer is not None), (self.force, gone))
        for one, shown in wanted:
            self.buttons.set_present(one, shown)
        self.offered = tuple(one for one, shown in wanted if shown)
        if peer is None or state is None:
            return
        self.mend.set_enabled(not unreadable, unreadable)
        named = unreadable or ("" if peer.state is PeerState.CONNECTED else _("It is not connected."))
        self.name.set_enabled(not named, named)
        for one, force in ((self.detach, False), (self.force, True)):
            why = unreadable or why_not_removed(peer, state, force)[0]
            one.set_enabled(not why, why)

    def _show_differences(self, name: str, found: Diagnosis) -> None:
        mine = [volume for volume in found.volumes if name in volume.nodes]
        self.differences.setVisible(bool(mine))
        rows = [_volume_row(volume, name, found) for volume in mine]
        self.differences.update_rows(rows)
        for one in rows:
            self.differences.expand_key(one.key)
        lines = min(MOST_LINES, sum(1 + len(one.children) for one in rows))
        self.differences.setFixedHeight(theme.size("header") + lines * theme.size("row") + 4)


def _volume_row(volume: Disagreement, name: str, found: Diagnosis) -> Row:
    if name in volume.missing:
        here, there = _("does not have the volume"), _("has the volume")
    elif set(found.agree) <= set(volume.missing):
        here, there = _("has the volume"), _("does not have it")
    elif volume.lines:
        here = there = ""
    else:
        here = there = _("another checksum, with equal settings")
    cells = (Cell(volume.volume, "name", "database", strong=True), Cell(there), Cell(here))
    lines = tuple(_line_row(volume.volume, line, name, found) for line in volume.lines)
    return Row(volume.volume, cells, children=() if here and there and not volume.lines else lines)


def _line_row(volume: str, line: Line, name: str, found: Diagnosis) -> Row:
    theirs = next((value for value, nodes in line.values.items() if set(found.agree) & set(nodes)), None)
    mine = next((value for value, nodes in line.values.items() if name in nodes), None)
    cells = (Cell(line.key, "mono"), Cell(_value(theirs), "mono"), Cell(_value(mine), "mono"))
    return Row(f"{volume}/{line.key}", cells)


def _value(text: str | None) -> str:
    return text or DASH
