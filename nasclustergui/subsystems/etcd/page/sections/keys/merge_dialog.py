"""Base, mine and theirs beside each other, and the text that becomes of them: nothing is lost unseen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QTextEdit, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.profile import Profile
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features.keys import schema, values
from nasclustergui.subsystems.etcd.features.keys.merge import Side
from nasclustergui.subsystems.etcd.page.sections.keys.keeper import Clash, clash_title
from nasclustergui.subsystems.etcd.page.sections.keys.value_editor import text_of
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Console, ElidedLabel, Label, TextArea, box, button, col, label, row
from nasclustergui.ui.theme import c

SIZE = QSize(1120, 780)
_SIDES = (Side.BASE, Side.MINE, Side.THEIRS)


class MergeDialog(DialogFrame):
    """Ends by `decided`: the text to save, or None with what to keep instead.

    Attributes:
        choices: position of a conflict → whose lines are taken.

    Signals:
        decided: (text: str | None, mine: bool): a merged text; (None, True) my value as it is; (None, False) theirs.
    """

    decided = Signal(object, bool)

    def __init__(self, clash: Clash, profile: Profile | None = None, parent: QWidget | None = None) -> None:
        key = printable(clash.draft.key)
        super().__init__(_("Merge {key}").format(key=key), _about(clash), profile, SIZE, parent=parent)
        self.clash = clash
        self.merged = clash.merged
        self.choices: dict[int, Side] = {}
        self._at = 0
        self._conflicts = self.merged.conflicts if self.merged is not None else ()
        self.texts = {side: Console(_side_title(side), fill="inset") for side in _SIDES}
        for side, text in zip(_SIDES, clash.texts, strict=True):
            self.texts[side].set_text(text)
        self.outcome = TextArea("", mono=True)
        self.outcome.setAccessibleName(_("Merged text"))
        self._make_buttons()
        heads = [col(label(_side_title(side), "label", "text2"), (self.texts[side], 1), gap=4) for side in _SIDES]
        columns = row(*((head, 1) for head in heads), gap=12)
        below = col(self._tools(), (self.outcome, 1), gap=6)
        self._below = box(below)
        self._below.setVisible(self.merged is not None)
        body = col((columns, 1), (self._below, 1), gap=12, margins=(24, 16, 24, 16))
        self.reason = ElidedLabel("", "caption", "text2")
        foot = row(
            (self.reason, 100),
            None,
            self.cancel_button,
            self.theirs_button,
            self.mine_button,
            self.go_button,
            gap=8,
            margins=(24, 12, 24, 12),
        )
        self.compose(body, foot)
        self.outcome.textChanged.connect(self._show_reason)
        self._show()

    def _make_buttons(self) -> None:
        whole = self.merged is None
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.theirs_button = button(_("Keep theirs"), on_click=partial(self._decide, None, False))
        self.mine_button = button(_("Write mine…"), "normal", on_click=partial(self._decide, None, True))
        self.mine_button.setVisible(whole)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        self.go_button.setVisible(not whole)
        self.side_buttons = {
            side: button(_take_title(side), small=True, on_click=partial(self.take, side))
            for side in (Side.MINE, Side.THEIRS, Side.BOTH, Side.BASE)
        }
        self.previous_button = button("", "quiet", "chevron-up", small=True, tip=_("The conflict before"))
        self.next_button = button("", "quiet", "chevron-down", small=True, tip=_("The next conflict"))
        self.previous_button.clicked.connect(lambda: self.go(-1))
        self.next_button.clicked.connect(lambda: self.go(1))

    def _tools(self) -> QWidget:
        self._said = Label("", "strong")
        self._choose = box(row(self.previous_button, self.next_button, *self.side_buttons.values(), gap=6))
        return box(row(self._said, None, self._choose, gap=10))

    # ---- conflicts

    def go(self, step: int) -> None:
        """Look at another conflict."""
        if self._conflicts:
            self._at = (self._at + step) % len(self._conflicts)
            self._show()

    def take(self, side: Side) -> None:
        """Decide the conflict in sight, and go to the next one that is open."""
        if not self._conflicts:
            return
        self.choices[self._conflicts[self._at]] = side
        still = [n for n, chunk in enumerate(self._conflicts) if chunk not in self.choices]
        if still:
            self._at = next((n for n in still if n > self._at), still[0])
        self._show()

    def open_conflicts(self) -> int:
        """How many are not decided."""
        return sum(1 for chunk in self._conflicts if chunk not in self.choices)

    def _show(self) -> None:
        merged = self.merged
        if merged is None:
            self._show_reason()
            return
        left = self.open_conflicts()
        self.outcome.setPlainText(merged.text(self.choices))
        self.outcome.setReadOnly(bool(left))  # marks are taken away by choosing, not by hand
        total = len(self._conflicts)
        if not total:
            self._said.set_text(_("No conflict: both changes fit together"))
        elif left:
            text = ngettext("{left} of {n} conflict is open", "{left} of {n} conflicts are open", left)
            self._said.set_text(text.format(left=left, n=total))
        else:
            self._said.set_text(_("All conflicts are decided; the text can still be edited"))
        self._choose.setVisible(bool(total))
        self._mark()
        self._show_reason()

    def _mark(self) -> None:
        """The lines of conflicts in the three texts, the one in sight stronger."""
        assert self.merged is not None
        for side in _SIDES:
            console, at, marks = self.texts[side], 0, []
            for n, chunk in enumerate(self.merged.chunks):
                lines = len(chunk.lines(side) if side is not Side.BASE else chunk.base)
                if n in self._conflicts:
                    current = bool(self._conflicts) and n == self._conflicts[self._at]
                    marks += [_line_mark(console, at + k, current) for k in range(lines)]
                    if current:
                        _scroll_to(console, at)
                at += lines
            console.setExtraSelections(marks)

    # ---- the end

    def missing(self) -> str:
        """Why it cannot go on, "" if it can."""
        left = self.open_conflicts()
        if left:
            return ngettext("Decide {n} conflict.", "Decide {n} conflicts.", left).format(n=left)
        if self.merged is None:
            return ""
        draft = self.clash.draft
        text = text_of(self.outcome)
        return values.fault(text, draft.like.form) or schema.fault(draft.key, values.bytes_of(text, draft.like))

    def _show_reason(self) -> None:
        why = self.missing()
        self.go_button.set_enabled(not why, why)
        binary = _("One of them is binary: it can only be taken as a whole.")
        self.reason.set_text(why or (binary if self.merged is None and self.clash.theirs is not None else ""))

    def accept(self) -> None:
        """Save what was merged."""
        if not self.missing():
            self._decide(text_of(self.outcome), False)

    def _decide(self, text: str | None, mine: bool) -> None:
        super().accept()
        self.decided.emit(text, mine)


def _about(clash: Clash) -> str:
    return clash_title(clash) + " " + _("since you began. Nothing is written before the plan.")


def _side_title(side: Side) -> str:
    return {
        Side.BASE: _("Base: as you began"),
        Side.MINE: _("Mine: as you typed it"),
        Side.THEIRS: _("Theirs: as it is in etcd now"),
        Side.BOTH: _("Both"),
    }[side]


def _take_title(side: Side) -> str:
    return {
        Side.MINE: _("Take mine"),
        Side.THEIRS: _("Take theirs"),
        Side.BOTH: _("Take both"),
        Side.BASE: _("Take base"),
    }[side]


def _line_mark(console: Console, line: int, current: bool) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    block: QTextBlock = console.document().findBlockByNumber(line)
    style = QTextCharFormat()
    style.setBackground(c("warn_bg" if current else "selected"))
    style.setProperty(QTextFormat.Property.FullWidthSelection, True)
    mark.cursor = QTextCursor(block)
    mark.format = style
    return mark


def _scroll_to(console: Console, line: int) -> None:
    cursor = QTextCursor(console.document().findBlockByNumber(max(0, line - 2)))
    console.setTextCursor(cursor)
    console.ensureCursorVisible()
