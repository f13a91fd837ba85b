"""What a search of the whole store found, while it still looks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys.model import Span
from nasclustergui.subsystems.etcd.features.keys.search import MOST_BYTES, MOST_HITS, Findings, Hit, search
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.ui.parts import Banner, Cell, ElidedLabel, Line, Row, Tree, box, button, col, row

_SETTLE_MS = 350  # after the last letter
_LOOK_MS = 120  # between looks at how far it is


class SearchView(QWidget):
    """Searches as soon as a text is set.

    Attributes:
        findings: of the present search.

    Signals:
        chosen: the key of the row that is current (bytes). opened: Enter or a double click on it.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.text = ""
        self.findings = Findings(done=True)
        self._spans: tuple[Span, ...] = ()
        self._job: Job | None = None
        self._shared: list[Findings] = []  # the newest one, put there by the search's thread
        self.values_box = QCheckBox(_("Also in values"))
        self.values_box.setToolTip(_("Reads at most {size} of values.").format(size=size(MOST_BYTES)))
        self.values_box.toggled.connect(lambda _on: self.start())
        self.said = ElidedLabel("", "caption", "text2")
        self.stop_button = button(_("Stop"), "quiet", "x", small=True, on_click=self.stop)
        self.stop_button.hide()
        self.tree = Tree([(_("Key"), -1), (_("Revision"), 96)], right=(1,), flat=True, drop={1: 560})
        self.tree.setAccessibleName(_("Keys that were found"))
        self.banner = Banner("critical", "")
        self._banner_box = box(row((self.banner, 1), margins=(8, 4, 8, 4)))
        self._banner_box.hide()
        tools = row(self.values_box, (self.said, 1), self.stop_button, gap=10, margins=(12, 4, 8, 4))
        self.setLayout(col(tools, Line(), self._banner_box, (self.tree, 1), gap=0))
        self.tree.row_changed.connect(lambda _key: self._tell(self.chosen))
        self.tree.row_activated.connect(lambda _key: self._tell(self.opened))
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.start)
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._look)

    def set_text(self, text: str, spans: tuple[Span, ...]) -> None:
        """Look for this; "" ends it."""
        self._spans = spans
        if text != self.text:
            self.text = text
            self.stop()
            if text:
                self._settle.start()
            else:
                self._settle.stop()

    def start(self) -> None:
        """Begin anew."""
        self.stop()
        if not self.text:
            return
        self._banner_box.hide()
        self.findings = Findings()
        self._show(self.findings)
        shared: list[Findings] = []
        self._shared = shared
        work = partial(_search, self.text, self._spans, self.values_box.isChecked(), shared)
        self.stop_button.show()
        self._looking.start()
        self._job = self._desk.read(self, work, partial(self._on_done, shared), self._on_failed)

    def stop(self) -> None:
        """Search no more; what was found stays."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._look()
            self._end()
            self.said.set_text(_("Stopped: {what}").format(what=self.said.text()))

    def _end(self) -> None:
        self._looking.stop()
        self.stop_button.hide()

    def _look(self) -> None:
        if self._shared:
            self._show(self._shared[-1])

    def _on_done(self, shared: list[Findings], found: Findings) -> None:
        if shared is self._shared:
            self._job = None
            self._end()
            self._show(found)

    def _on_failed(self, error: NasError) -> None:
        self._job = None
        self._end()
        self.banner.set_message("critical", str(error), error.hint)
        self._banner_box.show()

    def _show(self, found: Findings) -> None:
        self.findings = found
        self.said.set_text(_words(found))
        self.tree.update_rows([_row(hit) for hit in found.hits])

    def _tell(self, signal: object) -> None:
        chosen = self.tree.current_row()
        if chosen is not None:
            signal.emit(chosen.data)  # type: ignore[attr-defined]  # a bound signal


def _row(hit: Hit) -> Row:
    sub = _("in the value: {excerpt}").format(excerpt=hit.excerpt) if hit.excerpt else ""
    cells = (
        Cell(printable(hit.kv.key), "name", "key-round", sub),
        Cell(count(hit.kv.mod_revision), "num", role="text3"),
    )
    return Row(repr(hit.kv.key), cells, data=hit.kv.key)


def _words(found: Findings) -> str:
    n = len(found.hits)
    hits = ngettext("{n} key found", "{n} keys found", n).format(n=count(n))
    if found.limit == "hits":
        return _("The first {n} keys; type more of the name").format(n=count(MOST_HITS))
    if found.limit == "bytes":
        text = _("{hits}; ended after {size} of values, {looked} of {total} keys")
        return text.format(hits=hits, size=size(MOST_BYTES), looked=count(found.looked), total=count(found.total))
    if found.done:
        return hits
    return _("{hits}, {looked} of {total} looked at").format(
        hits=hits, looked=count(found.looked), total=count(found.total)
    )


def _search(
    text: str, spans: tuple[Span, ...], in_values: bool, shared: list[Findings], store: Store, job: Job
) -> Findings:
    def tell(found: Findings) -> None:
        shared[:] = [found]

    return search(store, text, spans, job, in_values=in_values, tell=tell)
