"""Split-brains of one volume: the list with a preview of what a policy does, and the copies of the chosen entry."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import clock, count
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.split_brain import contents, read
from nasclustergui.subsystems.gluster.features.split_brain.compare import found_words
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, SplitBrains
from nasclustergui.subsystems.gluster.features.split_brain.policy import Decision, Policy, decide, decide_all
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.split_brain.choice import ChoiceBar
from nasclustergui.subsystems.gluster.page.sections.split_brain.copies import CopiesPanel
from nasclustergui.subsystems.gluster.page.sections.split_brain.difference import DifferenceDialog
from nasclustergui.subsystems.gluster.page.sections.split_brain.propose import Proposer
from nasclustergui.subsystems.gluster.page.sections.split_brain.rows import entry_rows
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import ElidedLabel, Line, Stack, Tree, button, col, label, row

T = TypeVar("T")
AGAIN_MS = 60_000  # `heal info` is slow and walks the bricks: not oftener
AGAIN_FACTOR = 20  # and at most a twentieth of the time


class SplitBrainSection(Section):
    """Reads when it comes into sight, after every plan, and once a minute while it stays there."""

    filter_hint = _("Filter entries")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.found: SplitBrains | None = None
        self.decisions: dict[str, Decision] = {}
        self._sums: dict[str, tuple[tuple[Copy, ...], Mapping[str, str]]] = {}  # with the copies that were read
        self._reading: Job | None = None
        self._looking: Job | None = None
        self._busy = False  # a reading may end before `desk.read` returns
        self._began = 0.0
        self._proposer = Proposer(desk, self)
        self._make_widgets()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.read)
        desk.changed.connect(self._on_changed)

    def _make_widgets(self) -> None:
        self.said = label("", "strong")
        self.read_at = ElidedLabel("", "caption", "text3")
        self.again = button(_("Read again"), "quiet", "refresh-cw", small=True, on_click=self.read)
        self.choice = ChoiceBar()
        self.tree = Tree(
            [(_("Entry"), -1), (_("Split-brain"), 176), (_("Differs in"), 190), (_("With this choice"), 400)],
            flat=True,
            severity_first=False,
            multi=True,
            drop={2: 960},
            name=_("Entries in split-brain"),
        )
        self.copies = CopiesPanel()
        self.copies.hide()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.tree)
        self.split.addWidget(self.copies)
        head = row(self.said, (self.read_at, 1), self.again, gap=10, margins=(12, 8, 12, 4))
        content = QWidget()
        content.setLayout(col(head, self.choice, Line(), (self.split, 1), gap=0))
        self.stack = Stack(content, _("Reading split-brains…"))
        self.setLayout(col(self.stack, gap=0))
        self.tree.row_changed.connect(lambda _key: self._show_copies())
        self.tree.selectionModel().selectionChanged.connect(lambda *_args: self._show_offers())
        self.choice.changed.connect(self._decide)
        self.choice.asked.connect(self._on_asked)
        self.copies.win_asked.connect(self._on_win)
        self.copies.sums_asked.connect(self._on_sums)
        self.copies.stop_asked.connect(self._stop_looking)
        self.copies.difference_asked.connect(self._on_difference)
        self.stack.retry.connect(self.read)
        self.stack.stop.connect(self._stop)
        self._proposer.proposed.connect(self.plan_proposed)
        self._proposer.refused.connect(lambda error: present(self.window(), error))

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """Another reading of the pool."""
        before = self.view.volume if self.view is not None else None
        super().set_view(view)
        volume = view.volume
        if volume is None:
            return
        self._proposer.view = view
        self.choice.set_bricks([brick.name for brick in volume.bricks])
        if before is None or (before.status, before.type) != (volume.status, volume.type):
            self._on_changed()
        self._show_offers()

    def set_filter(self, text: str) -> None:
        """Only entries whose row has this."""
        self.tree.set_filter(text)

    def enter(self) -> None:
        """Read, unless that was just done."""
        if self._busy:
            return
        if self.found is None:
            self.read()
        else:
            self._timer.start(AGAIN_MS)

    def leave(self) -> None:
        """Stop reading."""
        self._timer.stop()
        self._stop()
        self._stop_looking()

    # ---- reading

    def read(self) -> None:
        """Read the list and the copies now."""
        volume = self._volume()
        if volume is None or self._busy:
            return
        if not read.can_split(volume):
            self._show_none(volume)
            return
        self.stack.show_loading()
        self.again.set_enabled(False, _("Being read now."))
        self._began = time.monotonic()
        self._busy = True
        job = self.desk.read(self, lambda pool, job: read.read(pool, volume, job), self._done, self._failed)
        self._reading = job if self._busy else None

    def _on_changed(self) -> None:
        """What was read may be old: read at once if it is in sight, else when it is next."""
        if self.isVisible():
            self.read()
        else:
            self.found = None

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading, self._busy = None, False
        self.again.set_enabled(True)

    def _done(self, found: SplitBrains) -> None:
        took = time.monotonic() - self._began
        self._stop()
        self.found = found
        volume = self._volume()
        if volume is None:
            return
        if self.isVisible():
            self._timer.start(max(AGAIN_MS, int(AGAIN_FACTOR * took * 1000)))
        if not found.entries:
            self._show_none(volume)
            return
        self.said.set_text(found_words(found))
        self.read_at.set_text(self._said_when(found))
        self._decide()
        if not self.tree.current_key():
            self.tree.select_key(found.entries[0].item)
        self._show_copies()
        self.stack.show_content()

    def _failed(self, error: NasError) -> None:
        self._stop()
        self.stack.show_failed(error, self.found.read_at if self.found is not None else None)

    def _said_when(self, found: SplitBrains) -> str:
        parts = [_("read at {time}").format(time=clock(found.read_at))]
        if found.total > len(found.entries):
            parts.append(_("only the first {n} are shown").format(n=count(len(found.entries))))
        if found.estimated:
            parts.append(_("a name is not UTF-8, so the bricks themselves were asked"))
        parts += [f"{brick}: {why}" for brick, why in found.unread.items()]
        return " · ".join(parts)

    def _show_none(self, volume: Volume) -> None:
        if not read.can_split(volume):
            icon, title, text = _no_copies(volume)
        elif self.found is not None and self.found.unread:
            bricks = "\n".join(f"{brick}: {why}" for brick, why in self.found.unread.items())
            icon, title = "circle-question-mark", _("Split-brains of {volume} are not known").format(volume=volume.name)
            text = _("Copies on bricks that cannot be read cannot be compared.") + "\n" + bricks
        else:
            when = clock(self.found.read_at) if self.found is not None else ""
            icon, title = "circle-check", _("No split-brain in {volume}").format(volume=volume.name)
            text = _("All copies agree which of them is right. Read at {time}.").format(time=when)
        again = button(_("Read again"), icon="refresh-cw", on_click=self.read)
        self.stack.show_empty(icon, title, text, [again])

    # ---- showing

    def _volume(self) -> Volume | None:
        return self.view.volume if self.view is not None else None

    def _decide(self) -> None:
        if self.found is None:
            return
        policy, brick = self.choice.policy, self.choice.brick
        decided: Sequence[Decision] = ()
        if policy is not None:
            decided = decide_all(self.found.entries, policy, brick)
        self.decisions = {decision.entry.item: decision for decision in decided}
        volume = self._volume()
        sets = volume is not None and len(volume.sets) > 1
        self.tree.update_rows(entry_rows(self.found.entries, self.decisions, sets))
        self._show_offers()

    def _show_offers(self) -> None:
        unreadable = self.view.unreadable if self.view is not None else ""
        chosen = self._chosen()
        won = [sum(1 for d in group if d.winner is not None) for group in (self._decided(chosen), self._decided(None))]
        self.choice.offer(len(chosen), won[0], won[1], unreadable)

    def _show_copies(self) -> None:
        current = self.tree.current_row()
        entry = current.data if current is not None else None
        if not isinstance(entry, Entry):
            self.copies.hide()
            return
        if self.copies.entry is None or self.copies.entry.item != entry.item:
            self._stop_looking()
        unreadable = self.view.unreadable if self.view is not None else ""
        copies, sums = self._sums.get(entry.item, ((), None))
        self.copies.show_entry(entry, sums if copies == entry.copies else None, unreadable)
        if self.copies.isHidden():
            self.copies.show()
            self.split.setSizes([self.height() * 2 // 5, self.height() * 3 // 5])

    def _chosen(self) -> list[Entry]:
        return [row.data for row in self.tree.selected_rows() if isinstance(row.data, Entry)]

    def _decided(self, entries: Sequence[Entry] | None) -> tuple[Decision, ...]:
        """What the choice means for these entries alone, None for all."""
        if self.found is None or self.choice.policy is None:
            return ()
        return decide_all(self.found.entries if entries is None else entries, self.choice.policy, self.choice.brick)

    # ---- doing

    def _on_asked(self, everything: bool) -> None:
        self._proposer.propose(self._decided(None if everything else self._chosen()), self.choice.keep)

    def _on_win(self, brick: str) -> None:
        if self.copies.entry is not None:
            self._proposer.propose((decide(self.copies.entry, Policy.BRICK, brick),), self.choice.keep)

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = None
        self.copies.set_reading(False)

    def _on_sums(self) -> None:
        entry, volume = self.copies.entry, self._volume()
        if entry is None or volume is None:
            return

        def done(found: Mapping[str, str]) -> None:
            self._stop_looking()
            self._sums[entry.item] = (entry.copies, found)
            self._show_copies()

        self._look(lambda pool, job: contents.sums(pool, volume, entry, job), done)

    def _on_difference(self) -> None:
        entry, volume = self.copies.entry, self._volume()
        files = contents.comparable(entry) if entry is not None else ()
        if entry is None or volume is None or len(files) < 2:
            return
        bricks = (files[0].brick, files[1].brick)

        def done(found: contents.Preview) -> None:
            self._stop_looking()
            DifferenceDialog(entry, bricks, found, self.desk.profile, self.window()).open()

        self._look(lambda pool, job: contents.preview(pool, volume, entry, bricks, job), done)

    def _look(self, work: Callable[[Pool, Job], T], done: Callable[[T], object]) -> None:
        """Read files, with the button that stops it."""
        self._stop_looking()
        self.copies.set_reading(True)
        job = self.desk.read(self, work, done, self._not_looked)
        self._looking = job if self.copies.reading else None

    def _not_looked(self, error: NasError) -> None:
        self._stop_looking()
        present(self.window(), error)


def _no_copies(volume: Volume) -> tuple[str, str, str]:
    if volume.status is not VolumeStatus.STARTED:
        title = _("Volume {volume} is not started").format(volume=volume.name)
        return "circle-stop", title, _("Whether copies disagree can be seen once it runs.")
    title = _("Volume {volume} cannot get into split-brain").format(volume=volume.name)
    return "circle-check", title, _("Only volumes with whole copies of each file can.")
