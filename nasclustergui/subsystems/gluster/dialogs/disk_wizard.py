"""Replace a failed disk: find the brick, choose its new place, review the plan; opened again, it goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.dialogs.disk_choice import DiskChoice
from nasclustergui.subsystems.gluster.dialogs.disk_facts import STATES, DiskFacts, trouble_word
from nasclustergui.subsystems.gluster.dialogs.disk_notes import Doubts, doubts
from nasclustergui.subsystems.gluster.dialogs.disk_stages import Stages, framed, stages
from nasclustergui.subsystems.gluster.features.disk.advise import Way, advised, make_plan
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground, Trouble
from nasclustergui.subsystems.gluster.features.disk.read import Findings
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeType
from nasclustergui.ui import theme
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Icon, Line, Panel, box, button, col, label, row
from nasclustergui.ui.stack import Stack
from nasclustergui.ui.tree import Tree

SIZE = QSize(1120, 780)
STAGES_WIDTH, ROWS = 236, 4

Place = tuple[BrickSpec, Ground]
Refuse = Callable[[NasError], object]


class Mode(StrEnum):
    """What the dialog was opened for."""

    FAILED = "failed"
    REPLACE = "replace"
    RESET = "reset"


class DiskWizard(DialogFrame):
    """Ends in a plan. Reads nothing itself: `find(brick)` and `look(brick)` ask, the answers come by `show_…`.

    Signals:
        plan_ready: core.plan.Plan; the dialog has hidden itself. discarded: closed without a plan.
    """

    plan_ready = Signal(object)
    discarded = Signal()

    def __init__(
        self,
        volume: Volume,
        mode: Mode,
        cluster: str,
        find: Callable[[str], object],
        look: Callable[[str], object],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        titles = {
            Mode.FAILED: _("Replace failed disk"),
            Mode.REPLACE: _("Replace brick"),
            Mode.RESET: _("Reset brick"),
        }
        about = _("Volume {volume}: nothing is changed before the plan; closing this is safe at any time").format(
            volume=volume.name
        )
        super().__init__(titles[mode], about, profile, SIZE, parent=parent)
        self.volume, self.mode = volume, mode
        self._cluster, self._find, self._look = cluster, find, look
        self.found: Findings | None = None
        self.brick = ""
        self._place: Place | None = None
        self._place_error = ""
        self._looked = ""
        self._refused = self._unknown = ""
        self._disks: tuple[Disk, ...] = ()
        self._host_of: Callable[[str], str] = str
        self._make_widgets()
        self.compose(self._body(), self._foot())
        self._say()

    # ---- building

    def _make_widgets(self) -> None:
        heads = [(_("Brick"), -1), (_("Process"), 120), (_("Its disk"), 150), (_("Waits for it"), 110)]
        self.tree = Tree(heads, right=(3,), name=_("Bricks of the volume"), flat=True, severity_first=False)
        self._fit_tree(ROWS)
        self.tree.row_changed.connect(self._on_brick)
        self.facts = DiskFacts()
        self.choice = DiskChoice()
        self.choice.changed.connect(self._on_choice)
        self.choice.refused.connect(self._on_refused)
        self.stages = Stages()
        self.again_button = button(_("Look again"), icon="refresh-cw", small=True, on_click=self.look_again)
        self._hint_icon = Icon("info", "text3")
        self._hint = ElidedLabel("", "body", "text2")
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)

    def _fit_tree(self, rows: int) -> None:
        """No higher than its rows: the disks below need the room."""
        self.tree.setFixedHeight(theme.size("row") * (min(rows, ROWS) + 1) + theme.px(8))

    def _body(self) -> QLayout:
        left = Panel(col((framed(self.stages), 1), gap=0))
        left.setFixedWidth(theme.px(STAGES_WIDTH))
        head = row((label(_("Bricks"), "heading"), 1), self.again_button, margins=(14, 8, 10, 6))
        bricks = Panel(col(head, Line(), self.tree, gap=0, margins=(1, 1, 1, 6)))
        area = QScrollArea()
        area.setWidget(box(col(self.facts, margins=(14, 4, 14, 4))))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        facts = Panel(col((area, 1), margins=(1, 8, 1, 8)))
        choice = Panel(
            col(label(_("What to do"), "heading"), (self.choice, 1), gap=8, margins=(14, 10, 14, 12)), fill="surface"
        )
        content = box(col(bricks, (row((facts, 1), (choice, 1), gap=14), 1), gap=14))
        self.stack = Stack(content, _("Asking gluster and the nodes about the disks…"))
        self.stack.retry.connect(self.look_again)
        return row(left, (self.stack, 1), gap=14, margins=(24, 16, 24, 16))

    def _foot(self) -> QLayout:
        parts = (self._hint_icon, (self._hint, 100), None, self.cancel_button, self.go_button)
        return row(*parts, gap=8, margins=(24, 12, 24, 12))

    # ---- what the page calls

    def begin(self, brick: str = "") -> None:
        """Look; `brick` is the one it was opened for, "" for those that failed."""
        self.brick = brick or self.brick
        self.look_again()

    def look_again(self) -> None:
        """Ask gluster and the nodes anew; what was seen stays until they answered."""
        self._looked, self._place, self._place_error, self._unknown = "", None, "", ""
        self.again_button.set_enabled(False, _("Asking…"))
        if self.found is None:
            self.stack.show_loading("")
        self._find(self.brick)

    def show_findings(self, found: Findings) -> None:
        """The answer to `find`."""
        self.found, self.volume, self._unknown = found, found.volume, ""
        self.again_button.set_enabled(True, "")
        self.stack.show_content()
        if found.of(self.brick) is None:
            first = found.failed[:1] or found.bricks[:1]
            self.brick = first[0].brick if first else ""
        ordered = sorted(found.bricks, key=lambda one: not (one.failed or one.online is False))
        self.tree.update_rows([_brick_row(one) for one in ordered])
        self._fit_tree(len(ordered))
        self.tree.select_key(self.brick)
        self._show_brick(keep=self.choice.way())

    def show_failed(self, error: NasError) -> None:
        """`find` could not tell."""
        self.again_button.set_enabled(True, "")
        self._unknown = _("What is wrong is not known. Nothing was changed; try again")
        self.stack.show_failed(error, None)
        self._say()

    def show_place(self, brick: str, place: Place | NasError) -> None:
        """The answer to `look`."""
        if brick != self._looked:
            return
        self._place = None if isinstance(place, NasError) else place
        self._place_error = f"{place} {place.hint}".strip() if isinstance(place, NasError) else ""
        self._refresh()

    def set_disks(self, disks: tuple[Disk, ...], host_of: Callable[[str], str]) -> None:
        """Places for bricks; `host_of` is what the pool calls a node."""
        self._disks, self._host_of = disks, host_of
        self.choice.set_disks(disks)

    def set_state(self, state: GlusterState) -> None:
        """A newer reading: progress of the heal; looks anew when a brick went down or came up."""
        now = state.volume(self.volume.name)
        if now is None or self.found is None:
            return
        before = {b.name: b.online for b in self.found.volume.bricks}
        fresh = not state.status_error and state.status_at > self.found.state.status_at
        self.volume = now
        if fresh and {b.name: b.online for b in now.bricks} != before and self.again_button.isEnabled():
            self.look_again()
        self._show_stages()

    # ---- following what is chosen

    def diagnosis(self) -> Diagnosis | None:
        """Of the chosen brick."""
        return self.found.of(self.brick) if self.found is not None else None

    def _on_brick(self, key: str) -> None:
        if self.found is None or not key or key == self.brick:
            return
        self.brick = key
        self._place, self._looked = None, ""
        one = self.found.of(key)
        if one is not None and not one.failed and one.online and key not in self.found.asked:
            self.look_again()  # whether it may go was only found out about bricks that failed
        self._show_brick()

    def _show_brick(self, keep: Way = Way.NOTHING) -> None:
        one, found = self.diagnosis(), self.found
        if one is None or found is None:
            return
        only = found.only.get(one.brick)
        self.facts.show_brick(one, found.volume.uuid, only.why if only is not None else "")
        offered = self._offered(found, one)
        way = keep if offered.get(keep) == "" else self._preferred(found, one, offered)
        if not self.choice.field.text():
            self.choice.field.setText(found.volume.name)
        self.choice.offer(offered, way)
        self._on_choice()

    def _offered(self, found: Findings, one: Diagnosis) -> dict[Way, str]:
        """Way → why it can't be gone. What makes no sense isn't offered at all."""
        ways: dict[Way, str] = {}
        well = one.trouble in (Trouble.NONE, Trouble.PROCESS, Trouble.FULL)
        if well and one.online is False:
            ways[Way.TAKE_BACK] = ""
        if one.online and one.trouble is Trouble.NONE and found.volume.type is not VolumeType.DISTRIBUTE:
            ways[Way.FINISH] = ""
        if one.failed or self.mode is not Mode.FAILED or one.online is False:
            ways[Way.SAME_PLACE] = one.same_place
            distribute = _("Gluster replaces no brick of a volume that keeps every file once: add a brick, then remove")
            ways[Way.ELSEWHERE] = distribute if found.volume.type is VolumeType.DISTRIBUTE else ""
        return ways

    def _preferred(self, found: Findings, one: Diagnosis, offered: dict[Way, str]) -> Way:
        wanted = {Mode.REPLACE: Way.ELSEWHERE, Mode.RESET: Way.SAME_PLACE}.get(self.mode) or advised(found, one)
        if self.mode is not Mode.FAILED and wanted in offered and not offered[wanted]:
            return wanted
        way = advised(found, one)
        if way is Way.ELSEWHERE and found.volume.type is VolumeType.DISTRIBUTE:
            return Way.NOTHING
        return way if offered.get(way) == "" else Way.NOTHING

    def _on_choice(self) -> None:
        self._refused = ""
        place = self.choice.place() if self.choice.way() is Way.ELSEWHERE else None
        if place is not None:
            disk, path = place
            wanted = f"{self._host_of(disk.node)}:{path}"
            if wanted != self._looked:
                self._looked, self._place, self._place_error = wanted, None, ""
                self._look(wanted)
        self._refresh()

    def _on_refused(self, why: str) -> None:
        self._refused = why
        self._say()

    # ---- showing

    def _refresh(self) -> None:
        one, found = self.diagnosis(), self.found
        way = self.choice.way()
        seen = Doubts()
        if one is not None and found is not None:
            if way is Way.SAME_PLACE:
                seen = doubts(found.volume, one, one.ground)
            elif way is Way.ELSEWHERE and self.choice.slot.disk is not None:
                ground = self._place[1] if self._place is not None else None
                seen = doubts(found.volume, one, ground, self.choice.slot.disk, self._disks)
        goes = way in (Way.SAME_PLACE, Way.ELSEWHERE)
        self.choice.show_doubts(seen, goes and found is not None and self.brick in found.only)
        self._say()

    def missing(self) -> str:
        """What keeps the plan from being made, "" if nothing does."""
        one, found, way = self.diagnosis(), self.found, self.choice.way()
        if one is None or found is None:
            return self._unknown or _("The disks are being looked at")
        if way is Way.NOTHING:
            return one.advice or _("Nothing needs to be done about this brick")
        if way is Way.ELSEWHERE:
            problem = self.choice.place_problem() or self._place_error
            if problem or self._place is None:
                return problem or _("Looking at the new place")
        for check, text in (
            (self.choice.lose, _("Only this brick holds something: accept its loss, or bring the brick up first")),
            (self.choice.aside, _("The directory is not empty: have it set aside, or choose another one")),
            (self.choice.unwise, _("Accept what is unwise about this place, or choose another one")),
        ):
            if check.isVisibleTo(self) and not check.isChecked():
                return text
        return ""

    def _say(self) -> None:
        missing = self.missing()
        self.go_button.set_enabled(not missing, missing)
        text = self._refused or missing or _("Next: the exact commands, before anything runs")
        state = "critical" if self._refused else "info" if missing else "ok"
        self._hint.set_text(text)
        icon, role = theme.STATES[state]
        self._hint.set_role(role if state == "critical" else "text2")
        self._hint_icon.set_icon(icon, "text3" if state == "info" else role)
        self._show_stages()

    def _show_stages(self) -> None:
        way = self.choice.way()
        missing = "" if way in (Way.NOTHING, Way.FINISH) else self.missing()
        one = self.diagnosis()
        if way is Way.NOTHING and one is not None and one.failed:
            missing = one.advice
            way = Way.SAME_PLACE
        self.stages.show_stages(stages(self.found, one, way, missing, self.volume, self._unknown))

    def hint(self) -> str:
        """The sentence in the foot."""
        return self._hint.text()

    # ---- closing

    def make_plan(self) -> Plan:
        """The plan of what was chosen. Raises NasError."""
        one, found = self.diagnosis(), self.found
        if one is None or found is None:
            raise InvalidInput(_("The disks have not been looked at yet."))
        way = self.choice.way()
        return make_plan(found, one, way, self._cluster, place=self._place, accepted=self.choice.accepted())

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
        """Esc and Cancel: nothing was changed, nothing is lost."""
        super().reject()
        self.discarded.emit()


def _brick_row(one: Diagnosis) -> Row:
    host, _colon, path = one.brick.partition(":/")
    process = {True: ("ok", _("Online")), False: ("critical", _("Down")), None: ("unknown", _("Unknown"))}[one.online]
    disk = STATES[one.trouble]
    waits = Cell(count(one.behind), "num") if one.behind else Cell("")
    cells = (
        Cell(host, "name", "hard-drive", sub="/" + path, strong=one.failed),
        Cell(process[1], "state", state=process[0]),
        Cell(trouble_word(one), "state", state=disk),
        waits,
    )
    return Row(one.brick, cells, data=one)
