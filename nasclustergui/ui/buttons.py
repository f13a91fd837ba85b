"""Buttons by risk, and rows of them that fold into "More"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.style_buttons import KINDS


class Button(QPushButton):
    """A button of one kind: normal, primary, danger, caution, danger-quiet, quiet or link; as wide as its text."""

    def __init__(
        self,
        text: str,
        kind: str = "normal",
        icon: str = "",
        small: bool = False,
        menu: bool = False,
        tip: str = "",
    ) -> None:
        super().__init__(text)
        self._tip = tip
        self.setProperty("small", small)
        self.setProperty("menu", menu)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_kind(kind)
        self.set_icon(icon)
        self._name()
        self.restyle()

    def restyle(self) -> None:
        """Take the font from the theme."""
        self.setFont(theme.font("label" if self.property("small") else "medium"))

    @property
    def kind(self) -> str:
        """A key of `style_buttons.KINDS`."""
        return str(self.property("kind"))

    @property
    def icon_name(self) -> str:
        """Of the Lucide icon, "" for none."""
        return str(self.property("iconName") or "")

    def set_kind(self, kind: str) -> None:
        """Change how risky it looks."""
        if kind not in KINDS:
            raise KeyError(kind)
        self.setProperty("kind", kind)
        self.update()

    def set_icon(self, name: str) -> None:
        """Change the icon; "" takes it away."""
        if name != self.icon_name:
            self.setProperty("iconName", name)
            self.setIcon(theme.icon(name) if name else theme.no_icon())

    def set_text(self, text: str, tip: str | None = None) -> None:
        """Change text and tool tip; nothing happens when they are the same."""
        tip = self._tip if tip is None else tip
        if (text, tip) != (self.text(), self._tip):
            self._tip = tip
            self.setText(text)
            self._name()

    def set_enabled(self, enabled: bool, why_not: str = "") -> None:
        """Enable, or disable with the reason as tool tip."""
        self.setEnabled(enabled)
        self.setToolTip(why_not if not enabled and why_not else self._tip)

    def _name(self) -> None:
        self.setToolTip(self._tip)
        self.setAccessibleName(self.text() or self._tip)
        self.setAccessibleDescription(self._tip if self.text() else "")


def button(
    text: str,
    kind: str = "normal",
    icon: str = "",
    small: bool = False,
    menu: bool = False,
    tip: str = "",
    on_click: Callable[[], object] | None = None,
) -> Button:
    """A button. Without text it needs `tip`, which names it for screen readers."""
    out = Button(text, kind, icon, small, menu, tip)
    if on_click is not None:
        out.clicked.connect(lambda: on_click())
    return out


class FlowButtons(QWidget):
    """A row of buttons, right aligned. What does not fit goes into "More": danger first, then from the right.

    A primary button stays longest. A page that wants a button away uses `set_present`, never `hide`.
    """

    def __init__(self, buttons: Sequence[Button] = (), gap: int = 8, small: bool = True) -> None:
        super().__init__()
        self._gap = gap
        self._buttons: list[Button] = []
        self._absent: set[Button] = set()
        self._folded: list[Button] = []
        self._more = Button("", "quiet", "ellipsis", small=small, tip=_("More"))
        self._more.setParent(self)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.clicked.connect(self._open_menu)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_buttons(buttons)

    def set_buttons(self, buttons: Sequence[Button]) -> None:
        """Show these buttons; earlier ones are hidden and given back to whoever made them."""
        for old in self._buttons:
            if old not in buttons:
                old.hide()
                old.setParent(None)
        self._buttons, self._absent = list(buttons), set()
        for new in buttons:
            new.setParent(self)
        self._more.raise_()
        self._changed()

    def set_present(self, button: Button, present: bool) -> None:
        """Take a button out of the row for as long as it makes no sense."""
        if present == (button in self._absent):
            self._absent.symmetric_difference_update({button})
            self._changed()

    def folded(self) -> tuple[Button, ...]:
        """The buttons that stand in the menu now."""
        return tuple(self._folded)

    def restyle(self) -> None:
        """Place again after fonts changed."""
        self._changed()

    def _changed(self) -> None:
        self.updateGeometry()
        self._place()

    def event(self, event: QEvent) -> bool:
        """A child asked for another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._changed()
        return super().event(event)

    def _present(self) -> list[Button]:
        return [b for b in self._buttons if b not in self._absent]

    def _width(self, buttons: Sequence[QWidget]) -> int:
        return sum(b.sizeHint().width() for b in buttons) + self._gap * max(0, len(buttons) - 1)

    def sizeHint(self) -> QSize:
        """All of them in a row."""
        height = max((b.sizeHint().height() for b in self._buttons), default=self._more.sizeHint().height())
        return QSize(self._width(self._present()), height)

    def minimumSizeHint(self) -> QSize:
        """Only "More", beside the primary button where there is one."""
        kept: list[QWidget] = [b for b in self._present() if b.kind == "primary"]
        if len(self._present()) > len(kept):
            kept.append(self._more)
        return QSize(self._width(kept), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        present = self._present()
        order = sorted(range(len(present)), key=lambda i: _fold_rank(present[i], i))
        kept, folded = list(present), list[Button]()
        for i in order:
            more: list[QWidget] = [self._more] if folded else []
            if self._width([*kept, *more]) <= self.width():
                break
            kept.remove(present[i])
            folded.append(present[i])
        self._folded = [b for b in present if b in folded]
        self._more.setVisible(bool(folded))
        x = self.width() - self._width([*kept, self._more] if folded else kept)
        for b in self._buttons:
            b.setVisible(b in kept)
        for b in [*kept, self._more] if folded else kept:
            hint = b.sizeHint()
            b.setGeometry(x, (self.height() - hint.height()) // 2, hint.width(), hint.height())
            x += hint.width() + self._gap

    def _open_menu(self) -> None:
        self._menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        self._menu.clear()
        plain = [b for b in self._folded if not b.kind.startswith("danger")]
        danger = [b for b in self._folded if b.kind.startswith("danger")]
        for group in (plain, danger):
            if group and not self._menu.isEmpty():
                self._menu.addSeparator()
            for b in group:
                self._add_action(b)

    def _add_action(self, b: Button) -> None:
        text = b.text() or b.accessibleName()
        action = self._menu.addAction(text)
        if b.icon_name:
            action.setIcon(theme.icon(b.icon_name, "critical" if b.kind.startswith("danger") else "text2"))
        action.setEnabled(b.isEnabled())
        action.setToolTip(b.toolTip())
        action.setProperty("kind", b.kind)
        if (inner := b.menu()) is not None:
            action.setMenu(inner)
        else:
            action.triggered.connect(b.click)


def _fold_rank(b: Button, position: int) -> tuple[int, int]:
    rank = 0 if b.kind.startswith("danger") else 2 if b.kind == "primary" else 1
    return rank, -position
