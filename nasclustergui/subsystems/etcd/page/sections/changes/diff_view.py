"""Two values beside each other, line by line; each difference has a sign, not only a colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextCursor, QTextFormat
from PySide6.QtWidgets import QTextEdit, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.etcd.features.changes.diff import Mark, Pair, compare
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Console, ElidedLabel, Line, box, col, row

_LONGEST = 4_000  # characters of a line that are shown: Qt lays out a line at once, a long one takes it minutes
_FILL = {Mark.REMOVED: "critical_bg", Mark.ADDED: "ok_bg", Mark.CHANGED: "warn_bg"}


class DiffView(QWidget):
    """Set it with `show_values`. Both sides scroll together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pairs: tuple[Pair, ...] = ()
        self._both = False  # both values are there and differ
        self._heads = (ElidedLabel("", "label", "text2"), ElidedLabel("", "label", "text2"))
        self.sides = (Console(_("Before")), Console(_("After")))
        columns = [box(col(head, (side, 1), gap=4)) for head, side in zip(self._heads, self.sides, strict=True)]
        self.setLayout(row((columns[0], 1), Line(vertical=True), (columns[1], 1), gap=8))
        for one, other in (self.sides, self.sides[::-1]):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
            one.setMinimumHeight(theme.px(60))

    def restyle(self) -> None:
        """The fills follow the theme."""
        self._paint()

    def show_values(
        self, left: bytes | None, right: bytes | None, heads: tuple[str, str], absent: tuple[str, str] = ("", "")
    ) -> None:
        """`heads` stand above the sides; `absent`: what to write where there is no value."""
        same = left is not None and left == right
        self.pairs = compare(left, right)
        both = left is not None and right is not None
        if both and not same and all(pair.mark is Mark.SAME for pair in self.pairs):
            heads = (heads[0], _("{head}: the same content, written differently").format(head=heads[1]))
        for head, side, text in zip(self._heads, self.sides, heads, strict=True):
            head.set_text(text)
            side.setAccessibleName(text)
        left_text = _side([(pair.mark, pair.left) for pair in self.pairs])
        right_text = _side([(pair.mark, pair.right) for pair in self.pairs])
        self.sides[0].set_text(absent[0] if left is None else left_text)
        self.sides[1].set_text(absent[1] if right is None else right_text)
        self._both = both and not same
        self._paint()

    def clear(self) -> None:
        """Nothing is chosen."""
        self.show_values(None, None, ("", ""))

    def _paint(self) -> None:
        for number, side in enumerate(self.sides):
            marked = []
            for at, pair in enumerate(self.pairs if self._both else ()):
                present = pair.left if number == 0 else pair.right
                if pair.mark is not Mark.SAME and present is not None:
                    marked.append(self._selection(side, at, _FILL[pair.mark]))
            side.setExtraSelections(marked)

    @staticmethod
    def _selection(side: Console, line: int, fill: str) -> QTextEdit.ExtraSelection:
        out = QTextEdit.ExtraSelection()
        out.format.setBackground(theme.c(fill))
        out.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        out.cursor = QTextCursor(side.document().findBlockByNumber(line))
        return out


def _side(lines: Sequence[tuple[Mark, str | None]]) -> str:
    return "\n".join(f"{mark.value if text is not None else ' '} {_cut(text or '')}".rstrip() for mark, text in lines)


def _cut(line: str) -> str:
    if (more := len(line) - _LONGEST) <= 0:
        return line
    rest = ngettext("… {n} more character", "… {n} more characters", more).format(n=count(more))
    return f"{line[:_LONGEST]} {rest}"


def flat(view: DiffView) -> str:
    """What both sides say, for tests and for people who do not see it."""
    return "\n--\n".join(side.toPlainText() for side in view.sides)
