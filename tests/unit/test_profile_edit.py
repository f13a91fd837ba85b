"""A node more or less in a profile's file: everything else in it stays as a person wrote it."""

from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.profile_changes import with_node, with_role, without_node
from nasclustergui.remote.inventory import load
from nasclustergui.remote.profile_edit import change_file

TEXT = """\
# The cluster in the cellar
name = "office"   # as on the door

[ssh]
user = "admin"

[[nodes]]
name = "node1"
host = "10.0.0.1" # rack A

# the noisy one
[[nodes]]
name = "node2"
host = "10.0.0.2"

# etcd runs on the first three
[etcd]
endpoints = ["https://10.0.0.1:2379"]
"""
NEW = NodeProfile("node5", "10.0.0.5", rack="B", role="worker", port=2222)


def add_node(path: Path, node: NodeProfile) -> Profile:
    return change_file(path, lambda profile: with_node(profile, node))


def remove_node(path: Path, name: str) -> Profile:
    return change_file(path, lambda profile: without_node(profile, name))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "office.toml"
    file.write_text(TEXT)
    return file


def test_a_node_is_added_behind_the_others_and_nothing_else_changes(path: Path) -> None:
    before = load(path)
    profile = add_node(path, NEW)
    assert profile == load(path) == replace(before, nodes=(*before.nodes, NEW))
    section = '\n[[nodes]]\nname = "node5"\nhost = "10.0.0.5"\nport = 2222\nrack = "B"\nrole = "worker"\n'
    assert path.read_text() == TEXT.replace("\n# etcd runs", section + "\n# etcd runs")


def test_what_was_added_can_be_taken_out_again(path: Path) -> None:
    add_node(path, NEW)
    profile = remove_node(path, "node5")
    assert path.read_text() == TEXT
    assert profile == load(path)


def test_a_node_in_the_middle_goes_with_its_section_only(path: Path) -> None:
    remove_node(path, "node1")
    text = path.read_text()
    assert "node1" not in text
    assert '# the noisy one\n[[nodes]]\nname = "node2"' in text
    assert "# etcd runs on the first three\n[etcd]" in text


def test_the_last_node_of_a_file_that_ends_with_nodes(path: Path) -> None:
    path.write_text(TEXT.partition("\n# etcd")[0].rstrip())
    add_node(path, NEW)
    assert [node.name for node in load(path).nodes] == ["node1", "node2", "node5"]
    remove_node(path, "node5")
    remove_node(path, "node2")
    assert [node.name for node in load(path).nodes] == ["node1"]


def test_inline_tables_are_written_anew(path: Path) -> None:
    path.write_text('name = "office"\nnodes = [{name = "node1", host = "10.0.0.1"}]\n')
    add_node(path, NEW)
    assert [node.name for node in load(path).nodes] == ["node1", "node5"]
    remove_node(path, "node1")
    assert [node.name for node in load(path).nodes] == ["node5"]


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (NodeProfile("node1", "10.0.0.9"), "Two nodes are called"),
        (NodeProfile("node9", "10.0.0.1"), "Two nodes have the host"),
        (NodeProfile("-rf", "10.0.0.9"), "cannot be a node's name"),
        (NodeProfile("node9", "$(reboot)"), "cannot be a host"),
    ],
)
def test_a_node_that_cannot_work_leaves_the_file_alone(path: Path, node: NodeProfile, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        add_node(path, node)
    assert path.read_text() == TEXT


def test_the_only_node_and_an_unknown_one_stay(path: Path) -> None:
    remove_node(path, "node7")
    assert path.read_text() == TEXT
    remove_node(path, "node1")
    with pytest.raises(InvalidInput, match="The profile names no node"):
        remove_node(path, "node2")


def test_another_change_writes_the_file_anew(path: Path) -> None:
    wanted = with_role(load(path), "node2", "edge")
    assert change_file(path, lambda profile: with_role(profile, "node2", "edge")) == wanted == load(path)
