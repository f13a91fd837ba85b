"""What the parsers understand, on recorded answers."""

from __future__ import annotations

import pytest

from nasclustergui.subsystems.gluster.commands import heal, other, peers, status, volumes, volumes_plain, work
from nasclustergui.subsystems.gluster.model import PeerState, TaskKind, TaskState, VolumeStatus, VolumeType
from tests.recorded.fake_gluster import FOLDER, answer, said


def test_volume_info_of_an_arbiter_volume() -> None:
    (volume,) = volumes.parse_volumes(answer("volume-info-arb"))
    assert (volume.name, volume.type, volume.status) == ("arb", VolumeType.ARBITER, VolumeStatus.STARTED)
    assert (volume.replica, volume.arbiter, volume.set_size, volume.transport) == (3, 1, 3, "tcp")
    assert [brick.arbiter for brick in volume.bricks] == [False, False, True]
    assert volume.bricks[2].name == "node3:/bricks/d2/arb"
    assert volume.bricks[0].host_uuid == "d0f80b2e-8f74-4603-9579-ea2f3689e400"
    assert volume.options["cluster.granular-entry-heal"] == "on"


@pytest.mark.parametrize(
    ("name", "kind", "sets", "size"),
    [
        ("volume-info-dist", VolumeType.DISTRIBUTE, 2, 1),
        ("volume-info-dist-4-bricks", VolumeType.DISTRIBUTE, 4, 1),
        ("volume-info-dr22", VolumeType.REPLICATE, 2, 2),
        ("volume-info-disp", VolumeType.DISPERSE, 1, 4),
        ("volume-info-distributed-disperse", VolumeType.DISPERSE, 2, 4),
    ],
)
def test_volume_info_groups_bricks_into_sets(name: str, kind: VolumeType, sets: int, size: int) -> None:
    (volume,) = volumes.parse_volumes(answer(name))
    assert volume.type is kind
    assert len(volume.sets) == sets
    assert {len(group) for group in volume.sets} == {size}


def test_volume_info_knows_created_stopped_and_snapshots() -> None:
    (created,) = volumes.parse_volumes(answer("volume-info-created-not-started"))
    (stopped,) = volumes.parse_volumes(answer("volume-info-stopped"))
    (with_snapshots,) = volumes.parse_volumes(answer("volume-info-with-snapshots"))
    assert (created.status, stopped.status) == (VolumeStatus.CREATED, VolumeStatus.STOPPED)
    assert with_snapshots.snapshot_count == 2


def test_volume_info_plain_says_the_same_as_xml() -> None:
    plain = """
Volume Name: arb
Type: Distributed-Replicate
Volume ID: 64d5d4f1-c50b-4292-9ad5-84eeda9ab99c
Status: Started
Snapshot Count: 0
Number of Bricks: 2 x (2 + 1) = 6
Transport-type: tcp
Bricks:
Brick1: node1:/bricks/d2/arb
Brick2: node2:/bricks/d2/arb
Brick3: node3:/bricks/d2/lat\udce9n (arbiter)
Brick4: node1:/bricks/d3/arb
Brick5: node2:/bricks/d3/arb
Brick6: node3:/bricks/d3/arb (arbiter)
Options Reconfigured:
nfs.disable: on

Volume Name: disp
Type: Disperse
Volume ID: 3b3d309c-f5bd-4b4a-bcb1-54a251e79590
Status: Created
Number of Bricks: 1 x (3 + 1) = 4
Transport-type: tcp
Bricks:
Brick1: node1:/b/disp
Brick2: node2:/b/disp
Brick3: node3:/b/disp
Brick4: node4:/b/disp
"""
    arbiter, disperse = volumes_plain.parse_volumes_plain(said("gluster volume info", plain))
    assert (arbiter.type, arbiter.replica, arbiter.arbiter, len(arbiter.sets)) == (VolumeType.ARBITER, 3, 1, 2)
    assert arbiter.bricks[2].path == "/bricks/d2/lat\udce9n"
    assert arbiter.bricks[2].arbiter
    assert arbiter.options == {"nfs.disable": "on"}
    assert (disperse.disperse, disperse.redundancy, disperse.status) == (4, 1, VolumeStatus.CREATED)
    assert volumes_plain.parse_volumes_plain(said("gluster volume info", "No volumes present\n")) == ()


def test_bricks_of_ipv6_hosts_are_split_at_the_path() -> None:
    assert volumes.split_brick("2001:db8::1:/bricks/d1") == ("2001:db8::1", "/bricks/d1")


def test_status_of_a_volume_with_a_dead_brick() -> None:
    (report,) = status.parse_status(answer("volume-status-rep3-brick-down"))
    assert [(b.host, b.online, b.port, b.pid) for b in report.bricks] == [
        ("node1", True, 57507, 512),
        ("node2", False, None, None),
        ("node4", True, 60575, 894),
    ]
    assert {daemon.kind for daemon in report.daemons} == {status.SELF_HEAL}
    assert len(report.daemons) == 4


def test_status_leaves_absent_peers_out() -> None:
    reports = {report.volume: report for report in status.parse_status(answer("volume-status-all-node4-off"))}
    assert {brick.host for brick in reports["disp"].bricks} == {"node1", "node2", "node3"}


def test_status_detail_has_sizes_where_the_directory_is_there() -> None:
    (report,) = status.parse_status(answer("volume-status-detail-brick-dir-missing"))
    assert report.bricks[0].size == 1006632960
    assert report.bricks[0].inodes_free == 520624
    assert (report.bricks[0].filesystem, report.bricks[0].device) == ("xfs", "/dev/loop3")
    assert report.bricks[2].size is None
    assert report.bricks[2].online


def test_status_tells_tasks_and_the_bricks_being_removed() -> None:
    (report,) = status.parse_status(answer("remove-brick-volume-status-tasks-inprogress"))
    (task,) = report.tasks
    assert (task.kind, task.state) == (TaskKind.REMOVE_BRICK, TaskState.RUNNING)
    assert task.bricks == ("node4:/bricks/d2/dist",)


def test_status_tells_other_daemons_from_bricks() -> None:
    (report,) = status.parse_status(answer("volume-status-arb-with-bitd"))
    assert len(report.bricks) == 3
    assert {daemon.kind for daemon in report.daemons} == {"Self-heal Daemon", "Bitrot Daemon", "Scrubber Daemon"}


def test_rebalance_status_per_node() -> None:
    task = work.parse_rebalance(answer("rebalance-status-inprogress-2s"))
    assert (task.kind, task.state) == (TaskKind.REBALANCE, TaskState.RUNNING)
    assert sum(node.lookups for node in task.nodes) == 1016
    assert [node.state for node in task.nodes] == [
        TaskState.RUNNING,
        TaskState.COMPLETED,
        TaskState.COMPLETED,
        TaskState.RUNNING,
    ]
    assert task.nodes[3].node == "localhost"
    assert task.nodes[3].seconds == 5.0


def test_rebalance_knows_fix_layout_and_stop() -> None:
    fix_layout = work.parse_rebalance(answer("rebalance-fix-layout-status-inprogress"))
    stopped = work.parse_rebalance(answer("rebalance-stop-ok"))
    assert (fix_layout.kind, fix_layout.state) == (TaskKind.FIX_LAYOUT, TaskState.RUNNING)
    assert stopped.state is TaskState.STOPPED
    assert sum(node.files for node in stopped.nodes) == 181


def test_a_rebalance_that_failed_on_a_node_is_not_completed() -> None:
    text = (FOLDER / "rebalance-status-poll-last.xml").read_text()
    one_failed = text.replace("<status>3</status>", "<status>4</status>", 1)
    task = work.parse_rebalance(said("gluster --xml volume rebalance dist status", one_failed))
    assert task.state is TaskState.FAILED


def test_nothing_running_is_recognised() -> None:
    assert work.not_running(answer("rebalance-status-never-started"))
    assert work.not_running(answer("remove-brick-status-after-stop"))
    assert not work.not_running(answer("rebalance-status-inprogress-2s"))
    assert not work.not_running(answer("volume-status-no-such-volume"))


def test_pool_list_and_peer_states() -> None:
    pool = peers.parse_peers(answer("pool-list-node4-off"))
    assert [(p.hostnames[0], p.state) for p in pool] == [
        ("node2", PeerState.CONNECTED),
        ("node3", PeerState.CONNECTED),
        ("node4", PeerState.DISCONNECTED),
        ("localhost", PeerState.CONNECTED),
    ]
    rejected = peers.parse_peers(answer("peer-status-rejected"))
    assert [p.state for p in rejected] == [PeerState.CONNECTED, PeerState.CONNECTED, PeerState.REJECTED]
    assert all(p.connected for p in rejected)


def test_a_peer_can_have_several_names() -> None:
    pool = peers.parse_peers(answer("peer-status-from-node4"))
    assert any(len(peer.hostnames) > 1 for peer in pool)


def test_heal_info_with_a_brick_that_is_away() -> None:
    bricks = heal.parse_heal_info(answer("heal-info-node4-off"))
    assert [(b.brick, b.connected, b.entries) for b in bricks] == [
        ("node1:/bricks/d1/rep3", True, 0),
        ("node2:/bricks/d1/rep3", True, 0),
        ("node4:/bricks/d1/rep3n", False, None),
    ]


def test_heal_summary_with_glued_status() -> None:
    bricks = heal.parse_heal_info(answer("heal-info-summary-brick-down"))
    assert [(b.entries, b.pending, b.split_brain) for b in bricks] == [
        (3025, 3025, 0),
        (None, None, None),
        (3025, 3025, 0),
    ]
    assert not bricks[1].connected


def test_heal_info_lists_files_with_odd_names() -> None:
    bricks = heal.parse_heal_info(answer("heal-info-split-brain-partly-resolved"))
    assert ("2238bdd8-2e37-459a-bbcd-8ac4b13398d0", '/d/we <ird> & na"me é') in bricks[0].files


def test_plain_heal_info_keeps_names_that_are_not_utf8() -> None:
    text = (FOLDER / "heal-info-with-split-brain.plain").read_bytes().decode("utf-8", "surrogateescape")
    body = text.partition("--- stdout\n")[2].partition("\n--- stderr")[0]
    bricks = heal.parse_heal_info_plain(said("gluster volume heal sb info", body))
    assert [(b.entries, b.split_brain) for b in bricks] == [(9, 7), (9, 7)]
    assert ("", "/d/latin\udce9") in bricks[0].files
    assert ("", '/d/we <ird> & na"me é') in bricks[0].files
    assert bricks[0].brick == "node1:/bricks/d3/sb"


def test_heal_count() -> None:
    assert heal.parse_heal_count(answer("heal-statistics-heal-count-replica")) == {
        "node1:/bricks/d1/rep3": 3025,
        "node2:/bricks/d1/rep3": None,
        "node4:/bricks/d1/rep3n": 3025,
    }


def test_indices_are_counted_line_by_line() -> None:
    assert heal.parse_indices(said("sh -c x", "12\n-\n0\n"), 3) == (12, None, 0)


def test_crawls() -> None:
    crawls = heal.parse_crawls(answer("heal-statistics"))
    assert [(c.brick_number, c.kind, c.running, c.failed) for c in crawls[:3]] == [
        (0, "INDEX", False, 0),
        (0, "INDEX", False, 1),
        (1, "INDEX", False, 0),
    ]
    running = (
        "Crawl statistics for brick no 0\n\nStarting time of crawl: x\n\nCrawl is in progress\nType of crawl: FULL\n"
    )
    (crawl,) = heal.parse_crawls(said("gluster volume heal v statistics", running))
    assert (crawl.running, crawl.kind) == (True, "FULL")


def test_split_brain_resolutions() -> None:
    found = heal.parse_resolution(answer("split-brain-resolve-source-brick-all"))
    assert len(found.healed) == 5
    assert found.failed[0] == ("gfid:a08f6303-2dd1-465c-894a-ee0736e196a2", "File not in split-brain.")
    assert heal.parse_resolution(answer("split-brain-resolve-gfid-mismatch")).healed == ("/d/gfid",)


def test_the_rest() -> None:
    assert other.parse_options(answer("volume-get-one-option")) == {"performance.cache-size": "64MB"}
    assert other.parse_options(answer("volume-get-global-all"))["cluster.brick-multiplex"] == "disable"
    assert other.parse_version(answer("version")) == "10.3"
    assert other.parse_dump_path(answer("get-state-odir")) == "/tmp/state.out"
    assert other.parse_message(answer("peer-probe-already-in-pool")) == "Host node2 port 24007 already in peer list"
    assert other.parse_snapshot_delete(answer("snapshot-delete-volume")) == ("m1", "m2", "m9")
    assert volumes.parse_volume_names(answer("volume-list")) == ("arb", "arb2", "disp", "dist", "dr22", "rep3")
    assert volumes.parse_volume_names(answer("volume-list-empty")) == ()
    tree = other.parse_tree(answer("quota-list-one-path"))
    assert tree["volQuota"]["limit"]["hard_limit"] == "10485760"  # type: ignore[index, call-overload]


def test_running_bricks_are_found_among_processes() -> None:
    text = (
        "/usr/sbin/glusterfsd -s node1 --volfile-id d.node1.b-d -p /run/d.pid --brick-name /bricks/d1/dd -l /x.log\n"
        "/usr/sbin/glusterfsd -s node1 --volfile-id r.node1.b-r -p /run/r.pid --brick-name /bricks/d1/rep --x 5\n"
    )
    assert status.parse_brick_processes(said("ps -C glusterfsd", text)) == {"/bricks/d1/dd", "/bricks/d1/rep"}
    assert status.parse_brick_processes(said("ps -C glusterfsd", status=1)) == frozenset()


def test_the_catalogue_of_options() -> None:
    option = "<defaultValue>on</defaultValue><description>What</description><name>a.b</name>"
    text = f"<options><option>{option}</option></options>"
    assert other.parse_option_help(said("gluster --xml volume set help-xml", text)) == (
        other.OptionHelp("a.b", "on", "What"),
    )
