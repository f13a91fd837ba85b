"""One place for rows, for "still reading", for "none yet" and for "cannot be read"."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.ui.parts import button
from nasclustergui.ui.placeholder import Empty, Failed, Loading


class VolumesPlace(QStackedWidget):
    """Shows the tree of volumes, or what stands in its place.

    Signals:
        create_asked: the button of the empty place. retry: read again.
    """

    create_asked = Signal()
    retry = Signal()

    def __init__(self, tree: QWidget) -> None:
        super().__init__()
        self._tree = tree
        self.loading = Loading(_("Reading volumes…"), can_stop=False)
        self.create_button = button(_("Create volume…"), "primary", "plus", on_click=self.create_asked.emit)
        self.empty = Empty("database", _("No volumes yet"), "", [self.create_button])
        self.failed = Failed()
        self.failed.retry.connect(self.retry)
        for page in (tree, self.loading, self.empty, self.failed):
            self.addWidget(page)
        self.setCurrentWidget(self.loading)

    def showing(self) -> str:
        """ "rows", "loading", "empty" or "failed"."""
        names = ("rows", "loading", "empty", "failed")
        return names[self.currentIndex()]

    def show_rows(self) -> None:
        """There are volumes."""
        self._show(self._tree)

    def show_empty(self, free_disks: int | None) -> None:
        """There are none. `free_disks` could carry one; None while unknown."""
        text = _("A volume joins disks of several nodes into one shared folder tree.")
        if free_disks is not None:
            free = ngettext("{n} disk is free.", "{n} disks are free.", free_disks).format(n=free_disks)
            text = f"{text}\n{free}"
        self.empty.set_message("database", "text3", _("No volumes yet"), text)
        self._show(self.empty)

    def show_failed(self, error: NasError) -> None:
        """They can't be read, and there are no older values."""
        why = " ".join(part for part in (str(error), error.hint) if part)
        self.failed.set_error(NasError(_("Volumes cannot be read"), hint=why, details=error.details))
        self._show(self.failed)

    def show_loading(self, text: str) -> None:
        """The first reading is under way; `text` says of what ("Reading volumes from 4 nodes…")."""
        if self.showing() == "failed":
            self.setCurrentWidget(self.loading)
        if self.showing() == "loading":
            self.loading.start(text)

    def _show(self, page: QWidget) -> None:
        self.loading.finish()
        if self.currentWidget() is not page:
            self.setCurrentWidget(page)
