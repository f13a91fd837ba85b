"""The keyboard's place on screen: one focus ring for all controls, and F6 to go from region to region."""

from __future__ import annotations

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QFocusFrame,
    QWidget,
)


class _FocusRing(QObject):
    """Puts a QFocusFrame around a button or slider that was reached by keyboard.

    Fields show the focus by their outline, rows by the accent bar at their left.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._frame: QFocusFrame | None = None
        app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        wanted = new if new is not None and _needs_ring(new) else None
        if self._frame is None or not shiboken6.isValid(self._frame):
            if wanted is None:
                return
            self._frame = QFocusFrame()
        self._frame.setWidget(wanted)  # type: ignore[arg-type]  # None takes the ring away


def _needs_ring(widget: QWidget) -> bool:
    by_keyboard = widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    return by_keyboard and (
        isinstance(widget, (QAbstractButton, QAbstractSlider)) or bool(widget.property("focusRing"))
    )


def install_focus_ring(app: QApplication) -> None:
    """Once per application. A painted widget that takes the focus asks for the ring by the property "focusRing"."""
    _FocusRing(app)


class Regions(QObject):
    """F6 and Shift+F6 walk through the regions of a window; hidden and disabled ones are skipped."""

    def __init__(self, window: QWidget, regions: Sequence[QWidget] = ()) -> None:
        super().__init__(window)
        self._regions: list[QWidget] = list(regions)
        for keys, step in (("F6", 1), ("Shift+F6", -1)):
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.activated.connect(self.next if step > 0 else self.previous)

    def set_regions(self, regions: Sequence[QWidget]) -> None:
        """In the order of the walk: navigation, page actions, filter, table, detail, dock."""
        self._regions = list(regions)

    def next(self) -> None:
        """Move the focus into the next region."""
        self._step(1)

    def previous(self) -> None:
        """Move the focus into the region before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        regions = [r for r in self._regions if shiboken6.isValid(r) and r.isVisible() and r.isEnabled()]
        focus = QApplication.focusWidget()
        here = next((i for i, r in enumerate(regions) if r is focus or (focus and r.isAncestorOf(focus))), None)
        count = len(regions)
        start = here if here is not None else (-1 if step > 0 else count)
        for k in range(1, count + 1):
            target = _first_focusable(regions[(start + k * step) % count])
            if target is not None:
                target.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return


def _first_focusable(region: QWidget) -> QWidget | None:
    candidates = [region, *region.findChildren(QWidget)]
    return next(
        (w for w in candidates if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and w.isEnabled()), None
    )
