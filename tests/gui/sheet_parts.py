"""The component sheet: every part of the toolkit on one page, for the eye and for test_sheet.py."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QProgressBar, QRadioButton, QSpinBox, QTabBar, QWidget

from nasclustergui.ui import theme, tokens
from nasclustergui.ui.icons import FOLDER
from nasclustergui.ui.parts import (
    Badge,
    Fill,
    Icon,
    Panel,
    Tag,
    button,
    col,
    draw_meter,
    label,
    row,
)
from nasclustergui.ui.theme import c, font

VC = Qt.AlignmentFlag.AlignVCenter
ICONS = sorted(path.stem for path in FOLDER.glob("*.svg"))


class Swatches(QWidget):
    """Colours with their contrast on the surface."""

    ROLES = (
        "canvas",
        "sidebar",
        "surface",
        "inset",
        "raised",
        "selected",
        "text",
        "text2",
        "text3",
        "accent",
        "accent_text",
        "accent_fill",
        "ok",
        "warn",
        "critical",
        "busy",
        "unknown",
        "control",
    )

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(3 * theme.px(48))

    def paintEvent(self, _e: QPaintEvent) -> None:
        p = QPainter(self)
        w, step = self.width() / 6, theme.px(48)
        for k, role in enumerate(self.ROLES):
            x, y = (k % 6) * w, (k // 6) * step
            theme.round_rect(p, QRectF(x, y + 2, 36, 36), 6, c(role), c("control"))
            p.setFont(font("label"))
            p.setPen(c("text"))
            p.drawText(QRectF(x + 44, y, w - 46, step * 0.46), VC, role)
            p.setFont(font("caption"))
            p.setPen(c("text3"))
            ratio = tokens.contrast(c(role).name(), c("surface").name())
            text = c(role).name().upper() + (f"  {ratio:.1f}:1" if ratio > 1.4 else "")
            p.drawText(QRectF(x + 44, y + step * 0.38, w - 46, step * 0.46), VC, text)


class Icons(QWidget):
    """The icons of the guide."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(34 * (len(ICONS) // 25 + 1))

    def paintEvent(self, _e: QPaintEvent) -> None:
        p = QPainter(self)
        step = self.width() / 25
        for k, name in enumerate(ICONS):
            theme.draw_icon(p, name, c("text2"), (k % 25) * step, (k // 25) * 34 + 6, 20)


class Meters(QWidget):
    """Levels, work and an old value."""

    ROWS = (
        (0.34, "accent", False, "34 %, level"),
        (0.83, "warn", False, "83 %, above 80 %"),
        (0.96, "critical", False, "96 %, full soon"),
        (0.62, "busy", False, "62 %, work"),
        (0.64, "unknown", True, "64 %, stale 03:02"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(112))

    def paintEvent(self, _e: QPaintEvent) -> None:
        p = QPainter(self)
        for k, (value, role, stale, text) in enumerate(self.ROWS):
            y = k * theme.px(22)
            marks = (0.8,) if k == 1 else ()
            draw_meter(p, QRectF(0, y + theme.px(8), 150, theme.size("meter")), value, role, stale, marks)
            p.setFont(font("caption", True))
            p.setPen(c("text3" if stale else "text"))
            p.drawText(QRectF(166, y, 300, theme.px(22)), VC, text)


def group(title: str, *items: object, gap: int = 10) -> Panel:
    """A card with a small heading."""
    return Panel(col(label(title, "label", "text3"), *items, None, gap=gap, margins=(16, 12, 16, 14)))  # type: ignore[arg-type]


WORDS = {
    "en": ["Healthy", "Degraded", "Disk failed", "Healing", "Waits", "Drains", "Maintenance", "Stopped", "Unknown"],
    "de": ["Gesund", "Beeinträchtigt", "Platte defekt", "Heilt", "Wartet", "Leert sich", "Wartung", "Gestoppt", "?"],
}
STATES = ["ok", "warn", "critical", "busy", "wait", "drain", "maint", "stopped", "unknown"]
TEXTS = {
    "en": ["Review plan…", "Edit…", "Show details", "Timeline", "Not possible", "Stop volume…", "Delete…"],
    "de": ["Plan prüfen…", "Bearbeiten…", "Einzelheiten", "Verlauf", "Nicht möglich", "Volume anhalten…", "Löschen…"],
}


def buttons_group(lang: str) -> Panel:
    """Buttons by risk, one with the keyboard."""
    t = TEXTS[lang]
    focus = button("Keyboard focus" if lang == "en" else "Tastaturfokus")
    focus.setObjectName("focus")
    off = button(t[4], "primary")
    off.setEnabled(False)
    first = row(button(t[0], "primary", "list-checks"), button(t[1], icon="pencil"), button(t[2], "quiet"), None)
    last = row(button(t[3], "link"), off, None) if lang == "de" else None
    if last is None:
        first.insertWidget(3, button(t[3], "link"))
        first.insertWidget(4, off)
    delete = "Delete volume scratch" if lang == "en" else "Volume scratch löschen"
    second = row(button(t[5], "caution", "circle-stop"), button(t[6], "danger-quiet", "trash-2"), None)
    third = row(button(delete, "danger", "trash-2"), 2, focus, 2, None)
    if lang == "en":
        second = row(
            button(t[5], "caution", "circle-stop"),
            button(t[6], "danger-quiet", "trash-2"),
            button(delete, "danger", "trash-2"),
            2,
            focus,
            2,
            None,
        )
        return group("Buttons by risk", first, second)
    return group("Knöpfe nach Risiko", first, last, second, third)


def states_group(lang: str) -> Panel:
    """Badges, tinted and plain."""
    badges = [Badge(s, w) for s, w in zip(STATES, WORDS[lang], strict=True)]
    badges.append(Badge("stale", "Seen 03:02" if lang == "en" else "Zuletzt 03:02"))
    plain = [Badge(s, w, tint=False) for s, w in zip(STATES[:4], WORDS[lang][:4], strict=True)]
    step = 5 if lang == "en" else 4
    rows = [row(*badges[i : i + step], None) for i in range(0, len(badges), step)]
    return group("State: icon, word, colour" if lang == "en" else "Zustand", *rows, row(*plain, None))


def inputs_group(lang: str) -> Panel:
    """Fields in their states."""
    good, bad = QLineEdit("projects"), QLineEdit("My Volume")
    bad.setProperty("invalid", True)
    combo = QComboBox()
    combo.addItem("Replicated, 3 copies" if lang == "en" else "Repliziert, 3 Kopien")
    for w in (good, bad, combo):
        w.setMinimumWidth(theme.px(180))
    check, same = QCheckBox("Start after creation"), QRadioButton("Same path")
    check.setChecked(True)
    same.setChecked(True)
    part, spin, bar, tabs = QCheckBox("Some"), QSpinBox(), QProgressBar(), QTabBar()
    part.setTristate(True)
    part.setCheckState(Qt.CheckState.PartiallyChecked)
    spin.setValue(3)
    bar.setTextVisible(False)
    bar.setValue(62)
    for name in ("Volumes", "Peers", "Snapshots"):
        tabs.addTab(name)
    tabs.setDrawBase(False)
    tabs.setExpanding(False)
    error = row(
        Icon("octagon-x", "critical", 14), label("Only a–z, 0–9, - and _; no blank", "caption", "critical"), None
    )
    return group(
        "Inputs" if lang == "en" else "Eingaben",
        row(good, bad, combo, None, gap=10),
        error,
        row(check, same, QRadioButton("New path"), None, gap=18),
        row(part, spin, (bar, 1), tabs, gap=18),
    )


def sheet(lang: str = "en") -> QWidget:
    """The whole page."""
    kinds = group(
        "Type",
        row(
            label("14", "display"),
            label("Page title 20/600", "title"),
            label("Card title 15/600", "heading"),
            None,
            gap=20,
        ),
        row(
            label("Body 13/400"),
            label("Strong 13/600", "strong"),
            label("Caption 12/400", "caption", "text3"),
            label("gluster volume info", "mono"),
            None,
            gap=18,
        ),
    )
    tags = group(
        "Tags", row(*(Tag(e.upper(), f"band_{e}", "on_fill") for e in ("prod", "test", "lab")), Tag("Manager"), None)
    )
    head = group("Colours, ratio on surface", Swatches())
    icons = group("Icons (Lucide)", Icons())
    upper = row((buttons_group(lang), 1), (states_group(lang), 1), gap=12)
    middle = row((inputs_group(lang), 3), (group("Meters", Meters()), 2), gap=12)
    lower = row((kinds, 3), (tags, 2), gap=12)
    return Fill("canvas", col(head, upper, middle, lower, icons, None, gap=12, margins=(24, 20, 24, 20)))
