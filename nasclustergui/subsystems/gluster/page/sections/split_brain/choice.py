"""The line on which one chooses which copy wins, and the buttons that make a plan of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.split_brain.plans import AT_ONCE
from nasclustergui.subsystems.gluster.features.split_brain.policy import Policy
from nasclustergui.ui.parts import button, label, row


class ChoiceBar(QWidget):
    """Signals: changed: another choice. asked: make a plan, True for all entries, False for the selected ones."""

    changed = Signal()
    asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.policies = QComboBox()
        for text, policy in (
            (_("Choose…"), None),
            (_("The larger file"), Policy.BIGGER),
            (_("The copy changed last"), Policy.LATEST),
            (_("The copy of a brick"), Policy.BRICK),
        ):
            self.policies.addItem(text, policy)
        self.bricks = QComboBox()
        self.bricks.setAccessibleName(_("Brick whose copy wins"))
        self.bricks.hide()
        self._keep = QCheckBox(_("Keep losing copies on their nodes"))
        self._keep.setChecked(True)
        self._keep.setToolTip(_("They are copied to a directory beside the bricks before they are overwritten."))
        words = label(_("Which copy wins"), "label", "text2")
        words.setBuddy(self.policies)
        self.policies.setAccessibleName(words.text())
        self.some_button = button(_("Resolve selected…"), "danger-quiet", small=True, on_click=self._on_some)
        self.all_button = button(_("Resolve all…"), "danger-quiet", small=True, on_click=self._on_all)
        buttons = (self._keep, self.some_button, self.all_button)
        self.setLayout(row(words, self.policies, self.bricks, None, *buttons, gap=8, margins=(12, 4, 12, 8)))
        self.policies.currentIndexChanged.connect(self._on_policy)
        self.bricks.currentIndexChanged.connect(lambda _index: self.changed.emit())

    @property
    def policy(self) -> Policy | None:
        """The chosen one, None while none is."""
        found = self.policies.currentData()
        return Policy(found) if found else None

    @property
    def brick(self) -> str:
        """The chosen brick's name, "" for another policy."""
        return str(self.bricks.currentData() or "") if self.policy is Policy.BRICK else ""

    @property
    def keep(self) -> bool:
        """Whether losing copies are kept."""
        return self._keep.isChecked()

    def set_keep(self, keep: bool) -> None:
        """Keep losing copies or not."""
        self._keep.setChecked(keep)

    def choose(self, policy: Policy, brick: str = "") -> None:
        """Choose as a person would."""
        self.policies.setCurrentIndex(self.policies.findData(policy))
        if brick:
            self.bricks.setCurrentIndex(self.bricks.findData(brick))

    def set_bricks(self, names: Sequence[str]) -> None:
        """The volume's bricks; the chosen one stays chosen."""
        if [self.bricks.itemData(i) for i in range(self.bricks.count())] == list(names):
            return
        chosen = self.bricks.currentData()
        self.bricks.blockSignals(True)
        self.bricks.clear()
        for name in names:
            self.bricks.addItem(name, name)
        self.bricks.setCurrentIndex(max(0, self.bricks.findData(chosen)))
        self.bricks.blockSignals(False)
        self.changed.emit()

    def offer(self, selected: int, won: int, won_all: int, unreadable: str) -> None:
        """How many entries are selected, how many of them and of all the choice resolves."""
        none = "" if self.policy else _("Choose first which copy wins.")
        stays = _("None of these entries can be resolved this way.")
        why = unreadable or none or ("" if selected else _("Select entries first.")) or ("" if won else stays)
        self.some_button.set_enabled(not why, why)
        many = ngettext("Resolve {n} selected…", "Resolve {n} selected…", won).format(n=count(won))
        self.some_button.set_text(many if won else _("Resolve selected…"))
        too_many = _("More than {n} entries: select some of them.").format(n=count(AT_ONCE))
        why = unreadable or none or ("" if won_all else stays) or (too_many if won_all > AT_ONCE else "")
        self.all_button.set_enabled(not why, why)
        all_text = _("Resolve all {n}…").format(n=count(won_all))
        self.all_button.set_text(all_text if won_all else _("Resolve all…"))

    def _on_policy(self) -> None:
        self.bricks.setVisible(self.policy is Policy.BRICK)
        self.changed.emit()

    def _on_some(self) -> None:
        self.asked.emit(False)

    def _on_all(self) -> None:
        self.asked.emit(True)
