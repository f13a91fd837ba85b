"""One place on a page that is loading, empty, not readable, or full; old values stay while the new cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.ui.banner import Banner
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.errors import ErrorDialog, describe, present
from nasclustergui.ui.layout import box, col
from nasclustergui.ui.placeholder import Empty, Failed, Loading


class Stack(QWidget):
    """Switches between the content and what stands in its place.

    Signals:
        retry: read again now. stop: do not wait any longer.
    """

    retry = Signal()
    stop = Signal()

    def __init__(self, content: QWidget, loading: str, gap: int = 0) -> None:
        """`loading` says what is read ("Reading volumes…"). `gap` is the space below the banner of old values."""
        super().__init__()
        self.content = content
        self._has_content = False
        self._error: BaseException | None = None
        self._loading = Loading(loading)
        self._failed = Failed()
        self._empty: Empty | None = None
        details = Button(_("Details"), "quiet", small=True)
        again = Button(_("Try again"), small=True)
        self._banner = Banner("critical", "", "", [details, again])
        self._banner_box = box(col(self._banner, gap=0, margins=(0, 0, 0, gap)))
        self._banner_box.hide()
        self._pages = QStackedWidget()
        for page in (content, self._loading, self._failed):
            self._pages.addWidget(page)
        self.setLayout(col(self._banner_box, (self._pages, 1), gap=0))
        self._loading.stop.connect(self.stop)
        self._failed.retry.connect(self.retry)
        again.clicked.connect(self.retry)
        details.clicked.connect(self._on_details)
        self._pages.setCurrentWidget(self._loading)

    def showing(self) -> str:
        """ "content", "loading", "empty" or "failed"."""
        page = self._pages.currentWidget()
        if page is self.content:
            return "content"
        return "loading" if page is self._loading else "failed" if page is self._failed else "empty"

    def show_content(self) -> None:
        """There are values, and they are fresh."""
        self._has_content, self._error = True, None
        self._banner_box.hide()
        self._show(self.content)

    def show_loading(self, waits_for: str = "", text: str = "") -> None:
        """The first read is under way; once there are values they stay."""
        if self._has_content:
            return
        self._loading.set_waits_for(waits_for)
        if self._pages.currentWidget() is not self._loading:
            self._loading.start(text)
            self._pages.setCurrentWidget(self._loading)

    def show_empty(self, icon: str, title: str, text: str, buttons: Sequence[QWidget] = ()) -> None:
        """Read, and nothing is there. The buttons are taken from the first call; later calls change the texts."""
        self._has_content, self._error = False, None
        self._banner_box.hide()
        if self._empty is None:
            self._empty = Empty(icon, title, text, buttons)
            self._pages.addWidget(self._empty)
        self._empty.set_message(icon, "text3", title, text)
        self._show(self._empty)

    def show_failed(self, error: BaseException, read_at: float | None = None) -> None:
        """Not read. Old values stay below a banner that tells from when they are (Unix time)."""
        self._error = error
        if not self._has_content:
            self._failed.set_error(error)
            self._show(self._failed)
            return
        title, hint, _details = describe(error)
        since = _("Values below are from {time}.").format(time=clock(read_at)) if read_at is not None else ""
        self._banner.set_message("critical", title, " ".join(part for part in (hint, since) if part))
        self._banner_box.show()

    def _show(self, page: QWidget) -> None:
        self._loading.finish()
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)

    def _on_details(self) -> ErrorDialog | None:
        return present(self.window(), self._error) if self._error is not None else None
