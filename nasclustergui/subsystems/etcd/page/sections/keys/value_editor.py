"""The editor of a value: its form, the text, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size
from nasclustergui.subsystems.etcd.features.keys import values
from nasclustergui.subsystems.etcd.features.keys.values import Form
from nasclustergui.subsystems.etcd.page.sections.keys.draft import Draft
from nasclustergui.ui.parts import Icon, Label, TextArea, box, button, col, label, row, set_invalid

_CHECK_MS = 250  # after the last key
_LINES_WRAPPED = 40  # texts of fewer lines are wrapped: prose, single values


class ValueEditor(QWidget):
    """Shows a Draft and keeps it up to date.

    Attributes:
        draft: as typed, None while nothing is shown. reason: why it cannot be saved so.

    Signals:
        edited: the draft or the reason is another one now. save_asked: Ctrl+S.
    """

    edited = Signal()
    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft: Draft | None = None
        self.reason = ""
        self._filling = False
        self.form = QComboBox()
        self.form.setAccessibleName(_("Shown as"))
        for form, title in form_titles().items():
            self.form.addItem(title, form)
        self.form.activated.connect(self._on_form)
        self.format_button = button(_("Format"), "quiet", "list-tree", small=True, on_click=self.format)
        self.note = label("", "caption", "text3")
        self.area = TextArea("", mono=True)
        self.area.setAccessibleName(_("Value"))
        self.area.textChanged.connect(self._on_text)
        self._why = Label("", "caption", "critical", wrap=True)
        self._why_row = box(row(Icon("octagon-x", "critical", 14), (self._why, 1), gap=6))
        self._why_row.hide()
        self._checking = QTimer(self)
        self._checking.setSingleShot(True)
        self._checking.setInterval(_CHECK_MS)
        self._checking.timeout.connect(self._check)
        self.tools = row(label(_("Shown as"), "caption", "text2"), self.form, self.format_button, gap=8)
        self.tools.addWidget(self.note, 1)
        self.setLayout(col(self.tools, (self.area, 1), self._why_row, gap=6))
        self.setFocusProxy(self.area)

    def show_draft(self, draft: Draft, keep_place: bool = False) -> None:
        """Another draft; `keep_place`: of the same key, cursor and scroll stay."""
        self.draft = draft
        self.form.setCurrentIndex(self.form.findData(draft.like.form))
        if text_of(self.area) != draft.text:
            place = self.area.textCursor().position()
            scroll = self.area.verticalScrollBar().value()
            self._filling = True
            self.area.setPlainText(draft.text)
            self._filling = False
            if keep_place:
                cursor = self.area.textCursor()
                cursor.setPosition(min(place, len(draft.text)))
                self.area.setTextCursor(cursor)
                self.area.verticalScrollBar().setValue(scroll)
        few = draft.text.count("\n") < _LINES_WRAPPED and draft.like.form is Form.TEXT
        mode = QPlainTextEdit.LineWrapMode
        self.area.setLineWrapMode(mode.WidgetWidth if few else mode.NoWrap)
        self.area.setReadOnly(draft.like.cut or draft.imported is not None)
        self.format_button.setVisible(draft.like.form is Form.JSON)
        self.note.set_text(self._note(draft))
        self._check()

    def _note(self, draft: Draft) -> str:
        if draft.imported is not None:
            return _("From a file, {size}").format(size=size(len(draft.imported)))
        if draft.like.cut:
            return _("The first {size}; change it by importing a file").format(size=size(values.HEX_SHOWN))
        if draft.like.style is not None:
            return _("Stored in one line")
        if draft.like.form is Form.BINARY:
            return _("Hex digits; what stands behind | is not read")
        return _("Lines end in CR LF") if draft.like.newline == "\r\n" else ""

    def format(self) -> None:
        """Give valid JSON a line per member."""
        draft = self.draft
        if draft is not None and draft.imported is None and not values.json_fault(draft.text):
            self.area.selectAll()
            self.area.insertPlainText(values.json_pretty(draft.text))  # can be taken back with Ctrl+Z

    def _on_form(self) -> None:
        draft = self.draft
        if draft is None:
            return
        try:
            self.show_draft(draft.in_form(Form(self.form.currentData())))
        except InvalidInput as error:
            self.form.setCurrentIndex(self.form.findData(draft.like.form))
            self._say(str(error))
        else:
            self.edited.emit()

    def _on_text(self) -> None:
        if self._filling or self.draft is None:
            return
        self.draft = self.draft.typed(text_of(self.area))
        self.edited.emit()
        self._checking.start()

    def _check(self) -> None:
        self._checking.stop()
        draft = self.draft
        why = draft.fault() if draft is not None and draft.dirty else ""
        self._say(why)
        if why != self.reason:
            self.reason = why
            self.edited.emit()

    def checked(self) -> str:
        """Look now: why it cannot be saved, "" if it can."""
        self._check()
        return self.reason

    def _say(self, why: str) -> None:
        self._why.set_text(why)
        self._why_row.setVisible(bool(why))
        set_invalid(self.area, bool(why))
        self.area.setAccessibleDescription(why)


def text_of(area: QPlainTextEdit) -> str:
    """What stands in an editor, letter by letter: Qt's own toPlainText turns no-break spaces into plain ones."""
    return area.document().toRawText().replace("\u2029", "\n")


def form_titles() -> dict[Form, str]:
    """How a value can be shown."""
    return {Form.TEXT: _("Text"), Form.JSON: "JSON", Form.YAML: "YAML", Form.BINARY: _("Bytes (hex)")}
