"""The real window on a lab, driven like a person would: for the tour and for the tests of the window."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from nasclustergui.cluster.session import Session
from nasclustergui.core.job import Job, JobState
from nasclustergui.remote import inventory
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.files import write_private
from nasclustergui.subsystems.gluster.dialogs.add_bricks import AddBricksDialog
from nasclustergui.subsystems.gluster.dialogs.brick_sheet import BrickSheet
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.dialogs.draft import Place
from nasclustergui.subsystems.gluster.model import Volume, VolumeType
from nasclustergui.subsystems.gluster.page.detail import ActionMenu, action_words
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.volume_rows import volume_key
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs, is_over
from nasclustergui.ui.plan_dialog import PlanDialog
from nasclustergui.window.frame import Frame
from nasclustergui.window.workspace import Workspace

PATIENCE = 60.0  # seconds; a failing test waits that long, a passing one hardly at all


def pause(milliseconds: int) -> None:
    """Let the window and its worker threads live so long. (QTest.qWait keeps the interpreter's lock meanwhile.)"""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class App:
    """One window on one cluster. Call it in the thread that entered the lab's network."""

    def __init__(self, profile: Path, credentials: Credentials | None = None, size: tuple[int, int] = (1440, 900)):
        self.qt = QApplication.instance() or QApplication([])
        assert isinstance(self.qt, QApplication)
        theme.setup(self.qt)
        theme.use("light")
        self.jobs = Jobs()
        self.frame = Frame()
        self.frame.resize(*size)
        self.frame.show()
        self.session = Session(inventory.load(profile), credentials)
        self.session.file = profile
        self.space = Workspace(self.frame, self.session, self.jobs, write_private)
        self.controller = self.space.controller
        self.space.start()

    def close(self) -> None:
        """Close the window, whatever still runs."""
        self.space.close()
        self.jobs.close()
        self.frame.close()
        self.frame.deleteLater()
        self.qt.processEvents()

    # ---- waiting

    def wait(self, until: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Let the window live until that is so."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; {self.describe()}")
            pause(50)

    def describe(self) -> str:
        """What the app believes now, for a failed test."""
        state = self.controller.state
        volumes = [
            (v.name, str(v.status), [b.online for b in v.bricks], v.heal_pending, [str(t.state) for t in v.tasks])
            for v in (state.gluster.volumes if state.gluster else ())
        ]
        jobs = [(j.title, str(j.state), j.step, str(j.error or "")) for j in self.jobs.all[:4]]
        errors = {name: str(error) for name, error in state.errors.items()}
        links = {n.name: (str(n.link), n.error) for n in state.nodes.nodes}
        status = state.gluster.status_error if state.gluster else ""
        return f"verdict {self.controller.verdict.title!r}, {links}, {volumes}, {jobs}, {errors}, {status!r}"

    def wait_ready(self) -> None:
        """All nodes online, volumes, etcd and disks read."""

        def ready() -> bool:
            state = self.controller.state
            online = all(node.online for node in state.nodes.nodes)
            return online and state.gluster is not None and bool(self.controller.disks) and not state.errors

        self.wait(ready, "the cluster to be read")
        if self.session.has_etcd:
            self.wait(lambda: self.controller.state.etcd is not None, "etcd to be read")

    def volume(self, name: str) -> Volume | None:
        """As the app sees it now."""
        gluster = self.controller.state.gluster
        return gluster.volume(name) if gluster is not None else None

    def wait_volume(self, name: str, like: Callable[[Volume], object], what: str, seconds: float = PATIENCE) -> Volume:
        """Wait until the app sees the volume like that."""
        self.wait(lambda: (v := self.volume(name)) is not None and like(v), f"{name}: {what}", seconds)
        found = self.volume(name)
        assert found is not None
        return found

    # ---- hands

    def page(self, name: str) -> None:
        """Go to a page, by keyboard."""
        position = list(self.frame.specs).index(name) + 1
        QTest.keyClick(self.frame, getattr(Qt.Key, f"Key_{position}"), Qt.KeyboardModifier.ControlModifier)
        if self.frame.current_page() is not self.frame.pages[name]:  # without a window manager shortcuts may not arrive
            self.frame.show_page(name)
        self.qt.processEvents()

    def click(self, widget: QWidget) -> None:
        """Click it with the mouse; it must be visible and enabled."""
        assert widget.isVisibleTo(widget.window()), f"{widget.accessibleName()} is not visible"
        assert widget.isEnabled(), f"{widget.accessibleName()} is disabled: {widget.toolTip()}"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(8, 8))
        self.qt.processEvents()

    def type(self, field: QLineEdit, text: str) -> None:
        """Replace what the field says."""
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        self.qt.processEvents()

    def choose_volume(self, name: str) -> None:
        """Select a volume on the storage page."""
        self.page("gluster")
        self.wait(lambda: self.space.storage.tree.select_key(volume_key(name)), f"a row of {name}")

    def ask(self, action: Action, name: str) -> PlanDialog:
        """Ask for a change of a volume by its button, or by the button's menu; the plan that appears."""
        self.choose_volume(name)
        detail = self.space.storage.detail
        plain = {Action.START: detail.start, Action.STOP: detail.stop, Action.DELETE: detail.delete}
        if action in plain:
            button = plain[action]
            if button in detail.buttons.folded():
                button.click()  # its entry in "More" does the same
            else:
                self.click(button)
        else:
            self.trigger(action)
        return self.plan()

    def trigger(self, action: Action) -> None:
        """Choose an entry of the menus below the table."""
        detail = self.space.storage.detail
        text = action_words()[action][0]
        found = [entry for menu in detail.findChildren(ActionMenu) for entry in menu.actions() if entry.text() == text]
        assert found, f"no entry for {action}"
        assert found[0].isEnabled(), f"{action} is disabled: {found[0].toolTip()}"
        found[0].trigger()

    def ask_bricks(self, name: str) -> AddBricksDialog:
        """Open the dialog that adds bricks."""
        self.choose_volume(name)
        self.trigger(Action.ADD_BRICKS)
        dialog = self.space.storage.proposals.adding
        assert dialog is not None
        self.wait(dialog.isVisible, "the dialog", 10)
        return dialog

    def plan(self) -> PlanDialog:
        """The plan dialog that is open."""
        self.wait(lambda: self.space.plan_dialog is not None, "a plan dialog", 10)
        assert self.space.plan_dialog is not None
        return self.space.plan_dialog

    def agree(self, dialog: PlanDialog) -> Job:
        """Confirm as the plan wants it, and run it."""
        if dialog.confirm_field is not None:
            assert not dialog.run_button.isEnabled()
            self.type(dialog.confirm_field, dialog.plan.confirm or self.session.profile.name)
        before = {job.number for job in self.jobs.all}
        self.click(dialog.run_button)
        self.wait(lambda: {job.number for job in self.jobs.all} - before, "the job", 10)
        return self.jobs.all[0]

    def finish(self, job: Job, seconds: float = 2 * PATIENCE) -> Job:
        """Wait until the job is over; it must have ended well."""
        self.wait(lambda: is_over(job), f"the end of {job.title}", seconds)
        assert job.state is JobState.DONE, f"{job.title}: {job.state}, {job.error!r}, {job.output}"
        return job

    def do(self, action: Action, name: str, seconds: float = 2 * PATIENCE) -> Job:
        """Ask, agree, wait for the end."""
        return self.finish(self.agree(self.ask(action, name)), seconds)

    # ---- creating

    def open_create(self) -> CreateVolumeDialog:
        """Open the dialog by its button."""
        self.page("gluster")
        storage = self.space.storage
        self.wait(lambda: storage.create_button.isEnabled(), "the button Create volume…", 30)
        self.click(storage.create_button)
        dialog = storage.proposals.creating
        assert dialog is not None
        self.wait(dialog.isVisible, "the dialog", 10)
        return dialog

    def describe_volume(self, dialog: CreateVolumeDialog, name: str, kind: VolumeType, **counts: int) -> None:
        """Type the name, choose the kind and the numbers (copies, data, redundancy)."""
        self.type(dialog.form.name, name)
        dialog.form.choose(kind)
        for field, n in counts.items():
            box = getattr(dialog.form, field)
            box.setCurrentIndex(box.findData(n))
        self.qt.processEvents()

    def assign(self, dialog: BrickSheet, disks: Sequence[str]) -> None:
        """Put disks ("node1:/bricks/d1") into the next fitting slots by keyboard."""
        for key in disks:
            self.wait(lambda k=key: dialog.disks.select_key(k), f"the disk {key}", 30)
            QTest.keyClick(dialog.disks, Qt.Key.Key_Return)
            self.qt.processEvents()

    def drag_disk(self, dialog: BrickSheet, key: str, number: int) -> None:
        """Drag a disk with the real mouse (xdotool) to slot `number` of the first set."""
        assert dialog.disks.select_key(key), f"no disk {key}"
        dialog.disks.scrollTo(dialog.disks.currentIndex())
        self.qt.processEvents()
        row = dialog.disks.visualRect(dialog.disks.currentIndex())
        start = dialog.disks.viewport().mapToGlobal(row.center())
        end = dialog.editor.mapToGlobal(dialog.editor.slot_rect(Place(0, number)).center().toPoint())
        before = len(list(dialog.draft.assigned()))
        mouse = subprocess.Popen(["xdotool", *drag_words(start, end)])
        try:
            self.wait(lambda: len(list(dialog.draft.assigned())) > before, f"{key} in slot {number}", 15)
        finally:
            self.wait(lambda: mouse.poll() is not None, "the mouse", 15)

    def review(self, dialog: BrickSheet) -> PlanDialog:
        """Go on to the plan."""
        self.wait(dialog.go_button.isEnabled, f"a complete volume; {dialog.missing()}", 10)
        self.click(dialog.go_button)
        return self.plan()

    def create(self, name: str, kind: VolumeType, disks: Sequence[str], **counts: int) -> Job:
        """Create a volume from these disks, from the button to the end of its job."""
        dialog = self.open_create()
        self.describe_volume(dialog, name, kind, **counts)
        self.assign(dialog, disks)
        job = self.finish(self.agree(self.review(dialog)))
        self.wait_volume(name, lambda v: all(b.online for b in v.bricks), "created and started")
        return job

    # ---- eyes

    def shot(self, folder: Path, name: str, widget: QWidget | None = None) -> Path:
        """A picture of the window (or of a dialog) as it is now."""
        folder.mkdir(parents=True, exist_ok=True)
        pause(150)
        path = folder / f"{name}.png"
        assert (widget or self.frame).grab().save(str(path))
        return path


def drag_words(start: QPoint, end: QPoint, steps: int = 14) -> list[str]:
    """What xdotool must do to press at `start`, move to `end` and let go there."""
    words = ["mousemove", str(start.x()), str(start.y()), "sleep", "0.1", "mousedown", "1", "sleep", "0.1"]
    for k in range(1, steps + 1):
        at = start + (end - start) * (k / steps)
        words += ["mousemove", str(at.x()), str(at.y()), "sleep", "0.03"]
    return [*words, "sleep", "0.15", "mouseup", "1"]
