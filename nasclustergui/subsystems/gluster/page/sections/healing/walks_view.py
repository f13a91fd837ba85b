"""The self-heal daemons' last crawls: read on demand, for it takes the volume's lock."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.features.heal.model import Walk
from nasclustergui.subsystems.gluster.features.heal.read import read_walks
from nasclustergui.subsystems.gluster.model import Volume, VolumeType
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.healing.tables import walk_rows, walks_tree
from nasclustergui.ui.parts import ElidedLabel, Stack, box, button, col, row


class WalksView(QWidget):
    """Shows one volume's crawls."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._volume: Volume | None = None
        self._job: Job | None = None
        self._busy = False
        self._read = False
        self.tree = walks_tree()
        self._facts = ElidedLabel("", "caption", "text3")
        self.again = button(_("Read again"), icon="refresh-cw", small=True, on_click=self.start)
        self.first = button(_("Read the last crawls"), icon="history", on_click=self.start)
        head = row(self._facts, None, self.again, gap=8, margins=(12, 6, 12, 6))
        self.stack = Stack(box(col(head, (self.tree, 1), gap=0)), _("Asking the self-heal daemons…"))
        self.stack.retry.connect(self.start)
        self.stack.stop.connect(self.cancel)
        self.setLayout(col((self.stack, 1), gap=0))
        self._show_empty()

    def set_volume(self, volume: Volume) -> None:
        """A newer reading of it."""
        kind = self._volume.type if self._volume is not None else None
        self._volume = volume
        if volume.type is not kind and self.stack.showing() == "empty":
            self._show_empty()

    def start(self) -> None:
        """Read them; nothing if that is under way."""
        volume = self._volume
        if volume is None or self._busy or volume.type is VolumeType.DISPERSE:
            return
        self._busy = True
        self.stack.show_loading()
        self._job = self._desk.read(self, lambda pool, job: read_walks(pool, volume, job), self._done, self._failed)

    def cancel(self) -> None:
        """Wait no longer."""
        if self._job is not None:
            self._job.cancel()
        self._busy = False
        if not self._read:
            self._show_empty()

    def _done(self, walks: tuple[Walk, ...]) -> None:
        self._busy = False
        assert self._volume is not None
        self._read = True
        self.tree.update_rows(walk_rows(walks, self._volume))
        self._facts.set_text(_("Read {time}; the times below are the nodes' own.").format(time=clock(time.time())))
        if walks:
            self.stack.show_content()
        else:
            text = _("The daemons keep them in memory since they were started.")
            self.stack.show_empty("history", _("No crawl so far"), text, [self.first])

    def _failed(self, error: NasError) -> None:
        self._busy = False
        self.stack.show_failed(error)

    def _show_empty(self) -> None:
        if self._volume is not None and self._volume.type is VolumeType.DISPERSE:
            text = _("For dispersed volumes gluster keeps no record of what its daemons did.")
            self.first.hide()
            self.stack.show_empty("history", _("No crawls are told"), text, [self.first])
            return
        text = _(
            "What each daemon healed, and where it failed, since it was started. Reading it takes the volume's lock."
        )
        self.stack.show_empty("history", _("Not read yet"), text, [self.first])
