"""Beside the tree: the chosen key with its value to edit, or the chosen folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count, duration, size
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.features.keys import schema
from nasclustergui.subsystems.etcd.page.sections.keys.draft import Draft
from nasclustergui.subsystems.etcd.page.sections.keys.keeper import Keeper
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry
from nasclustergui.subsystems.etcd.page.sections.keys.value_editor import ValueEditor
from nasclustergui.ui.errors import describe
from nasclustergui.ui.parts import (
    Badge,
    Banner,
    Button,
    ElidedLabel,
    Empty,
    FlowButtons,
    Icon,
    Label,
    box,
    button,
    col,
    row,
)

FillMenu = Callable[[QMenu], None]


class KeyPanel(QWidget):
    """Shows what the Keeper holds.

    Signals:
        save_asked, delete_asked, merge_asked, discard_asked, again_asked: the buttons.
        new_asked: a new key in the folder that is shown.
    """

    save_asked = Signal()
    delete_asked = Signal()
    merge_asked = Signal()
    discard_asked = Signal()
    again_asked = Signal()
    new_asked = Signal()

    def __init__(self, keeper: Keeper, fill_menu: FillMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keeper = keeper
        self._folder: Entry | None = None
        self.title = ElidedLabel("", "heading", middle=True)
        self.facts = ElidedLabel("", "caption", "text3")
        self.node_badge = Badge("info", _("Written by the node"))
        self.lease_badge = Badge("info", "")
        self.help = Label("", "caption", "text2", wrap=True)
        self.editor = ValueEditor()
        self.reason = ElidedLabel("", "caption", "text2")
        self._make_buttons(fill_menu)
        self._make_banner()
        self._pages = QStackedWidget()
        self._none = Empty(
            "key-round", _("No key is chosen"), _("Choose one in the tree, or type a part of its name above.")
        )
        self._folder_text = Empty(
            "folder", "", "", [button(_("New key here…"), icon="plus", on_click=self.new_asked.emit)]
        )
        self._key = self._compose()
        for page in (self._none, self._folder_text, self._key):
            self._pages.addWidget(page)
        self.setLayout(col((self._pages, 1), gap=0))
        keeper.changed.connect(self.refresh)
        self.editor.edited.connect(self._on_edited)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        shortcut.activated.connect(lambda: self.save_button.click() if self.save_button.isEnabled() else None)
        self.refresh()

    def _make_buttons(self, fill_menu: FillMenu) -> None:
        self.save_button = button(_("Save…"), "primary", "save", small=True, on_click=self.save_asked.emit)
        self.discard_button = button(
            _("Discard changes"), "quiet", "undo-2", small=True, on_click=self.discard_asked.emit
        )
        self.delete_button = button(
            _("Delete…"), "danger-quiet", "trash-2", small=True, on_click=self.delete_asked.emit
        )
        self.more_button = Button(_("More"), "quiet", menu=True, small=True)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(lambda: fill_menu(self.menu))
        self.more_button.setMenu(self.menu)

    def _make_banner(self) -> None:
        self.merge_button = button(_("Merge…"), small=True, icon="merge", on_click=self.merge_asked.emit)
        self.again_button = button(_("Try again"), small=True, on_click=self.again_asked.emit)
        self.banner = Banner("warn", "", "", [self.merge_button, self.again_button])
        self.banner.hide()

    def _compose(self) -> QWidget:
        badges = row(self.node_badge, self.lease_badge, None, gap=8)
        self._badges = box(badges)
        head = row(Icon("key-round", "text2", 18), (self.title, 100), None, gap=8)
        self.buttons = FlowButtons([self.discard_button, self.more_button, self.delete_button, self.save_button])
        foot = row((self.reason, 1), self.buttons, gap=8)
        return box(
            col(
                head,
                self.facts,
                self._badges,
                self.help,
                self.banner,
                (box(col((self.editor, 1), gap=0)), 1),  # keeps its room while the editor is away
                foot,
                gap=8,
                margins=(16, 12, 16, 8),
            )
        )

    # ---- showing

    def show_folder(self, folder: Entry | None) -> None:
        """A folder is chosen, or (None) nothing is."""
        self._folder = folder
        self.refresh()

    def refresh(self) -> None:
        """Take everything from the keeper."""
        keeper = self.keeper
        if keeper.key is None:
            self._show_folder()
            return
        self._pages.setCurrentWidget(self._key)
        self.title.set_text(printable(keeper.key))
        self._show_facts()
        draft = keeper.draft()
        if draft is not None:
            self._show_draft(draft)
        self.editor.setVisible(draft is not None)
        self._show_banner()
        self._show_buttons()

    def _show_draft(self, draft: Draft) -> None:
        """In the form that was chosen for it; nothing happens where nothing is new."""
        before = self.editor.draft
        same = before is not None and before.key == draft.key
        if same and before is not None and before.like.form is not draft.like.form and not draft.dirty:
            with contextlib.suppress(InvalidInput):
                draft = draft.in_form(before.like.form)
        if before != draft:
            self.editor.show_draft(draft, keep_place=same)

    def _show_folder(self) -> None:
        folder = self._folder
        if folder is None:
            self._pages.setCurrentWidget(self._none)
            return
        n = folder.keys
        text = ngettext("{n} key begins so.", "{n} keys begin so.", n or 0).format(
            n=count(n) if n is not None else DASH
        )
        self._folder_text.set_message("folder", "text3", printable(folder.path), text)
        self._pages.setCurrentWidget(self._folder_text)

    def _show_facts(self) -> None:
        keeper = self.keeper
        kv = keeper.read.kv if keeper.read is not None else None
        key = keeper.key or b""
        if kv is not None:
            parts = (
                size(len(kv.value)),
                _("version {n}").format(n=count(kv.version)),
                _("changed at revision {n}").format(n=count(kv.mod_revision)),
                _("created at revision {n}").format(n=count(kv.create_revision)),
            )
            self.facts.set_text(" · ".join(parts))
        else:
            self.facts.set_text(_("Reading…") if keeper.read is None and keeper.error is None else DASH)
        field = schema.field_of(key)
        self.node_badge.setVisible(field is not None and field.by_node)
        self.lease_badge.setVisible(bool(kv is not None and kv.lease))
        if kv is not None and kv.lease:
            left = keeper.read.lease if keeper.read is not None else None
            text = _("Lease {id}").format(id=f"{kv.lease:x}")
            self.lease_badge.set_state(
                "info", text + (", " + _("{time} left").format(time=duration(left[0])) if left else "")
            )
            self.lease_badge.setToolTip(_("The key goes when its lease runs out. Saving keeps it on the lease."))
        self._badges.setVisible(not (self.node_badge.isHidden() and self.lease_badge.isHidden()))
        self.help.set_text(_help(field))
        self.help.setVisible(field is not None)

    def _show_banner(self) -> None:
        keeper = self.keeper
        edited = keeper.key in keeper.drafts
        gone = keeper.read is not None and keeper.read.kv is None
        self.merge_button.setVisible(edited and keeper.error is None and not gone)
        self.again_button.setVisible(keeper.error is not None)
        if keeper.error is not None:
            title, hint, _details = describe(keeper.error)
            self.banner.set_message("critical", title, hint)
        elif gone:
            text = _("Saving writes it anew. Nothing of what you typed is lost.") if edited else ""
            self.banner.set_message("warn", _("There is no such key any more"), text)
        elif keeper.newer():
            text = _("Your text is not saved. Merge both, or discard yours.")
            self.banner.set_message("warn", _("Somebody else changed this key meanwhile"), text)
        self.banner.setVisible(keeper.error is not None or gone or keeper.newer())

    def _show_buttons(self) -> None:
        keeper = self.keeper
        edited = keeper.key in keeper.drafts
        why = self.editor.reason if edited else _("Nothing is changed")
        self.save_button.set_enabled(edited and not why, why)
        self.buttons.set_present(self.discard_button, edited)
        there = keeper.read is not None and keeper.read.kv is not None
        self.buttons.set_present(self.delete_button, there)
        self.reason.set_text(_("Not saved") if edited and not why else "" if not edited else _("Cannot be saved so"))

    def _on_edited(self) -> None:
        if self.editor.draft is not None:
            self.keeper.keep(self.editor.draft)
            self._show_banner()
            self._show_buttons()


def _help(field: schema.Field | None) -> str:
    if field is None:
        return ""
    parts = [f"{field.title}: {field.help}"]
    if field.choices:
        parts.append(_("One of {choices}.").format(choices=", ".join(field.choices)))
    if field.default:
        parts.append(_("Without the key: {default}.").format(default=field.default))
    if field.by_node:
        parts.append(_("The node writes it again with its next heartbeat."))
    return " ".join(parts)
