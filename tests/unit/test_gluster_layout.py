"""Names, paths and layouts of volumes to be: what is refused before anything runs, what is unwise, what fits where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec, check_bricks, check_spec, findings, preview
from nasclustergui.subsystems.gluster.model import PeerState, VolumeType
from nasclustergui.subsystems.gluster.names import check_brick_path, check_host, check_length, check_volume_name
from nasclustergui.subsystems.gluster.placement import arrange, brick_on, host_of
from tests.recorded.pools import GIB, peer, spec_brick, state, volume, with_bricks


def spec(kind: VolumeType = VolumeType.REPLICATE, nodes: tuple[int, ...] = (1, 2, 3), **more: object) -> VolumeSpec:
    size = more.pop("set_size", 1 if kind is VolumeType.DISTRIBUTE else len(nodes))
    bricks = tuple(spec_brick(n, f"/bricks/d1/new{i}") for i, n in enumerate(nodes))
    return VolumeSpec("new", kind, bricks, size, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["data", "a_b-c", "_x", "9x", "info", "A" * 128])
def test_names_that_gluster_takes(name: str) -> None:
    check_volume_name(name)


@pytest.mark.parametrize(
    "name", ["", "a b", "a.b", "-x", "all", "volume", "help", "é", "a;b", "a/b", "a\n", "$(x)", "A" * 129, "a\udce9"]
)
def test_names_that_it_does_not(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_volume_name(name)
    assert caught.value.field == "name"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["/bricks/d1/data", "/bricks/uté", "/a/b-c_d.e+f=g@h,i~", "/bricks/tr/"])
def test_paths_whose_bricks_start(path: str) -> None:
    check_brick_path(path)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("bricks/d1", "begin with /"),
        ("", "begin with /"),
        ("/", "must name a directory"),
        ("/bricks/../etc", "must name a directory"),
        ("/bricks//d1", "must name a directory"),
        ("/bricks/sp ace", "would cut it"),
        ("/bricks/new\nline", "would cut it"),
        ("/bricks/tab\tx", "would cut it"),
        ("/bricks/q'uote", "may not start"),
        ('/bricks/q"uote', "may not start"),
        ("/bricks/a;b", "may not start"),
        ("/bricks/$(reboot)", "may not start"),
        ("/bricks/100%", "may not start"),
        ("/bricks/back\\slash", "may not start"),
        ("/bricks/co:lon", "colon"),
        ("/bricks/lat\udce9n", "not valid UTF-8"),
        ("/" + "x" * 300, "too long"),
    ],
)
def test_paths_that_harm_nothing_because_they_are_refused(path: str, word: str) -> None:
    with pytest.raises(InvalidInput, match=word) as caught:
        check_brick_path(path)
    assert caught.value.field == "path"
    str(caught.value).encode("utf-8")  # fit to be printed


@given(st.text())
def test_no_path_with_a_blank_or_a_quote_gets_through(text: str) -> None:
    try:
        check_brick_path("/b/" + text)
    except InvalidInput:
        return
    assert not set(text) & set(" \t\n'\"\\;:%$`&|<>*?(){}[]!#")
    assert text.isprintable()


@pytest.mark.parametrize("host", ["node1", "nas-1.example.org", "10.0.0.1", "2001:db8::1"])
def test_hosts(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", ["", "no de", "-x", "a;b", "a/b", "ü\n"])
def test_what_is_no_host(host: str) -> None:
    with pytest.raises(InvalidInput):
        check_host(host)


def test_names_that_are_too_long_together() -> None:
    check_length("data", "node1", "/bricks/d1/data")
    with pytest.raises(InvalidInput, match="too long together"):
        check_length("v" * 120, "node1", "/" + "p" * 120)


def test_a_good_spec_passes_and_previews_as_a_volume() -> None:
    check_spec(spec(), state())
    made = preview(spec(VolumeType.ARBITER))
    assert [brick.arbiter for brick in made.bricks] == [False, False, True]
    assert made.usable == 100 * GIB
    assert preview(spec(VolumeType.DISPERSE, (1, 2, 3, 4), redundancy=1)).usable == 300 * GIB


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (spec(nodes=(1, 2, 3, 4), set_size=3), "whole sets of 3"),
        (spec(nodes=()), "cannot have 0"),
        (spec(nodes=(1,), set_size=1), "cannot have 1"),
        (spec(VolumeType.DISTRIBUTE, (1, 2), set_size=2), "cannot have 2"),
        (spec(VolumeType.ARBITER, (1, 2, 3, 4), set_size=4), "cannot have 4"),
        (spec(VolumeType.DISPERSE, (1, 2, 3, 4), redundancy=2), "cannot be redundant"),
        (spec(VolumeType.DISPERSE, (1, 2, 3), redundancy=0), "cannot be redundant"),
        (replace(spec(), name="data"), "already"),
        (replace(spec(), name="a b"), "cannot be called"),
    ],
)
def test_shapes_that_make_no_volume(wanted: VolumeSpec, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        check_spec(wanted, state(volume()))


def one(*bricks: BrickSpec) -> VolumeSpec:
    return VolumeSpec("new", VolumeType.DISTRIBUTE, bricks)


@pytest.mark.parametrize(
    ("bricks", "word"),
    [
        ([BrickSpec("node9", "/b/x")], "no member of the pool"),
        ([BrickSpec("node4", "/b/x")], "is not connected"),
        ([BrickSpec("node1", "/b/x"), BrickSpec("node1", "/b/x/y")], "overlap"),
        ([BrickSpec("node1", "/b/x"), BrickSpec("node1", "/b/x/")], "overlap"),
        ([BrickSpec("node1", "/bricks/d1/data0")], "volume data"),
        ([BrickSpec("node1", "/bricks/d1")], "volume data"),
        ([BrickSpec("node1", "/bricks/d1/data0/sub")], "volume data"),
        ([BrickSpec("node1", "relative")], "begin with /"),
    ],
)
def test_bricks_that_cannot_be_used(bricks: list[BrickSpec], word: str) -> None:
    peers = [peer(1), peer(2), peer(3), peer(4, PeerState.DISCONNECTED)]
    with pytest.raises(InvalidInput, match=word):
        check_bricks("new", bricks, state(volume(), peers=peers))


def test_neighbours_of_used_directories_are_free() -> None:
    check_bricks(
        "new", [BrickSpec("node1", "/bricks/d1/data01"), BrickSpec("node4", "/bricks/d1/data0")], state(volume())
    )


@pytest.mark.parametrize(
    ("wanted", "word", "severity"),
    [
        (spec(nodes=(1, 1, 2)), "losing that node", Severity.WARN),
        (one(spec_brick(1, "/bricks/d1")), "mount point", Severity.WARN),
        (one(spec_brick(1, "/srv/x", mount="/")), "system disk", Severity.WARN),
    ],
)
def test_what_gluster_refuses_without_force(wanted: VolumeSpec, word: str, severity: Severity) -> None:
    (found,) = findings(wanted)
    assert (found.severity, found.needs_force) == (severity, True)
    with pytest.raises(InvalidInput, match=word) as caught:
        check_spec(wanted, state())
    assert "force" in caught.value.hint
    check_spec(replace(wanted, force=True), state())


def test_what_is_only_unwise() -> None:
    (two,) = findings(spec(nodes=(1, 2)))
    assert "split-brain" in two.text
    assert not two.needs_force
    uneven = replace(spec(), bricks=(spec_brick(1), spec_brick(2, size=50 * GIB), spec_brick(3)))
    (found,) = findings(uneven)
    assert (found.severity, found.needs_force) == (Severity.INFO, False)
    assert "50.0" in found.text
    small_arbiter = replace(spec(VolumeType.ARBITER), bricks=(spec_brick(1), spec_brick(2), spec_brick(3, size=GIB)))
    assert findings(small_arbiter) == ()


def disk(node: int, name: str = "d1", rack: str = "", free: int = 100, **more: object) -> Disk:
    return Disk(f"node{node}", f"/dev/{name}", f"/bricks/{name}", "xfs", 100 * GIB, free * GIB, rack, **more)  # type: ignore[arg-type]


def test_sets_are_spread_over_nodes() -> None:
    disks = [disk(n, name) for n in (1, 2, 3, 4) for name in ("d1", "d2")]
    sets = arrange(disks, 3)
    assert len(sets) == 2
    assert all(len({d.node for d in group}) == 3 for group in sets)
    assert len(arrange(disks, 3, sets=1)) == 1


def test_racks_matter_more_than_size() -> None:
    disks = [disk(1, rack="a"), disk(2, rack="a"), disk(3, rack="b", free=50), disk(4, rack="c", free=40)]
    (group,) = arrange(disks, 3)
    assert {d.rack for d in group} == {"a", "b", "c"}


def test_disks_that_are_taken_or_unfit_are_left_out() -> None:
    disks = [disk(1), disk(2, problem="read-only"), disk(3, used_by=("data",)), disk(4)]
    assert [[d.node for d in group] for group in arrange(disks, 2)] == [["node1", "node4"]]
    assert arrange(disks, 3) == ()


def test_a_brick_lies_below_the_mount_point_under_the_pool_s_name_of_its_node() -> None:
    found = brick_on(disk(2, rack="a"), "data", state())
    assert (found.name, found.node, found.rack, found.mount) == ("node2:/bricks/d1/data", "node2", "a", "/bricks/d1")
    other_name = replace(peer(2), hostnames=("10.0.0.2", "storage-b"))
    known = with_bricks(volume(), None, {"host": "storage-b"})
    assert host_of(state(known, peers=[peer(1), other_name]), "node2") == "storage-b"
    assert host_of(state(peers=[peer(1), other_name]), "node2") == "10.0.0.2"
    with pytest.raises(InvalidInput, match="no member"):
        host_of(state(), "node9")
