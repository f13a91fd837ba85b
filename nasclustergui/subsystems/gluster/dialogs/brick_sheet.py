"""What both dialogs share: disks at the left, sets at the right, what they are worth, a foot with what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QLayout, QScrollArea, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.disk_tree import DiskTree
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place, what_is_missing
from nasclustergui.subsystems.gluster.dialogs.facts import Facts
from nasclustergui.subsystems.gluster.dialogs.ground import Ground
from nasclustergui.subsystems.gluster.dialogs.judgement import needs_force, warnings, worst_first
from nasclustergui.subsystems.gluster.dialogs.notes import Notes
from nasclustergui.subsystems.gluster.dialogs.set_editor import SetEditor
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.names import check_brick_path
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.forms import SearchField
from nasclustergui.ui.parts import ElidedLabel, Icon, Line, Panel, button, col, label, row

SIZE = QSize(1120, 780)
DISKS_WIDTH = 300


class BrickSheet(DialogFrame):
    """A dialog in which disks are put into sets. It changes nothing: it ends in a plan.

    Signals:
        plan_ready: core.plan.Plan; the dialog has hidden itself, its content is kept.
        discarded: closed without a plan.
    """

    plan_ready = Signal(object)
    discarded = Signal()

    def __init__(
        self,
        title: str,
        about: str,
        draft: Draft,
        profile: Profile | None,
        parent: QWidget | None,
    ) -> None:
        super().__init__(title, about, profile, SIZE, parent=parent)
        self.draft = draft
        self._all_disks: tuple[Disk, ...] = ()
        self.editor = SetEditor(draft)
        self.disks = DiskTree()
        self.facts = Facts(draft)
        self.notes = Notes()
        self.force = QCheckBox(_("Reuse old bricks"))
        tip = _("Take directories that held a brick before (“force”). Files in them may be damaged.")
        self.force.setToolTip(tip)
        self.aside = QCheckBox(_("Set old directories aside"))
        self.aside.setToolTip(_("They are renamed on their disks; nothing in them is deleted."))
        self.aside.hide()
        self.ground = Ground(self)
        self._asked_to_discard = False
        self._refused = ""
        self._paths: frozenset[str] = frozenset()
        self._make_foot()
        self._connect()

    # ---- building, called by the dialogs

    def _connect(self) -> None:
        self.editor.changed.connect(self._on_changed)
        self.editor.wanted.connect(self._on_wanted)
        self.editor.refused.connect(self._on_refused)
        self.editor.current_moved.connect(self._show_slot)
        self.ground.changed.connect(self.refresh)
        self.force.toggled.connect(lambda on: self._on_treatment(self.aside, on))
        self.aside.toggled.connect(lambda on: self._on_treatment(self.force, on))
        self.disks.chosen.connect(self._on_chosen)
        self.disks.freed.connect(self._on_freed)
        shortcut = QShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Return), self)
        shortcut.activated.connect(self.accept)

    def _make_foot(self) -> None:
        self._hint_icon = Icon("info", "text3")
        self._hint = ElidedLabel("", "body", "text2")
        self.discard_button = button(_("Discard"), "danger-quiet", "trash-2", on_click=self._discard)
        self.discard_button.hide()
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)

    def _foot(self) -> QLayout:
        parts = (self._hint_icon, (self._hint, 100), None, self.discard_button, self.cancel_button, self.go_button)
        return row(*parts, gap=8, margins=(24, 12, 24, 12))

    def _disk_card(self) -> QWidget:
        self._free = label("", "caption", "text3")
        self.filter = SearchField(_("Filter disks"), DISKS_WIDTH - 26)
        self.filter.textChanged.connect(self.disks.set_filter)
        self.filter.leave_down.connect(self.disks.setFocus)
        head = row((label(_("Disks"), "heading"), 1), self._free, margins=(14, 10, 14, 8))
        tip = label(_("Drag, or select and press Enter"), "caption", "text3")
        foot = row(Icon("info", "text3", 14), (tip, 1), gap=6, margins=(14, 7, 10, 7))
        tools = row((self.filter, 1), margins=(12, 0, 12, 8))
        card = Panel(col(head, tools, (self.disks, 1), Line(), foot, gap=0, margins=(1, 1, 1, 1)))
        card.setFixedWidth(theme.px(DISKS_WIDTH))
        return card

    def _sets_column(self, title: str) -> QLayout:
        self._sets_title = label(title, "heading")
        self.arrange_button = button(_("Arrange for me"), icon="combine", small=True, on_click=self.arrange)
        self.clear_button = button(_("Clear"), "quiet", small=True, on_click=self.clear)
        self._area = QScrollArea()
        self._area.setWidget(self.editor)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = row((self._sets_title, 1), self.arrange_button, self.clear_button, gap=6)
        return col(head, (self._area, 1), self.facts, self.notes, gap=10)

    # ---- what the page calls

    def set_disks(self, disks: Sequence[Disk]) -> None:
        """The disks as they are now; slots keep theirs, with their newest sizes."""
        self._all_disks = tuple(disks)
        self.editor.set_disks(self._all_disks)
        self.draft.renew(self._all_disks)
        self.refresh()

    def set_bricks(self, names: Iterable[str]) -> None:
        """The bricks that exist ("node1:/bricks/d1/data"): their directories are taken."""
        self._paths = frozenset(names)
        self.refresh()

    # ---- editing

    def arrange(self) -> None:
        """Fill sets by itself."""
        if not self.draft.arrange(self._all_disks):
            size = self.draft.shape.size
            text = ngettext("No disk is free", "No set can be filled: it takes free disks on {n} nodes", size)
            self._on_refused(text.format(n=size))
            return
        self._edited()

    def clear(self) -> None:
        """Empty all slots."""
        self.draft.clear()
        self._edited()

    def _edited(self) -> None:
        self.editor.refresh()
        self._on_changed()

    def _on_changed(self) -> None:
        self._refused = ""
        self.refresh()

    def _on_refused(self, reason: str) -> None:
        self._refused = reason
        self.refresh()

    def _on_chosen(self, disk: Disk) -> None:
        place = self.draft.next_place(disk)
        if place is None:
            text = _("{node} is in every set already; drop the disk on a slot to put a second brick there")
            self._on_refused(text.format(node=disk.node))
            return
        self.editor.put(disk, place)
        self._show_slot(self.editor.slot_rect(self.editor.current))

    def _on_wanted(self, place: Place) -> None:
        disk = self.disks.current_disk()
        if disk is None or self.draft.place_of(disk) is not None:
            self._on_refused(_("Select a free disk at the left first"))
        else:
            self.editor.put(disk, place)

    def _on_freed(self, disk: Disk) -> None:
        place = self.draft.place_of(disk)
        if place is not None:
            self.editor.remove(place)

    def _show_slot(self, rect: QRectF) -> None:
        centre, half = rect.center().toPoint(), (rect.size() / 2).toSize()
        self._area.ensureVisible(centre.x(), centre.y(), half.width() + 8, half.height() + 12)

    def _on_treatment(self, other: QCheckBox, on: bool) -> None:
        """Old directories are set aside or reused, never both."""
        if on:
            other.setChecked(False)
        self.refresh()

    # ---- what it says

    def refresh(self) -> None:
        """Everything that follows from the draft."""
        self.ground.want((disk.node, path) for disk, path in self.bricks() if not self.path_problem())
        occupied = bool(self.ground.occupied())
        self.aside.setVisible(occupied)
        aside = occupied and self.aside.isChecked()
        self.editor.refresh()
        self.disks.show_disks(self._all_disks, [disk.key for _place, disk in self.draft.assigned()])
        n = self.disks.free_count()
        self._free.set_text(ngettext("{n} free", "{n} free", n).format(n=n))
        self.clear_button.set_enabled(any(self.draft.assigned()))
        self.facts.refresh()
        self.notes.show_notes(worst_first([*self.ground.notes(aside), *warnings(self.draft)]))
        self._say()

    def missing(self) -> str:
        """What keeps the plan from being made, "" if nothing does."""
        ground = self.ground.missing(self.is_forced(), self.aside.isChecked())
        return self.path_problem() or what_is_missing(self.draft) or ground

    def directory(self) -> str:
        """The directory of the brick on each disk, below its mount point, as typed."""
        raise NotImplementedError

    def bricks(self) -> tuple[tuple[Disk, str], ...]:
        """(disk, path) in brick order."""
        directory = self.directory()
        return tuple((disk, f"{disk.mount.rstrip('/')}/{directory}") for _place, disk in self.draft.assigned())

    def path_problem(self) -> str:
        """Why bricks can't lie in that directory, "" if they can."""
        if not self.directory():
            return _("Name the directory that is made on each disk: a mount point itself is no good brick")
        try:
            check_brick_path("/" + self.directory())
            for _disk, path in self.bricks():
                check_brick_path(path)
        except InvalidInput as error:
            return " ".join(part for part in (str(error), error.hint) if part)
        text = _("{path} on {node} is a brick already; choose another directory")
        taken = (text.format(path=p, node=d.node) for d, p in self.bricks() if f"{d.node}:{p}" in self._paths)
        return next(taken, "")

    def ready_text(self) -> str:
        """What the foot says when nothing is missing."""
        return _("Next: the exact commands, before anything runs")

    def _say(self) -> None:
        missing = self.missing()
        self.go_button.set_enabled(not missing, missing)
        if self._asked_to_discard:
            self.say(_("What you arranged would be lost"), "warn")
        elif self._refused:
            self.say(self._refused, "critical")
        else:
            self.say(missing or self.ready_text(), "info" if missing else "ok")

    def say(self, text: str, state: str) -> None:
        """Put a sentence into the foot."""
        self._hint.set_text(text)
        self._hint.set_role(theme.STATES[state][1] if state in ("warn", "critical") else "text2")
        icon, role = theme.STATES[state]
        self._hint_icon.set_icon(icon, "text3" if state == "info" else role)

    def hint(self) -> str:
        """The sentence in the foot."""
        return self._hint.text()

    def is_forced(self) -> bool:
        """True if gluster would refuse it without "force": it was asked for, or the sets need it."""
        return self.force.isChecked() or needs_force(self.draft)

    def set_aside(self) -> tuple[Site, ...]:
        """The old directories that are renamed first."""
        return tuple(self.ground.occupied()) if self.aside.isChecked() else ()

    # ---- closing

    def make_plan(self) -> Plan:
        """The plan of what was arranged. Raises NasError."""
        raise NotImplementedError

    def has_work(self) -> bool:
        """True if closing would lose something."""
        return any(self.draft.assigned())

    def accept(self) -> None:
        """Make the plan and hand it over."""
        if not self.go_button.isEnabled():
            return
        try:
            plan = self.make_plan()
        except NasError as error:
            self._on_refused(" ".join(part for part in (str(error), error.hint) if part))
            return
        super().accept()
        self.plan_ready.emit(plan)

    def reject(self) -> None:
        """Esc and Cancel: ask first if work would be lost; a second Esc goes on editing."""
        if not self.has_work():
            self._discard()
            return
        self._asked_to_discard = not self._asked_to_discard
        self.cancel_button.set_text(_("Keep editing") if self._asked_to_discard else _("Cancel"))
        self.discard_button.setVisible(self._asked_to_discard)
        if self._asked_to_discard:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say()

    def _discard(self) -> None:
        super().reject()
        self.discarded.emit()
