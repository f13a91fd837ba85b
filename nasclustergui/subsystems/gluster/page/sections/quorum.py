"""Quorum of a volume: its rules, each set's picture, and what one more loss would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QScrollArea, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.quorum.outlook import (
    Loss,
    Outlook,
    SetOutlook,
    effective_type,
    fixed_count,
    outlook,
    rule,
)
from nasclustergui.subsystems.gluster.features.quorum.plans import plan_client_quorum, plan_ratio, plan_server_quorum
from nasclustergui.subsystems.gluster.features.quorum.words import (
    loss_title,
    reach_severity,
    reach_text,
    reach_word,
    server_spare,
    server_text,
    server_word,
    set_count,
    set_severity,
    set_word,
)
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sets_picture import SetsPicture
from nasclustergui.subsystems.gluster.page.words import grades
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Badge, Banner, Button, Cell, Label, Panel, Row, Tree, button, col, label, row

RATIOS = ("", "50", "51", "67", "75", "90")
PICTURE = 220  # height that the picture of the sets takes before it scrolls


class RuleCard(Panel):
    """One rule: its name, where it stands, two sentences, and a menu that changes it."""

    def __init__(self, title: str) -> None:
        self.badge = Badge("ok", "")
        self.rule = Label("", "body", wrap=True)
        self.more = Label("", "caption", "text2", wrap=True)
        self.change: Button = button(_("Change"), small=True, menu=True)
        self.menu = QMenu(self.change)
        self.menu.setToolTipsVisible(True)
        self.change.setMenu(self.menu)
        head = row(label(title, "heading"), self.badge, None, self.change, gap=8)
        super().__init__(col(head, self.rule, self.more, None, gap=6, margins=(14, 10, 14, 10)), fill="inset", radius=8)

    def say(self, state: str, word: str, text: str, more: str) -> None:
        """Show it."""
        self.badge.set_state(state, word, state not in ("ok", "stopped", "info"))
        self.rule.set_text(text)
        self.more.set_text(more)
        self.more.setVisible(bool(more))


class QuorumSection(Section):
    """Everything here follows from the state that is read anyway: nothing is asked of the cluster."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.outlook: Outlook | None = None
        self._shown: object = None
        self.client = RuleCard(_("Between the bricks of a set"))
        self.server = RuleCard(_("Between the nodes"))
        self.note = Banner("warn", "")
        self.note.hide()
        self.picture = SetsPicture()
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.picture)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree = Tree(
            [
                (_("Now, and after one more loss"), 300),
                (_("Clients"), 160),
                (_("Bricks"), 290),
                (_("What it means"), -1),
            ],
            severity_first=False,
            drop={2: 1060},
            name=_("What the loss of a node or a brick would do"),
        )
        cards = row((self.client, 1), (self.server, 1), gap=12, margins=(12, 12, 12, 8))
        note = row((self.note, 1), margins=(12, 0, 12, 8))
        picture = row((self._scroll, 1), margins=(12, 0, 12, 8))
        self.setLayout(col(cards, note, picture, (self.tree, 1), gap=0))
        self.setFocusProxy(self.tree)
        self.client.menu.aboutToShow.connect(self._fill_client_menu)
        self.server.menu.aboutToShow.connect(self._fill_server_menu)

    def set_view(self, view: View) -> None:
        """Another volume, or a newer reading."""
        super().set_view(view)
        volume = view.volume
        if volume is None:
            return
        self.picture.show_volume(volume, view.stale, grades(view.state))
        self._fit()
        seen = (volume, view.state.peers, view.stale, view.unreadable)
        if seen != self._shown:
            self._shown = seen
            self.outlook = outlook(volume, view.state)
            self._show(volume, self.outlook, view)

    def _fit(self) -> None:
        self._scroll.setFixedHeight(min(self.picture.minimumHeight(), theme.px(PICTURE)))

    def _show(self, volume: Volume, found: Outlook, view: View) -> None:
        self._show_client(volume, found, view)
        self._show_server(found, view)
        self._show_note(volume, found, view)
        stale = bool(view.stale)
        rows = [_set_row(s, volume, stale) for s in found.sets]
        rows += [_loss_row(loss, found, stale) for loss in found.losses if not loss.brick_of]
        self.tree.update_rows(rows)

    def _show_client(self, volume: Volume, found: Outlook, view: View) -> None:
        severity = max((set_severity(s) for s in found.sets), default=None)
        lost = [s for s in found.sets if s.access == 0]
        word = ngettext("{n} set lost", "{n} sets lost", len(lost)).format(n=len(lost)) if lost else _("Held")
        state = "ok" if severity is None or not lost else "critical"
        if volume.status is not VolumeStatus.STARTED:
            state, word = "stopped", _("Stopped")
        self.client.say(state, word, _kind_words(volume) + " " + rule(volume, volume.sets[0]), _client_more(volume))
        replicated = volume.type in (VolumeType.REPLICATE, VolumeType.ARBITER)
        why = view.unreadable or ("" if replicated else _("Only replicated volumes have this setting."))
        self.client.change.set_enabled(not why, why)

    def _fill_client_menu(self) -> None:
        """When it opens: a poll must not change a menu under the pointer."""
        menu, cluster = self.client.menu, self.desk.cluster
        menu.clear()
        volume = self.view.volume if self.view is not None else None
        if volume is None:
            return
        choices = [(_("Automatic…"), "auto", 0)]
        words = [ngettext("At least {n} brick…", "At least {n} bricks…", n) for n in range(1, volume.replica + 1)]
        choices += [(text.format(n=n), "fixed", n) for n, text in enumerate(words, 1)]
        choices += [(_("None…"), "none", 0), (_("Gluster's default…"), "default", 0)]
        for text, kind, n in choices:
            make = partial(_client_plan, kind=kind, count=n, cluster=cluster)
            self._entry(menu, text, make)

    def _fill_server_menu(self) -> None:
        menu, cluster = self.server.menu, self.desk.cluster
        menu.clear()
        if self.outlook is None:
            return
        on = not self.outlook.server.enforced
        text = _("Enforce for this volume…") if on else _("Do not enforce…")
        self._entry(menu, text, partial(_server_plan, on=on, cluster=cluster))
        shares = menu.addMenu(_("Share of peers, for the whole pool"))
        for ratio in RATIOS:
            name = _("{n} %…").format(n=ratio) if ratio else _("Gluster's default (51 %)…")
            self._entry(shares, name, partial(_ratio_plan, ratio=ratio, cluster=cluster))

    def _show_server(self, found: Outlook, view: View) -> None:
        rule_now = found.server
        state = "stopped" if not rule_now.enforced else "critical" if rule_now.spare < 0 else "ok"
        if rule_now.enforced and not rule_now.spare:
            state = "warn"
        text = server_text(rule_now) if rule_now.enforced else _("Peers that don't see each other all go on.")
        self.server.say(state, server_word(rule_now), text, server_spare(rule_now))
        self.server.change.set_enabled(not view.unreadable, view.unreadable)

    def _entry(self, menu: QMenu, text: str, make: Callable[[Volume, GlusterState], Plan]) -> None:
        menu.addAction(text, lambda: self._propose(make))

    def _propose(self, make: Callable[[Volume, GlusterState], Plan]) -> None:
        view = self.view
        if view is None or view.volume is None:
            return
        try:
            self.plan_proposed.emit(make(view.volume, view.state))
        except NasError as error:
            present(self.window(), error)

    def _show_note(self, volume: Volume, found: Outlook, view: View) -> None:
        """What makes a good-looking loss unsafe."""
        pending = volume.heal_pending or 0
        losses = [loss for loss in found.losses if not loss.gone and not loss.brick_of]
        risky = [loss.what for loss in losses if loss.result.unhealed_lost]
        said = ("", "", "")
        if view.stale:
            said = ("stale", _("Brick states are old"), _("What follows from them below is, too."))
        elif found.server.enforced and not found.server.spare:
            text = _("glusterd would stop its bricks on all nodes, however many of a set are up.")
            said = ("warn", _("The next peer that is lost stops this volume"), text)
        elif pending and risky:
            title = ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending)
            text = _("Wait with {nodes} until it is healed: quorum would hold, but clients would lose these files.")
            said = ("warn", title.format(n=count(pending)), text.format(nodes=", ".join(risky)))
        self.note.setVisible(bool(said[0]))
        if said[0]:
            self.note.set_message(*said)


def _client_plan(volume: Volume, state: GlusterState, *, kind: str, count: int, cluster: str) -> Plan:
    return plan_client_quorum(volume, kind, count, state, cluster)


def _server_plan(volume: Volume, state: GlusterState, *, on: bool, cluster: str) -> Plan:
    return plan_server_quorum(volume, on, state, cluster)


def _ratio_plan(_volume: Volume, state: GlusterState, *, ratio: str, cluster: str) -> Plan:
    return plan_ratio(ratio, state, cluster)


def _kind_words(volume: Volume) -> str:
    if volume.type not in (VolumeType.REPLICATE, VolumeType.ARBITER):
        return ""
    kind = effective_type(volume)
    chosen = "cluster.quorum-type" in volume.options
    words = {
        "auto": _("Automatic.") if chosen else _("Automatic, by default."),
        "fixed": _("Fixed at {n}.").format(n=fixed_count(volume)),
        "none": _("None.") if chosen else _("None, by default."),
    }
    return words.get(kind, kind)


def _client_more(volume: Volume) -> str:
    if volume.type is VolumeType.DISTRIBUTE:
        return ""
    return _("Below that clients can neither read nor write the set's files; they stay on the bricks.")


def _set_row(found: SetOutlook, volume: Volume, stale: bool) -> Row:
    severity = set_severity(found)
    state = "stopped" if volume.status is not VolumeStatus.STARTED else severity.name.lower()
    names = ", ".join(brick.node or brick.host for brick in found.bricks)
    meaning = rule(volume, found.bricks)
    if found.unhealed < found.access and found.pending:
        text = ngettext("{n} entry waits for a heal.", "{n} entries wait for a heal.", found.pending)
        meaning = text.format(n=count(found.pending)) + " " + meaning
    cells = (
        Cell(_("Set {n} now").format(n=found.number), "name", "layers", sub=names, strong=True),
        Cell(set_word(found), "state", state=state, stale=stale),
        Cell(set_count(found), stale=stale),
        Cell(meaning, tip=meaning),
    )
    return Row(f"set/{found.number}", cells, data=found)


def _loss_row(loss: Loss, found: Outlook, stale: bool) -> Row:
    bricks = tuple(_loss_row(one, found, stale) for one in found.losses if one.brick_of and one.brick_of == loss.what)
    severity = reach_severity(loss.result)
    text = reach_text(loss.result)
    changed = [s for s, now in zip(loss.result.sets, found.now.sets, strict=True) if s.up != now.up]
    up = ", ".join(_("set {n}: {up} of {all}").format(n=s.number, up=s.up, all=s.bricks) for s in changed[:3])
    icon = "hard-drive" if loss.brick_of else "server"
    cells = (
        Cell(loss_title(loss), "name", "unplug" if loss.gone else icon),
        Cell(reach_word(loss.result), "state", state=severity.name.lower(), stale=stale),
        Cell(up + (", …" if len(changed) > 3 else ""), stale=stale),
        Cell(text, tip=text),
    )
    return Row(f"loss/{loss.brick_of}/{loss.what}", cells, bricks, data=loss)
