"""What the dialogs of etcd's members have in common: fields, what the choice means, and a way to the plan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLayout, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan
from nasclustergui.core.profile import Profile
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Field, Label, Panel, box, button, clear, col, row, state_icon


class PlanForm(DialogFrame):
    """A form that ends in a plan. Subclasses call `finish` once and `refresh` at each change.

    Signals:
        plan_ready: core.plan.Plan.
    """

    plan_ready = Signal(object)

    def __init__(
        self, title: str, about: str, make: Callable[[], Plan], profile: Profile | None, size: QSize, parent: QWidget
    ) -> None:
        """`make` makes the plan of what is in the form; it raises NasError for what can't be."""
        super().__init__(title, about, profile, size, parent=parent)
        self._make = make
        self.fields: dict[str, Field] = {}
        self._plan: Plan | None = None
        self._lines = col(gap=10, margins=(12, 10, 12, 10))
        self._means = Panel(self._lines, fill="inset", radius=8)
        self._note = ElidedLabel("", "body", "text2")
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)

    def finish(self, *items: QWidget | QLayout) -> None:
        """Put the form's parts together, and look at it for the first time."""
        body = col(*items, self._means, None, gap=12, margins=(24, 16, 24, 16))
        foot = row((self._note, 100), None, self.cancel_button, self.go_button, gap=8, margins=(24, 12, 24, 12))
        self.compose(body, foot)
        self.refresh()

    def missing(self) -> str:
        """Why it can't go on, "" if it can."""
        return self._note.text()

    def refresh(self) -> None:
        """Make the plan of what is there now, and say what it means or why there is none."""
        why = ""
        for field in self.fields.values():
            field.set_invalid("")
        try:
            self._plan = self._make()
        except NasError as error:
            self._plan, why = None, f"{error} {error.hint}".strip()
            if isinstance(error, InvalidInput) and error.field in self.fields:
                self.fields[error.field].set_invalid(str(error))
        self._show(self._plan.meaning if self._plan is not None else ())
        self._note.set_text(why)
        self.go_button.set_enabled(not why, why)

    def _show(self, meaning: tuple[Meaning, ...]) -> None:
        clear(self._lines)
        self._means.setVisible(bool(meaning))
        for one in meaning:
            icon = state_icon(one.severity.name.lower())
            texts: list[QWidget] = [Label(one.title, "strong", wrap=True)]
            if one.text:
                texts.append(Label(one.text, "caption", "text2", wrap=True))
            self._lines.addWidget(box(row(col(icon, None), (col(*texts, gap=2), 1), gap=10)))

    def accept(self) -> None:
        """Hand the plan out."""
        self.refresh()
        if self._plan is not None:
            plan = self._plan
            super().accept()
            self.plan_ready.emit(plan)
