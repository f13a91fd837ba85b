"""What a job's output says about gluster's answers: words, never XML."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.told import told

RECORDED = Path(__file__).resolve().parent.parent / "recorded" / "gluster"


def recorded(name: str) -> tuple[Command, Result]:
    lines = (RECORDED / "INDEX.tsv").read_text().splitlines()
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=False)) for line in lines[1:]]
    row = next(row for row in rows if row["name"] == name)
    path = RECORDED / f"{name}.xml"
    out = path if path.exists() else RECORDED / f"{name}.out"
    return Command(tuple(shlex.split(row["command"]))), Result(int(row["exit"]), out.read_text())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("add-brick-formerly-removed-brick-force", "Add Brick successful"),
        ("rebalance-start-ok", "done"),
        ("quorum-lost-volume-create", "done"),
        ("rebalance-stop-ok", "done"),
        ("remove-brick-commit-ok", "Remove Brick commit successful"),
        ("peer-probe-already-in-pool", "Host node2 port 24007 already in peer list"),
        ("peer-probe-by-ip", "done"),
    ],
)
def test_gluster_s_own_sentence_or_done(name: str, said: str) -> None:
    assert told(*recorded(name)) == (said,)


def test_of_plain_text_the_first_line_is_told() -> None:
    text = "Launching heal operation to perform full self heal on volume data has been successful \nUse heal info\n"
    assert told(commands.volume_heal("data", full=True), Result(0, text)) == (
        "Launching heal operation to perform full self heal on volume data has been successful",
    )


def test_an_answer_that_cannot_be_read_is_said_to_be_so() -> None:
    said = told(commands.volume_start("data"), Result(0, "<cliOutput><opRet>"))
    assert len(said) == 1
    assert "cannot be read" in said[0]
