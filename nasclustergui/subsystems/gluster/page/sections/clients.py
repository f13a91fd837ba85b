"""Who is connected to the volume: hosts, what they are, how much they read and wrote. Read on demand only."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QCheckBox, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.features.clients.model import ClientList
from nasclustergui.subsystems.gluster.features.clients.read import clients
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.subsystems.gluster.page.client_rows import client_rows, summary, warnings
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.ui.parts import Banner, ElidedLabel, Stack, Tree, button, col, row

OLD = 20.0  # seconds after which a new look at the section reads again: it takes the volume's lock


class ClientsSection(Section):
    """A tree of hosts and their clients."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.found: ClientList | None = None
        self.read_at = 0.0
        self._reading = False
        self.tree = Tree(
            [
                (_("Host and client"), -1),
                (_("Kind"), 230),
                (_("Bricks"), 110),
                (_("Sent"), 110),
                (_("Received"), 110),
                (_("Operating version"), 150),
            ],
            right=(3, 4),
            drop={5: 900},
            name=_("Clients of the volume"),
        )
        self.daemons = QCheckBox(_("Show the pool's own daemons"))
        self.daemons.toggled.connect(lambda _on: self._show())
        self.again = button(_("Read again"), "quiet", "refresh-cw", small=True, on_click=self.read)
        self._facts = ElidedLabel("", "caption", "text2")
        self._read_at = ElidedLabel("", "caption", "text3")
        self.banner = Banner("warn", "")
        self.banner.hide()
        self.stack = Stack(self.tree, _("Asking the bricks…"))
        self.stack.retry.connect(self.read)
        tools = row(self._facts, None, self._read_at, self.again, self.daemons, gap=12, margins=(14, 8, 14, 6))
        self.setLayout(col(tools, row((self.banner, 1), margins=(12, 0, 12, 6)), (self.stack, 1), gap=0))
        self.setFocusProxy(self.tree)
        desk.changed.connect(self._on_changed)

    def set_view(self, view: View) -> None:
        """Another volume, or a newer reading: clients are not read at every poll."""
        before = self.view.volume if self.view is not None else None
        super().set_view(view)
        volume = view.volume
        if volume is None:
            return
        other = before is None or before.uuid != volume.uuid or before.status is not volume.status
        if other:
            self.found = None
            if self.isVisible():
                self.read()

    def enter(self) -> None:
        """Read, unless that was just done."""
        if time.time() - self.read_at > OLD:
            self.read()

    def read(self) -> None:
        """Ask the bricks."""
        volume = self.view.volume if self.view is not None else None
        if volume is None or self._reading:
            return
        if volume.status is not VolumeStatus.STARTED:
            self.banner.hide()
            text = _("A stopped volume has no clients.")
            self.stack.show_empty("users", _("The volume is stopped"), text)
            self._facts.set_text("")
            return
        self._reading = True
        self.stack.show_loading()
        self.desk.read(
            self, lambda pool, job: clients(pool, volume, job), self._on_found, lambda error: self._on_failed(error)
        )

    def _on_found(self, found: ClientList) -> None:
        self._reading = False
        volume = self.view.volume if self.view is not None else None
        if volume is None or volume.name != found.volume:
            return
        self.found, self.read_at = found, time.time()
        self._show()

    def _on_failed(self, error: NasError) -> None:
        self._reading = False
        self.stack.show_failed(error, self.read_at or None)

    def _on_changed(self) -> None:
        self.read_at = 0.0
        if self.isVisible():
            self.read()

    def _show(self) -> None:
        found = self.found
        if found is None:
            return
        self.tree.update_rows(client_rows(found, self.daemons.isChecked()))
        self._facts.set_text(summary(found))
        self._read_at.set_text(_("Read at {time}").format(time=clock(self.read_at)))
        told = list(warnings(found))
        self.banner.setVisible(bool(told))
        if told:
            more = ngettext("{n} more note", "{n} more notes", len(told) - 1).format(n=len(told) - 1)
            self.banner.set_message("warn", told[0], "\n".join(told[1:3]) if len(told) <= 3 else more)
        if found.clients and (found.real or self.daemons.isChecked()):
            self.stack.show_content()
        else:
            text = _("Nobody has the volume mounted now. Machines that are off are not seen.")
            self.stack.show_empty("users", _("No clients"), text)
