"""Empty, loading, failed, banners and toasts on one page: for the eye and for test_sheet.py."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from nasclustergui.core.errors import ServiceDown
from nasclustergui.ui.parts import Banner, Empty, Failed, Field, Fill, Loading, Panel, TypedConfirm, button, col, row
from nasclustergui.ui.toast import Toasts


def failure() -> ServiceDown:
    return ServiceDown(
        "Volumes cannot be read",
        hint="glusterd does not run on node1, and node2 and node3 do not answer. Values below are from 03:02:17.",
        details="node1$ gluster volume info\nConnection failed. Please check if gluster daemon is operational.",
    )


def states() -> QWidget:
    """Placeholders in cards, two banners, two toasts."""
    empty = Empty(
        "database",
        "No volumes yet",
        "A volume joins disks of several nodes into one shared folder tree. 9 disks are free.",
        [button("Create volume…", "primary", "plus"), button("Import…")],
    )
    loading = Loading("Reading volumes from 7 nodes…")
    loading.set_waits_for("Waits for node5 since 4 s")
    loading._soon.timeout.emit()
    loading._late.stop()
    loading._late.timeout.emit()
    grid = QGridLayout()
    grid.setSpacing(12)
    for n, part in enumerate((empty, loading, Failed(failure()))):
        grid.addWidget(Panel(col(part, gap=0)), 0, n)
        grid.setColumnStretch(n, 1)
    lost = Banner(
        "critical",
        "Connection to node3 is lost since 03:02:17",
        "Its values are frozen and marked. The app tries again in 8 s.",
        [button("Try now", small=True)],
    )
    two = Banner(
        "warn",
        "2 of 3 etcd members answer",
        "One more loss stops all configuration changes.",
        [button("Show members", small=True)],
    )
    name = Field("Name", QLineEdit("My Volume"), "Lower case letters, digits, - and _")
    name.set_invalid("Only a–z, 0–9, - and _; no blank")
    confirm = Panel(
        col(TypedConfirm("Type {name} to delete the volume", "scratch"), margins=(12, 12, 12, 12)), "critical_bg"
    )
    page = Fill("canvas", col((grid, 1), lost, two, row(name, (confirm, 1)), 100, gap=14, margins=(24, 20, 24, 20)))
    toasts = Toasts(page, keep_free=0)
    toasts.show("ok", "Volume projects was created in 3.1 s", "Show", lambda: None)
    toasts.show("critical", "Draining node6 failed: 1 task cannot be placed", "Details", lambda: None)
    return page
