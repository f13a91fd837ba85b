"""Keep more copies: another brick for every set, or an arbiter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.brick_sheet import BrickSheet
from nasclustergui.subsystems.gluster.dialogs.copies_draft import CopiesDraft
from nasclustergui.subsystems.gluster.dialogs.judgement import needs_force
from nasclustergui.subsystems.gluster.features.bricks.shapes import Raised, lowered_kind
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.ui import theme
from nasclustergui.ui.forms import set_invalid
from nasclustergui.ui.parts import col, label, row

MOST = 3  # bricks more per set that are offered


@dataclass(frozen=True)
class MoreCopies:
    """What the dialog was asked for. `bricks`: (disk, path), those of the first set first.

    `force`: two bricks of a set on one node. `aside`: old directories that are renamed first.
    """

    volume: Volume
    wanted: Raised
    bricks: tuple[tuple[Disk, str], ...]
    force: bool
    aside: tuple[Site, ...] = ()


def choices(volume: Volume) -> list[tuple[str, Raised]]:
    """What a set may become, the wisest first."""
    n = volume.replica
    raises = [Raised(n + more) for more in range(1, MOST + 1)]
    if n == 1:
        raises = [raises[1], raises[0], *raises[2:]]  # three copies before two: those can end in split-brain
    words = [(ngettext("{n} copy", "{n} copies", r.replica).format(n=r.replica), r) for r in raises]
    if n == 2 and not volume.arbiter:
        words.insert(1, (_("2 copies and an arbiter"), Raised(3, 1)))
    return words


class MoreCopiesDialog(BrickSheet):
    """Ends in a plan made by `plan`, which may raise NasError."""

    def __init__(
        self,
        volume: Volume,
        plan: Callable[[MoreCopies], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _("More copies in volume {name}").format(name=volume.name)
        about = _("Every file is copied to the new bricks; until that is done they don't count")
        options = choices(volume)
        self._copies = CopiesDraft(volume, options[0][1])
        super().__init__(title, about, self._copies, profile, parent)
        self.volume = volume
        self._plan = plan
        self.kind = QComboBox()
        for text, wanted in options:
            self.kind.addItem(text, wanted)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.field = QLineEdit(volume.name)
        self.field.setFixedWidth(theme.px(220))
        self.field.textChanged.connect(self._on_text)
        self._compose()
        self.refresh()
        self.disks.setFocus()

    def _compose(self) -> None:
        now = label(_("Now: {kind}. Keep").format(kind=lowered_kind(self.volume)), "label", "text2")
        now.setBuddy(self.kind)
        self.kind.setAccessibleName(now.text())
        caption = label(_("Directory on each disk"), "label", "text2")
        caption.setBuddy(self.field)
        self.field.setAccessibleName(caption.text())
        form = row(col(now, self.kind, gap=4), 16, col(caption, self.field, gap=4), 16, col(None, self.aside, 6), None)
        right = self._sets_column(_("Sets of the volume"))
        body = col(form, (row(self._disk_card(), (right, 1), gap=16), 1), gap=12, margins=(24, 14, 24, 14))
        self.compose(body, self._foot())

    def wanted(self) -> Raised:
        """What is chosen."""
        found = self.kind.currentData()
        assert isinstance(found, Raised)
        return found

    def _on_kind(self) -> None:
        self._copies.choose(self.wanted())
        self._on_changed()

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
        """The new ones; on a disk that holds a brick of that name already, a number follows it."""
        directory = self.directory()
        paths = ((disk, f"{disk.mount.rstrip('/')}/{directory}") for disk in self._copies.added())
        return tuple((disk, self._unused(disk.node, path)) for disk, path in paths)

    def _unused(self, node: str, path: str) -> str:
        candidate, number = path, 2
        while f"{node}:{candidate}" in self._paths:
            candidate, number = f"{path}-{number}", number + 1
        return candidate

    def has_work(self) -> bool:
        """Only new bricks would be lost."""
        return bool(self._copies.added())

    def is_forced(self) -> bool:
        """Two bricks of a set on one node; old directories are never reused here."""
        return needs_force(self.draft)

    def make_plan(self) -> Plan:
        """The plan of what was arranged. Raises NasError."""
        return self._plan(MoreCopies(self.volume, self.wanted(), self.bricks(), self.is_forced(), self.set_aside()))
