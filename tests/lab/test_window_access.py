"""Who may do what with etcd, through the real window and the command line: signing in, users, roles, authentication,
certificates; with TLS, and authentication on, off and on again."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Risk
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.etcd.dialogs.access import EnableDialog, RoleDialog, UserDialog
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import plan_defragment
from nasclustergui.subsystems.etcd.page.sections.access import AccessSection
from nasclustergui.ui import theme
from nasclustergui.ui.errors import ErrorDialog
from nasclustergui.ui.jobs import is_over
from nasclustergui.ui.parts import Button
from tests.lab import etcd_login
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import EtcdPassword
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl
from tests.lab.shell import Completed

pytestmark = pytest.mark.lab

BACKUP = "back-up-Of-17-keys"  # the password of the user that is made here


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("access")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True, peer=False)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's own: nasadmin, by password."""
    path = tmp_path_factory.mktemp("profile") / "window.toml"
    text = cluster.profile_path.read_text()
    path.write_text(text.replace(f'name = "{cluster.name}"', 'name = "fra-storage"'))  # as in the documentation
    return path


@pytest.fixture(scope="module")
def passwords(cluster: Lab, profile: Path) -> dict[str, Path]:
    """Files with the passwords of etcd's users, and of the one that is made here."""
    known = cluster.credentials["etcd"] | {"backup": BACKUP, "wrong": "no"}
    for user, password in known.items():
        (profile.parent / user).write_text(f"{password}\n")
    return {user: profile.parent / user for user in known}


@pytest.fixture
def app(cluster: Lab, profile: Path) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(profile, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def cli(cluster: Lab, profile: Path, passwords: dict[str, Path], user: str, *words: str) -> tuple[int, str, str]:
    login = ("--as", user, "--as-password-file", str(passwords[user]))
    done = etcd_login.cli(cluster, profile, "etcd", *words, *login)
    return done.returncode, done.stdout, done.stderr


def tab(app: App) -> AccessSection:
    app.page("config")
    app.space.run_action("config.access:users")
    section = app.space.config.current()
    assert isinstance(section, AccessSection)
    app.wait(lambda: section.seen is not None, "a reading")
    return section


def sign_in(app: App, section: AccessSection, password: str, user: str = "root") -> None:
    dialog = section.sign_in_dialog
    if dialog is None or not dialog.isVisible():
        app.click(section.head.in_button)
        dialog = section.sign_in_dialog
    assert dialog is not None
    app.type(dialog.user, user)
    app.type(dialog.password, password)
    app.click(dialog.go_button)


def as_root(app: App, cluster: Lab, section: AccessSection) -> None:
    sign_in(app, section, cluster.credentials["etcd"]["root"])
    app.wait(lambda: section.seen is not None and section.seen.admin == "root", "root")
    app.wait(lambda: section.seen is not None and section.seen.error is None, "the users")


def names(section: AccessSection) -> set[str]:
    return {user.name for user in section.seen.users} if section.seen is not None else set()


def by_password(cluster: Lab, user: str, password: str, *words: str) -> Completed:
    """etcdctl with a password; its certificate names nobody that etcd knows."""
    return etcdctl(cluster.spec, f"--user={user}:{password}", *words, certificate="client", check=False)


def failed(app: App, job: Job) -> str:
    app.wait(lambda: is_over(job), "the end of the job")
    assert job.state is JobState.FAILED
    return str(job.error)


def test_signing_in_is_asked_for_and_a_wrong_password_is_told(app: App, cluster: Lab, output: Path) -> None:
    section = tab(app)
    app.wait(lambda: section.seen is not None and section.seen.error is not None, "the refusal")
    assert section.seen is not None
    assert section.seen.error is not None
    assert section.seen.error.denied
    assert any("sign in as root" in each.text() for each in section.users.findChildren(QLabel))
    assert not section.add_button.isEnabled()
    app.shot(output, "lab-access-denied")
    app.space.run_action("config.access:sign-in")
    asked = section.sign_in_dialog
    assert asked is not None
    app.wait(asked.isVisible, "the dialog")
    sign_in(app, section, "wrong")
    app.wait(asked.banner.isVisible, "the refusal")
    assert "does not accept user root with this password" in asked.banner.title()
    app.shot(output, "lab-access-wrong-password", asked)
    as_root(app, cluster, section)
    assert not asked.isVisible()
    assert {"root", "nasadmin", "node1"} <= names(section)
    assert "Administrates as root" in section.head.who.text()
    app.shot(output, "lab-access-users")
    section.select("roles")
    app.shot(output, "lab-access-roles")
    section.select("certificates")
    app.wait(lambda: section.protection is not None, "the certificates")
    assert section.protection is not None
    assert all(one.encrypted and one.demands and not one.fault for one in section.protection.endpoints)
    app.shot(output, "lab-access-certificates")
    app.click(section.head.out_button)
    app.wait(lambda: section.seen is not None and section.seen.admin == "", "nobody")


def test_a_denied_plan_leads_to_signing_in_and_then_works(app: App, cluster: Lab) -> None:
    section = tab(app)
    app.wait(lambda: section.view.state is not None, "the members")
    state = section.view.state
    assert state is not None
    (member, *_others) = state.members
    upkeep = plan_defragment(state, "fra-storage", (member,))
    assert "does not allow user nasadmin" in failed(app, app.agree(app.space.propose(upkeep)))
    app.wait(lambda: to_sign_in(app), "the toast's button")
    to_sign_in(app)[0].click()
    app.wait(lambda: section.sign_in_dialog is not None, "the dialog")
    as_root(app, cluster, section)
    app.finish(app.agree(app.space.propose(upkeep)))


def to_sign_in(app: App) -> list[Button]:
    return [b for b in app.frame.findChildren(Button) if b.text() == "Sign in…" and b.isVisible()]


def test_a_user_with_a_role_is_made_used_and_deleted(app: App, cluster: Lab, output: Path) -> None:
    section = tab(app)
    as_root(app, cluster, section)
    section.select("roles")
    app.click(section.add_role_button)
    role = section.dialog
    assert isinstance(role, RoleDialog)
    app.type(role.name, "backup")
    app.type(role.key, "/cluster/config/")
    role.kind.setCurrentIndex(1)
    app.shot(output, "lab-access-role", role)
    app.click(role.go_button)
    plan = app.plan()
    assert str(plan.plan.steps[1].command).endswith("--prefix=true backup read /cluster/config/")
    app.finish(app.agree(plan))
    app.wait(lambda: section.seen is not None and section.seen.role("backup") is not None, "the role")
    section.select("users")
    app.click(section.add_button)
    user = section.dialog
    assert isinstance(user, UserDialog)
    app.type(user.name, "backup")
    app.type(user.password.first, BACKUP)
    app.type(user.password.again, BACKUP + "x")
    assert not user.go_button.isEnabled()
    assert "differ" in user.missing()
    app.type(user.password.again, BACKUP)
    user.role.setCurrentIndex(user.role.findData("backup"))
    app.shot(output, "lab-access-user", user)
    app.click(user.go_button)
    plan = app.plan()
    app.shot(output, "lab-access-user-plan", plan)
    app.finish(app.agree(plan))
    assert by_password(cluster, "backup", BACKUP, "get", "/cluster/config/smb/workgroup").stdout.endswith("WORKGROUP\n")
    assert "permission denied" in by_password(cluster, "backup", BACKUP, "put", "/cluster/config/x", "1").stderr
    assert "permission denied" in by_password(cluster, "backup", BACKUP, "get", "/other").stderr
    app.wait(lambda: "backup" in names(section), "the user")
    section.select("users:backup")
    app.click(section.delete_button)
    app.finish(app.agree(app.plan()))
    assert "backup" not in etcdctl(cluster.spec, "user", "list").stdout
    section.select("users:nasadmin")
    app.click(section.delete_button)
    app.wait(lambda: errors(app), "the refusal")
    (refused,) = errors(app)
    assert any("lock itself out" in each.text() for each in refused.findChildren(QLabel))
    refused.accept()
    assert app.space.plan_dialog is None
    assert BACKUP not in audit_file().read_text()
    assert verify(audit_file()).intact


def errors(app: App) -> list[ErrorDialog]:
    return [d for d in QApplication.topLevelWidgets() if isinstance(d, ErrorDialog) and d.isVisible()]


def test_the_command_line(cluster: Lab, profile: Path, passwords: dict[str, Path]) -> None:
    def as_user(user: str, *words: str) -> tuple[int, str, str]:
        return cli(cluster, profile, passwords, user, *words)

    looks = (
        lambda: as_user("nasadmin", "user", "list"),
        lambda: as_user("nasadmin", "auth", "status"),
        lambda: as_user("nasadmin", "certs", "--json"),
        lambda: wrong(cluster, profile, passwords),
    )
    with ThreadPoolExecutor(len(looks)) as pool:
        denied, status, certificates, refused = pool.map(lambda look: look(), looks)
    assert denied[0] != 0
    assert "--as root" in denied[2]
    assert (status[0], "Authentication is on." in status[1]) == (0, True), status[2]
    assert certificates[0] == 0, certificates[2]
    assert all(one["encrypted"] and one["client_certificate"] for one in json.loads(certificates[1])["endpoints"])
    assert refused[0] != 0
    assert "does not accept user root" in refused[2]
    file = ("--password-file", str(passwords["backup"]))
    assert as_user("root", "role", "add", "ops", "--yes")[0] == 0
    assert as_user("root", "role", "grant-permission", "ops", "readwrite", "/ops/", "--prefix", "--yes")[0] == 0
    assert as_user("root", "user", "add", "backup", "--role", "ops", *file, "--yes")[0] == 0
    assert by_password(cluster, "backup", BACKUP, "put", "/ops/x", "1").returncode == 0
    code, out, err = as_user("root", "user", "list", "--json")
    assert code == 0, err
    assert {"user": "backup", "roles": ["ops"], "may": "read and write everything below /ops/"} in json.loads(out)
    code, out, err = as_user("root", "role", "revoke-permission", "ops", "/ops/", "--prefix", "--yes")
    assert code == 0, err
    assert "permission denied" in by_password(cluster, "backup", BACKUP, "put", "/ops/x", "1").stderr


def wrong(cluster: Lab, profile: Path, passwords: dict[str, Path]) -> tuple[int, str, str]:
    """root, but with another password."""
    login = ("--as", "root", "--as-password-file", str(passwords["wrong"]))
    done = etcd_login.cli(cluster, profile, "etcd", "user", "list", *login)
    return done.returncode, done.stdout, done.stderr


def test_authentication_off_and_on_again_and_nobody_is_locked_out(app: App, cluster: Lab, output: Path) -> None:
    section = tab(app)
    as_root(app, cluster, section)
    app.click(section.head.switch_button)
    plan = app.plan()
    assert (plan.plan.risk, plan.plan.confirm) == (Risk.DESTRUCTIVE, "fra-storage")
    app.shot(output, "lab-access-disable", plan)
    app.finish(app.agree(plan))
    assert etcdctl(cluster.spec, "get", "/any", certificate="client").returncode == 0
    app.wait(lambda: section.seen is not None and not section.seen.auth, "off")
    app.shot(output, "lab-access-off")
    known = cluster.credentials["etcd"]
    set_password(cluster, "changed meanwhile")
    assert "could not read /cluster/" in failed(app, enable(app, section, known["root"], output))
    assert etcdctl(cluster.spec, "get", "/any", certificate="client").returncode == 0
    set_password(cluster, known["nasadmin"])
    app.finish(enable(app, section, known["root"], output))
    assert etcdctl(cluster.spec, "get", "/any", certificate="client", check=False).returncode != 0
    app.wait(lambda: section.seen is not None and section.seen.auth, "on")
    assert by_password(cluster, "nasadmin", known["nasadmin"], "get", "/cluster/config/smb/workgroup").returncode == 0
    assert verify(audit_file()).intact


def set_password(cluster: Lab, password: str) -> None:
    """Somebody else changes nasadmin's password."""
    etcdctl(cluster.spec, "user", "delete", "nasadmin")
    etcdctl(cluster.spec, "user", "add", f"nasadmin:{password}")
    etcdctl(cluster.spec, "user", "grant-role", "nasadmin", "nas")


def enable(app: App, section: AccessSection, password: str, output: Path) -> Job:
    app.wait(lambda: section.seen is not None and not section.seen.auth, "off")
    app.click(section.head.switch_button)
    app.wait(lambda: isinstance(section.dialog, EnableDialog) and section.dialog.isVisible(), "the dialog")
    dialog = section.dialog
    assert isinstance(dialog, EnableDialog)
    app.type(dialog.root.first, password)
    app.type(dialog.root.again, password)
    app.wait(dialog.go_button.isEnabled, dialog.missing())
    app.shot(output, "lab-access-enable", dialog)
    app.click(dialog.go_button)
    return app.agree(app.plan())


def test_it_is_readable_in_the_dark_and_in_a_smaller_window(app: App, cluster: Lab, output: Path) -> None:
    section = tab(app)
    as_root(app, cluster, section)
    theme.use("dark")
    app.frame.resize(1280, 800)
    app.shot(output, "lab-access-dark")
    section.select("certificates")
    app.wait(lambda: section.protection is not None, "the certificates")
    app.shot(output, "lab-access-certificates-dark")
    theme.use("light")
