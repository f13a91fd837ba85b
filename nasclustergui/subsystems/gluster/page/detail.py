"""The card of the selected volume: how it is, what can be done, a picture of its sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QScrollArea, QSizePolicy, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock, count, size_parts
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.offers import DISK_ACTIONS, REMOVAL_ACTIONS, Action
from nasclustergui.subsystems.gluster.page.sections import pool_sections, volume_sections
from nasclustergui.subsystems.gluster.page.sets_picture import SetsPicture
from nasclustergui.subsystems.gluster.page.volume_rows import shown_state
from nasclustergui.subsystems.gluster.page.words import Grades, type_words
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Badge, Button, ElidedLabel, FlowButtons, Panel, button, col, label, row

ONE_ROW = 112  # height of one row of sets: the picture never gets less
SHARE = 0.36  # of the page's height that the picture may take below the table before it scrolls


def action_words() -> Mapping[Action, tuple[str, str]]:
    """Text and icon of every action, the same on buttons, in menus and in the command palette."""
    return {
        Action.START: (_("Start…"), "play"),
        Action.STOP: (_("Stop…"), "circle-stop"),
        Action.DELETE: (_("Delete…"), "trash-2"),
        Action.REBALANCE: (_("Rebalance…"), "arrow-left-right"),
        Action.FIX_LAYOUT: (_("Fix layout only…"), "git-compare"),
        Action.REBALANCE_STOP: (_("Stop rebalance…"), "circle-stop"),
        Action.HEAL: (_("Heal what waits…"), "heart-pulse"),
        Action.HEAL_FULL: (_("Compare all files and heal…"), "search"),
        Action.ADD_BRICKS: (_("Add bricks…"), "plus"),
        Action.RESTART_BRICKS: (_("Start missing bricks…"), "rotate-cw"),
        Action.FAILED_DISK: (_("Replace failed disk…"), "disc"),
        Action.REPLACE_BRICK: (_("Replace brick…"), "hard-drive"),
        Action.RESET_BRICK: (_("Reset brick…"), "undo-2"),
        Action.MORE_COPIES: (_("More copies…"), "copy"),
        Action.REMOVE_BRICKS: (_("Remove bricks…"), "minus"),
        Action.REMOVAL_FINISH: (_("Watch and commit removal…"), "circle-check"),
        Action.REMOVAL_RETRY: (_("Try removal again…"), "rotate-cw"),
        Action.REMOVAL_STOP: (_("Stop removal…"), "circle-stop"),
    }


def add_sections(menu: QMenu, open_section: Callable[[str], object]) -> None:
    """An entry for every subject that a volume has a section for."""
    for spec in (spec for spec in (*volume_sections(), *pool_sections()) if spec.for_volumes):
        menu.addAction(theme.icon(spec.icon), spec.title, lambda chosen=spec.id: open_section(chosen))


class ActionMenu(QMenu):
    """A menu of actions; what does not apply is disabled and says why when pointed at.

    What only concerns a removal of bricks is there only while there is one.
    """

    def __init__(self, actions: tuple[Action, ...], run: Callable[[Action], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        words = action_words()
        self._items = {}
        for action in actions:
            text, icon = words[action]
            item = self.addAction(theme.icon(icon), text)
            item.triggered.connect(lambda _checked=False, chosen=action: run(chosen))
            self._items[action] = item

    def set_offers(self, offered: Mapping[Action, str]) -> None:
        """Enable what applies."""
        for action, item in self._items.items():
            item.setEnabled(not offered[action])
            item.setVisible(action not in REMOVAL_ACTIONS or not offered[action])
            item.setToolTip(offered[action])
            item.setStatusTip(offered[action])

    def any_offered(self, offered: Mapping[Action, str]) -> str:
        """ "" if one of the actions applies, else the first reason."""
        reasons = [offered[action] for action in self._items]
        return "" if "" in reasons else reasons[0]


class DetailCard(Panel):
    """Shows one volume.

    Signals:
        asked: Action. opened: id of a section.
    """

    asked = Signal(object)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._name = ElidedLabel("", "heading")
        self._badge = Badge("ok", "")
        self._facts = ElidedLabel("", "caption", "text3")
        self._note = label("", "caption", "text2", wrap=True)
        self._make_buttons()
        self._head = row((row(self._name, self._badge, (self._facts, 1), gap=8), 1), self.buttons, gap=8)
        self.picture = SetsPicture()
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.picture)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        super().__init__(col(self._head, self._note, (self._scroll, 1), gap=10, margins=(16, 12, 16, 10)))
        self.setParent(parent)
        self._beside = False
        self._room = theme.px(ONE_ROW)
        self.volume: Volume | None = None

    def _make_buttons(self) -> None:
        def small(action: Action, kind: str = "normal") -> Button:
            text, icon = action_words()[action]
            return button(text, kind, icon, small=True, on_click=lambda: self._ask(action))

        self.start = small(Action.START)
        self.stop = small(Action.STOP, "caution")
        self.delete = small(Action.DELETE, "danger-quiet")
        self.heal, self.heal_menu = self._menu(_("Heal"), "heart-pulse", (Action.HEAL, Action.HEAL_FULL))
        self.rebalance, self.rebalance_menu = self._menu(
            _("Rebalance"), "arrow-left-right", (Action.REBALANCE, Action.FIX_LAYOUT, Action.REBALANCE_STOP)
        )
        self.failed_disk = small(Action.FAILED_DISK, "primary")
        more_or_fewer = (Action.ADD_BRICKS, Action.MORE_COPIES, Action.REMOVE_BRICKS)
        of_bricks = (*REMOVAL_ACTIONS, *more_or_fewer, Action.RESTART_BRICKS, *DISK_ACTIONS)
        self.bricks, self.bricks_menu = self._menu(_("Bricks"), "hard-drive", of_bricks)
        self.manage = button(_("Manage"), icon="sliders-horizontal", small=True, menu=True)
        self.manage_menu = QMenu(self.manage)
        add_sections(self.manage_menu, lambda section: self.opened.emit(section))
        self.manage.setMenu(self.manage_menu)
        shown = [self.heal, self.rebalance, self.bricks, self.manage, self.start, self.stop, self.delete]
        self.buttons = FlowButtons([self.failed_disk, *shown])
        self.buttons.set_present(self.failed_disk, False)

    def _menu(self, text: str, icon: str, actions: tuple[Action, ...]) -> tuple[Button, ActionMenu]:
        opener = button(text, icon=icon, small=True, menu=True)
        menu = ActionMenu(actions, self._ask, opener)
        opener.setMenu(menu)
        return opener, menu

    def _ask(self, action: Action) -> None:
        self.asked.emit(action)

    def show_volume(
        self,
        volume: Volume,
        stale: str,
        found: Grades,
        offered: Mapping[Action, str],
        note: str = "",
        *,
        disk_failed: bool = False,
    ) -> None:
        """Show it. `note` is a sentence below the head (why the backlog is not known), "" for none.

        `disk_failed`: a brick is down although its node is there.
        """
        self.volume = volume
        said = shown_state(volume, stale, found)
        self._name.set_text(volume.name)
        self._badge.set_state(said.state, said.word, said.state not in ("ok", "stopped"))
        self._facts.set_text(" · ".join(_facts(volume, stale)))
        self._note.set_text(note)
        self._note.setVisible(bool(note))
        self.picture.show_volume(volume, stale, found)
        self._offer(offered)
        self.failed_disk.set_enabled(not offered[Action.FAILED_DISK], offered[Action.FAILED_DISK])
        self.buttons.set_present(self.failed_disk, disk_failed and not stale)
        self._fit_picture()

    def _offer(self, offered: Mapping[Action, str]) -> None:
        for one, action in ((self.start, Action.START), (self.stop, Action.STOP), (self.delete, Action.DELETE)):
            one.set_enabled(not offered[action], offered[action])
        for opener, menu in (
            (self.heal, self.heal_menu),
            (self.rebalance, self.rebalance_menu),
            (self.bricks, self.bricks_menu),
        ):
            menu.set_offers(offered)
            reason = menu.any_offered(offered)
            opener.set_enabled(not reason, reason)
        runs = self.volume is not None and self.volume.status is VolumeStatus.STARTED
        self.buttons.set_present(self.start, not runs)
        self.buttons.set_present(self.stop, runs)

    def set_room(self, page_height: int) -> None:
        """The height of the whole page: the table above must keep its part of it."""
        self._room = round(page_height * SHARE)
        self._fit_picture()

    def set_beside(self, beside: bool) -> None:
        """Beside the table there is height but less width: buttons go below the name, the picture gets the rest."""
        self._beside = beside
        direction = QBoxLayout.Direction
        self._head.setDirection(direction.TopToBottom if beside else direction.LeftToRight)
        self._fit_picture()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need another height."""
        super().resizeEvent(event)
        self._fit_picture()

    def restyle(self) -> None:
        """The text size changed."""
        self._fit_picture()

    def _fit_picture(self) -> None:
        wanted = self.picture.minimumHeight()
        if self._beside:
            self._scroll.setMinimumHeight(0)
            self._scroll.setMaximumHeight(16_777_215)
        else:
            self._scroll.setFixedHeight(min(wanted, max(theme.px(ONE_ROW), self._room)))
        policy = QSizePolicy.Policy.Expanding if self._beside else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, policy)


def _facts(volume: Volume, stale: str) -> list[str]:
    parts = [type_words(volume)]
    if volume.usable is not None and volume.available is not None:
        used, total = size_parts(volume.usable - volume.available, volume.usable)
        text = _("{used} of {total} used") if not stale else _("{used} of {total} used then")
        parts.append(text.format(used=used, total=total))
    waiting = volume.heal_pending
    if waiting:
        text = ngettext("{n} file waits for a heal", "{n} files wait for a heal", waiting)
        parts.append(text.format(n=count(waiting)))
    return parts


def seen(at: float) -> str:
    """ "Seen 03:02:17", the badge of what is old."""
    return _("Seen {time}").format(time=clock(at)) if at else _("Not read")
