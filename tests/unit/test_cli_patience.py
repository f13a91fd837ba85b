"""Commands that tell of bricks wait for their states: a single look has no next poll that would bring them."""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.model import GlusterState
from tests.recorded import pools


@pytest.mark.parametrize(
    ("module", "function", "words"),
    [
        ("heal_run", "run", {"look": "doctor"}),
        ("clients_run", "clients", {}),
        ("quorum_run", "quorum", {"words": []}),
    ],
)
def test_the_patient_reading_is_used(module: str, function: str, words: dict[str, Any]) -> None:
    def patient(_job: Job) -> GlusterState:
        return pools.state(pools.volume())

    def hasty(_job: Job) -> GlusterState:
        raise AssertionError("brick states would be missing after a moment")

    gluster = SimpleNamespace(pool=SimpleNamespace(read=patient), read=hasty)
    session = SimpleNamespace(nodes=SimpleNamespace(connect_all=lambda: None), gluster=gluster)
    run = getattr(import_module(f"nasclustergui.cli.gluster_features.{module}"), function)
    with pytest.raises(InvalidInput, match="no volume"):
        run(session, Namespace(name="nosuch", json=True, **words))
