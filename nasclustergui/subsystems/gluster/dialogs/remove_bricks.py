"""Remove bricks: whole sets whose files move away first, or a copy from every set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, sentences
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import DASH, percent, size
from nasclustergui.subsystems.gluster.dialogs.facts import Tile
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.subsystems.gluster.dialogs.notes import Notes
from nasclustergui.subsystems.gluster.dialogs.set_choice import SetChoice
from nasclustergui.subsystems.gluster.features.bricks.removal import room_for, set_numbers, without_sets
from nasclustergui.subsystems.gluster.features.bricks.shapes import lowered, lowered_kind, suggested, why_no_fewer
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.safety import Reach, survives
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Icon, button, col, label, row

SIZE = QSize(860, 680)


@dataclass(frozen=True)
class Removal:
    """What the dialog was asked for.

    Attributes:
        bricks: names. copies: they leave their sets, which stay; else whole sets go.
        force: sets go without their files; copies go although they are the only good ones.
    """

    volume: Volume
    bricks: tuple[str, ...]
    copies: bool = False
    force: bool = False


class RemoveBricksDialog(DialogFrame):
    """Changes nothing: ends in a plan made by `plan`, which may raise NasError.

    Attributes:
        refusal: why what is chosen can't be done, "" if it can.

    Signals:
        plan_ready: core.plan.Plan. closed: without a plan.
    """

    plan_ready = Signal(object)
    closed = Signal()

    def __init__(
        self,
        volume: Volume,
        plan: Callable[[Removal], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        about = _("Choose what goes. Nothing runs before you have seen the exact commands")
        super().__init__(_("Remove bricks from {name}").format(name=volume.name), about, profile, SIZE, parent=parent)
        self.volume = volume
        self._plan = plan
        self._ready: Plan | None = None
        self._comparing = False
        self.refusal = ""
        self._make_widgets()
        self._compose()
        self.set_volume(volume)

    def _make_widgets(self) -> None:
        few = len(self.volume.sets) < 2
        self.sets = QRadioButton(_("Whole sets: less space. Their files move to the other sets first"))
        self.copies = QRadioButton(_("Copies: less safety, the same space. Bricks of every set go, nothing moves"))
        no_copies = why_no_fewer(self.volume)
        self.sets.setEnabled(not few)
        self.sets.setToolTip(_("It has a single set: its files would have nowhere to go.") if few else "")
        self.copies.setEnabled(not no_copies)
        self.copies.setToolTip(no_copies)
        (self.copies if few and not no_copies else self.sets).setChecked(True)
        self.choice = SetChoice()
        self.choice.changed.connect(self._on_choice)
        self.suggest = button(_("Choose for me"), icon="combine", small=True, on_click=self.choose_for_me)
        self.force = QCheckBox()
        self.usable, self.moves = Tile(_("Usable afterwards")), Tile(_("To be moved"))
        self.loss = Tile(_("Survives any 1 node"))
        self.notes = Notes()
        self._why = label("", "body", "critical", wrap=True)
        self._hint_icon = Icon("info", "text3")
        self._hint = ElidedLabel("", "body", "text2")
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        self.sets.toggled.connect(self._on_kind)
        self.force.toggled.connect(lambda _on: self.refresh())
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.accept)

    def _compose(self) -> None:
        heading = row((label(_("What goes"), "heading"), 1), self.suggest)
        tiles = row((self.usable, 1), (self.moves, 1), (self.loss, 1), gap=10)
        parts = (
            col(self.sets, self.copies, gap=6),
            heading,
            (self.choice, 1),
            tiles,
            self.notes,
            self._why,
            self.force,
        )
        foot = (self._hint_icon, (self._hint, 100), None, self.cancel_button, self.go_button)
        self.compose(col(*parts, gap=12, margins=(24, 14, 24, 14)), row(*foot, gap=8, margins=(24, 12, 24, 12)))

    # ---- what the page calls

    def set_volume(self, volume: Volume) -> None:
        """A newer reading of it; what is chosen stays."""
        self.volume = volume
        self.choice.show_volume(volume, self.copies.isChecked())
        self.suggest.setVisible(self.copies.isChecked())
        self.refresh()

    def set_comparing(self, comparing: bool) -> None:
        """What waits for a heal is being compared brick by brick: until it is known no copy can go."""
        self._comparing = comparing
        self.refresh()

    def wish(self, force: bool | None = None) -> Removal:
        """What is chosen now."""
        forced = self.force.isChecked() if force is None else force
        return Removal(self.volume, self.choice.chosen(), self.copies.isChecked(), forced)

    def choose_for_me(self) -> None:
        """A brick of every set that can go best."""
        self.choice.choose(suggested(self.volume))

    # ---- what it says

    def _on_kind(self) -> None:
        self.force.setChecked(False)
        self.set_volume(self.volume)

    def _on_choice(self) -> None:
        if not self.copies.isChecked():
            self.refresh()
            return
        self.force.setChecked(False)
        self.refresh()

    def refresh(self) -> None:
        """Everything that follows from what is chosen."""
        chosen = self.choice.chosen()
        self._ready, refused = self._try(self.wish())
        self._show_force(refused)
        self._show_tiles()
        plan = self._ready
        self.notes.show_notes([_note(m.severity, m.title, m.text) for m in plan.meaning] if plan else ())
        self.go_button.set_enabled(plan is not None, refused)
        self.refusal = refused if chosen and plan is None else ""
        self._why.set_text(self.refusal)
        self._why.setVisible(bool(self.refusal))
        self.notes.setVisible(plan is not None)
        if not chosen:
            self._say(_("Choose a set") if self.sets.isChecked() else _("Choose a brick of every set"), "info")
        elif plan is None:
            waiting = self._comparing and self.copies.isChecked()
            self._say(refused if waiting else _("This cannot be done as it is"), "info" if waiting else "critical")
        else:
            self._say(_("Next: the exact commands, before anything runs"), "ok")

    def _try(self, wish: Removal) -> tuple[Plan | None, str]:
        if not wish.bricks:
            return None, _("Nothing is chosen")
        if wish.copies and self._comparing:
            return None, _("Comparing what waits for a heal on every brick…")
        try:
            return self._plan(wish), ""
        except NasError as error:
            return None, sentences(str(error), error.hint)

    def _show_force(self, refused: str) -> None:
        """Leaving files behind is always possible; insisting on an only copy only where that is what is in the way."""
        if self.sets.isChecked():
            self.force.setText(_("Leave the files behind (“force”): clients lose them"))
            self.force.setVisible(True)
            return
        self.force.setText(_("Take them out all the same: what has no other good copy is lost"))
        helps = bool(refused) and self._try(self.wish(force=True))[0] is not None
        self.force.setVisible(helps or self.force.isChecked())

    def _show_tiles(self) -> None:
        after = self._after()
        if after is None:
            for tile in (self.usable, self.moves, self.loss):
                tile.show_fact(DASH, "", "")
            return
        self._show_usable(after)
        self._show_moves()
        lost = (
            _("access stops with a certain node") if survives(after, 1) is Reach.NONE else _("files are out of reach")
        )
        if survives(after, 1) is Reach.FULL:
            self.loss.show_fact(_("Yes"), "", _("reading and writing go on"), "ok")
        else:
            self.loss.show_fact(_("No"), "", lost, "warn")

    def _after(self) -> Volume | None:
        """The volume as it would be, None while the choice makes none."""
        wish = self.wish()
        try:
            if wish.copies:
                return lowered(self.volume, wish.bricks)
            numbers = set_numbers(self.volume, wish.bricks)
        except NasError:
            return None
        return without_sets(self.volume, numbers)

    def _show_usable(self, after: Volume) -> None:
        before, usable, free = self.volume.usable, after.usable, self.volume.available
        if usable is None:
            self.usable.show_fact(DASH, "", _("sizes are not known"))
            return
        unit = _("instead of {size}").format(size=size(before)) if before is not None and before != usable else ""
        foot, state = "", ""
        if before is not None and free is not None and usable:
            share = (before - free) / usable
            foot = _("{percent} of it used").format(percent=percent(100 * share))
            state = "critical" if share > 1 else "warn" if share > 0.9 else "ok"
        self.usable.show_fact(size(usable), unit, foot, state)

    def _show_moves(self) -> None:
        wish = self.wish()
        if wish.copies or wish.force:
            text = _("the files stay behind")
            if wish.copies:
                text = _("every file keeps {kind}").format(kind=lowered_kind(lowered(self.volume, wish.bricks)))
            self.moves.show_fact(_("Nothing"), "", text, "" if wish.copies else "critical")
            return
        room = room_for(self.volume, set_numbers(self.volume, wish.bricks))
        if room.needed is None or room.free is None:
            self.moves.show_fact(DASH, "", _("sizes are not known"))
            return
        foot = _("the other sets take {size}").format(size=size(room.free))
        self.moves.show_fact(size(room.needed), "", foot, "ok" if room.fits else "critical")

    def _say(self, text: str, state: str) -> None:
        self._hint.set_text(text)
        icon, role = theme.STATES[state]
        self._hint.set_role(role if state == "critical" else "text2")
        self._hint_icon.set_icon(icon, "text3" if state == "info" else role)

    def hint(self) -> str:
        """The sentence in the foot."""
        return self._hint.text()

    # ---- closing

    def accept(self) -> None:
        """Hand the plan over."""
        if self._ready is None:
            return
        plan = self._ready
        super().accept()
        self.plan_ready.emit(plan)

    def reject(self) -> None:
        """Close it."""
        super().reject()
        self.closed.emit()


def _note(severity: Severity, title: str, text: str) -> Note:
    """The plan's own dialog says the rest."""
    state = {Severity.CRITICAL: "critical", Severity.WARN: "warn"}.get(severity, "info")
    return Note(state, sentences(title, text) if text and state != "info" else title)
