"""Labels, badges, buttons and cards: they change in place, tell screen readers, and fold where there is no room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.ui import theme
from nasclustergui.ui.parts import (
    Badge,
    Button,
    Console,
    CopyLine,
    ElidedLabel,
    FlowButtons,
    Icon,
    Label,
    Meter,
    Panel,
    Tag,
    box,
    button,
    clear,
    col,
    label,
    row,
)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


def show(qtbot: QtBot, widget: QWidget, width: int = 0) -> None:
    qtbot.addWidget(widget)
    if width:
        widget.resize(width, widget.sizeHint().height())
    widget.show()


def test_row_and_column_take_widgets_layouts_gaps_and_stretch(qtbot: QtBot) -> None:
    a, b = label("a"), label("b")
    layout = row(a, 12, (col(b), 1), None, gap=4, margins=(1, 2, 3, 4))
    widget = box(layout)
    qtbot.addWidget(widget)
    assert layout.count() == 4
    assert layout.stretch(2) == 1
    assert layout.contentsMargins().bottom() == 4
    clear(layout)
    assert layout.count() == 0


def test_a_label_keeps_its_colour_role_through_themes(qtbot: QtBot) -> None:
    text = Label("61.4", "caption", "text3")
    qtbot.addWidget(text)
    text.set_role("critical")
    theme.use("dark")
    assert text.palette().color(QPalette.ColorRole.WindowText) == theme.c("critical")
    assert text.font().pixelSize() == 12


def test_wrapped_text_never_gets_wider_than_ninety_characters(qtbot: QtBot) -> None:
    words = "All files stay readable and writable. " * 12
    text = label(words, wrap=True)
    show(qtbot, text, 2400)
    limit = theme.metrics("body").averageCharWidth() * 90
    assert text.contentsRect().width() <= limit
    assert text.heightForWidth(2400) == text.heightForWidth(int(limit))


def test_an_elided_label_tells_its_full_text(qtbot: QtBot) -> None:
    path = ElidedLabel("/bricks/sdd/data", "mono", middle=True)
    show(qtbot, path)
    path.set_text("/bricks/sde/a-much-longer-name")
    assert path.toolTip() == path.accessibleName() == path.text() == "/bricks/sde/a-much-longer-name"
    assert path.minimumWidth() < path.sizeHint().width()


def test_a_badge_changes_in_place_and_is_read_as_its_word(qtbot: QtBot) -> None:
    badge = Badge("ok", "Healthy")
    show(qtbot, badge)
    before = badge.width()
    badge.set_state("critical", "Split-brain found")
    assert badge.width() > before
    interface = QAccessible.queryAccessibleInterface(badge)
    assert interface.text(QAccessible.Text.Name) == "Split-brain found"


def test_setting_the_same_again_repaints_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    badge, meter, tag, icon, panel = Badge("ok", "UP"), Meter(0.5), Tag("x"), Icon("x"), Panel()
    for widget in (badge, meter, tag, icon, panel):
        qtbot.addWidget(widget)
        monkeypatch.setattr(widget, "update", lambda: pytest.fail("repainted"))
    badge.set_state("ok", "UP")
    meter.set_value(0.5)
    tag.set_text("x")
    icon.set_icon("x", "text2")
    panel.set_colors(fill="surface")


def test_a_button_is_as_wide_as_its_text_in_every_language(qtbot: QtBot) -> None:
    short, long = button("Ersetzen"), button("Fehlgeschlagenen Datenträger ersetzen…", "primary", "disc")
    for one in (short, long):
        qtbot.addWidget(one)
        assert one.sizeHint().width() >= theme.text_width(one.text(), "medium") + 20
    assert long.sizeHint().height() == 32
    assert button("x", small=True).sizeHint().height() == 26


def test_a_button_without_text_needs_a_name(qtbot: QtBot) -> None:
    more = button("", "quiet", "ellipsis", tip="More")
    qtbot.addWidget(more)
    assert more.accessibleName() == more.toolTip() == "More"
    assert more.sizeHint() == QSize(32, 32)


def test_a_disabled_button_says_why(qtbot: QtBot) -> None:
    b = button("Start", tip="Start the volume")
    qtbot.addWidget(b)
    b.set_enabled(False, "The volume is started already")
    assert (b.isEnabled(), b.toolTip()) == (False, "The volume is started already")
    b.set_enabled(True)
    assert b.toolTip() == "Start the volume"


def test_an_unknown_kind_of_button_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(KeyError):
        Button("x", "loud")


@pytest.fixture
def flow(qtbot: QtBot) -> FlowButtons:
    out = FlowButtons(
        [
            button("Replace failed disk…", "primary", "disc", small=True),
            button("Heal", small=True),
            button("Rebalance…", small=True),
            button("Delete…", "danger-quiet", "trash-2", small=True),
        ]
    )
    show(qtbot, out)
    return out


def texts(buttons: tuple[Button, ...]) -> list[str]:
    return [b.text() for b in buttons]


def test_all_buttons_stand_at_the_right_where_there_is_room(flow: FlowButtons) -> None:
    flow.resize(flow.sizeHint().width() + 100, 26)
    assert flow.folded() == ()
    visible = [b for b in flow.findChildren(Button) if b.isVisible()]
    assert max(b.geometry().right() for b in visible) == flow.width() - 1
    assert min(b.geometry().left() for b in visible) == 100


def test_danger_folds_first_then_from_the_right_and_primary_last(flow: FlowButtons) -> None:
    flow.resize(flow.sizeHint().width() - 1, 26)
    assert texts(flow.folded()) == ["Delete…"]
    flow.resize(flow.sizeHint().width() - 120, 26)
    assert texts(flow.folded()) == ["Rebalance…", "Delete…"]
    flow.resize(flow.minimumSizeHint().width(), 26)
    assert texts(flow.folded()) == ["Heal", "Rebalance…", "Delete…"]
    flow.resize(flow.sizeHint().width(), 26)
    assert flow.folded() == ()


def test_folded_buttons_work_from_the_menu_with_danger_apart(qtbot: QtBot, flow: FlowButtons) -> None:
    flow.resize(flow.minimumSizeHint().width(), 26)
    heal, _rebalance, delete = flow.folded()
    heal.set_enabled(False, "Nothing to heal")
    menu = flow.findChild(QMenu)
    assert menu is not None
    menu.aboutToShow.emit()
    actions = menu.actions()
    assert [a.text() for a in actions] == ["Heal", "Rebalance…", "", "Delete…"]
    assert actions[2].isSeparator()
    assert not actions[0].isEnabled()
    with qtbot.waitSignal(delete.clicked):
        actions[3].trigger()


def test_a_button_that_makes_no_sense_leaves_the_row(flow: FlowButtons) -> None:
    flow.resize(flow.sizeHint().width(), 26)
    heal = next(b for b in flow.findChildren(Button) if b.text() == "Heal")
    wide = flow.sizeHint().width()
    flow.set_present(heal, False)
    assert not heal.isVisible()
    assert flow.sizeHint().width() < wide
    flow.set_present(heal, True)
    assert heal.isVisible()


def test_the_console_follows_its_end_until_somebody_scrolls(qtbot: QtBot) -> None:
    console = Console()
    console.resize(300, 120)
    show(qtbot, console)
    bar = console.verticalScrollBar()
    console.write(f"line {n}" for n in range(100))
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    console.write(["one more"])
    assert bar.value() == 10
    assert console.toPlainText().endswith("\none more")


def test_a_copy_line_copies_all_of_it(qtbot: QtBot) -> None:
    line = CopyLine("gluster volume info", prompt="$")
    show(qtbot, line)
    copy = line.findChild(Button)
    assert copy is not None
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert QGuiApplication.clipboard().text() == "gluster volume info"
