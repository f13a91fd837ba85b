"""What nodes and gluster tell about a heal, read from recordings and from spoilt answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from heal_scenes import volume

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, UnexpectedOutput
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.heal.commands import (
    kinds,
    parse_kinds,
    parse_listing,
    parse_walks,
)
from nasclustergui.subsystems.gluster.features.heal.model import (
    BrickFacts,
    EntryKind,
    EntryState,
    NodeFacts,
)
from nasclustergui.subsystems.gluster.features.heal.probing import parse_probe, probe

RECORDED = Path(__file__).parents[1] / "recorded" / "gluster"


def answer(stdout: str, status: int = 0, stderr: str = "") -> Answer:
    return Answer(
        Command(("gluster", "--mode=script", "volume", "heal", "data", "info")), Result(status, stdout, stderr)
    )


def plain(name: str) -> Answer:
    """What a recording printed without XML: after a line "--- stdout", up to "--- stderr"."""
    text = (RECORDED / f"{name}.plain").read_text(errors="surrogateescape")
    head, _mark, rest = text.partition("--- stdout\n")
    return answer(rest.partition("--- stderr\n")[0], int(head.split()[1]))


def test_the_plain_list_has_names_and_marks() -> None:
    listing = parse_listing(plain("heal-info-with-split-brain"))
    assert listing is not None
    status, rows = listing["node1:/bricks/d3/sb"]
    assert status == "Connected"
    assert rows is not None
    assert len(rows) == 9
    assert rows[0] == ("/d/big", EntryState.SPLIT_BRAIN)
    assert ('/d/we <ird> & na"me é', EntryState.SPLIT_BRAIN) in rows
    assert ("/d/gfid", EntryState.WAITS) in rows
    assert ("/d/latin\udce9", EntryState.WAITS) in rows


def test_a_brick_that_is_down_tells_nothing_and_not_zero() -> None:
    listing = parse_listing(plain("heal-info-disperse-brick-down"))
    assert listing is not None
    silent = [status for status, rows in listing.values() if rows is None]
    assert silent == ["Transport endpoint is not connected"]
    rows = listing["node1:/bricks/d1/disp"][1]
    assert rows is not None
    assert ("/dir00/heal00000", EntryState.WAITS) in rows


def test_a_distributed_volume_is_refused() -> None:
    with pytest.raises(CommandFailed):
        parse_listing(plain("heal-info-distribute-volume"))


HEAD = "Brick node1:/b/data\n"
TAIL = "Status: Connected\nNumber of entries: {n}\n\n"


def test_a_name_with_a_line_break_is_put_together_again() -> None:
    listing = parse_listing(answer(HEAD + "/d/new\nline \n/d/f - Possibly undergoing heal\n" + TAIL.format(n=2)))
    assert listing is not None
    assert listing["node1:/b/data"][1] == [("/d/new\nline", EntryState.WAITS), ("/d/f", EntryState.HEALING)]


def test_a_name_that_cannot_be_told_apart_makes_no_list() -> None:
    assert parse_listing(answer(HEAD + "/d/new\n/line \n" + TAIL.format(n=1))) is None


@pytest.mark.parametrize("text", [HEAD, HEAD + "/d/f \n", "nothing at all\n", HEAD + "/f \nStatus: Conn"])
def test_a_list_that_is_cut_off_is_no_list(text: str) -> None:
    with pytest.raises((UnexpectedOutput, CommandFailed)):
        parse_listing(answer(text))


def test_kinds_are_asked_with_any_bytes_and_missing_ones_left_out() -> None:
    command = kinds("/b/data", ["./d/lat\udce9n", "./new\nline"])
    assert command.stdin == b"./d/lat\xe9n\0./new\nline\0"
    told = parse_kinds(answer("f 3 ./d/lat\udce9n\0d 4096 ./d\0l 2 ./link\0p 0 ./pipe\0"))
    assert told["./d/lat\udce9n"] == (EntryKind.FILE, 3)
    assert [kind for kind, _size in told.values()][1:] == [EntryKind.DIRECTORY, EntryKind.LINK, EntryKind.OTHER]
    with pytest.raises(UnexpectedOutput):
        parse_kinds(answer("nonsense\0"))


def test_crawls_have_times_and_bricks() -> None:
    text = (RECORDED / "heal-statistics.xml").read_text()
    bricks = ["node1:/b", "node2:/b", "node4:/b"]
    walks = parse_walks(answer(text), bricks)
    assert [walk.brick for walk in walks] == ["node1:/b", "node1:/b", "node2:/b", "node2:/b", "node4:/b"]
    assert walks[1].started == "Mon Nov 23 05:49:41 2026"
    assert (walks[1].healed, walks[1].failed, walks[1].running) == (0, 1, False)


def test_crawls_of_a_dispersed_volume_are_refused() -> None:
    with pytest.raises(CommandFailed):
        parse_walks(answer("Gathering crawl statistics on volume ec has been unsuccessful:\nThis command is …\n"), [])


PROBED = """now 1795437000
daemon 124 Ssl
sockets
peer 10.77.0.11:49001
peer [::ffff:10.77.0.13]:49003
processes
host node1 10.77.0.11
host node2 10.77.0.12
host node3 10.77.0.13
id data-client-0 node1:/b/data
id data-client-1 node2:/b/data
id data-client-5 node3:/b/data
brick 1 yes 01234567 yes 174 54864 4096 152970
blame 1 data-client-1 40
blame 1 dirty 2
said 2026-11-23T12:29:00 4 data-client-1 No space left on device
said 2026-11-23T09:00:00 9 data-client-1 Input/output error
end
"""


def test_a_node_tells_about_its_bricks_and_its_daemon() -> None:
    bricks, node = parse_probe(answer(PROBED), volume(), "node1")
    facts = bricks["node1:/b/data"]
    assert (facts.directory, facts.marked, facts.index, facts.entries) == (True, True, True, 174)
    assert (facts.free, facts.inodes_free) == (54864 * 4096, 152970)
    assert (facts.blames, facts.sampled) == ({"node2:/b/data": 40}, 40)
    assert (node.daemon, node.stopped) == (True, False)
    assert node.missed == frozenset({"node2:/b/data"})
    assert node.reaches == frozenset({"node1:/b/data", "node3:/b/data"})
    assert [(c.brick, c.error, c.times) for c in node.complaints] == [("node2:/b/data", "No space left on device", 4)]


def test_what_a_node_cannot_tell_is_unknown() -> None:
    told = "now 1795437000\nprocesses\nbrick 1 no - no - - - -\nend\n"
    bricks, node = parse_probe(answer(told), volume(), "node1")
    assert bricks["node1:/b/data"] == BrickFacts(directory=False, index=False)
    assert node == NodeFacts(daemon=False)
    __, node = parse_probe(answer("now 1\nbrick 1 yes none yes 0 1 1 1\nend\n"), volume(), "node1")
    assert node.daemon is None  # no ps there


@pytest.mark.parametrize("told", ["", "now 1\n", "now 1\nbrick 1 yes\nend\n", "now x\nend\n", PROBED[:-4]])
def test_an_answer_that_is_cut_off_is_not_believed(told: str) -> None:
    with pytest.raises(UnexpectedOutput):
        parse_probe(answer(told), volume(), "node1")


def test_the_probe_hands_values_over_as_arguments() -> None:
    command = probe(volume(), "node2")
    assert command.argv[3:] == ("sh", "data", "node1", "node2", "node3", "--", "/b/data")
    assert not command.lock


# ---- what is remembered
