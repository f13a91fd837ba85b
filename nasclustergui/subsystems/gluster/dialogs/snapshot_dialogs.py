"""The dialogs of snapshots: take, clone, restore, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.features.snapshots.limits import Wish
from nasclustergui.subsystems.gluster.features.snapshots.model import MOST, Config, Snapshot
from nasclustergui.ui.parts import Field, Label, col

STAMP = "%Y%m%d-%H%M"


def proposed_name(volume: str, now: datetime | None = None) -> str:
    """ "data-20261123-1412": unique, sortable, and only of signs that gluster takes."""
    return f"{re.sub('[^A-Za-z0-9_-]', '-', volume)}-{(now or datetime.now()).strftime(STAMP)}"


class TakeSnapshotDialog(AskDialog):
    """Name, description, and which further volumes are taken along."""

    def __init__(
        self,
        volume: str,
        others: Sequence[str],
        plan: Callable[[str, str, tuple[str, ...]], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`plan` gets the name, the description and the volumes."""
        about = _("Its files as they are at one moment. Nothing is interrupted.")
        super().__init__(_("Snapshot of {volume}").format(volume=volume), about, profile, parent)
        self._volume = volume
        self.name = QLineEdit(proposed_name(volume))
        self.description = QLineEdit()
        self.description.setPlaceholderText(_("Why it is taken, for whoever finds it"))
        self.others = {other: QCheckBox(other) for other in others}
        name = Field(_("Name"), self.name, _("Letters, digits, - and _. Unique in the whole pool."))
        self.fields = {"snapshot": name, "description": Field(_("Description, optional"), self.description)}
        items: list[QWidget] = list(self.fields.values())
        if others:
            hint = _("Each gets a snapshot of its own, one after another, with its name behind the one above.")
            head = Label(_("Take these volumes along"), "label", "text2")
            items.append(_group(head, *self.others.values(), Label(hint, "caption", "text3", wrap=True)))
        self.ask(items, lambda: plan(self.name.text().strip(), self.description.text().strip(), self.volumes()))
        self.name.selectAll()
        self.name.setFocus()

    def volumes(self) -> tuple[str, ...]:
        """The volumes to be taken."""
        return (self._volume, *(other for other, check in self.others.items() if check.isChecked()))


class CloneSnapshotDialog(AskDialog):
    """The name of the new volume."""

    def __init__(
        self,
        snapshot: Snapshot,
        plan: Callable[[str], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        about = _("A new, writable volume with the files of the snapshot. The snapshot stays.")
        super().__init__(_("Clone {snapshot}").format(snapshot=snapshot.name), about, profile, parent)
        self.name = QLineEdit(f"{snapshot.volume}-clone")
        field = Field(_("Name of the new volume"), self.name, _("Letters, digits, - and _."))
        self.fields = {"name": field, "volume": field}
        self.ask([field], lambda: plan(self.name.text().strip()))
        self.name.selectAll()
        self.name.setFocus()


class RestoreSnapshotDialog(AskDialog):
    """Whether the present state is kept as a snapshot first."""

    def __init__(
        self,
        snapshot: Snapshot,
        why_not: str,
        plan: Callable[[str], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`why_not`: why no snapshot can be taken of the present state, "" if one can. `plan` gets its name or ""."""
        title = _("Restore {volume} from {snapshot}").format(volume=snapshot.volume, snapshot=snapshot.name)
        taken = clock(snapshot.created) if snapshot.created is not None else _("an unknown time")
        about = _("The volume gets the files it had at {time}.").format(time=taken)
        super().__init__(title, about, profile, parent)
        self.keep = QCheckBox(_("Take a snapshot of the present state first"))
        self.keep.setChecked(not why_not)
        self.keep.setEnabled(not why_not)
        self.name = QLineEdit(f"before-restore-{datetime.now().strftime(STAMP)}")
        field = Field(_("Its name"), self.name, _("With it the restore can be taken back."))
        self.fields = {"snapshot": field}
        self.keep.toggled.connect(field.setEnabled)
        field.setEnabled(not why_not)
        lost = _("The volume is stopped for the restore. Everything written since then is gone from it.")
        items: list[QWidget] = [Label(lost, wrap=True), self.keep, field]
        if why_not:
            text = _("The present state cannot be kept: {why}").format(why=why_not)
            items.append(Label(text, "body", "warn", wrap=True))
        self.ask(items, lambda: plan(self.name.text().strip() if self.keep.isChecked() else ""))


class SnapshotLimitsDialog(AskDialog):
    """The limit of a volume, or those of the whole pool where `volume` is ""."""

    def __init__(
        self,
        volume: str,
        config: Config,
        plan: Callable[[Wish], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = _("Snapshot limits of {volume}").format(volume=volume) if volume else _("Snapshot limits of the pool")
        about = (
            _("The smaller one of this limit and the pool's counts.")
            if volume
            else _("For all volumes; one can have a lower hard limit of its own.")
        )
        super().__init__(title, about, profile, parent)
        own = config.volumes[volume].hard if volume in config.volumes else config.hard_limit
        self.hard, self.soft = QSpinBox(), QSpinBox()
        self.hard.setRange(1, MOST)
        self.hard.setValue(own)
        self.soft.setRange(1, 100)
        self.soft.setValue(config.soft_percent)
        self.soft.setSuffix("\u00a0%")
        self.auto_delete = QCheckBox(_("Delete the oldest snapshot when the soft limit is passed"))
        self.auto_delete.setChecked(config.auto_delete)
        self.activate = QCheckBox(_("Activate new snapshots at once"))
        self.activate.setChecked(config.activate_on_create)
        hint = _("The pool allows {n}.").format(n=config.hard_limit) if volume else _("Gluster allows 256 at most.")
        self.fields = {"hard_limit": Field(_("Hard limit: snapshots of a volume"), self.hard, hint)}
        items: list[QWidget] = [self.fields["hard_limit"]]
        if not volume:
            soft = Field(_("Soft limit: of the hard limit"), self.soft, _("Gluster warns in its log from there on."))
            self.fields["soft_percent"] = soft
            text = _("Also one that somebody took by hand, and in every volume.")
            warning = Label(text, "caption", "text3", wrap=True)
            items += [soft, _group(self.auto_delete, warning), self.activate]
        self.ask(items, lambda: plan(self.wish(volume)))

    def wish(self, volume: str) -> Wish:
        """What is wanted now."""
        if volume:
            return Wish(self.hard.value())
        return Wish(self.hard.value(), self.soft.value(), self.auto_delete.isChecked(), self.activate.isChecked())


def _group(*widgets: QWidget) -> QWidget:
    out = QWidget()
    out.setLayout(col(*widgets, gap=4))
    return out
