"""The brick that is looked at: what is wrong with it, what to do, and what its node said."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, size
from nasclustergui.subsystems.gluster.dialogs.disk_stages import in_doubt
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Directory, Ground, Trouble
from nasclustergui.ui import theme
from nasclustergui.ui.console import Console
from nasclustergui.ui.parts import box, col, label, row, state_icon

STATES = {
    Trouble.NONE: "ok",
    Trouble.PROCESS: "ok",
    Trouble.FULL: "warn",
    Trouble.PREPARED: "info",
    Trouble.DIRECTORY_GONE: "warn",
    Trouble.FOREIGN: "warn",
    Trouble.READ_ONLY: "critical",
    Trouble.NOT_MOUNTED: "critical",
    Trouble.BROKEN: "critical",
    Trouble.NODE_GONE: "unknown",
    Trouble.UNKNOWN: "unknown",
}
BY_THE_DISK = (Trouble.BROKEN, Trouble.READ_ONLY, Trouble.NOT_MOUNTED)  # the kernel's messages belong to it


def trouble_word(one: Diagnosis) -> str:
    """What the disk is like, at most 16 characters."""
    return {
        Trouble.NONE: _("Well"),
        Trouble.PROCESS: _("Well"),
        Trouble.FULL: _("Full"),
        Trouble.PREPARED: _("Prepared"),
        Trouble.DIRECTORY_GONE: _("Empty disk"),
        Trouble.FOREIGN: _("Other files"),
        Trouble.READ_ONLY: _("Read-only"),
        Trouble.NOT_MOUNTED: _("Not mounted"),
        Trouble.BROKEN: _("Disk errors"),
        Trouble.NODE_GONE: _("Node away"),
        Trouble.UNKNOWN: _("Unknown"),
    }[one.trouble]


def directory_words(ground: Ground, volume_id: str) -> str:
    """What lies at the path."""
    if ground.directory is Directory.PRESENT and ground.volume_id == volume_id:
        return _("there, marked as a brick of this volume")
    if ground.directory is Directory.PRESENT and ground.volume_id:
        return _("there, marked as a brick of another volume")
    if ground.directory is Directory.PRESENT:
        return _("there, with other files in it") if ground.entries else _("there, empty")
    return {
        Directory.ABSENT: _("not there"),
        Directory.FILE: _("not there: something else has that name"),
        Directory.UNREADABLE: _("cannot be read: {error}").format(error=ground.error),
    }.get(ground.directory, _("not known"))


class DiskFacts(QWidget):
    """Shows one brick."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = state_icon("info", 18)
        self._sentence = label("", "strong", wrap=True)
        self._advice = label("", "body", "text2", wrap=True)
        self._doubt = label("", "body", "warn", wrap=True)
        self._only = label("", "body", "critical", wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, theme.px(84))
        self._grid.setColumnStretch(1, 1)
        self._values = {}
        names = (_("Directory"), _("Mounted"), _("Space"), _("Old content"))
        for n, name in enumerate(names):
            value = label("", wrap=True)
            self._grid.addWidget(label(name, "label", "text2"), n, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, n, 1)
            self._values[n] = value
        self.kernel = Console(_("What the kernel says about the disk"), wrap=True)
        self.kernel.setFixedHeight(theme.px(92))
        self._kernel_box = box(
            col(label(_("What the kernel says about the disk"), "label", "text2"), self.kernel, gap=4)
        )
        head = row(col(self._icon, None, gap=0), (col(self._sentence, self._doubt, self._advice, self._only, gap=6), 1))
        self.setLayout(col(head, self._grid, self._kernel_box, None, gap=14))

    def show_brick(self, one: Diagnosis, volume_id: str, only: str) -> None:
        """Show it; `only`: why it must not go, "" if it may."""
        ground = one.ground
        down = one.trouble in (Trouble.PROCESS, Trouble.FULL) and one.online is False
        self._icon.set_state("critical" if down else STATES[one.trouble])
        for line, text in (
            (self._sentence, one.sentence),
            (self._doubt, in_doubt(one)),
            (self._advice, one.advice),
            (self._only, only),
        ):
            line.set_text(text)
            line.setVisible(bool(text))
        self._values[0].set_text(f"{ground.path}: {directory_words(ground, volume_id)}")
        self._values[1].set_text(_mount_words(ground))
        free = _("{free} of {size} free").format(free=size(ground.free), size=size(ground.size))
        known = ground.size is not None and not ground.error and one.trouble is not Trouble.NOT_MOUNTED
        self._values[2].set_text(free if known else DASH)
        kept = ground.occupied and one.trouble is not Trouble.NONE
        self._values[3].set_text(_("stays: nothing is deleted") if kept else DASH)
        lines = ground.kernel if one.trouble in BY_THE_DISK else ()
        self._kernel_box.setVisible(bool(lines))
        self.kernel.set_text("\n".join(lines))

    def words(self) -> str:
        """Everything in sentences, for tests and screen readers."""
        shown = (self._sentence, self._doubt, self._advice, self._only)
        return " ".join(line.text() for line in shown if line.text())


def _mount_words(ground: Ground) -> str:
    mount = ground.mount
    if mount is None:
        return DASH
    text = _("{device} at {point}, {filesystem}").format(
        device=mount.device, point=mount.point, filesystem=mount.filesystem
    )
    return _("{text}, read-only").format(text=text) if ground.read_only else text
