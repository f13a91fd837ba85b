"""The dialog of the scrubber: how often, how hard, how soon files are signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.features.bitrot.model import FREQUENCIES, THROTTLES, USUAL_SIGNING
from nasclustergui.ui.parts import Field


def frequency_words() -> dict[str, str]:
    """gluster's word → ours."""
    words = (_("Every hour"), _("Every day"), _("Every week"), _("Every two weeks"), _("Every month"))
    return dict(zip(FREQUENCIES, words, strict=True))


def throttle_words() -> dict[str, str]:
    """gluster's word → ours."""
    return dict(zip(THROTTLES, (_("Lazy: least load"), _("Normal"), _("Aggressive: fastest")), strict=True))


class BitrotSettingsDialog(AskDialog):
    """Ends in a plan with what differs from the present."""

    def __init__(
        self,
        volume: str,
        present: Mapping[str, str],
        plan: Callable[[dict[str, str]], Plan],
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`present`: "scrub-frequency", "scrub-throttle", "signing-time" → value."""
        about = _("How often all files are compared with their signatures.")
        super().__init__(_("Bit rot settings of {volume}").format(volume=volume), about, profile, parent)
        self.frequency = _choice(frequency_words(), present.get("scrub-frequency", "biweekly"))
        self.throttle = _choice(throttle_words(), present.get("scrub-throttle", "lazy"))
        self.signing = QSpinBox()
        self.signing.setRange(1, 86_400)
        self.signing.setSuffix(_(" seconds"))
        self.signing.setValue(int(present.get("signing-time", str(USUAL_SIGNING))))
        hint = _("Gluster's own value is 120. A file that is still open is not signed.")
        self.fields = {
            "scrub-frequency": Field(_("Scrub"), self.frequency),
            "scrub-throttle": Field(_("Load"), self.throttle),
            "signing-time": Field(_("Sign a file so long after it was written"), self.signing, hint),
        }
        self.ask(list(self.fields.values()), lambda: plan(self.wanted()))

    def wanted(self) -> dict[str, str]:
        """What is chosen now."""
        return {
            "scrub-frequency": str(self.frequency.currentData()),
            "scrub-throttle": str(self.throttle.currentData()),
            "signing-time": str(self.signing.value()),
        }


def _choice(words: Mapping[str, str], current: str) -> QComboBox:
    out = QComboBox()
    for value, text in words.items():
        out.addItem(text, value)
    out.setCurrentIndex(max(0, out.findData(current)))
    return out
