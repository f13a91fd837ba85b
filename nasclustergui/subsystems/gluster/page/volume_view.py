"""One volume on the whole page: a way back, how it is, and a tab for each subject."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections import make, volume_sections
from nasclustergui.subsystems.gluster.page.volume_rows import shown_state
from nasclustergui.subsystems.gluster.page.words import Grades, type_words
from nasclustergui.ui.parts import Badge, ElidedLabel, Line, Panel, button, col, row


class VolumeView(Panel):
    """Shows one volume's sections; they are made when first looked at.

    Attributes:
        volume: name of the volume shown, "" for none.

    Signals:
        closed: back to the table. made: Section, a new one, so that its signals can be tied.
    """

    closed = Signal()
    made = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.volume = ""
        self._desk = desk
        self._view: View | None = None
        self._specs = {spec.id: spec for spec in volume_sections()}
        self._made: dict[str, Section] = {}
        self.back = button("", "quiet", "arrow-left", small=True, tip=_("Back to all volumes"), on_click=self.leave)
        self._name = ElidedLabel("", "heading")
        self._badge = Badge("ok", "")
        self._facts = ElidedLabel("", "caption", "text3")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Subjects of the volume"))
        for spec in self._specs.values():
            self.tabs.addTab(spec.title)
        self._pages = QStackedWidget()
        head = row(self.back, self._name, self._badge, self._facts, None, gap=8, margins=(8, 8, 12, 0))
        tabs = row((self.tabs, 1), margins=(8, 0, 12, 4))
        super().__init__(col(head, tabs, Line(), (self._pages, 1), gap=0, margins=(1, 1, 1, 8)))
        self.setParent(parent)
        self.tabs.currentChanged.connect(self._on_tab)

    def open(self, volume: str, section: str = "") -> None:
        """Show this volume; `section` is the id of the subject, "" keeps the one looked at last."""
        if volume != self.volume:
            self._forget()
        self.volume = volume
        if section in self._specs:
            self.tabs.setCurrentIndex(list(self._specs).index(section))
        self._on_tab(self.tabs.currentIndex())

    def leave(self) -> None:
        """Back to the table."""
        self.closed.emit()

    def section(self) -> Section | None:
        """The one in sight."""
        found = self._pages.currentWidget()
        return found if isinstance(found, Section) else None

    def set_view(self, view: View, found: Grades) -> None:
        """A newer reading; the volume in it is the one shown."""
        assert view.volume is not None
        self._view = view
        self._show_head(view.volume, view.stale, found)
        for section in self._made.values():
            section.set_view(view)

    def _show_head(self, volume: Volume, stale: str, found: Grades) -> None:
        said = shown_state(volume, stale, found)
        self._name.set_text(volume.name)
        self._badge.set_state(said.state, said.word, said.state not in ("ok", "stopped"))
        self._facts.set_text(type_words(volume))

    def _on_tab(self, index: int) -> None:
        if not self.volume or not 0 <= index < len(self._specs):
            return
        spec = list(self._specs.values())[index]
        section = self._made.get(spec.id)
        if section is None:
            section = self._made[spec.id] = make(spec, self._desk)
            if self._view is not None and self._view.volume is not None and self._view.volume.name == self.volume:
                section.set_view(self._view)
            self._pages.addWidget(section)
            self.made.emit(section)
        self._pages.setCurrentWidget(section)

    def _forget(self) -> None:
        """What was read of another volume must not be taken for this one's."""
        for section in self._made.values():
            section.leave()
            self._pages.removeWidget(section)
            section.deleteLater()
        self._made.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
