"""The whole window with what stands behind it: questions, host keys, profiles; opened as a person would."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from nasclustergui.core.settings import Launch, Settings
from nasclustergui.ui import theme
from nasclustergui.window.controller import Controller
from nasclustergui.window.desk import Desk
from nasclustergui.window.frame import Frame
from tests.lab.app import PATIENCE, pause
from tests.lab.watched import seen_texts

D = TypeVar("D", bound=QDialog)


class Opened:
    """A frame and its desk. Call it in the thread that entered the lab's network."""

    def __init__(self, profile: Path | None = None) -> None:
        self.qt = QApplication.instance() or QApplication([])
        assert isinstance(self.qt, QApplication)
        theme.setup(self.qt)
        theme.use("light")
        self.frame = Frame()
        self.frame.resize(1440, 900)
        self.frame.show()
        self.desk = Desk(self.frame, Launch(str(profile or "")), Settings())
        self.desk.start()

    def close(self) -> float:
        """Close the window; the seconds that took."""
        began = time.monotonic()
        self.frame.close()
        took = time.monotonic() - began
        self.frame.deleteLater()
        self.qt.processEvents()
        return took

    @property
    def controller(self) -> Controller:
        """Of the cluster that is open."""
        assert self.desk.space is not None
        return self.desk.space.controller

    def wait(self, until: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Let the window live until that is so."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; the window says:\n{self.says()}")
            pause(50)

    def says(self) -> str:
        """The verdict and what is open above it."""
        parts = [seen_texts(dialog) for dialog in self.open_dialogs()]
        if self.desk.space is not None:
            parts.append(seen_texts(self.desk.space.overview.verdict))
            links = self.controller.state.nodes.nodes
            parts.append("\n".join(f"{node.name} {node.link} {node.error}" for node in links))
        return "\n---\n".join(parts)

    def open_dialogs(self) -> list[QDialog]:
        """What stands above the window."""
        return [dialog for dialog in self.frame.findChildren(QDialog) if dialog.isVisible()]

    def dialog(self, kind: type[D], seconds: float = PATIENCE) -> D:
        """The dialog of that kind that is open, or opens soon."""

        def found() -> list[D]:
            return [dialog for dialog in self.open_dialogs() if isinstance(dialog, kind)]

        self.wait(found, f"a {kind.__name__}", seconds)
        return found()[0]

    def wait_online(self, seconds: float = 120) -> None:
        """All nodes connected, volumes read."""

        def online() -> bool:
            state = self.controller.state
            return state.gluster is not None and all(node.online for node in state.nodes.nodes)

        self.wait(online, "all nodes online", seconds)

    def wait_alert(self, title: str, seconds: float = PATIENCE) -> str:
        """Wait until such an alert is there; what the page of alerts says of it."""
        self.wait(lambda: any(title in p.title for p in self.controller.found), f"the alert “{title}”", seconds)
        assert self.desk.space is not None
        key = next(p.key for p in self.controller.found if title in p.title)
        self.frame.show_page("alerts")
        self.desk.space.alerts.tree.select_key(key)
        self.qt.processEvents()
        return seen_texts(self.desk.space.alerts)

    def click(self, widget: QWidget) -> None:
        """Click it with the mouse; it must be visible and enabled."""
        assert widget.isVisibleTo(widget.window()), f"{widget.accessibleName()} is not visible"
        assert widget.isEnabled(), f"{widget.accessibleName()} is disabled: {widget.toolTip()}"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(8, 8))
        self.qt.processEvents()

    def type(self, field: QLineEdit, text: str) -> None:
        """Replace what the field says."""
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        self.qt.processEvents()

    def shot(self, folder: Path, name: str, widget: QWidget | None = None) -> None:
        """A picture of the window or of a dialog."""
        folder.mkdir(parents=True, exist_ok=True)
        pause(150)
        assert (widget or self.frame).grab().save(str(folder / f"{name}.png"))
