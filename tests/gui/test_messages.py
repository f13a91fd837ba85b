"""Banners, toasts, placeholders, errors and forms: what they say, when they go, what they announce."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import Cancelled, CommandFailed, NasError, Unreachable
from nasclustergui.ui import banner, theme
from nasclustergui.ui.errors import ErrorDialog, describe, present, report
from nasclustergui.ui.forms import Field, SearchField, TextArea, TypedConfirm, required
from nasclustergui.ui.parts import Banner, Button, Empty, Failed, Label, Loading, Stack, button, label
from nasclustergui.ui.toast import Toast, Toasts

FAILED = CommandFailed(
    "node1", "gluster volume start data", 1, "volume start: data: failed", hint="Start glusterd first."
)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    out = QWidget()
    out.resize(900, 600)
    qtbot.addWidget(out)
    out.show()
    return out


def buttons(widget: QWidget) -> dict[str, Button]:
    return {b.accessibleName(): b for b in widget.findChildren(Button)}


def expire(toast: Toast) -> None:
    timer = toast.findChild(QTimer)
    assert timer is not None
    timer.timeout.emit()


def test_a_banner_changes_in_place_and_announces_only_news(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[QWidget] = []
    monkeypatch.setattr(banner, "announce", said.append)
    b = Banner("warn", "2 of 3 etcd members answer", "One more loss stops all changes.")
    qtbot.addWidget(b)
    b.set_message("warn", "2 of 3 etcd members answer", "Tries again in 7 s.")
    assert said == []
    b.set_message("critical", "1 of 3 etcd members answers")
    assert said == [b]
    assert b.accessibleName() == "1 of 3 etcd members answers"
    b.set_buttons([button("Show members")])
    b.set_buttons([button("Try now")])
    assert list(buttons(b)) == ["Try now"]


def test_toasts_go_after_their_time_but_failures_stay(window: QWidget) -> None:
    toasts = Toasts(window)
    done, failed = toasts.show("ok", "Volume projects was created in 3.1 s"), toasts.show("critical", "Draining failed")
    assert done.findChild(QTimer).isActive()
    assert not failed.findChild(QTimer).isActive()
    expire(done)
    assert toasts.shown() == (failed,)
    buttons(failed)["Close"].click()
    assert toasts.shown() == ()


def test_toasts_leave_the_dock_below_them_free(window: QWidget) -> None:
    dock = QWidget(window)
    dock.setGeometry(0, window.height() - 120, window.width(), 90)
    dock.hide()
    toasts = Toasts(window)
    toasts.stay_above(dock)
    toast = toasts.show("ok", "Volume projects was created in 3.1 s")
    low = toast.geometry().bottom()
    assert low > window.height() - 120
    dock.show()
    assert toast.geometry().bottom() < dock.y()
    dock.hide()
    assert toast.geometry().bottom() == low
    toasts.stay_above(None)


def test_at_most_three_toasts_and_a_failure_is_the_last_to_go(window: QWidget) -> None:
    toasts = Toasts(window)
    failed = toasts.show("critical", "Draining node6 failed")
    others = [toasts.show("ok", f"Job {n} is done") for n in range(3)]
    assert toasts.shown() == (failed, *others[1:])


def test_toasts_stand_in_the_corner_above_the_status_bar(qtbot: QtBot, window: QWidget) -> None:
    toasts = Toasts(window, keep_free=28)
    first, second = toasts.show("ok", "one"), toasts.show("ok", "two " * 60)
    window.resize(700, 500)
    qtbot.waitUntil(lambda: second.geometry().right() == 700 - 25)
    assert second.geometry().bottom() < 500 - 28
    assert first.geometry().bottom() < second.geometry().top()
    assert second.width() < 700 - 40


def test_a_toast_s_action_runs_and_closes_it(window: QWidget) -> None:
    toasts, ran = Toasts(window), list[str]()
    toast = toasts.show("critical", "Draining failed", "Details", lambda: ran.append("details"))
    buttons(toast)["Details"].click()
    assert ran == ["details"]
    assert toasts.shown() == ()
    assert toast.accessibleName() == "Draining failed"


def test_loading_shows_nothing_then_bars_then_whom_it_waits_for(qtbot: QtBot) -> None:
    loading = Loading("Reading volumes…")
    qtbot.addWidget(loading)
    loading.show()
    loading.set_waits_for("Waits for node5 since 4 s")

    def texts() -> list[str]:
        return [w.text() for w in loading.findChildren(Label) if w.isVisible()]

    assert texts() == []
    loading._soon.timeout.emit()
    assert texts() == ["Reading volumes…"]
    loading._late.stop()
    loading._late.timeout.emit()
    assert texts() == ["Reading volumes…", "Waits for node5 since 4 s"]
    with qtbot.waitSignal(loading.stop):
        buttons(loading)["Stop"].click()


def test_old_values_stay_below_a_banner_when_reading_fails(qtbot: QtBot) -> None:
    content = label("61.4 TiB")
    stack = Stack(content, "Reading volumes…")
    qtbot.addWidget(stack)
    stack.show()
    assert stack.showing() == "loading"
    stack.show_content()
    assert stack.showing() == "content"
    stack.show_loading()
    stack.show_failed(Unreachable("node1"), read_at=1000.0)
    assert stack.showing() == "content"
    notes = [b for b in stack.findChildren(Banner) if b.isVisible()]
    assert [n.title() for n in notes] == ["node1: no connection"]
    assert "Values below are from" in notes[0].accessibleName()
    with qtbot.waitSignal(stack.retry):
        buttons(notes[0])["Try again"].click()
    stack.show_content()
    assert not notes[0].isVisible()


def test_without_old_values_the_failure_takes_the_place(qtbot: QtBot) -> None:
    stack = Stack(label("content"), "Reading volumes…")
    qtbot.addWidget(stack)
    stack.show()
    stack.show_failed(FAILED)
    assert stack.showing() == "failed"
    failed = stack.findChild(Failed)
    assert failed is not None
    assert failed.title() == str(FAILED)
    assert not failed.details.isVisible()
    failed.details.toggle.click()
    assert "exit status 1" in failed.details.console.toPlainText()
    with qtbot.waitSignal(stack.retry):
        buttons(failed)["Try again"].click()


def test_an_empty_place_says_what_belongs_there(qtbot: QtBot) -> None:
    stack = Stack(label("content"), "Reading volumes…")
    qtbot.addWidget(stack)
    stack.show_empty("database", "No volumes yet", "9 disks are free.", [button("Create volume…", "primary")])
    stack.show_empty("database", "No volumes yet", "8 disks are free.")
    assert stack.showing() == "empty"
    empty = stack.findChild(Empty)
    assert empty is not None
    assert [w.text() for w in empty.findChildren(Label)] == ["No volumes yet", "8 disks are free."]
    assert list(buttons(empty)) == ["Create volume…"]


def test_our_errors_are_described_in_their_own_words() -> None:
    title, hint, details = describe(FAILED)
    assert title == "node1: volume start: data: failed"
    assert hint == "Start glusterd first."
    assert details.startswith("node1$ gluster volume start data\n")


def test_anything_else_is_a_bug_with_a_traceback() -> None:
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        title, _hint, details = describe(error)
    assert title == "This is a bug in NAS Cluster GUI"
    assert "test_anything_else_is_a_bug" in details
    assert details.startswith("nasclustergui ")


def test_the_dialog_shows_the_sentence_and_keeps_the_evidence_folded(qtbot: QtBot, window: QWidget) -> None:
    dialog = present(window, FAILED)
    assert isinstance(dialog, ErrorDialog)
    qtbot.waitUntil(dialog.isVisible)
    words = [w.text() for w in dialog.findChildren(Label)]
    assert words == ["node1: volume start: data: failed", "Start glusterd first."]
    assert not dialog.details.isVisible()
    buttons(dialog)["Details"].click()
    assert dialog.details.isVisible()
    buttons(dialog)["Copy"].click()
    assert QGuiApplication.clipboard().text() == report(FAILED)
    buttons(dialog)["Close"].click()


def test_what_the_user_stopped_is_shown_to_nobody(window: QWidget) -> None:
    assert present(window, Cancelled()) is None
    assert window.findChild(ErrorDialog) is None


def test_an_error_without_evidence_offers_no_details(qtbot: QtBot, window: QWidget) -> None:
    dialog = present(window, NasError("The profile has no nodes"))
    assert dialog is not None
    assert not buttons(dialog)["Details"].isVisible()
    dialog.accept()


def test_a_field_says_what_is_wrong_below_itself(qtbot: QtBot) -> None:
    field = Field("Name", QLineEdit(), "Lower case letters")
    qtbot.addWidget(field)
    field.show()
    assert field.label.buddy() is field.editor
    assert not required(field, "A name")
    assert field.reason == "A name is missing"
    assert field.editor.accessibleDescription() == "A name is missing"
    field.editor.setText("data")
    assert required(field, "A name")
    assert field.reason == ""
    assert "Lower case letters" in [w.text() for w in field.findChildren(Label)]


def test_escape_clears_the_filter_first(qtbot: QtBot) -> None:
    search = SearchField("Filter volumes")
    qtbot.addWidget(search)
    qtbot.keyClicks(search, "data")
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    with qtbot.waitSignal(search.leave_down):
        qtbot.keyClick(search, Qt.Key.Key_Down)


def test_only_the_exact_name_confirms(qtbot: QtBot) -> None:
    confirm = TypedConfirm("Type {name} to delete the volume", "scratch")
    qtbot.addWidget(confirm)
    told: list[bool] = []
    confirm.matched.connect(told.append)
    qtbot.keyClicks(confirm.editor, "scratch")
    assert confirm.is_matched
    qtbot.keyClicks(confirm.editor, "2")
    assert told == [True, False]
    assert confirm.editor.accessibleName() == "Type scratch to delete the volume"


def test_a_text_area_has_a_field_s_outline(qtbot: QtBot) -> None:
    area = TextArea("services:", mono=True)
    qtbot.addWidget(area)
    area.resize(200, 100)
    image = area.grab().toImage()
    assert image.pixelColor(100, 0).name() == theme.c("control").name()
