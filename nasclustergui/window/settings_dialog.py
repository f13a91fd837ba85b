"""What a person chooses for the program itself: applied at once, kept in a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLayout, QSpinBox, QWidget

from nasclustergui.core.i18n import DOMAIN, LOCALE_DIR, _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.settings import POLL_SECONDS, Settings
from nasclustergui.core.units import percent
from nasclustergui.remote.settings_store import save_settings
from nasclustergui.ui import theme
from nasclustergui.ui.errors import describe
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Banner, Field, button, col, label, row
from nasclustergui.window.small_dialog import BODY, FOOT, SmallDialog

SCALES = (90, 100, 110, 125, 150)  # percent
_SAVE_MS = 300  # several changes in a row are written once


class SettingsDialog(SmallDialog):
    """Show with `open()`.

    Signals:
        changed: Settings, at once after every change; theme, text size and motion are applied already.
        saved: Settings, after they were written; never, where that failed.

    Attributes:
        settings: as chosen now.
        theme_choice, scale_choice, language_choice, motion_check, poll_spin, close_button: its controls.
    """

    changed = Signal(object)
    saved = Signal(object)

    def __init__(self, settings: Settings, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(_("Settings"), _("Of this program, on this computer"), None, 520, parent=parent)
        self.settings, self._jobs = settings, jobs
        self._saving, self._is_over = 0, False
        self.theme_choice = _choice(_themes(), settings.theme)
        self.scale_choice = _choice(_scales(settings.text_scale), settings.text_scale)
        self.language_choice = _choice(_languages(), settings.language)
        self.motion_check = QCheckBox(_("Reduce motion: nothing moves by itself"))
        self.motion_check.setChecked(settings.reduce_motion)
        self.poll_spin = QSpinBox()
        self.poll_spin.setRange(*POLL_SECONDS)
        self.poll_spin.setValue(settings.poll_seconds)
        self.close_button = button(_("Close"), on_click=self.accept)
        self._note = label(_("The language changes at the next start."), "caption", "text3", wrap=True)
        self._note.hide()
        self._problem = Banner("critical", "")
        self._problem.hide()
        self.compose(self._body(), row(None, self.close_button, margins=FOOT))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_MS)
        self._timer.timeout.connect(self._save)
        self._connect()
        self._show_unit(settings.poll_seconds)
        self.close_button.setDefault(True)
        self.theme_choice.setFocus()

    def _body(self) -> QLayout:
        poll = Field(
            _("Read again after"), self.poll_spin, _("While a page is visible; hidden ones are read less often.")
        )
        return col(
            self._problem,
            Field(_("Theme"), self.theme_choice),
            Field(_("Text size"), self.scale_choice),
            self.motion_check,
            Field(_("Language"), self.language_choice),
            self._note,
            poll,
            gap=12,
            margins=BODY,
        )

    def _connect(self) -> None:
        self.theme_choice.currentIndexChanged.connect(lambda: self._change(theme=self.theme_choice.currentData()))
        self.scale_choice.currentIndexChanged.connect(lambda: self._change(text_scale=self.scale_choice.currentData()))
        self.language_choice.currentIndexChanged.connect(self._on_language)
        self.motion_check.toggled.connect(lambda checked: self._change(reduce_motion=checked))
        self.poll_spin.valueChanged.connect(self._on_poll)

    def _on_language(self) -> None:
        self._note.show()
        self._change(language=self.language_choice.currentData())

    def _on_poll(self, seconds: int) -> None:
        self._show_unit(seconds)
        self._change(poll_seconds=seconds)

    def _show_unit(self, seconds: int) -> None:
        self.poll_spin.setSuffix(ngettext(" second", " seconds", seconds))

    def _change(self, **values: Any) -> None:
        old, self.settings = self.settings, replace(self.settings, **values).sane()
        if self.settings == old:
            return
        new = self.settings
        if (old.theme, old.text_scale, old.reduce_motion) != (new.theme, new.text_scale, new.reduce_motion):
            theme.use(new.theme, new.text_scale / 100.0, new.reduce_motion)
            self.fit()
        self._timer.start()
        self.changed.emit(new)

    def done(self, result: int) -> None:
        """However it is closed, what was chosen stays."""
        if self._timer.isActive():
            self._timer.stop()
            self._save()
        super().done(result)
        self._is_over = True
        self._delete_when_over()

    def _delete_when_over(self) -> None:
        """Not before the last file was written: the one who waits for `saved` wants to hear of it."""
        if self._is_over and not self._saving:
            self.deleteLater()

    def _save(self) -> None:
        settings = self.settings
        job = Job(_("Save settings"), "settings", quiet=True)
        self._saving += 1
        self._jobs.submit(
            self, job, lambda _job: save_settings(settings), lambda _nothing: self._on_saved(settings), self._on_failed
        )

    def _on_saved(self, settings: Settings) -> None:
        self._saving -= 1
        self.saved.emit(settings)
        self._delete_when_over()

    def _on_failed(self, error: Exception) -> None:
        self._saving -= 1
        title, hint, _details = describe(error)
        self._problem.set_message("critical", title, hint or _("What you chose holds until the program ends."))
        self._problem.show()
        self.fit()
        self._delete_when_over()


def _choice(items: tuple[tuple[str, object], ...], current: object) -> QComboBox:
    box = QComboBox()
    for text, data in items:
        box.addItem(text, data)
    box.setCurrentIndex(max(0, box.findData(current)))
    return box


def _themes() -> tuple[tuple[str, str], ...]:
    return (
        (_("As the system"), "system"),
        (_("Light"), "light"),
        (_("Dark"), "dark"),
        (_("Light, high contrast"), "contrast-light"),
        (_("Dark, high contrast"), "contrast-dark"),
    )


def _scales(current: int) -> tuple[tuple[str, int], ...]:
    return tuple((percent(scale), scale) for scale in sorted({*SCALES, current}))


def _languages() -> tuple[tuple[str, str], ...]:
    """German only where its catalogue is there: a choice that changes nothing would be none."""
    found = [(_("As the system"), ""), ("English", "en")]
    if (LOCALE_DIR / "de" / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file():
        found.append(("Deutsch", "de"))
    return tuple(found)
