"""The list of what waits, entry by entry: read on demand, for gluster looks at every entry on every brick."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import clock, count, duration
from nasclustergui.subsystems.gluster.features.heal.model import Entry, EntryList, EntryState
from nasclustergui.subsystems.gluster.features.heal.read import read_entries
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.sections.healing.tables import entries_tree, entry_rows
from nasclustergui.ui import theme
from nasclustergui.ui.cell import Row
from nasclustergui.ui.forms import SearchField
from nasclustergui.ui.parts import ElidedLabel, Stack, box, button, col, row


class EntriesView(QWidget):
    """Shows one volume's list.

    Attributes:
        listed: as read last, None before.

    Signals:
        read: EntryList, a new one.
    """

    read = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._volume: Volume | None = None
        self._job: Job | None = None
        self._busy = False
        self.listed: EntryList | None = None
        self.tree = entries_tree()
        self.tree.set_menu(self._menu)
        self.filter = SearchField(_("Filter paths, kinds, states"), 240)
        self.filter.textChanged.connect(self.tree.set_filter)
        self.filter.leave_down.connect(self.tree.setFocus)
        self._facts = ElidedLabel("", "caption", "text3")
        self.again = button(_("List again"), icon="refresh-cw", small=True, on_click=self.start)
        self.first = button(_("List what waits"), icon="list-checks", on_click=self.start)
        head = row(self._facts, None, self.filter, self.again, gap=8, margins=(12, 6, 12, 6))
        self.stack = Stack(box(col(head, (self.tree, 1), gap=0)), _("Gluster looks at every entry…"))
        self.stack.retry.connect(self.start)
        self.stack.stop.connect(self.cancel)
        self.setLayout(col((self.stack, 1), gap=0))
        self._show_empty()

    def set_volume(self, volume: Volume) -> None:
        """A newer reading of it."""
        self._volume = volume
        if self.listed is None and not self._busy and self.stack.showing() == "empty":
            self._show_empty()

    def start(self) -> None:
        """Read the list; nothing if that is under way."""
        volume = self._volume
        if volume is None or self._busy:
            return
        self._busy = True
        self.again.set_enabled(False, _("The list is being read."))
        waits = _("At some thousand entries this takes a minute or more while the bricks are busy. Clients go on.")
        self.stack.show_loading(waits)
        self._facts.set_text(self._told() + " · " + _("reading again…") if self.listed else "")
        self._job = self._desk.read(self, lambda pool, job: read_entries(pool, volume, job), self._done, self._failed)

    def cancel(self) -> None:
        """Wait no longer."""
        if self._job is not None:
            self._job.cancel()
        self._ended()
        if self.listed is None:
            self._show_empty()

    def _ended(self) -> None:
        self._busy = False
        self.again.set_enabled(True)

    def _done(self, listed: EntryList) -> None:
        self._ended()
        self.listed = listed
        assert self._volume is not None
        self.tree.update_rows(entry_rows(listed, self._volume))
        if listed.entries:
            self.stack.show_content()
        else:
            self._show_none(listed)
        self._facts.set_text(self._told())
        self.read.emit(listed)

    def _failed(self, error: NasError) -> None:
        self._ended()
        self.stack.show_failed(error, self.listed.at if self.listed else None)
        if self.listed is not None:
            self._facts.set_text(self._told())

    def _show_empty(self) -> None:
        pending = self._volume.heal_pending if self._volume is not None else None
        if pending == 0:
            title = _("Nothing waits for a heal")
        elif pending is None:
            title = _("Not listed yet")
        else:
            title = ngettext("{n} entry waits, not listed yet", "{n} entries wait, not listed yet", pending)
        text = _(
            "Gluster looks at every entry on every brick: some seconds for a thousand, a minute or more while it heals."
        )
        self.stack.show_empty("list-checks", title.format(n=count(pending)), text, [self.first])

    def _show_none(self, listed: EntryList) -> None:
        told = _("Listed at {time}.").format(time=clock(listed.at))
        silent = _silent(listed)
        title = _("No brick lists an entry") if not silent else _("The bricks that answered list no entry")
        self.stack.show_empty("list-checks", title, " ".join(p for p in (told, silent) if p), [self.first])

    def _told(self) -> str:
        """ "1,003 entries, 2 in split-brain · listed 12:03:11 in 4.2 s · node2 told nothing"."""
        listed = self.listed
        if listed is None:
            return ""
        n = len(listed.entries)
        parts = [ngettext("{n} entry", "{n} entries", n).format(n=count(n))]
        split = sum(entry.state is EntryState.SPLIT_BRAIN for entry in listed.entries)
        if split:
            parts.append(_("{n} in split-brain").format(n=count(split)))
        took = duration(listed.seconds)
        parts.append(_("listed {time} in {seconds}").format(time=clock(listed.at), seconds=took))
        return " · ".join([*parts, *([silent] if (silent := _silent(listed)) else [])])

    def _menu(self, entry: Row) -> QMenu:
        menu = QMenu(self.tree)
        menu.addAction(theme.icon("copy"), _("Copy rows"), lambda: _to_clipboard(self.tree.copy_text()))
        if isinstance(entry.data, Entry) and entry.data.gfid:
            gfid = entry.data.gfid
            menu.addAction(theme.icon("copy"), _("Copy gfid"), lambda: _to_clipboard(gfid))
        return menu


def _silent(listed: EntryList) -> str:
    """ "node2:/bricks/d1/data told nothing (Transport endpoint is not connected)"."""
    silent = [name for name, n in listed.counts.items() if n is None]
    if not silent:
        return ""
    why = listed.reasons.get(silent[0], "")
    text = _("{bricks} told nothing ({why})") if why else _("{bricks} told nothing")
    return text.format(bricks=", ".join(silent), why=why)


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
