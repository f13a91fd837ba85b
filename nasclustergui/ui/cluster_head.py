"""The cluster's name at the top of the sidebar; a click opens the choice of clusters."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Environment
from nasclustergui.ui import theme
from nasclustergui.ui.band import band_color, environment_word, text_on
from nasclustergui.ui.theme import RADIUS, c, font, px

_VC = Qt.AlignmentFlag.AlignVCenter


class ClusterHead(QAbstractButton):
    """Environment tag, name, chevron; below it a line of facts. Narrow: only the tag."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._facts, self._colour = "", "", ""
        self._environment = Environment.PROD
        self._narrow = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.restyle()

    def restyle(self) -> None:
        """Take the height from the theme."""
        self.setFixedHeight(px(60))

    def set_cluster(self, name: str, environment: Environment, facts: str, colour: str = "") -> None:
        """Another cluster, or other facts about it."""
        new = (name, environment, facts, colour)
        if new != (self._name, self._environment, self._facts, self._colour):
            self._name, self._environment, self._facts, self._colour = new
            word = environment_word(environment)
            self.setAccessibleName(_("Cluster {name}, {environment}").format(name=name, environment=word))
            self.setAccessibleDescription(facts)
            self.setToolTip(f"{name}\n{facts}".strip())
            self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Only the tag, or everything."""
        self._narrow = narrow
        self.update()

    def sizeHint(self) -> QSize:
        """The sidebar gives the width."""
        return QSize(px(120), px(60))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Tag, name, chevron, facts."""
        p = QPainter(self)
        if self.underMouse() or self.isDown():
            theme.round_rect(p, QRectF(self.rect()).adjusted(6, 6, -6, -4), RADIUS["control"], c("hover"))
        word = environment_word(self._environment)
        color = band_color(self._environment, self._colour)
        width, height = theme.text_width(word, "label") + 14, theme.size("badge")
        x = (self.width() - width) / 2 if self._narrow else 16.0
        tag = QRectF(x, px(14), width, height)
        theme.round_rect(p, tag, RADIUS["badge"], color)
        p.setFont(font("label"))
        p.setPen(c(text_on(color)))
        p.drawText(tag, Qt.AlignmentFlag.AlignCenter, word)
        if not self._narrow:
            self._texts(p, tag)

    def _texts(self, p: QPainter, tag: QRectF) -> None:
        side = px(14)
        right = self.width() - 16 - side
        x = tag.right() + 8
        p.setFont(font("strong"))
        p.setPen(c("text"))
        name = p.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, int(right - x - 8))
        p.drawText(QRectF(x, tag.y(), right - x, tag.height()), _VC, name)
        theme.draw_icon(p, "chevron-down", c("text2"), right, tag.center().y() - side / 2, side)
        p.setFont(font("caption"))
        p.setPen(c("text3"))
        below = QRectF(16, tag.bottom() + 2, self.width() - 32, px(18))
        p.drawText(below, _VC, p.fontMetrics().elidedText(self._facts, Qt.TextElideMode.ElideRight, int(below.width())))
