"""The files that the last rebalance did not move: read from the nodes' logs on demand."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.rebalance.commands import MOST
from nasclustergui.subsystems.gluster.features.rebalance.model import NotMovedList
from nasclustergui.subsystems.gluster.features.rebalance.read import read_not_moved
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.rebalance.tables import file_rows, files_tree
from nasclustergui.ui.parts import ElidedLabel, Stack, box, button, col, row


class FilesView(QWidget):
    """Shows one volume's list.

    Attributes:
        listed: as read last, None before.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._volume: Volume | None = None
        self._job: Job | None = None
        self.listed: NotMovedList | None = None
        self.tree = files_tree()
        self._facts = ElidedLabel("", "caption", "text3")
        self.again = button(_("Read again"), icon="refresh-cw", small=True, on_click=self.start)
        self.first = button(_("Show the first files"), icon="file-text", on_click=self.start)
        head = row(self._facts, None, self.again, gap=8, margins=(12, 6, 12, 6))
        self.stack = Stack(box(col(head, (self.tree, 1), gap=0)), _("Reading the logs of all nodes…"))
        self.stack.retry.connect(self.start)
        self.stack.stop.connect(self.cancel)
        self.setLayout(col((self.stack, 1), gap=0))
        self._show_empty(_("Not read yet"))

    def set_volume(self, volume: Volume) -> None:
        """A newer reading of it."""
        self._volume = volume

    def start(self) -> None:
        """Read the logs; nothing if that is under way."""
        volume = self._volume
        if volume is None or self._job is not None:
            return
        self.stack.show_loading()
        self._job = self._desk.read(self, lambda pool, job: read_not_moved(pool, volume, job), self._done, self._failed)
        if self.stack.showing() == "failed":
            self._job = None

    def cancel(self) -> None:
        """Wait no longer."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        if self.listed is None:
            self._show_empty(_("Not read yet"))

    def _done(self, listed: NotMovedList) -> None:
        self._job, self.listed = None, listed
        self.tree.update_rows(file_rows(listed.files))
        if listed.files:
            self.stack.show_content()
        else:
            self._show_empty(_("No log names a file that was not moved"), _silent(listed))
        self._facts.set_text(self._told(listed))

    def _failed(self, error: NasError) -> None:
        self._job = None
        self.stack.show_failed(error)

    def _show_empty(self, title: str, more: str = "") -> None:
        text = _("The nodes' logs of the last run tell which files failed or were skipped, and why.")
        self.stack.show_empty("file-text", title, " ".join(part for part in (text, more) if part), [self.first])

    def _told(self, listed: NotMovedList) -> str:
        n = len(listed.files)
        parts = [ngettext("{n} file", "{n} files", n).format(n=count(n))]
        if listed.more:
            parts.append(
                _("only the first {n} of {nodes}; more are in /var/log/glusterfs/{volume}-rebalance.log").format(
                    n=MOST, nodes=", ".join(listed.more), volume=self._volume.name if self._volume else ""
                )
            )
        return " · ".join([*parts, *([silent] if (silent := _silent(listed)) else [])])


def _silent(listed: NotMovedList) -> str:
    if not listed.silent:
        return ""
    return _("The logs of {nodes} could not be read.").format(nodes=", ".join(listed.silent))
