"""The first part of a profile's form: what the cluster is called and how it is marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Environment, Profile
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Field, Panel, Tag, col, label, row
from nasclustergui.ui.shell import Band, band_color, environment_tag

# White text on each reads with 4.5:1 at least, and none is one of the colours that mean a state.
BAND_COLOURS = ("#1E4E8C", "#4338CA", "#0E7490", "#4D7C0F", "#7C4A1E", "#9D174D", "#374151")


def _colour_words() -> tuple[str, ...]:
    return (_("Navy"), _("Indigo"), _("Cyan"), _("Olive"), _("Brown"), _("Berry"), _("Graphite"))


def _swatch(color: QColor) -> QIcon:
    side = theme.px(16)
    pixmap = QPixmap(side * 2, side * 2)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    p = QPainter(pixmap)
    theme.round_rect(p, QRectF(0, 0, side, side), 4, color)
    p.end()
    return QIcon(pixmap)


class ColourChoice(QComboBox):
    """The band's colour: the environment's, one of a few, or "#RRGGBB" of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.addItem(_swatch(band_color(Environment.PROD)), _("As the environment"), "")
        for colour, word in zip(BAND_COLOURS, _colour_words(), strict=True):
            self.addItem(_swatch(QColor(colour)), word, colour)

    def set_environment(self, environment: Environment) -> None:
        """The first choice shows that one's colour."""
        self.setItemIcon(0, _swatch(band_color(environment)))

    def colour(self) -> str:
        """ "" or "#RRGGBB"."""
        return str(self.currentData() or "")

    def set_colour(self, colour: str) -> None:
        """Choose a colour; one that is in no list is added."""
        found = next((n for n in range(self.count()) if str(self.itemData(n)).casefold() == colour.casefold()), -1)
        if found < 0:
            self.addItem(_swatch(QColor(colour)), colour, colour)
            found = self.count() - 1
        self.setCurrentIndex(found)


class Preview(Panel):
    """How the cluster will be marked everywhere."""

    def __init__(self) -> None:
        super().__init__(fill="inset", radius=8)
        self._band = Band()
        self._tag: Tag = environment_tag(Environment.PROD)
        self._name = label("", "medium")
        self._words = row(self._tag, self._name, None, gap=10, margins=(12, 6, 12, 8))
        self.setLayout(col(self._band, self._words, gap=0, margins=(1, 1, 1, 0)))

    def show_cluster(self, name: str, environment: Environment, colour: str) -> None:
        """Another name or mark."""
        self._band.set_cluster(environment, colour)
        new = environment_tag(environment, colour)
        self._words.replaceWidget(self._tag, new)
        self._tag.hide()
        self._tag.deleteLater()
        self._tag = new
        self._name.set_text(name or _("Name of the cluster"))
        self._name.set_role("text" if name else "text3")


class ClusterForm(QWidget):
    """Name, environment, colour, location, read-only.

    Signals:
        edited: something was typed or chosen.

    Attributes:
        fields: by the field names of `core.profile_check`.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name, self.location = QLineEdit(), QLineEdit()
        self.environment, self.colour = QComboBox(), ColourChoice()
        for environment, text in (
            (Environment.PROD, _("PROD, people work with it")),
            (Environment.TEST, _("TEST, may fail")),
            (Environment.LAB, _("LAB, may be lost")),
        ):
            self.environment.addItem(text, environment)
        self.read_only = QCheckBox(_("Read-only: every change is refused"))
        self.preview = Preview()
        self.fields = {
            "name": Field(_("Name"), self.name),
            "environment": Field(_("Environment"), self.environment),
            "colour": Field(_("Colour of the band"), self.colour),
            "location": Field(_("Location"), self.location),
        }
        first = row(
            *((field, stretch) for field, stretch in zip(self.fields.values(), (5, 5, 4, 4), strict=True)), gap=14
        )
        for field in self.fields.values():
            first.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        self.setLayout(col(first, row((self.preview, 1), self.read_only, gap=16), gap=12))
        for edit in (self.name, self.location):
            edit.textChanged.connect(self._on_edited)
        for box in (self.environment, self.colour):
            box.currentIndexChanged.connect(self._on_edited)
        self.read_only.toggled.connect(self._on_edited)
        self._on_edited()

    def set_profile(self, profile: Profile) -> None:
        """Show a profile's values."""
        self.name.setText(profile.name)
        self.location.setText(profile.location)
        self.environment.setCurrentIndex(self.environment.findData(profile.environment))
        self.colour.set_colour(profile.colour)
        self.read_only.setChecked(profile.read_only)

    def values(self) -> tuple[str, Environment, str, bool, str]:
        """Name, environment, colour, read-only, location."""
        environment = Environment(self.environment.currentData())
        return (
            self.name.text().strip(),
            environment,
            self.colour.colour(),
            self.read_only.isChecked(),
            self.location.text().strip(),
        )

    def _on_edited(self) -> None:
        name, environment, colour, _read_only, _location = self.values()
        self.colour.set_environment(environment)
        self.preview.show_cluster(name, environment, colour)
        self.edited.emit()
