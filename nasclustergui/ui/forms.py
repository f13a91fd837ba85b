"""Fields of forms: labelled, checked while typing, with the reason under the field."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.badge import Icon, Tag
from nasclustergui.ui.labels import Label, label
from nasclustergui.ui.layout import box, col, row


def set_invalid(field: QWidget, invalid: bool) -> None:
    """Outline an input as wrong, or no longer."""
    if bool(field.property("invalid")) != invalid:
        field.setProperty("invalid", invalid)
        field.update()


class Field(QWidget):
    """An input with its label above and, below, what is wrong with it; else a hint."""

    def __init__(self, name: str, editor: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._hint = hint
        self.label = label(name, "label", "text2")
        self.label.setBuddy(editor)
        editor.setAccessibleName(name.replace("&", ""))
        self._icon = Icon("octagon-x", "critical", 14)
        self._note = Label(hint, "caption", "text3", wrap=True)
        note = row(self._icon, (self._note, 1), gap=6)
        note.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        self._row = box(note)
        layout = col(self.label, editor, self._row, gap=4)
        self.setLayout(layout)
        self.set_invalid("")

    def set_invalid(self, reason: str) -> None:
        """Show why the value cannot work; "" takes it back and shows the hint again."""
        set_invalid(self.editor, bool(reason))
        self._icon.setVisible(bool(reason))
        self._note.set_role("critical" if reason else "text3")
        changed = self._note.text() != (reason or self._hint)
        self._note.set_text(reason or self._hint)
        self._row.setVisible(bool(reason or self._hint))
        self.editor.setAccessibleDescription(reason or self._hint)
        if reason and changed:
            announce(self.editor)

    @property
    def reason(self) -> str:
        """Why it is invalid, "" if it is not."""
        return self._note.text() if self.editor.property("invalid") else ""


class TextArea(QPlainTextEdit):
    """Several lines to type into, with the outline of a field. Tab leaves it."""

    def __init__(self, text: str = "", mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._style = "mono" if mono else "body"
        self.setProperty("field", True)
        self.setTabChangesFocus(True)
        self.setViewportMargins(5, 4, 5, 4)
        self.restyle()

    def restyle(self) -> None:
        """Take the font from the theme."""
        self.setFont(theme.font(self._style))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The outline shows the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer."""
        super().focusOutEvent(event)
        self.update()


class SearchField(QLineEdit):
    """Filters what is below it: connect `textChanged`. Esc clears, Down goes into the list."""

    leave_down = Signal()

    def __init__(self, hint: str, width: int = 220, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width = width
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)
        self.addAction(theme.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.restyle()

    def restyle(self) -> None:
        """Take the size from the theme."""
        self.setFixedSize(theme.px(self._width), theme.size("input"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears a filter before it closes anything."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.leave_down.emit()
        else:
            super().keyPressEvent(event)


class TypedConfirm(QWidget):
    """Asks to type a name before something cannot be undone. `sentence` has the place "{name}".

    Signals:
        matched: True once the name stands in the field, False when it no longer does.
    """

    matched = Signal(bool)

    def __init__(self, sentence: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._is_matched = name, False
        before, _place, after = sentence.partition("{name}")
        self.editor = QLineEdit()
        self.editor.setAccessibleName(sentence.format(name=name))
        self.editor.setMinimumWidth(theme.px(220))
        self.editor.textChanged.connect(self._on_text_changed)
        words: list[QWidget] = [label(before.strip(), "strong")] if before.strip() else []
        words.append(Tag(name, "surface", "text", mono=True))
        words += [label(after.strip(), "strong")] if after.strip() else []
        self.setLayout(row(*words, None, self.editor, gap=6))
        self.restyle()

    def restyle(self) -> None:
        """A name is typed in the font it is read in."""
        self.editor.setFont(theme.font("mono"))

    @property
    def is_matched(self) -> bool:
        """True while the name stands in the field."""
        return self._is_matched

    def _on_text_changed(self, text: str) -> None:
        matched = text.strip() == self._name
        if matched != self._is_matched:
            self._is_matched = matched
            self.matched.emit(matched)


def required(field: Field, what: str) -> bool:
    """Mark an empty line edit: "{what} is missing". True if there is text."""
    editor = field.editor
    empty = isinstance(editor, QLineEdit) and not editor.text().strip()
    field.set_invalid(_("{what} is missing").format(what=what) if empty else "")
    return not empty
