"""The plan dialog: what it shows, what it takes to say yes, and what never runs a destructive plan."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Command
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.ui import theme
from nasclustergui.ui.plan_dialog import PlanDialog
from nasclustergui.ui.plan_steps import undo_height

PROFILE = Profile("fra-storage", (NodeProfile("node1", "10.0.0.1"),))
STOP = Step(
    "Stop volume scratch",
    "node1",
    Command(("gluster", "--mode=script", "volume", "stop", "scratch")),
    "gluster",
    Risk.CAUTION,
    "Can be undone",
    prompts=("Stopping volume will make its data inaccessible. Do you want to continue?",),
)
DELETE = Step(
    "Delete volume scratch",
    "node1",
    Command(("gluster", "--mode=script", "volume", "delete", "scratch")),
    "gluster",
    Risk.DESTRUCTIVE,
    "No undo",
    prompts=("Deleting volume will erase all information about the volume. Do you want to continue?",),
)
PLAN = Plan(
    "Delete volume scratch",
    "fra-storage",
    (STOP, DELETE),
    (
        Meaning(Severity.CRITICAL, "4.1 TiB in 1,204,118 files are gone for good", "There is no snapshot of scratch."),
        Meaning(Severity.OK, "Other volumes and nodes are not touched"),
    ),
    undo="Step 1 can be undone by starting the volume again. From step 2 on there is no way back.",
    confirm="scratch",
    seconds=20,
    icon="trash-2",
    by="mara",
)


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


def shown(qtbot: QtBot, plan: Plan, profile: Profile = PROFILE) -> PlanDialog:
    written: dict[Path, str] = {}
    dialog = PlanDialog(plan, profile, written.__setitem__)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_a_destructive_plan_runs_only_after_its_name_was_typed(qtbot: QtBot) -> None:
    dialog = shown(qtbot, PLAN)
    assert dialog.confirm_field is not None
    assert not dialog.run_button.isEnabled()
    qtbot.keyClicks(dialog.confirm_field, "scratc")
    assert not dialog.run_button.isEnabled()
    qtbot.keyClicks(dialog.confirm_field, "h")
    assert dialog.run_button.isEnabled()
    qtbot.keyClick(dialog.confirm_field, Qt.Key.Key_Return)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.isVisible()
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.typed == "scratch"


def test_a_safe_plan_takes_one_click_and_a_caution_on_prod_a_name(qtbot: QtBot) -> None:
    safe = replace(PLAN, title="Heal data", steps=(replace(STOP, risk=Risk.SAFE),), confirm="")
    dialog = shown(qtbot, safe)
    assert dialog.confirm_field is None
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    assert dialog.result() == QDialog.DialogCode.Accepted
    caution = replace(PLAN, title="Stop volume scratch", steps=(STOP,))
    assert shown(qtbot, caution).confirm_field is not None
    assert shown(qtbot, caution, replace(PROFILE, environment=Environment.LAB)).confirm_field is None


def test_escape_and_cancel_do_nothing(qtbot: QtBot) -> None:
    dialog = shown(qtbot, PLAN)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_a_read_only_profile_says_so(qtbot: QtBot) -> None:
    dialog = shown(qtbot, replace(PLAN, steps=(STOP,)), replace(PROFILE, read_only=True, environment=Environment.LAB))
    assert not dialog.run_button.isEnabled()
    assert "read-only" in dialog.run_button.toolTip()


def test_the_exact_command_can_be_copied(qtbot: QtBot) -> None:
    dialog = shown(qtbot, PLAN)
    dialog.steps.setCurrentIndex(dialog.steps.model().index(1, 0))
    qtbot.keyClick(dialog.steps, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "gluster --mode=script volume delete scratch"


@pytest.mark.parametrize("name", ["light", "dark"])
def test_looks(qtbot: QtBot, output: Path, name: str) -> None:
    theme.use(name)
    dialog = shown(qtbot, PLAN)
    assert dialog.confirm_field is not None
    qtbot.keyClicks(dialog.confirm_field, "scratch")
    dialog.resize(1000, 780)
    assert dialog.grab().save(str(output / f"plan-{name}.png"))


def test_where_it_is_narrow_the_undo_gives_way_to_the_steps_title(qtbot: QtBot) -> None:
    long = replace(STOP, title="Move the files away", undo_text="Undo: remove the bricks again, which moves the files")
    assert undo_height(380, long) > 0
    assert undo_height(900, long) == 0
    assert undo_height(380, replace(long, undo_text="")) == 0
    dialog = shown(qtbot, replace(PLAN, steps=(long,)))
    rows = []
    for width in (420, 900):
        dialog.steps.setFixedWidth(width)
        rows.append(dialog.steps.sizeHintForRow(0))
    assert rows[0] > rows[1]
