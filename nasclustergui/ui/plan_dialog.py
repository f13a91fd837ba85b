"""A plan before it runs: exact commands, what it means, how to undo it, and what it takes to say yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QLayout, QLineEdit, QScrollArea, QWidget

from nasclustergui.core.confirm import is_confirmed, required_confirmation
from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.oplock import LockView
from nasclustergui.core.plan import Meaning, Plan, Risk
from nasclustergui.core.profile import Profile
from nasclustergui.core.script import to_script
from nasclustergui.core.units import duration
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Badge, Icon, Label, Line, Panel, Tag, box, button, col, label, row, state_icon
from nasclustergui.ui.plan_lock import OtherChange, Unguarded
from nasclustergui.ui.plan_steps import RISK_STATE, StepList, risk_word

SEVERITY_STATES = {
    Severity.OK: "ok",
    Severity.INFO: "info",
    Severity.BUSY: "busy",
    Severity.UNKNOWN: "unknown",
    Severity.WARN: "warn",
    Severity.CRITICAL: "critical",
}
_BUTTON = {Risk.SAFE: "primary", Risk.CAUTION: "caution", Risk.DESTRUCTIVE: "danger"}


class PlanDialog(DialogFrame):
    """Shows a plan of `profile`'s cluster; `exec()` or `open()` it, then look at `result()` and `typed`.

    Attributes:
        typed: the confirmation as typed, "" where none was asked for; hand it to the executor.
        waits: another administrator's change runs: the plan was agreed to, but is to wait for it.
        run_button, cancel_button, confirm_field: for tests; the field is None where nothing must be typed.

    Signals:
        break_wanted: take the lock away from the other administrator.
    """

    break_wanted = Signal()

    def __init__(
        self, plan: Plan, profile: Profile, write: Callable[[Path, str], None], parent: QWidget | None = None
    ) -> None:
        lead = Badge(RISK_STATE[plan.risk], risk_word(plan.risk))
        super().__init__(plan.title, _facts(plan), profile, QSize(1000, 780), lead, parent)
        self.plan, self._profile, self._write = plan, profile, write
        self._expected = required_confirmation(plan, profile)
        self.confirm_field: QLineEdit | None = None
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.run_button = button(plan.title, _BUTTON[plan.risk], plan.icon, on_click=self._run)
        self._reason: Label = label("", "caption", "text2")
        self.steps = StepList(plan)
        self.waits = False
        self.other, self._unguarded = OtherChange(), Unguarded()
        self.other.break_wanted.connect(self.break_wanted)
        body: list[QLayout | QWidget | tuple[QLayout | QWidget, int]] = [
            self.other,
            (row((self._steps_card(), 1), self._right_column(), gap=14), 1),
        ]
        if self._expected:
            body.append(self._confirm_card())
        self.compose(col(*body, gap=14, margins=(24, 16, 24, 16)), self._foot())
        self._update()
        shortcut = QShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Return), self)
        shortcut.activated.connect(self._on_ctrl_return)
        self._first_focus()

    def set_lock(self, view: LockView) -> None:
        """The cluster's operation lock as it stands now; a plan that takes none doesn't care."""
        if not self.plan.guarded:
            return
        self.waits = self.other.set_view(view)
        self._unguarded.set_view(view)
        self.run_button.set_text(_("Wait and run when it is free") if self.waits else self.plan.title)

    @property
    def typed(self) -> str:
        """What was typed to confirm."""
        return self.confirm_field.text() if self.confirm_field is not None else ""

    def _steps_card(self) -> Panel:
        head = row(
            (label(_("Steps"), "heading"), 1),
            button(_("Copy all"), "quiet", "copy", small=True, on_click=self._copy_all),
            button(_("Save as script…"), "quiet", "download", small=True, on_click=self._save),
            gap=2,
            margins=(14, 8, 8, 6),
        )
        return Panel(col(head, Line(), (self.steps, 1), gap=0, margins=(1, 1, 1, 6)))

    def _right_column(self) -> QWidget:
        cards: list[QWidget | tuple[QWidget, int]] = [(_meaning_card(self.plan, self._unguarded), 1)]
        if self.plan.undo:
            cards.append(_text_card("undo-2", _("Undo"), (self.plan.undo,)))
        if self.plan.prompts:
            quoted = tuple(_("“{prompt}”").format(prompt=prompt) for prompt in self.plan.prompts)
            cards.append(_text_card("eye", _("Questions gluster would ask"), quoted))
        column = box(col(*cards, gap=12))
        area = QScrollArea()
        area.setWidget(column)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(theme.px(340))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _confirm_card(self) -> Panel:
        destructive = self.plan.risk is Risk.DESTRUCTIVE
        field = QLineEdit()
        field.setFixedWidth(theme.px(220))
        field.setFont(theme.font("mono"))
        field.textChanged.connect(self._update)
        field.installEventFilter(self)
        self.confirm_field = field
        tag = Tag(self._expected, "surface", "text", mono=True)
        line = row(
            label(_("Type"), "strong"),
            tag,
            label(_("to {title}").format(title=_lower_first(self.plan.title)), "strong"),
            None,
            gap=6,
        )
        note = label(
            _("Every step checks the cluster again before it runs. The plan goes to the audit log."), "caption", "text2"
        )
        field.setAccessibleName(_("Type {name} to confirm").format(name=self._expected))
        state = "critical" if destructive else "warn"
        lay = row(state_icon(state, 18), (col(line, note, gap=2), 1), field, gap=12, margins=(16, 12, 16, 12))
        return Panel(lay, fill=f"{state}_bg", line="line", radius=8)

    def _foot(self) -> QLayout:
        return row(
            Icon("list-checks", "text3"),
            (self._reason, 1),
            self.cancel_button,
            self.run_button,
            gap=8,
            margins=(24, 12, 24, 12),
        )

    def _first_focus(self) -> None:
        """The field where a name is asked for; else Cancel for what is risky, the button for what is safe."""
        if self.confirm_field is not None:
            self.confirm_field.setFocus()
        elif self.plan.risk is Risk.SAFE:
            self.run_button.setFocus()
        else:
            self.cancel_button.setFocus()
        if self.plan.risk is Risk.DESTRUCTIVE:
            self.cancel_button.setDefault(True)

    def _why_not(self) -> str:
        if self._profile.read_only:
            return _("The profile of {cluster} is read-only.").format(cluster=self._profile.name)
        if not is_confirmed(self.plan, self._profile, self.typed):
            return _("Type {name} to go on.").format(name=self._expected)
        return ""

    def _update(self) -> None:
        why_not = self._why_not()
        self.run_button.set_enabled(not why_not, why_not)
        self._reason.set_text(why_not or _runs(self.plan))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Enter in the field never runs a destructive plan; its button must be pressed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        return False

    def _on_ctrl_return(self) -> None:
        if self.plan.risk is not Risk.DESTRUCTIVE:
            self._run()

    def _run(self) -> None:
        if not self._why_not():
            self.done(QDialog.DialogCode.Accepted)

    def _copy_all(self) -> None:
        commands = "\n".join(f"{step.place}$ {step.line}" for step in self.plan.steps)
        QGuiApplication.clipboard().setText(commands)
        self._reason.set_text(_("All commands copied"))

    def _save(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Save as script"), _lower_first(self.plan.title).replace(" ", "-") + ".sh", "*.sh"
        )
        if name:
            try:
                self._write(Path(name), to_script(self.plan, self._profile))
                self._reason.set_text(_("Saved to {file}").format(file=name))
            except NasError as error:
                self._reason.set_text(str(error))


def _facts(plan: Plan) -> str:
    steps = ngettext("{n} step", "{n} steps", len(plan.steps)).format(n=len(plan.steps))
    count = len(plan.nodes)
    nodes = ngettext("on {n} node", "on {n} nodes", count).format(n=count) if count else _("from this workstation")
    by = " · " + _("by {user}").format(user=plan.by) if plan.by else ""
    return f"{steps} {nodes}{by}"


def _runs(plan: Plan) -> str:
    if plan.seconds is None:
        return _("Runs as a job")
    return _("Runs as a job, about {time}").format(time=duration(max(1, round(plan.seconds))))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _meaning_card(plan: Plan, last: QWidget) -> Panel:
    title = label(_("What it means"), "heading")
    bullets = [_bullet(meaning) for meaning in plan.meaning]
    if not bullets:
        bullets = [_bullet(Meaning(Severity.OK, _("Nothing is interrupted and nothing is lost")))]
    return Panel(col(title, *bullets, last, None, gap=9, margins=(16, 12, 16, 12)))


def _bullet(meaning: Meaning) -> QLayout:
    texts = [label(_breakable(meaning.title), "body", "text", wrap=True)]
    if meaning.text:
        texts.append(label(_breakable(meaning.text), "caption", "text3", wrap=True))
    icon = state_icon(SEVERITY_STATES[meaning.severity])
    lay = row(icon, (col(*texts, gap=1), 1), gap=8)
    lay.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
    return lay


def _breakable(text: str) -> str:
    """Words too long for the card, a value without spaces for instance, may be broken anywhere: else they widen it."""
    return re.sub(r"[^\s/-]{30,}", lambda found: "\u200b".join(found[0]), text)


def _text_card(icon: str, title: str, texts: tuple[str, ...]) -> Panel:
    lines = [label(text, "body", "text2", wrap=True) for text in texts]
    return Panel(col(row(Icon(icon), (label(title, "heading"), 1), gap=8), *lines, gap=6, margins=(16, 12, 16, 12)))
