"""One entry in full: its text, and everything the journal knows of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, severity_word
from nasclustergui.subsystems.logs.page.rows import LOOKS, source_text, time_text
from nasclustergui.ui.parts import Console, ElidedLabel, Icon, Label, Line, button, col, label, row

Fields = tuple[tuple[str, str], ...]
# (entry, done, failed): reads all fields in a thread
ReadFields = Callable[[Entry, Callable[[Fields], object], Callable[[Exception], object]], object]


class EntryDetail(QWidget):
    """Feed it with `show_entry`."""

    def __init__(self, read: ReadFields, close: Callable[[], object]) -> None:
        super().__init__()
        self._read = read
        self.entry: Entry | None = None
        self._icon = Icon("info", "text2", 16)
        self.title: Label = label("", "strong")
        self.facts = ElidedLabel("", "caption", "text3")
        self.text = Console(_("The whole entry"), wrap=True, fill="surface")
        shut = button("", "quiet", "x", small=True, tip=_("Close"), on_click=close)
        head = row(self._icon, self.title, (self.facts, 1), shut, gap=8, margins=(14, 6, 8, 6))
        self.setLayout(col(Line(), head, Line(), (self.text, 1), gap=0))

    def show_entry(self, entry: Entry) -> None:
        """This one; the journal's other fields follow when they are read."""
        grown = self.entry is not None and self.entry.place == entry.place and self.entry.node == entry.node
        if grown and self.entry is not None and self.entry.text == entry.text:
            return
        self.entry = entry
        icon, _state, role = LOOKS[entry.severity]
        self._icon.set_icon(icon, role)
        self.title.set_text(f"{severity_word(entry.severity)} · {entry.node} · {source_text(entry.source)}")
        self.facts.set_text(
            _("{time} by the node's clock").format(time=f"{time_text(entry.at)[:-3]}{entry.at % 1000000:06}")
        )
        self._show(entry, self._known(entry))
        if entry.source == JOURNAL and entry.place.cursor:
            self._read(
                entry, lambda fields: self._on_fields(entry, fields), lambda error: self._on_failed(entry, error)
            )

    def _known(self, entry: Entry) -> Fields:
        """What the entry itself says, by names that need no translation."""
        known = (("unit", entry.unit), ("pid", entry.pid), ("MSGID", entry.message_id), ("at", entry.origin))
        return tuple((name, value) for name, value in known if value)

    def _show(self, entry: Entry, fields: Fields, remark: str = "") -> None:
        width = max((len(name) for name, _value in fields), default=0)
        lines = [f"{name.ljust(width)}  {value}" for name, value in fields]
        self.text.set_text("\n".join([entry.text, "", *lines, *([remark] if remark else [])]).rstrip())
        self.text.verticalScrollBar().setValue(0)

    def _on_fields(self, entry: Entry, fields: Fields) -> None:
        if self.entry is entry:
            if not fields:
                self._show(entry, self._known(entry), _("The journal no longer has this entry."))
                return
            self._show(entry, tuple((name, value) for name, value in fields if name != "MESSAGE"))

    def _on_failed(self, entry: Entry, error: Exception) -> None:
        if self.entry is entry:
            self._show(entry, self._known(entry), _("Its other fields could not be read. {why}").format(why=error))
