"""The section of access, fed with readings that a test prepared; real etcd is in tests/lab/test_window_access.py."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import StoreError
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.certificates import Certificate
from nasclustergui.remote.etcd_certs import EndpointTls, OwnFile
from nasclustergui.subsystems.etcd.dialogs.access import EnableDialog, PasswordDialog, RoleDialog, UserRoleDialog
from nasclustergui.subsystems.etcd.expiry import DAY
from nasclustergui.subsystems.etcd.features.access.model import Role, Survey, User, permission
from nasclustergui.subsystems.etcd.features.access.read import Protection
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.access import AccessSection
from nasclustergui.subsystems.etcd.page.sections.access.rows import certificate_rows
from nasclustergui.subsystems.etcd.page.sections.access.sign_in import SignInDialog
from nasclustergui.ui import theme
from nasclustergui.ui.errors import ErrorDialog

PROFILE = Profile("fra-storage", (NodeProfile("node1", "10.0.0.11"),))
DENIED = StoreError("etcd does not allow this user to do that.", denied=True)
SEEN = Survey(
    True,
    (User("nasadmin", ("nas",)), User("root", ("root",))),
    (Role("nas", (permission("readwrite", "prefix", "/cluster/"), permission("read", "all", ""))),),
    own="nasadmin",
    admin="root",
    read_at=1e9,
)


@pytest.fixture
def section(qtbot: QtBot, qapp: QApplication) -> AccessSection:
    theme.setup(qapp)
    made = AccessSection(Desk("fra-storage", PROFILE))
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    for dialog in errors():
        dialog.close()
    return made


def errors() -> list[ErrorDialog]:
    return [d for d in QApplication.topLevelWidgets() if isinstance(d, ErrorDialog) and d.isVisible()]


def texts(section: AccessSection) -> str:
    return " ".join(each.text() for each in section.findChildren(QLabel) if each.isVisible())


def test_what_may_not_be_read_is_not_said_to_be_nothing(section: AccessSection) -> None:
    section._on_read(Survey(True, own="nasadmin", error=DENIED, read_at=1e9))
    assert "The users cannot be read" in texts(section)
    assert "sign in as root" in texts(section)
    assert "has no users" not in texts(section)
    assert not section.add_button.isEnabled()
    assert not section.head.switch_button.isEnabled()
    assert section.head.in_button.isEnabled()
    section._on_read(Survey(False, own="nasadmin", read_at=1e9))
    assert "etcd has no users" in texts(section)
    assert section.head.switch_button.isEnabled()
    assert not section.head.in_button.isEnabled()
    assert "Nobody is signed in" in section.head.who.text()
    section._on_read(Survey(False, own="nasadmin", admin="root", read_at=1e9))
    assert "root stays signed in here" in section.head.who.text()
    assert section.head.out_button.isVisible()


def test_old_values_do_not_look_fresh_and_nothing_can_be_changed_then(section: AccessSection) -> None:
    section._on_read(SEEN)
    section.select("users:nasadmin")
    assert section.password_button.isEnabled()
    section._on_lost(StoreError("No etcd endpoint can be reached."))
    assert "Values below are from" in texts(section)
    assert not section.password_button.isEnabled()
    row = section.users.tree.current_row()
    assert row is not None
    assert all(cell.stale for cell in row.cells)


def test_every_button_ends_in_a_plan_or_says_why_not(section: AccessSection, qtbot: QtBot) -> None:
    proposed: list[Plan] = []
    section.plan_proposed.connect(proposed.append)
    section._on_read(SEEN)
    section.select("users:root")
    section.password_button.click()
    assert isinstance(section.dialog, PasswordDialog)
    QTest.keyClicks(section.dialog.password.first, "one-of-them")
    QTest.keyClicks(section.dialog.password.again, "another")
    assert "differ" in section.dialog.missing()
    section.dialog.password.again.setText("one-of-them")
    section.dialog.go_button.click()
    assert str(proposed.pop().steps[0].command) == "etcdctl user passwd --interactive=false root"
    section.select("users:nasadmin")
    section.grant_button.click()
    assert isinstance(section.dialog, UserRoleDialog)
    section.dialog.go_button.click()
    assert str(proposed.pop().steps[0].command) == "etcdctl user grant-role nasadmin root"
    section.delete_button.click()
    (refused,) = errors()
    assert not proposed
    refused.close()
    section.select("roles:nas")
    assert section.take_button.text() == "Delete role…"
    section.allow_button.click()
    assert isinstance(section.dialog, RoleDialog)
    section.dialog.scope.setCurrentIndex(2)
    section.dialog.key.setText("/a")
    section.dialog.end.setText("/c")
    section.dialog.go_button.click()
    assert str(proposed.pop().steps[0].command) == "etcdctl role grant-permission nas readwrite /a /c"
    rows = section.roles.tree.rows
    assert section.roles.tree.select_key(rows.row(rows.index(0, 0)).children[1].key)  # type: ignore[union-attr]
    assert section.take_button.text() == "Revoke permission…"
    section.take_button.click()
    assert str(proposed.pop().steps[0].command) == "etcdctl role revoke-permission --prefix=true nas ''"


def test_switching_is_offered_by_what_is_there_now(section: AccessSection) -> None:
    proposed: list[Plan] = []
    section.plan_proposed.connect(proposed.append)
    section._switch(SEEN)
    assert proposed.pop().confirm == "fra-storage"
    section._switch(Survey(False, own="nas", read_at=1e9))
    dialog = section.dialog
    assert isinstance(dialog, EnableDialog)
    for edit in (dialog.root.first, dialog.root.again):
        edit.setText("the-root-password")
    assert "Enter the password of nas" in dialog.missing()
    dialog.own.setText("x")
    dialog.go_button.click()
    assert proposed.pop().steps[-1].command.argv == ("etcdctl", "auth", "enable")


def test_a_refused_login_is_told_and_the_password_gone(section: AccessSection) -> None:
    section._on_read(SEEN)
    section.sign_in()
    dialog = section.sign_in_dialog
    assert isinstance(dialog, SignInDialog)
    assert not dialog.go_button.isEnabled()
    dialog.password.setText("x")
    dialog.go_button.click()  # nobody is connected
    assert dialog.isVisible()
    assert dialog.banner.isVisible()
    assert dialog.password.text() == ""
    dialog.reject()


def certificate(days: float) -> Certificate:
    now = time.time()
    return Certificate("node1", "CA", now - DAY, now + days * DAY, ("10.0.0.11",), (), b"", b"")


def test_certificates_say_what_needs_care(section: AccessSection) -> None:
    endpoints = (
        EndpointTls("https://10.0.0.11:2379", True, True, certificate(400)),
        EndpointTls("https://10.0.0.12:2379", True, False, certificate(20)),
        EndpointTls("http://10.0.0.13:2379", False),
        EndpointTls("https://10.0.0.14:2379", fault="connection refused"),
    )
    files = (OwnFile("cert", "/c.crt", certificate(-2)), OwnFile("ca", "/ca.crt", fault="Permission denied"))
    found = Protection(endpoints, files, 1e9)
    said = [(row.cells[0].text, row.cells[1].text) for row in certificate_rows(found, {"10.0.0.11": "node1"})]
    assert said == [
        ("node1", "Encrypted"),
        ("https://10.0.0.12:2379", "Expires soon"),
        ("http://10.0.0.13:2379", "Not encrypted"),
        ("https://10.0.0.14:2379", "No answer"),
        ("This program's certificate", "Expired"),
        ("This program's CA file", "Not readable"),
    ]
    section._on_read(replace(SEEN, admin=""))
    section._on_protection(found)
    section.select("certificates")
    assert section.certificates.tree.isVisible()
