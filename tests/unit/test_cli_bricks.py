"""`gluster volume remove-brick`: gluster's own words, and the plans they become."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import pytest

from nasclustergui.cli.arguments import build_parser
from nasclustergui.cli.gluster_features.bricks_run import make_plan, read_words
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.model import Task, TaskKind, TaskState, Volume, VolumeType
from tests.recorded.pools import state, volume

SPREAD = volume(VolumeType.DISTRIBUTE, (1, 2, 3, 4))
THREE = volume(VolumeType.REPLICATE, (1, 2, 3))
THREE = replace(THREE, bricks=tuple(replace(b, heal_pending=0) for b in THREE.bricks))
LAST = SPREAD.bricks[3].name
GOING = replace(SPREAD, tasks=(Task(TaskKind.REMOVE_BRICK, TaskState.COMPLETED, "t", (), (LAST,)),))


def options(*words: str) -> Namespace:
    return build_parser().parse_args(["gluster", "volume", "remove-brick", "data", *words])


def plan(found: Volume, *words: str) -> Plan:
    given = options(*words)
    return make_plan(state(found), found, read_words(given.words), "lab", given)


def ends(made: Plan) -> list[str]:
    return [str(step.command).rsplit(" ", 1)[1] for step in made.steps]


@pytest.mark.parametrize(
    ("found", "words", "expected"),
    [
        (SPREAD, [LAST], ["start", "commit"]),
        (SPREAD, [LAST, "--guided"], ["start", "commit"]),
        (SPREAD, [LAST, "start"], ["start"]),
        (SPREAD, [LAST, "force"], ["force"]),
        (GOING, [], ["status", "commit"]),
        (GOING, [LAST], ["status", "commit"]),
        (GOING, ["commit"], ["commit"]),
        (GOING, [LAST, "commit"], ["commit"]),
        (GOING, ["stop"], ["stop"]),
        (GOING, ["--retry"], ["stop", "start", "commit"]),
        (THREE, ["replica", "2", THREE.bricks[2].name, "force"], ["force"]),
        (THREE, ["replica", "2", THREE.bricks[2].name], ["force"]),
    ],
)
def test_words_in_glusters_order_become_plans(found: Volume, words: list[str], expected: list[str]) -> None:
    assert ends(plan(found, *words)) == expected


@pytest.mark.parametrize(
    ("found", "words", "said"),
    [
        (SPREAD, ["all"], "“all” is not understood"),
        (SPREAD, ["a\nb"], r"“a\\nb” is not understood"),
        (SPREAD, ["replica", LAST], "After “replica” comes the number"),
        (SPREAD, ["replica", "0", LAST], "After “replica” comes the number"),
        (SPREAD, ["stop"], "No bricks are being removed"),
        (SPREAD, [], "Name each brick"),
        (GOING, [SPREAD.bricks[0].name, "commit"], "Other bricks of data are being removed"),
        (THREE, ["replica", "2", THREE.bricks[2].name, "start"], "there is nothing to start"),
        (THREE, ["replica", "1", THREE.bricks[2].name], "2 copies would stay, not 1"),
        (THREE, [THREE.bricks[2].name, "start"], "Set 1 goes as a whole"),
    ],
)
def test_words_that_make_no_sense(found: Volume, words: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        plan(found, *words)
