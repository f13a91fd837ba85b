"""A dialog that asks for a few things and ends in a plan: as high as what it asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLayout, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Field, button, col, row

Item = QWidget | QLayout


class AskDialog(DialogFrame):
    """Subclasses make their fields, call `ask`, and say in `make` which plan follows from them.

    Attributes:
        fields: name of an input (`InvalidInput.field`) → the field that shows what is wrong with it.

    Signals:
        plan_ready: core.plan.Plan. refused: NasError that belongs to no field.
    """

    plan_ready = Signal(object)
    refused = Signal(object)

    def __init__(
        self, title: str, about: str, profile: Profile | None, parent: QWidget | None = None, width: int = 600
    ) -> None:
        super().__init__(title, about, profile, QSize(width, 0), parent=parent)
        self._width = width
        self._make: Callable[[], Plan] | None = None
        self.fields: dict[str, Field] = {}
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)

    def ask(self, items: Sequence[Item], make: Callable[[], Plan], note: str = "") -> None:
        """Put the dialog together. `make` may raise NasError. `note` stands beside the buttons."""
        self._make = make
        body = col(*items, gap=14, margins=(24, 16, 24, 20))
        said = ElidedLabel(note, "caption", "text3")
        foot = row(said, None, self.cancel_button, self.go_button, margins=(24, 12, 24, 12))
        self.compose(body, foot)
        layout = self.layout()
        assert layout is not None
        # Qt's own minimum would be that of wrapped labels at their narrowest.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def fit(self) -> None:
        """As high as needed, after the content changed; never higher than the screen."""
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        width = max(theme.px(self._width), layout.minimumSize().width())
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        room = self.screen().availableSize() - QSize(16, 48)
        self.setMinimumSize(0, 0)
        self.resize(QSize(width, high).boundedTo(room))
        self.setMinimumSize(self.size())

    def fit_soon(self) -> None:
        """Once the layouts inside have heard of the change."""
        QTimer.singleShot(0, self, self.fit)

    def showEvent(self, event: QShowEvent) -> None:
        """Measured once every font is there."""
        self.fit()
        super().showEvent(event)

    def accept(self) -> None:
        """Make the plan and hand it out; what is wrong stands at its field."""
        assert self._make is not None
        for field in self.fields.values():
            field.set_invalid("")
        try:
            plan = self._make()
        except InvalidInput as error:
            wrong = self.fields.get(error.field)
            if wrong is None:
                self.refused.emit(error)
                return
            wrong.set_invalid(f"{error} {error.hint}".strip())
            wrong.editor.setFocus()
            self.fit_soon()
            return
        except NasError as error:
            self.refused.emit(error)
            return
        super().accept()
        self.plan_ready.emit(plan)
