"""Disks read from findmnt and lsblk, and what is wrong with the machines."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.command import Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.metrics import FileSystem, Sample
from nasclustergui.subsystems.nodes.commands import parse_block_devices, parse_filesystems
from nasclustergui.subsystems.nodes.health import changes, problems
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState

GIB = 1 << 30


def mount(target: str, fstype: str = "xfs", size: int | str = 8 * GIB, options: str = "rw,relatime") -> dict[str, Any]:
    return {"target": target, "source": "/dev/sdb1", "fstype": fstype, "size": size, "avail": GIB, "options": options}


def found(*rows: dict[str, Any]) -> Result:
    return Result(0, json.dumps({"filesystems": list(rows)}))


def test_a_data_file_system_can_take_a_brick() -> None:
    (disk,) = parse_filesystems(found(mount("/bricks/d1")), "node1", "Rack A")
    assert (disk.key, disk.label, disk.size, disk.free, disk.rack) == (
        "node1:/bricks/d1",
        "d1",
        8 * GIB,
        GIB,
        "Rack A",
    )
    assert disk.usable
    assert not disk.warning


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (mount("/boot/efi", "vfat"), "boot loader"),
        (mount("/mnt/usb", "vfat"), "extended attributes"),
        (mount("/bricks/d1", options="ro,relatime"), "read-only"),
        (mount("/bricks/d1", size=100 << 20), "smaller than"),
    ],
)
def test_why_a_file_system_cannot_take_a_brick(row: dict[str, Any], problem: str) -> None:
    (disk,) = parse_filesystems(found(row), "node1")
    assert problem in disk.problem


def test_the_root_file_system_is_possible_with_a_warning() -> None:
    (disk,) = parse_filesystems(found(mount("/", "ext4")), "node1")
    assert disk.usable
    assert "operating system" in disk.warning


def test_network_and_container_mounts_are_no_disks() -> None:
    assert parse_filesystems(found(mount("/mnt/x", "nfs4"), mount("/var/lib/x", "overlay")), "node1") == ()


def test_numbers_as_text_and_no_file_system_at_all() -> None:
    (disk,) = parse_filesystems(found(mount("/bricks/d1", size=str(8 * GIB))), "node1")
    assert disk.size == 8 * GIB
    assert parse_filesystems(Result(1, ""), "node1") == ()


def test_only_bare_whole_disks_are_listed_and_cannot_take_a_brick_yet() -> None:
    rows = [
        {"path": "/dev/sda", "type": "disk", "size": 8 * GIB, "children": [{"path": "/dev/sda1", "type": "part"}]},
        {"path": "/dev/sdb", "type": "disk", "size": 8 * GIB, "fstype": None, "rota": True},
        {"path": "/dev/sdc", "type": "disk", "size": 8 * GIB, "fstype": "xfs"},
        {"path": "/dev/loop0", "type": "loop", "size": 8 * GIB},
    ]
    (disk,) = parse_block_devices(Result(0, json.dumps({"blockdevices": rows})), "node1")
    assert (disk.device, disk.kind) == ("/dev/sdb", "HDD")
    assert "no file system on it is mounted" in disk.problem


@given(st.text() | st.binary().map(lambda b: b.decode("utf-8", "surrogateescape")))
def test_garbage_is_an_error_and_never_an_empty_list(text: str) -> None:
    for parse in (parse_filesystems, parse_block_devices):
        with pytest.raises(UnexpectedOutput):
            parse(Result(0, text), "node1")


SAMPLE = Sample(1000.0, 500.0, 0.1, 5.0, 8 * GIB, 6 * GIB, 0, 0, 0.0, 0.0, 0.0, 0.0)
ONLINE = NodeState("node1", "10.0.0.1", link=Link.ONLINE, seen_at=1000.0, sample=SAMPLE)


def state(*nodes: NodeState, at: float = 1000.0) -> NodesState:
    return NodesState(nodes, at)


def test_a_well_node_has_no_problem() -> None:
    assert problems(state(ONLINE)) == ()


def test_a_lost_node_is_critical_and_keeps_its_time() -> None:
    (problem,) = problems(state(replace(ONLINE, link=Link.LOST, error="node1: no connection", hint="Check it.")))
    assert problem.severity is Severity.CRITICAL
    assert problem.title == "node1 does not answer"
    assert problem.since == 1000.0
    assert "Check it." in problem.todo


def test_a_refused_login_says_why() -> None:
    (problem,) = problems(state(replace(ONLINE, link=Link.REFUSED, error="node1: wrong password", hint="Enter it.")))
    assert problem.text == "Wrong password."
    assert problem.action == "nodes.connect:node1"


def test_full_disk_and_little_memory_are_told_only_while_the_node_is_online() -> None:
    full = replace(
        ONLINE,
        sample=replace(
            SAMPLE,
            memory_available=GIB // 10,
            filesystems=(FileSystem("/dev/sdb1", "xfs", "/bricks/d1", GIB, GIB // 20),),
        ),
    )
    assert [p.severity for p in problems(state(full))] == [Severity.WARN, Severity.WARN]
    assert len(problems(state(replace(full, link=Link.LOST)))) == 1


def test_changes_tell_loss_return_and_restart() -> None:
    lost = replace(ONLINE, link=Link.LOST)
    restarted = replace(ONLINE, sample=replace(SAMPLE, uptime=3.0))
    assert [e.title for e in changes(state(ONLINE), state(lost))] == ["node1 stopped answering"]
    assert [e.title for e in changes(state(lost), state(ONLINE))] == ["node1 answers again"]
    assert [e.title for e in changes(state(ONLINE), state(restarted))] == ["node1 was restarted"]
    assert changes(state(ONLINE), state(ONLINE)) == ()
