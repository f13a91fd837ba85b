"""Add bricks: whole sets to a volume that exists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.brick_sheet import BrickSheet
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Shape
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType
from nasclustergui.ui import theme
from nasclustergui.ui.forms import set_invalid
from nasclustergui.ui.parts import col, label, row


def shape_of(volume: Volume) -> Shape:
    """What one set of the volume is made of."""
    return Shape(volume.type, volume.set_size, volume.redundancy)


@dataclass(frozen=True)
class Wish:
    """What the dialog was asked for. `bricks`: (disk, path) in brick order, whole sets.

    `rebalance`: spread the files over them afterwards. `force`: take what gluster refuses otherwise.
    `aside`: old directories that are renamed first.
    """

    volume: Volume
    bricks: tuple[tuple[Disk, str], ...]
    rebalance: bool
    force: bool
    aside: tuple[Site, ...] = ()


class AddBricksDialog(BrickSheet):
    """Ends in a plan made by `plan`, which may raise NasError."""

    def __init__(
        self,
        volume: Volume,
        plan: Callable[[Wish], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _("Add bricks to volume {name}").format(name=volume.name)
        about = _("Whole sets of the same kind; existing files stay where they are until a rebalance")
        super().__init__(title, about, Draft(shape_of(volume), len(volume.sets) + 1), profile, parent)
        self.volume = volume
        self._plan = plan
        self.field = QLineEdit(volume.name)
        self.field.setFixedWidth(theme.px(220))
        self.field.textChanged.connect(self._on_text)
        caption = label(_("Directory on each disk"), "label", "text2")
        caption.setBuddy(self.field)
        self.field.setAccessibleName(caption.text())
        heading = _("New bricks") if volume.type is VolumeType.DISTRIBUTE else _("New sets")
        right = self._sets_column(heading)
        started = volume.status is VolumeStatus.STARTED
        self.rebalance = QCheckBox(_("Rebalance afterwards: files spread over the new bricks"))
        self.rebalance.setChecked(started)
        self.rebalance.setEnabled(started)
        form = row(col(caption, self.field, gap=4), 16, col(None, self.rebalance, self.aside, self.force, gap=4), None)
        body = col(form, (row(self._disk_card(), (right, 1), gap=16), 1), gap=12, margins=(24, 14, 24, 14))
        self.compose(body, self._foot())
        self.refresh()
        self.disks.setFocus()

    def _on_text(self) -> None:
        self._refused = ""
        self.refresh()

    def refresh(self) -> None:
        """Also mark a directory that can't work."""
        set_invalid(self.field, bool(self.path_problem()))
        super().refresh()

    def directory(self) -> str:
        """As typed."""
        return self.field.text().strip()

    def bricks(self) -> tuple[tuple[Disk, str], ...]:
        """(disk, path) in brick order. On a disk that holds a brick of that name already, a number follows it."""
        return tuple((disk, self._unused(disk.node, path)) for disk, path in super().bricks())

    def _unused(self, node: str, path: str) -> str:
        candidate, number = path, 2
        while f"{node}:{candidate}" in self._paths:
            candidate, number = f"{path}-{number}", number + 1
        return candidate

    def make_plan(self) -> Plan:
        """The plan of what was arranged. Raises NasError."""
        rebalance = self.rebalance.isChecked()
        return self._plan(Wish(self.volume, self.bricks(), rebalance, self.is_forced(), self.set_aside()))
