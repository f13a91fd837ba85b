"""Dialogs of quotas: a directory's limit, and how often gluster looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QCompleter, QLayout, QLineEdit, QRadioButton, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import count, duration, size
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.features.quota.model import SETTINGS, DirectoryQuota, Limit
from nasclustergui.ui.parts import Field, label, row

WAIT_MS = 250  # after the last key before a directory is listed


class LimitDialog(AskDialog):
    """A directory, what of it is limited, and how much.

    Attributes:
        path, amount, percent: inputs. files: (else by_size) limits the number of files instead of the size.

    Signals:
        listing_wanted: the directory whose names are to be offered; answer with `offer`.
    """

    listing_wanted = Signal(str)

    def __init__(
        self,
        volume: str,
        plan: Callable[[str, str, str, bool], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`plan` gets path, amount, percent of the soft limit ("" for the default) and whether files are counted."""
        title = _("Limit a directory of {volume}").format(volume=volume)
        super().__init__(title, _("A limit holds for everything below the directory."), profile, parent)
        self._listed: dict[str, tuple[str, ...]] = {}
        self._make_path()
        self.by_size = QRadioButton(_("Size"))
        self.files = QRadioButton(_("Number of files and directories"))
        self._kinds = QButtonGroup(self)
        for kind in (self.by_size, self.files):
            self._kinds.addButton(kind)
        self.by_size.setChecked(True)
        self.amount, self.percent = QLineEdit(), QLineEdit()
        self.percent.setPlaceholderText(_("the volume's default"))
        hint = _("From there gluster looks more often and writes alerts to its logs. Clients notice nothing.")
        self.fields = {
            "path": Field(
                _("Directory"), self.path, _("From the top of the volume, such as /home/anna. It must exist.")
            ),
            "amount": Field(_("Limit"), self.amount),
            "percent": Field(_("Soft limit in percent, optional"), self.percent, hint),
        }
        self._now = label("", "caption", "text3", wrap=True)
        self._known: Mapping[str, DirectoryQuota] = {}
        self.files.toggled.connect(self._on_kind)
        self.path.textChanged.connect(self._on_path)
        kinds = row(self.by_size, self.files, None, gap=16)
        items: list[QWidget | QLayout] = [
            self.fields["path"],
            kinds,
            self.fields["amount"],
            self._now,
            self.fields["percent"],
        ]
        self.ask(items, lambda: plan(self.path.text(), self.amount.text(), self.percent.text(), self.files.isChecked()))
        self._on_kind()
        self._on_path()

    def _make_path(self) -> None:
        self.path = QLineEdit("/")
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        self.path.setCompleter(self._completer)
        self._typing = False  # names pop up for who types, not for who only opened the dialog
        self.path.textEdited.connect(self._on_typed)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(WAIT_MS)
        self._soon.timeout.connect(self._ask_listing)

    def set_known(self, limits: Sequence[DirectoryQuota]) -> None:
        """What is limited already."""
        self._known = {limit.path: limit for limit in limits}
        self._show_now()

    def edit(self, limit: DirectoryQuota, files: bool) -> None:
        """Begin with what a directory has."""
        self.path.setText(limit.path)
        self.files.setChecked(files)
        found = limit.objects if files else limit.size
        if found is not None:
            self.amount.setText(str(found.hard) if files else _typed(found.hard))
            self.percent.setText(str(found.percent))
        self.amount.selectAll()
        self.amount.setFocus()

    def offer(self, directory: str, names: Sequence[str]) -> None:
        """Directories below `directory`, to complete what is typed."""
        self._listed[directory] = tuple(names)
        if directory == self._directory():
            self._complete()

    def _directory(self) -> str:
        """What is typed up to the last "/"."""
        head, slash, _tail = self.path.text().rpartition("/")
        return head or "/" if slash else ""

    def _on_typed(self) -> None:
        self._typing = True

    def _on_path(self) -> None:
        directory = self._directory()
        if directory in self._listed:
            self._complete()
        elif directory:
            self._soon.start()
        self._show_now()

    def _ask_listing(self) -> None:
        directory = self._directory()
        if directory and directory not in self._listed:
            self.listing_wanted.emit(directory)

    def _complete(self) -> None:
        directory = self._directory()
        paths = [f"{directory.rstrip('/')}/{name}" for name in self._listed.get(directory, ())]
        if paths != self._names.stringList():
            self._names.setStringList(paths)
            if self._typing:
                self._completer.complete()

    def _on_kind(self) -> None:
        files = self.files.isChecked()
        self.amount.setPlaceholderText(_("such as 100000") if files else _("such as 500GB"))
        self._show_now()

    def _show_now(self) -> None:
        known = self._known.get(self.path.text().rstrip("/") or "/")
        limit = (known.objects if self.files.isChecked() else known.size) if known is not None else None
        self._now.set_text(_has(limit, self.files.isChecked()) if limit is not None else _("It has no such limit yet."))


class QuotaSettingDialog(AskDialog):
    """One of the volume's quota settings."""

    def __init__(
        self,
        volume: str,
        now: Mapping[str, str],
        plan: Callable[[str, str], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`now`: word of SETTINGS → value in force. `plan` gets the word and the new value."""
        title = _("Quota settings of {volume}").format(volume=volume)
        super().__init__(title, _("They hold for all limits of the volume."), profile, parent)
        self._now = now
        self.choices = QButtonGroup(self)
        words = setting_words()
        for number, word in enumerate(SETTINGS):
            value = duration(int(now[word])) if now[word].isdigit() else now[word]
            choice = QRadioButton(_("{what}: {value}").format(what=words[word], value=value))
            self.choices.addButton(choice, number)
        self.value = QLineEdit()
        self.fields = {
            "value": Field(_("New value"), self.value, _("A percentage, or a time such as 30s, 10m, 2h, 1d."))
        }
        self.choices.idToggled.connect(self._on_choice)
        self.choices.button(0).setChecked(True)
        items: list[QWidget] = [*self.choices.buttons(), self.fields["value"]]
        self.ask(items, lambda: plan(self.word(), self.value.text()))

    def word(self) -> str:
        """The setting that is chosen."""
        return tuple(SETTINGS)[self.choices.checkedId()]

    def _on_choice(self, _number: int, on: bool) -> None:
        if on:
            self.value.setText(self._now[self.word()])
            self.value.selectAll()
            self.value.setFocus()


def setting_words() -> Mapping[str, str]:
    """What the settings mean."""
    return {
        "default-soft-limit": _("Soft limit where none is set"),
        "soft-timeout": _("Usage looked at, below the soft limit"),
        "hard-timeout": _("Usage looked at, above the soft limit"),
        "alert-time": _("Alerts in the logs, above the soft limit"),
    }


def _typed(n: int) -> str:
    """Bytes as a person would type them: the largest unit that needs no fraction."""
    for step, unit in ((5, "PB"), (4, "TB"), (3, "GB"), (2, "MB"), (1, "KB")):
        if n and n % 1024**step == 0:
            return f"{n // 1024**step}{unit}"
    return str(n)


def _has(limit: Limit, files: bool) -> str:
    used, hard = (count(limit.used), count(limit.hard)) if files else (size(limit.used), size(limit.hard))
    return _("Now {used} of {limit} are used.").format(used=used, limit=hard)
