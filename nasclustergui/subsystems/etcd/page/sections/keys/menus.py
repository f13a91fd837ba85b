"""The menus of keys and folders: what this section does itself, then what others added (see `actions`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import decoded
from nasclustergui.subsystems.etcd.page.sections.keys.actions import KeyAction, offered
from nasclustergui.subsystems.etcd.page.sections.keys.asking import Asking
from nasclustergui.ui import theme

if TYPE_CHECKING:
    from nasclustergui.subsystems.etcd.page.sections.keys.section import KeysSection


class KeyMenus:
    """Fills menus for `section`."""

    def __init__(self, section: KeysSection, asking: Asking) -> None:
        self._section, self._asking = section, asking

    def fill_for_key(self, menu: QMenu, key: bytes, with_delete: bool = True) -> None:
        """Everything that can be done with a key."""
        asking = self._asking
        menu.clear()
        _add(menu, "copy", _("Copy key"), partial(QGuiApplication.clipboard().setText, decoded(key)))
        _add(menu, "plus", _("New key beside it…"), partial(asking.new_key, key[: key.rfind(b"/") + 1]))
        _add(menu, "copy", _("Duplicate…"), partial(asking.copy_key, key))
        _add(menu, "pencil", _("Rename…"), partial(asking.rename_key, key))
        menu.addSeparator()
        _add(menu, "download", _("Save value to a file…"), partial(asking.files.export, key))
        _add(menu, "upload", _("Take value from a file…"), partial(asking.files.ask_import, key))
        self._add_more(menu, key, prefix=False)
        if with_delete:
            menu.addSeparator()
            _add(menu, "trash-2", _("Delete…"), partial(self._section.keeper.propose_delete, key), danger=True)

    def fill_for_folder(self, menu: QMenu, prefix: bytes) -> None:
        """Everything that can be done with all keys below a prefix."""
        section = self._section
        menu.clear()
        _add(menu, "copy", _("Copy prefix"), partial(QGuiApplication.clipboard().setText, decoded(prefix)))
        _add(menu, "plus", _("New key here…"), partial(self._asking.new_key, prefix))
        _add(menu, "refresh-cw", _("Read again"), partial(section.read_folder, prefix))
        self._add_more(menu, prefix, prefix=True)

    def _add_more(self, menu: QMenu, path: bytes, prefix: bool) -> None:
        actions = offered(prefix)
        plain = [action for action in actions if not action.danger]
        for group in (plain, [action for action in actions if action.danger]):
            if group:
                menu.addSeparator()
            for action in group:
                self._add_action(menu, action, path)

    def _add_action(self, menu: QMenu, action: KeyAction, path: bytes) -> None:
        section = self._section
        if action.open is not None:
            run: Callable[[], object] = partial(action.open, section, path)
        else:
            run = partial(section.command.emit, f"{action.id}:{decoded(path)}")
        why = action.why_not(path)
        _add(menu, action.icon, action.title, run, why, action.danger)


def _add(
    menu: QMenu, icon: str, title: str, run: Callable[[], object], why_not: str = "", danger: bool = False
) -> None:
    entry = menu.addAction(theme.icon(icon, "critical" if danger else "text2"), title)
    entry.setEnabled(not why_not)
    entry.setToolTip(why_not or title)
    entry.setProperty("kind", "danger-quiet" if danger else "normal")
    entry.triggered.connect(lambda _checked=False: run())
