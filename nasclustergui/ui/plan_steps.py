"""The steps of a plan as a list: number, title, node, risk, and the exact command to read and to copy."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeySequence, QMouseEvent, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan, Risk, Step
from nasclustergui.ui import theme
from nasclustergui.ui.parts import badge_width, draw_badge

Index = QModelIndex | QPersistentModelIndex

_VC = Qt.AlignmentFlag.AlignVCenter
_VR = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
SHOWN = 2000  # characters of a command with its input
UNDO_LINE = 18  # pixels, before the text size
RISK_STATE = {Risk.SAFE: "ok", Risk.CAUTION: "warn", Risk.DESTRUCTIVE: "critical"}


def risk_word(risk: Risk) -> str:
    """What the badge of a risk says."""
    return {Risk.SAFE: _("Safe"), Risk.CAUTION: _("Caution"), Risk.DESTRUCTIVE: _("Destructive")}[risk]


class StepModel(QAbstractListModel):
    """The plan's steps; the display text is the command, so that copying a row copies what runs."""

    STEP = Qt.ItemDataRole.UserRole

    def __init__(self, plan: Plan, parent: QWidget) -> None:
        super().__init__(parent)
        self._steps = plan.steps

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Number of steps."""
        return 0 if parent.isValid() else len(self._steps)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The step itself, its command, or a whole sentence for screen readers."""
        step = self._steps[index.row()]
        if role == self.STEP:
            return step
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return shown(step)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _("Step {number}: {title} on {node}, {risk}, {command}").format(
                number=index.row() + 1,
                title=step.title,
                node=step.place,
                risk=risk_word(step.risk),
                command=shown(step),
            )
        return None


class StepDelegate(QStyledItemDelegate):
    """Paints one step: a line about it, and the whole command, on as many lines as it takes."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the command is long."""
        row = QRectF(0, 0, self._view.viewport().width(), 0)
        step: Step = index.data(StepModel.STEP)
        lines = command_layout(one_line(index.data()), command_width(code_rect(row, step))).lineCount()
        return QSize(100, theme.px(74) + undo_height(row.width(), step) + (lines - 1) * line_height())

    def paint(self, p: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Number, title, node, undo, risk; the command below."""
        step: Step = index.data(StepModel.STEP)
        r = QRectF(option.rect)
        p.save()
        self._first_line(p, r, index.row() + 1, step)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._command(p, code_rect(r, step), index.data(), selected)
        p.fillRect(QRectF(r.x(), r.bottom() - 1, r.width(), 1), theme.c("line"))
        p.restore()

    def _first_line(self, p: QPainter, r: QRectF, number: int, step: Step) -> None:
        y, h = r.y() + theme.px(8), theme.px(22)
        word = risk_word(step.risk)
        right = r.right() - 14 - badge_width(word)
        draw_badge(p, right, y + h / 2, RISK_STATE[step.risk], word)
        undo, left = undo_words(step), r.x() + theme.px(22) + 14
        p.setFont(theme.font("caption"))
        p.setPen(theme.c("text3"))
        if undo_height(r.width(), step):
            p.drawText(QRectF(left, y + h, r.right() - 14 - left, theme.px(UNDO_LINE)), _VC, undo)
        else:
            right -= theme.text_width(undo, "caption") + 10
            p.drawText(QRectF(right, y, theme.text_width(undo, "caption"), h), _VR, undo)
        p.setFont(theme.font("strong"))
        p.drawText(QRectF(r.x() + 14, y, theme.px(22), h), _VC, str(number))
        p.setPen(theme.c("text"))
        x = left
        node_width = node_badge_width(step)
        room = right - x - node_width - 24
        title = p.fontMetrics().elidedText(step.title, Qt.TextElideMode.ElideRight, int(room))
        p.drawText(QRectF(x, y, room, h), _VC, title)
        self._node(p, QRectF(x + theme.text_width(title, "strong") + 10, y + 1, node_width, theme.px(20)), step.place)

    def _node(self, p: QPainter, r: QRectF, name: str) -> None:
        side = theme.px(14)
        theme.round_rect(p, r, 4, None, theme.c("line"))
        theme.draw_icon(p, "server", theme.c("text3"), r.x() + 6, r.center().y() - side / 2, side)
        p.setFont(theme.font("label"))
        p.setPen(theme.c("text2"))
        p.drawText(r.adjusted(side + 10, 0, 0, 0), _VC, name)

    def _command(self, p: QPainter, r: QRectF, command: str, selected: bool) -> None:
        theme.round_rect(p, r, 6, theme.c("inset"), theme.c("accent" if selected else "line"))
        text = command_layout(one_line(command), command_width(r))
        above = (r.height() - text.lineCount() * line_height()) / 2
        p.setFont(theme.font("mono"))
        p.setPen(theme.c("text3"))
        p.drawText(QRectF(r.x() + 10, r.y() + above, 16, line_height()), _VC, "$")
        p.setPen(theme.c("text"))
        text.draw(p, QPointF(r.x() + 26, r.y() + above))
        copy = copy_rect(r)
        theme.draw_icon(p, "copy", theme.c("text3"), copy.x(), copy.y(), int(copy.width()))


def shown(step: Step) -> str:
    """The command as the row shows it: a large value is cut, for a row is no place to read a file."""
    line = step.line
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"


def undo_words(step: Step) -> str:
    """What the row says about taking the step back."""
    return step.undo_text or (_("No undo") if step.risk is Risk.DESTRUCTIVE else "")


def node_badge_width(step: Step) -> float:
    """In pixels."""
    return theme.text_width(step.place, "label") + theme.px(14) + 18


def undo_height(width: float, step: Step) -> int:
    """Pixels of a line of its own, 0 where all have room beside each other: the title is what must not be cut."""
    undo = undo_words(step)
    title = theme.px(22) + 14 + theme.text_width(step.title, "strong") + node_badge_width(step) + 24
    rest = theme.text_width(undo, "caption") + 10 + badge_width(risk_word(step.risk)) + 14
    return theme.px(UNDO_LINE) if undo and title + rest > width else 0


def code_rect(r: QRectF, step: Step) -> QRectF:
    """Where the command stands in a row's rectangle."""
    top = theme.px(36) + undo_height(r.width(), step)
    return QRectF(
        r.x() + theme.px(22) + 14, r.y() + top, r.width() - theme.px(22) - 28, r.height() - top - theme.px(10)
    )


def copy_rect(code: QRectF) -> QRectF:
    """Where the copy icon stands in a command's rectangle: beside its first line."""
    side = theme.px(14)
    return QRectF(code.right() - side - 10, code.y() + (theme.px(28) - side) / 2, side, side)


def command_width(code: QRectF) -> float:
    """Room for the command's text in its rectangle."""
    return code.width() - 26 - theme.px(14) - 20


def line_height() -> int:
    """Of the lines of a command, in pixels."""
    return theme.px(17)


def one_line(command: str) -> str:
    """The command without line breaks of its own, which would look like two commands."""
    return command.replace("\n", "⏎")


def command_layout(command: str, width: float) -> QTextLayout:
    """The command broken between words where it can be."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(command, theme.font("mono"))
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 40.0))
        gap = (line_height() - line.height()) / 2
        line.setPosition(QPointF(0, (layout.lineCount() - 1) * line_height() + gap))
    layout.endLayout()
    return layout


class StepList(QListView):
    """The list itself. Ctrl+C or a click on the icon copies a command.

    Signals:
        copied: the command that went to the clipboard.
    """

    copied = Signal(str)

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.setModel(StepModel(plan, self))
        self.setItemDelegate(StepDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Steps of the plan"))

    def keyPressEvent(self, event: Any) -> None:
        """Ctrl+C copies the current command."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the icon copies."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._over_copy(index, event.position().toPoint()):
            self._copy(index)
        super().mouseReleaseEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """A hand over the icon."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            point = event.position().toPoint()
            index = self.indexAt(point)
            over = index.isValid() and self._over_copy(index, point)
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        return super().viewportEvent(event)

    def _over_copy(self, index: QModelIndex, point: QPoint) -> bool:
        target = copy_rect(code_rect(QRectF(self.visualRect(index)), index.data(StepModel.STEP)))
        return target.adjusted(-6, -6, 6, 6).contains(point)

    def _copy(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        command = index.data(StepModel.STEP).line
        QGuiApplication.clipboard().setText(command)
        corner = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        QToolTip.showText(corner, _("Command copied"), self)
        self.copied.emit(command)
