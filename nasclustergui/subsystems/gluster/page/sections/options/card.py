"""One option: what it does, what it is, and what it is to become."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QScrollArea, QWidget

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.gluster.features.options.dangers import Change, dangers
from nasclustergui.subsystems.gluster.features.options.model import MAX_OP_VERSION, OP_VERSION, OWN_COMMANDS, Option
from nasclustergui.subsystems.gluster.features.options.plans import stays
from nasclustergui.subsystems.gluster.features.options.shapes import doubt, hint, shape_of
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.sections.options.edits import Edit
from nasclustergui.ui.parts import Field, Icon, Panel, box, button, col, label, row

STATES = {Severity.CRITICAL: ("octagon-x", "critical"), Severity.WARN: ("triangle-alert", "warn")}


class OptionCard(Panel):
    """Shows an option and takes a new value for it.

    Attributes:
        option: the one shown, None for none. editable: it can be set here.

    Signals:
        put: (name, value or None): note a change. raised: the op-version that was typed.
    """

    put = Signal(str, object)
    raised = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.option: Option | None = None
        self.editable = False
        self._volume: Volume | None = None
        self._state = GlusterState()
        self._name = label("", "strong", select=True)
        self._help = label("", "body", "text2", wrap=True, select=True)
        self._facts = label("", "caption", "text3", wrap=True)
        self._why = label("", "body", "text2", wrap=True)
        self.editor = QComboBox()
        self.editor.setEditable(True)
        self.editor.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.editor.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.editor.setMinimumContentsLength(12)
        self.field = Field(_("New value"), self.editor)
        self._hint = label("", "caption", "text3", wrap=True)
        self.put_button = button(_("Note the change"), icon="plus", small=True, on_click=self.take_over)
        self.reset_button = button(_("Default"), "quiet", "undo-2", small=True, on_click=self.reset)
        self._icon = Icon("triangle-alert", "warn", 16)
        self._danger = label("", "body", "text", wrap=True)
        warning = row(self._icon, (self._danger, 1), gap=8)
        warning.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        buttons = row(self.put_button, self.reset_button, None, gap=4)
        texts = (self._name, self._help, self._facts, self._why)
        inner = box(col(*texts, self.field, self._hint, warning, buttons, None, gap=8))
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        super().__init__(col(scroll, margins=(14, 12, 8, 12)))
        self.setParent(parent)
        line = self.editor.lineEdit()
        assert line is not None
        line.returnPressed.connect(self.take_over)
        self.editor.editTextChanged.connect(lambda _text: self._judge())

    def text(self) -> str:
        """The value as typed."""
        return self.editor.currentText().strip()

    def show_option(self, option: Option | None, edit: Edit | None, volume: Volume | None, state: GlusterState) -> None:
        """Show it; what is being typed stays while the option is the same."""
        same = option is not None and self.option is not None and option.name == self.option.name
        changed = option != self.option
        self.option, self._volume, self._state = option, volume, state
        if option is None:
            self._name.set_text(_("Choose an option"))
            self._help.set_text(_("Its help, its default and its value are shown here."))
        else:
            self._name.set_text(option.name)
            self._help.set_text(option.description or _("Gluster has no help for this option."))
        self._facts.set_text(_facts(option) if option is not None else "")
        self._show_form(option)
        if option is not None and (changed or not same):
            self._fill_form(option, edit, keep=same and self.text() != "")
        self._judge()

    def take_over(self) -> None:
        """The typed value becomes a noted change."""
        if self.option is None or not self.editable or not self.text():
            return
        if self.option.name == OP_VERSION:
            self.raised.emit(self.text())
        elif self.put_button.isEnabled():
            self.put.emit(self.option.name, self.text())

    def reset(self) -> None:
        """Back to the default."""
        if self.option is not None:
            self.put.emit(self.option.name, None)

    def _show_form(self, option: Option | None) -> None:
        why = _locked(option)
        self._why.set_text(why)
        self._why.setVisible(bool(why))
        self.editable = option is not None and not why
        for part in (self.field, self.put_button, self.reset_button):
            part.setVisible(self.editable)
        raising = option is not None and option.name == OP_VERSION
        self.put_button.set_text(_("Raise…") if raising else _("Note the change"))
        self.reset_button.setVisible(self.editable and not raising)
        if option is not None:
            can = option.is_set and not option.is_user
            self.reset_button.set_enabled(
                can, _("It has its default.") if not option.is_set else stays(option.name, "")
            )

    def _fill_form(self, option: Option, edit: Edit | None, keep: bool) -> None:
        shape = shape_of(option)
        typed = self.text()
        choices = shape.choices or tuple(dict.fromkeys(v for v in (option.value, option.default) if v))
        self.editor.blockSignals(True)
        self.editor.clear()
        self.editor.addItems(list(choices))
        wanted = edit.wanted if edit is not None and edit.wanted is not None else option.value
        self.editor.setEditText(typed if keep else wanted)
        self.editor.blockSignals(False)
        self._hint.set_text(hint(shape))
        self._hint.setVisible(self.editable and bool(hint(shape)))

    def _judge(self) -> None:
        """Say at once what the typed value would mean; nothing is refused for it."""
        option = self.option
        if option is None or not self.editable:
            for part in (self._icon, self._danger, self._hint):
                part.hide()
            return
        said = self._found(option)
        self._icon.setVisible(said is not None)
        self._danger.setVisible(said is not None)
        if said is not None:
            severity, text = said
            icon, role = STATES.get(severity, ("info", "text2"))
            self._icon.set_icon(icon, role)
            self._danger.set_text(text)
        same = self.text() == option.value and (option.is_set or option.name == OP_VERSION)
        self.put_button.set_enabled(bool(self.text()) and not same, _("This is the value it has."))

    def _found(self, option: Option) -> tuple[Severity, str] | None:
        if not self.text():
            return None
        why = doubt(shape_of(option), self.text())
        if why:
            return Severity.WARN, _("Gluster may refuse this. {why}").format(why=why)
        found = dangers(Change(option.name, option.value, self.text(), self._volume, self._state))
        if not found:
            return None
        meaning = found[0].meaning
        return meaning.severity, f"{meaning.title}. {meaning.text}" if meaning.text else f"{meaning.title}."


def _facts(option: Option) -> str:
    now = _("In force: {value}").format(value=option.value or DASH)
    usual = _("default: {value}").format(value=option.default or (DASH if option.default is None else _("none")))
    facts = " · ".join((now, usual, _("set") if option.is_set else _("not set")))
    given = stays(option.name, option.value) if option.is_set else ""
    return f"{facts}. {given}" if given else facts


def _locked(option: Option | None) -> str:
    """Why it can't be changed here, "" if it can."""
    if option is None:
        return ""
    if option.name == MAX_OP_VERSION:
        return _("What the oldest GlusterFS of the pool can do; it follows from the installed packages.")
    command = OWN_COMMANDS.get(option.name)
    return _("It is switched by a command of its own: gluster {command}").format(command=command) if command else ""
