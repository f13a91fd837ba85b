"""Names, addresses and sizes of a lab, which `down` relies on to find what belongs to it."""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the lab needs Linux", allow_module_level=True)

import json
from pathlib import Path
from typing import Any

from tests.lab import paths
from tests.lab.paths import LabError, LabPaths, check_name, default_name, node_address
from tests.lab.spec import Spec


@pytest.mark.parametrize("name", ["lab", "a", "7", "a-b", "t123-own", "x" * 24])
def test_good_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "A", "a.b", "../x", "a/b", "-a", "a-", "x" * 25, "ä", "a b", "a\n"])
def test_bad_names(name: str) -> None:
    with pytest.raises(LabError, match="is no lab name"):
        LabPaths(name)


def test_no_lab_takes_another_ones_namespaces_for_its_own() -> None:
    other = LabPaths("a-1")
    assert not other.hub_netns.startswith(LabPaths("a").netns_prefix)
    assert LabPaths("a").node_netns(1).startswith(LabPaths("a").netns_prefix)


def test_addresses_lie_in_the_network_of_the_hub() -> None:
    assert (node_address(1), node_address(32)) == ("10.77.0.11", "10.77.0.42")


def test_default_name_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAS_LAB", raising=False)
    assert default_name() == "lab"
    monkeypatch.setenv("NAS_LAB", "mine")
    assert default_name() == "mine"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nodes": 0}, "nodes must lie between 1 and 32"),
        ({"nodes": 33}, "nodes must lie"),
        ({"disk_mb": 100}, "disk-mb must lie between 300"),
        ({"disks": -1}, "disks must lie"),
        ({"etcd": False, "etcd_auth": True}, "makes no sense"),
    ],
)
def test_sizes_that_cannot_work_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(LabError, match=message):
        Spec("lab", **options)


@pytest.mark.parametrize(("nodes", "members"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [1, 2, 3])])
def test_at_most_three_nodes_are_etcd_members(nodes: int, members: list[int]) -> None:
    assert list(Spec("lab", nodes).etcd_numbers) == members
    assert list(Spec("lab", nodes, etcd=False).etcd_numbers) == []


def test_a_spec_survives_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "BASE", tmp_path)
    spec = Spec("lab", nodes=2, disks=1, etcd_auth=True)
    spec.paths.root.mkdir()
    spec.save()
    assert Spec.load("lab") == spec


def test_a_missing_and_a_damaged_spec_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "BASE", tmp_path)
    with pytest.raises(LabError, match="up --name lab"):
        Spec.load("lab")
    LabPaths("lab").root.mkdir()
    for text in ("{", json.dumps({"name": "lab", "colour": "red"})):
        LabPaths("lab").spec.write_text(text)
        with pytest.raises(LabError, match="down --name lab"):
            Spec.load("lab")
