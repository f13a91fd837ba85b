"""Unknown host keys: the person compares fingerprints and accepts those that are right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QLayout, QScrollArea, QVBoxLayout, QWidget

from nasclustergui.core.command import Command
from nasclustergui.core.errors import HostKeyUnknown
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.profile import Profile
from nasclustergui.ui import theme
from nasclustergui.ui.parts import CopyLine, Icon, Panel, Tag, button, col, label, row
from nasclustergui.window.small_dialog import BODY, FOOT, SmallDialog

_WIDTH = 620
_SEEN = 4  # rows before the list scrolls
_FILES = {"ssh-rsa": "rsa", "ssh-dss": "dsa", "ssh-ed25519": "ed25519"}


def console_command(key_type: str) -> str:
    """What prints the fingerprint on the node itself: sshd's own files are called after the type."""
    kind = _FILES.get(key_type, "ecdsa" if key_type.startswith("ecdsa-") else "*")
    if kind == "*":
        return "for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done"
    return str(Command(("ssh-keygen", "-lf", f"/etc/ssh/ssh_host_{kind}_key.pub")))


def fingerprint_line(fingerprint: str) -> CopyLine:
    """A fingerprint that is never shortened: every character counts."""
    line = CopyLine(fingerprint)
    line.setMinimumWidth(theme.text_width(fingerprint, "mono") + theme.size("button_small") + 28)
    return line


class KeyRow(Panel):
    """One node's key. `check` is only seen where there are several."""

    def __init__(self, error: HostKeyUnknown) -> None:
        super().__init__(radius=8)
        self.error = error
        self.check = QCheckBox()
        self.check.setAccessibleName(
            _("Accept the key of {node}, {fingerprint}").format(node=error.node, fingerprint=error.fingerprint)
        )
        name = label(error.node, "strong")
        name.setBuddy(self.check)
        head = row(
            self.check, name, label(error.host, "caption", "text3", select=True), None, Tag(error.key_type, mono=True)
        )
        self.setLayout(col(head, fingerprint_line(error.fingerprint), gap=8, margins=(14, 10, 14, 12)))


class _KeyList(QScrollArea):
    """As high as its first rows; gives way where the screen is small."""

    def __init__(self, rows: QVBoxLayout) -> None:
        super().__init__()
        self._rows = rows
        self._inner = QWidget()
        self._inner.setLayout(rows)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _height(self, rows: int) -> int:
        items = [self._rows.itemAt(n) for n in range(min(rows, self._rows.count()))]
        return sum(item.sizeHint().height() for item in items if item) + self._rows.spacing() * max(0, len(items) - 1)

    def sizeHint(self) -> QSize:
        """A few rows."""
        return QSize(super().sizeHint().width(), self._height(_SEEN))

    def minimumSizeHint(self) -> QSize:
        """One row."""
        return QSize(self._inner.minimumSizeHint().width(), self._height(1))


class HostKeyDialog(SmallDialog):
    """Show with `open()`; once accepted, `chosen()` are the keys to store with `SshNodes.accept`.

    Attributes:
        rows: one per node. accept_button, cancel_button, all_check: its controls.
    """

    def __init__(
        self, errors: Sequence[HostKeyUnknown], profile: Profile | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("", _("Nothing was sent to it yet"), profile, _WIDTH, Icon("fingerprint", "warn", 20), parent)
        self.rows: list[KeyRow] = []
        self._what = label("", "body", "text2", wrap=True)
        self._how = label("", "strong", wrap=True)
        self._commands = QVBoxLayout()
        self._commands.setSpacing(6)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._area = _KeyList(self._list)
        self.all_check = QCheckBox(_("All of them"))
        self.accept_button = button("", "primary", on_click=self.accept)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self._why = label("", "caption", "text2", wrap=True)
        self.compose(self._body(), self._foot())
        self.all_check.clicked.connect(self._on_all)
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus()
        for error in errors:
            self.add(error)

    def _body(self) -> QLayout:
        return col(self._what, self.all_check, (self._area, 1), 4, self._how, self._commands, gap=8, margins=BODY)

    def _foot(self) -> QLayout:
        return row(Icon("info", "text3"), (self._why, 1), self.cancel_button, self.accept_button, margins=FOOT)

    def add(self, error: HostKeyUnknown) -> None:
        """Another node was met, or one of the shown nodes shows another key now: that one must be compared anew."""
        old = next((n for n, shown in enumerate(self.rows) if shown.error.node == error.node), None)
        if old is not None and self.rows[old].error.fingerprint == error.fingerprint:
            return
        new = KeyRow(error)
        new.check.toggled.connect(self._update)
        if old is None:
            self.rows.append(new)
            self._list.addWidget(new)
        else:
            self._list.replaceWidget(self.rows[old], new)
            self.rows[old].deleteLater()
            self.rows[old] = new
        self._show_commands()
        self._update()
        self._area.updateGeometry()
        self.fit()

    def remove(self, node: str) -> None:
        """The node needs no decision any more. Closes when it was the last one."""
        for shown in [shown for shown in self.rows if shown.error.node == node]:
            self.rows.remove(shown)
            self._list.removeWidget(shown)
            shown.deleteLater()
        if self.rows:
            self._update()
        else:
            self.reject()

    def chosen(self) -> tuple[HostKeyUnknown, ...]:
        """The keys that were found right."""
        alone = len(self.rows) == 1
        return tuple(shown.error for shown in self.rows if alone or shown.check.isChecked())

    def accept(self) -> None:
        """Only what was compared."""
        if self.chosen():
            super().accept()

    def _show_commands(self) -> None:
        wanted = list(dict.fromkeys(console_command(shown.error.key_type) for shown in self.rows))
        while len(wanted) > self._commands.count():
            self._commands.addWidget(CopyLine(wanted[self._commands.count()], "#"))

    def _on_all(self, checked: bool) -> None:
        for shown in self.rows:
            shown.check.setChecked(checked)
        self._update()

    def _update(self) -> None:
        n, several = len(self.rows), len(self.rows) > 1
        for shown in self.rows:
            shown.check.setVisible(several)
        self.all_check.setVisible(several)
        self._show_texts(n)
        chosen = len(self.chosen())
        state = Qt.CheckState.Checked if chosen == n else Qt.CheckState.PartiallyChecked
        self.all_check.setCheckState(state if chosen else Qt.CheckState.Unchecked)
        verb = ngettext("Accept key", "Accept {n} keys", chosen or 1).format(n=chosen)
        self.accept_button.set_text(verb)
        why = _("Check the nodes whose fingerprints are the same")
        self.accept_button.set_enabled(bool(chosen), why)
        self._why.set_text(why if not chosen else _("A key is asked for once; a changed one is refused"))

    def _show_texts(self, n: int) -> None:
        title = ngettext("Unknown host key", "{n} unknown host keys", n).format(n=n)
        self.title_label.set_text(title)
        cluster = self.windowTitle().partition(" — ")[2]
        self.setWindowTitle(f"{title} — {cluster}" if cluster else title)
        self.sub_label.set_text(ngettext("Nothing was sent to the node yet", "Nothing was sent to the nodes yet", n))
        self._what.set_text(
            ngettext(
                "This computer was never connected to it. Accept the key only if the fingerprint is the same as on "
                "the node itself: a different one means that somebody else answers in its place.",
                "This computer was never connected to them. Accept a key only if the fingerprint is the same as on "
                "the node itself: a different one means that somebody else answers in its place.",
                n,
            )
        )
        self._how.set_text(_("To compare, run this on the node's own console:"))
