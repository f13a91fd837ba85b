"""The cluster's colour: across the window, and as the tag that says PROD, TEST or LAB."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Environment
from nasclustergui.ui import theme
from nasclustergui.ui.badge import Tag


def environment_word(environment: Environment) -> str:
    """What the tag says."""
    return {Environment.PROD: _("PROD"), Environment.TEST: _("TEST"), Environment.LAB: _("LAB")}[environment]


def band_color(environment: Environment, colour: str = "") -> QColor:
    """The profile's own "#RRGGBB", else the environment's."""
    return QColor(colour) if colour else theme.c(f"band_{environment}")


def text_on(color: QColor) -> str:
    """Colour role that reads on a band of the profile's own choice."""
    bright = 0.2126 * color.redF() + 0.7152 * color.greenF() + 0.0722 * color.blueF()
    dark_text = bright > 0.6
    return ("text" if not theme.is_dark() else "canvas") if dark_text else "on_fill"


def environment_tag(environment: Environment, colour: str = "") -> Tag:
    """PROD, TEST or LAB in the colour of the band."""
    color = band_color(environment, colour)
    return Tag(environment_word(environment), color if colour else f"band_{environment}", text_on(color))


class Band(QWidget):
    """A stripe in the cluster's colour. TEST and LAB are hatched as well, so that colour is not all."""

    def __init__(self, environment: Environment = Environment.PROD, colour: str = "", height: int = 0) -> None:
        super().__init__()
        self._environment, self._colour = environment, colour
        self.setFixedHeight(height or theme.size("band"))

    def set_cluster(self, environment: Environment, colour: str = "") -> None:
        """Another cluster."""
        if (environment, colour) != (self._environment, self._colour):
            self._environment, self._colour = environment, colour
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The stripe."""
        p = QPainter(self)
        color = band_color(self._environment, self._colour)
        p.fillRect(self.rect(), color)
        if self._environment is not Environment.PROD:
            theme.hatch(p, QRectF(self.rect()), theme.c(text_on(color)), 14)
