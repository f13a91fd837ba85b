"""Lines of advice, worst first; what does not fit is in the last line's tool tip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import ngettext
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.ui.parts import ElidedLabel, box, col, row, state_icon

LINES = 3


class Notes(QWidget):
    """Shows up to `LINES` notes."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = []
        for _n in range(LINES):
            icon, text = state_icon("info"), ElidedLabel()
            line = box(row(icon, (text, 100), None, gap=8))
            self._lines.append((line, icon, text))
        self.setLayout(col(*(line for line, _icon, _text in self._lines), gap=5))
        self._notes: list[Note] = []
        self.show_notes(())

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show these."""
        self._notes = list(notes)
        shown = self._notes[:LINES]
        rest = self._notes[LINES - 1 :] if len(self._notes) > LINES else []
        if rest:
            more = ngettext("{n} more note", "{n} more notes", len(rest)).format(n=len(rest))
            shown[-1] = Note(rest[0].state, more)
        for n, (line, icon, text) in enumerate(self._lines):
            line.setVisible(n < len(shown))
            if n < len(shown):
                icon.set_state(shown[n].state)
                text.set_text(shown[n].text)
        if rest:
            self._lines[-1][2].setToolTip("\n".join(note.text for note in rest))

    def texts(self) -> list[str]:
        """All notes, also those that don't fit."""
        return [note.text for note in self._notes]
