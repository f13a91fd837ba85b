"""A new key, or another name for one: what is typed is checked at once, the plan follows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.remote.etcd_types import KeyValue, decoded, to_bytes
from nasclustergui.subsystems.etcd.features.keys import plans, schema
from nasclustergui.subsystems.etcd.page.sections.keys.value_editor import text_of
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Field, Label, TextArea, button, col, row

Make = Callable[[bytes, bytes], Plan]


class NameDialog(DialogFrame):
    """Asks for a key and, where `with_value`, for its value.

    Signals:
        plan_ready: core.plan.Plan. refused: NasError that belongs to no field.
    """

    plan_ready = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        title: str,
        about: str,
        make: Make,
        name: str,
        profile: Profile | None = None,
        with_value: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, about, profile, QSize(640, 460 if with_value else 260), parent=parent)
        self._make, self._with_value = make, with_value
        self.key = QLineEdit(name)
        self.key.setFont(theme.font("mono"))
        self.value = TextArea("", mono=True)
        self.key_field = Field(_("Key"), self.key, _("“/” divides it into folders: /cluster/config/smb/workgroup"))
        self.value_field = Field(_("Value"), self.value)
        self.value_field.setVisible(with_value)
        self.help = Label("", "caption", "text2", wrap=True)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        self._note = ElidedLabel("", "caption", "text2")
        items = [self.key_field, self.help, (self.value_field, 1)] if with_value else [self.key_field, self.help, None]
        body = col(*items, gap=12, margins=(24, 16, 24, 16))
        foot = row((self._note, 100), None, self.cancel_button, self.go_button, gap=8, margins=(24, 12, 24, 12))
        self.compose(body, foot)
        self.key.textChanged.connect(self._check)
        self.value.textChanged.connect(self._check)
        self._check()
        self.key.setFocus()
        self.key.end(False)

    def missing(self) -> str:
        """Why it cannot go on, "" if it can."""
        key = self.key.text()
        if not key or key.endswith("/"):
            return _("Type the key's name.")
        return ""

    def _check(self) -> None:
        key, value = to_bytes(self.key.text()), to_bytes(text_of(self.value))
        field = schema.field_of(key)
        self.help.set_text(f"{field.title}: {field.help}" if field is not None else "")
        self.help.setVisible(field is not None)
        self.key_field.set_invalid(_suspicious(self.key.text()))
        typed = self._with_value and bool(value)
        self.value_field.set_invalid(schema.fault(key, value) if typed else "")
        why = self.missing() or (self.value_field.reason if self._with_value else "")
        self.go_button.set_enabled(not why, why)
        self._note.set_text(why if why != self.value_field.reason else "")

    def accept(self) -> None:
        """Make the plan and hand it out."""
        try:
            plan = self._make(to_bytes(self.key.text()), to_bytes(text_of(self.value)))
        except InvalidInput as error:
            field = self.value_field if error.field == "value" and self._with_value else self.key_field
            field.set_invalid(str(error))
            return
        except NasError as error:
            self.refused.emit(error)
            return
        super().accept()
        self.plan_ready.emit(plan)


def _suspicious(key: str) -> str:
    """What etcd would take but nobody means."""
    if key != key.strip():
        return _("The key begins or ends with a space.")
    if "//" in key:
        return _("The key has two “/” beside each other: a folder without a name.")
    return ""


def new_key(prefix: bytes, cluster: str, profile: Profile | None, parent: QWidget | None) -> NameDialog:
    """A key below a prefix."""
    about = _("Written only if there is no such key yet.")
    return NameDialog(
        _("New key"),
        about,
        lambda key, value: plans.plan_create(key, value, cluster),
        decoded(prefix),
        profile,
        parent=parent,
    )


def rename_key(kv: KeyValue, cluster: str, profile: Profile | None, parent: QWidget | None) -> NameDialog:
    """Another name for a key."""
    return NameDialog(
        _("Rename {key}").format(key=kv.name),
        _("The new name is written and the old one deleted, in one step."),
        lambda key, _value: plans.plan_rename(kv, key, cluster),
        kv.name,
        profile,
        with_value=False,
        parent=parent,
    )


def copy_key(kv: KeyValue, cluster: str, profile: Profile | None, parent: QWidget | None) -> NameDialog:
    """The same value under another name."""
    about = _("The copy hangs on no lease.") if kv.lease else _("The same value under another name.")
    return NameDialog(
        _("Duplicate {key}").format(key=kv.name),
        about,
        lambda key, _value: plans.plan_copy(kv, key, cluster),
        kv.name + "-copy",
        profile,
        with_value=False,
        parent=parent,
    )
