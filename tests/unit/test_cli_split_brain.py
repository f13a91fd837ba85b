"""`gluster volume split-brain …`: which entries are meant, and what is not known is never called none."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import Any

import pytest

from nasclustergui.cli.arguments import build_parser
from nasclustergui.cli.gluster_features import split_brain_run
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.split_brain.compare import found_words
from nasclustergui.subsystems.gluster.features.split_brain.model import Entry, Kind, SplitBrains
from nasclustergui.subsystems.gluster.model import GlusterState, VolumeStatus, VolumeType
from tests.recorded.pools import state, volume

GFID = "gfid:585f837e-d4e7-4642-b6ec-f92b02e9bc5b"
FOUND = SplitBrains("data", (Entry(GFID, "/a", 1, Kind.DATA, ()), Entry("/d/n", "/d/n", 1, Kind.GFID, ())), 1)


class FakeSession:
    """Reads this state; nothing may be asked of it that needs a running volume."""

    def __init__(self, now: GlusterState) -> None:
        self.nodes = self.gluster = self.pool = self
        self.now = now

    def connect_all(self) -> None:
        """Nothing to connect to."""

    def read(self, _job: Job) -> GlusterState:
        return self.now


def words(*said: str) -> Namespace:
    return build_parser().parse_args(["gluster", "volume", "split-brain", "data", *said])


@pytest.mark.parametrize("said", [["list"], ["list", "--json"], ["show", "/a"], ["resolve", "--all"]])
def test_a_stopped_volume_is_not_said_to_be_free_of_split_brains(
    said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = replace(volume(VolumeType.REPLICATE, (1, 2), name="data"), status=VolumeStatus.STOPPED)
    session: Any = FakeSession(state(stopped))
    with pytest.raises(InvalidInput, match="not started"):
        split_brain_run.run(session, words(*said))
    assert capsys.readouterr().out == ""


def test_list_takes_no_paths() -> None:
    session: Any = FakeSession(state())
    with pytest.raises(InvalidInput, match="takes no paths"):
        split_brain_run.run(session, words("list", "/a"))


def test_an_entry_is_meant_once_by_whatever_name() -> None:
    named = split_brain_run.entries_named(FOUND, ["/a", "a", GFID, "/d/n", "/a"])
    assert [entry.path for entry in named] == ["/a", "/d/n"]


def test_names_that_gluster_does_not_count_are_told() -> None:
    assert found_words(FOUND) == "1 entry in split-brain, 1 name in them stands for different files"
    assert found_words(replace(FOUND, entries=FOUND.entries[:1])) == "1 entry in split-brain"
    assert found_words(replace(FOUND, total=5000)) == "5,000 entries in split-brain"
