"""Create a volume: its name and kind, and the disks that carry it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.brick_sheet import BrickSheet
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Shape
from nasclustergui.subsystems.gluster.dialogs.judgement import meaning
from nasclustergui.subsystems.gluster.dialogs.shape_form import ShapeForm
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.subsystems.gluster.names import check_volume_name
from nasclustergui.ui.forms import set_invalid
from nasclustergui.ui.parts import col, label, row


@dataclass(frozen=True)
class Wanted:
    """What the dialog was asked for. `bricks`: (disk, path) in brick order, whole sets.

    `force`: take what gluster refuses otherwise. `aside`: old directories that are renamed first.
    """

    name: str
    shape: Shape
    bricks: tuple[tuple[Disk, str], ...]
    force: bool = False
    aside: tuple[Site, ...] = ()


class CreateVolumeDialog(BrickSheet):
    """Ends in a plan made by `plan`, which may raise NasError."""

    def __init__(
        self, plan: Callable[[Wanted], Plan], profile: Profile | None = None, parent: QWidget | None = None
    ) -> None:
        self.form = ShapeForm()
        about = _("Nothing is changed until you have seen the plan")
        super().__init__(_("Create volume"), about, Draft(self.form.shape()), profile, parent)
        self._plan = plan
        self._names: frozenset[str] = frozenset()
        self._meaning = label("", "caption", "text2", wrap=True)
        middle = row(self._disk_card(), (self._sets_column(""), 1), gap=16)
        form = row(self.form, 14, col(None, self.aside, self.force, 6, gap=4), None, gap=0)
        body = col(form, self._meaning, (middle, 1), gap=10, margins=(24, 14, 24, 14))
        self.compose(body, self._foot())
        self.form.shape_changed.connect(self._on_shape)
        self.form.text_changed.connect(self._on_text)
        self._on_shape(self.form.shape())
        self.form.name.setFocus()

    def set_names(self, names: Iterable[str]) -> None:
        """The volumes that exist."""
        self._names = frozenset(names)
        self.refresh()

    def _on_shape(self, shape: Shape) -> None:
        self.draft.reshape(shape)
        titles = {VolumeType.DISPERSE: _("Dispersed sets"), VolumeType.DISTRIBUTE: _("Bricks")}
        self._sets_title.set_text(titles.get(shape.type, _("Replica sets")))
        self._meaning.set_text(meaning(shape))
        self._edited()

    def _on_text(self) -> None:
        self._refused = ""
        self.refresh()

    def refresh(self) -> None:
        """Also mark fields whose values can't work; an empty name is only missing."""
        set_invalid(self.form.name, bool(self.form.volume_name()) and bool(self._name_problem()))
        set_invalid(self.form.directory, bool(self.form.directory_name()) and bool(self.path_problem()))
        super().refresh()

    def missing(self) -> str:
        """The first thing that keeps the plan from being made."""
        return self._name_problem() or super().missing()

    def directory(self) -> str:
        """As typed; follows the name until it is edited."""
        return self.form.directory_name()

    def _name_problem(self) -> str:
        name = self.form.volume_name()
        if not name:
            return _("Give the volume a name")
        try:
            check_volume_name(name)
        except InvalidInput as error:
            return " ".join(part for part in (str(error), error.hint) if part)
        return _("There is a volume {name} already").format(name=name) if name in self._names else ""

    def has_work(self) -> bool:
        """A typed name is work too."""
        return bool(self.form.volume_name()) or super().has_work()

    def make_plan(self) -> Plan:
        """The plan of what was typed and arranged. Raises NasError."""
        name = self.form.volume_name()
        return self._plan(Wanted(name, self.draft.shape, self.bricks(), self.is_forced(), self.set_aside()))
