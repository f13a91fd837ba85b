"""The three tiles below the sets: how much fits, what one loss does, what two do."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, size, size_parts
from nasclustergui.subsystems.gluster.dialogs.draft import Draft
from nasclustergui.subsystems.gluster.dialogs.judgement import Grade, has_racks, survives
from nasclustergui.ui.parts import ElidedLabel, Icon, Panel, col, label, row


class Tile(Panel):
    """A title, a large word, a unit, a line below with its state."""

    def __init__(self, title: str) -> None:
        self._title = label(title, "label", "text2")
        self._value = label("", "title")
        self._unit = ElidedLabel("", "body", "text2")
        self._icon = Icon("info", "text3")
        self._foot = ElidedLabel("", "caption", "text2")
        top = row(self._value, (self._unit, 100), None, gap=6)
        foot = row(self._icon, (self._foot, 100), None, gap=6)
        super().__init__(col(self._title, top, foot, gap=4, margins=(14, 10, 14, 10)), fill="inset", radius=8)

    def show_fact(self, value: str, unit: str, foot: str, state: str = "") -> None:
        """Change all of it; "" as state shows no icon."""
        self._value.set_text(value)
        self._unit.set_text(unit)
        self._foot.set_text(foot)
        self._icon.setVisible(bool(state))
        if state:
            self._icon.set_state(state)
        self.setAccessibleName(" ".join(part for part in (self._title.text(), value, unit, foot) if part))


class Facts(QWidget):
    """The tiles of a draft; `refresh` after every change."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.usable = Tile(_("Usable"))
        self.one = Tile(_("Survives any 1 node"))
        self.two = Tile(_("Survives any 2 nodes"))
        self.setLayout(row((self.usable, 1), (self.one, 1), (self.two, 1), gap=10))
        self.refresh()

    def refresh(self) -> None:
        """Compute again."""
        self._show_usable()
        self._show_losses(self.one, 1)
        self._show_losses(self.two, 2)

    def _show_usable(self) -> None:
        draft = self._draft
        ready = draft.complete()
        if not ready:
            self.usable.show_fact(DASH, "", _("no set is complete"))
            return
        value, raw = size_parts(draft.usable(), draft.raw())
        unfinished = draft.started()
        foot = ngettext("in {n} set", "in {n} sets", len(ready)).format(n=len(ready))
        if draft.shape.size == 1:
            foot = ngettext("on {n} disk", "on {n} disks", len(ready)).format(n=len(ready))
        if unfinished:
            total = size(draft.usable([*ready, unfinished[0]]))
            foot = _("{size} with set {set}").format(size=total, set=draft.first + unfinished[0])
        self.usable.show_fact(value, _("of {size} raw").format(size=raw), foot)

    def _show_losses(self, tile: Tile, losses: int) -> None:
        match survives(self._draft, losses):
            case None:
                tile.show_fact(DASH, "", _("no set is complete"))
            case Grade.ACCESS:
                unit = self._and_racks(losses)
                tile.show_fact(_("Yes"), unit, _("reading and writing go on"), "ok")
            case Grade.DATA_ONLY:
                foot = _("access stops until it is back") if losses == 1 else _("access stops until one is back")
                tile.show_fact(_("Data only"), "", foot, "warn")
            case _:
                tile.show_fact(_("No"), "", _("files are lost"), "critical")

    def _and_racks(self, losses: int) -> str:
        if not has_racks([disk for _place, disk in self._draft.assigned()]):
            return ""
        if survives(self._draft, losses, "rack") is not Grade.ACCESS:
            return ""
        return ngettext("and any {n} rack", "and any {n} racks", losses).format(n=losses)
