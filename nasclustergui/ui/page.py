"""What every page of the window has in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """A page of the window. The window owns its header, its place in the sidebar and the plan dialog.

    Attributes:
        page_id: "overview", "nodes", "gluster" …; also the key of its badge.

    Signals:
        facts_changed: str, the line of facts below the title.
        badge_changed: (count: int, state: str); count 0 takes the badge away.
        plan_proposed: core.plan.Plan; the window shows it and runs it if the user agrees.
        command: str, an action id that another page or the window carries out ("gluster.heal:data", "page:nodes").
        notice: (state: str, text: str), a toast.
    """

    facts_changed = Signal(str)
    badge_changed = Signal(int, str)
    plan_proposed = Signal(object)
    command = Signal(str)
    notice = Signal(str, str)

    page_id = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = ""

    def header_actions(self) -> list[QWidget]:
        """Buttons at the right of the page's header, the primary one last."""
        return []

    def set_facts(self, text: str) -> None:
        """Change the line of facts below the title."""
        if text != self.facts:
            self.facts = text
            self.facts_changed.emit(text)

    def focus_filter(self) -> None:
        """Ctrl+F: put the cursor into the page's filter, if it has one."""

    def run_action(self, action: str) -> bool:
        """Carry out an action id ("gluster.heal:data"); False if it isn't this page's."""
        return False

    def create_new(self) -> None:
        """Ctrl+N: the page's primary action, if it has one."""
