"""Entries of logs from real lines, and from lines that are none."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.command import Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.subsystems.logs.commands.listing import parse_logs
from nasclustergui.subsystems.logs.commands.pages import parse_block, read_file, read_journal
from nasclustergui.subsystems.logs.features.read.as_text import entry_data, line
from nasclustergui.subsystems.logs.features.read.files import Assembler, gluster_head, head_of, syslog_head
from nasclustergui.subsystems.logs.features.read.journal import all_fields, parse_journal
from nasclustergui.subsystems.logs.features.read.told import clock_text
from nasclustergui.subsystems.logs.model import JOURNAL, Kind, NodeLogs, Place, Query, Severity

NOVEMBER = 1795454501  # 2026-11-23 17:21:41 UTC
JSON = (
    '{"_SYSTEMD_UNIT":"ssh.service","SYSLOG_IDENTIFIER":"sshd","__REALTIME_TIMESTAMP":"1795454504666873","_BOOT_ID":'
    '"7262037d28384644bc421533104f1c3a","PRIORITY":"6","__CURSOR":"s=097;i=39;b=726;m=763144bca;t=660f4d3f606f9;x=1a4",'
    '"MESSAGE":"Accepted publickey for root from 10.77.0.1 port 39526 ssh2","_PID":"112"}'
)
REAL = [  # glusterd 10.3, 7.2, geo-replication, cmd_history.log
    (
        "[2026-11-23 17:21:41.317650 +0000] E [MSGID: 106053] [glusterd.c:1467:init] 0-management: Failed to set "
        "extended attribute [{Failed to set 'ulimit -n 65536'}, {errno=1}, {error=Operation not permitted}] ",
        (317650, Severity.ERROR, "0-management", "106053", "glusterd.c:1467:init"),
    ),
    (
        "[2026-11-23 17:21:41.265567 +0000] I [glusterfsd.c:2447:daemonize] 0-glusterfs: Pid of current is 41",
        (265567, Severity.INFO, "0-glusterfs", "", "glusterfsd.c:2447:daemonize"),
    ),
    (
        "[2026-11-23 17:21:41.123456] W [socket.c:721:__socket_rwv] 0-data-client-1: readv on 10.0.0.2:49152 failed",
        (123456, Severity.WARNING, "0-data-client-1", "", "socket.c:721:__socket_rwv"),
    ),
    (
        "[2026-11-23 17:21:41.5] I [monitor(monitor):68:subcmd_monitor] <top>: Monitor Status",
        (500000, Severity.INFO, "<top>", "", "monitor(monitor):68:subcmd_monitor"),
    ),
    (
        "[2026-11-23 18:21:41.000001 +0100] C [rpc-clnt-ping.c:155:rpc_clnt_ping_timer_expired] 0-x: server has not",
        (1, Severity.CRITICAL, "0-x", "", "rpc-clnt-ping.c:155:rpc_clnt_ping_timer_expired"),
    ),
    (
        "[2026-11-23 17:21:41.7 +0000]  : volume start data : FAILED : Volume data already started",
        (700000, Severity.ERROR, "", "", ""),
    ),
]


@pytest.mark.parametrize(("text", "expected"), REAL)
def test_lines_of_glusterfs_are_understood(text: str, expected: tuple[int, Severity, str, str, str]) -> None:
    """Time with its zone, level, translator, message id, origin."""
    head = gluster_head(text)
    assert head is not None
    micros, severity, unit, message_id, origin = expected
    assert head.at == NOVEMBER * 1_000_000 + micros
    assert (head.severity, head.unit, head.message_id, head.origin) == (severity, unit, message_id, origin)


def test_who_called_stands_behind_the_message() -> None:
    """glusterd writes the calls before the translator."""
    head = gluster_head(
        "[2026-11-23 17:59:37.094000 +0000] I [run.c:242:runner_log] (-->/usr/lib/x/glusterd.so(+0xc6c53) [0x7f1] "
        "-->/lib/libglusterfs.so.0(runner_log+0xfc) [0x7f2] ) 0-management: Ran script: /var/lib/glusterd/S29.sh"
    )
    assert head is not None
    assert (head.unit, head.origin) == ("0-management", "run.c:242:runner_log")
    assert head.text.startswith("Ran script: /var/lib/glusterd/S29.sh\n(-->/usr/lib")


@pytest.mark.parametrize(
    "text", ["", "[", "[2026-13-23 17:21:41.1 +0000] E x", "signal received: 11", "[glusterd.c:1:x] E", "[2026-11-23]"]
)
def test_other_lines_begin_no_entry(text: str) -> None:
    """A bad date too."""
    assert gluster_head(text) is None


@given(st.text())
def test_no_line_breaks_a_parser(text: str) -> None:
    """Whatever lies in a log."""
    gluster_head(text)
    syslog_head(0, NOVEMBER)(text)
    parse_journal("n", text)
    all_fields(text)


def test_lines_without_head_belong_to_the_entry_before() -> None:
    """And a crash, which glusterfs writes without time and level, is an entry of its own, critical."""
    assembler = Assembler("n", "s", gluster_head)
    at = 0
    for text in [
        "lost",
        REAL[0][0],
        "  more",
        "",
        "pending frames:",
        "frame : type(1)",
        "signal received: 11",
        REAL[1][0],
    ]:
        assembler.line(text.encode(), 7, at)
        at += len(text) + 1
    first, crash, last = assembler.take()
    assert first.text.endswith("] \n  more".replace("] ", "]"))
    assert first.place == Place("", 7, 5)
    assert (crash.severity, crash.text.splitlines()[-1]) == (Severity.CRITICAL, "signal received: 11")
    assert last.unit == "0-glusterfs"
    assert assembler.orphans == ["lost"]


def test_an_entry_that_grows_comes_again_at_its_place() -> None:
    """Its further lines were written later."""
    assembler = Assembler("n", "s", gluster_head)
    assembler.line(REAL[0][0].encode(), 7, 0)
    (first,) = assembler.take()
    assert assembler.take() == []
    assembler.line(b"traceback\xff", 7, 500)
    (again,) = assembler.take()
    assert again.place == first.place
    assert again.text == first.text + "\ntraceback\\xff"


def test_syslog_lines_of_both_formats() -> None:
    """The old one has no year and the node's local time; the new one has all."""
    head = syslog_head(3600, NOVEMBER)
    old = head("Nov 23 18:21:41 node1 smartd[812]: Device: /dev/sda, FAILED SMART self-check")
    new = head("2026-11-23T18:21:41.250+01:00 node1 kernel: XFS (sdb): warning")
    assert old is not None
    assert new is not None
    assert (old.at, old.unit, old.pid, old.severity) == (NOVEMBER * 1_000_000, "smartd", "812", Severity.ERROR)
    assert (new.at, new.unit, new.severity) == (NOVEMBER * 1_000_000 + 250_000, "kernel", Severity.WARNING)
    december = head("Dec 31 23:59:59 node1 cron: x")
    assert december is not None
    assert time.gmtime(december.at / 1e6).tm_year == 2025
    assert head("Feb 30 00:00:00 node1 cron: x") is None
    assert head_of(Kind.SYSLOG, 0, 0.0)("nonsense") is None


def test_an_entry_of_the_journal() -> None:
    """Unit, priority, cursor; fields that aren't text are told as far as they can be."""
    entry = parse_journal("node1", JSON)
    assert entry is not None
    assert (entry.at, entry.unit, entry.severity, entry.pid) == (1795454504666873, "ssh.service", Severity.INFO, "112")
    assert entry.place.cursor.startswith("s=097")
    odd = {**json.loads(JSON), "MESSAGE": [72, 105, 255], "PRIORITY": ["3", "4"], "UNIT": "data.mount"}
    entry = parse_journal("node1", json.dumps(odd))
    assert entry is not None
    assert (entry.text, entry.severity, entry.unit) == ("Hi\\xff", Severity.INFO, "data.mount")
    assert parse_journal("node1", '{"MESSAGE":"x"}') is None
    assert parse_journal("node1", "[1]") is None
    assert all_fields(JSON)[0][0] == "MESSAGE"
    assert dict(all_fields('{"A":["x","y"],"B":null}')) == {"A": "x\ny", "B": ""}


def test_the_list_of_logs() -> None:
    """What can't be read says why; the clock is compared with the middle of the question."""
    now = time.time()
    answer = (
        f"now {now + 5:.9f} +0100\njournal \nwhy Hint: You are currently not seeing messages from other users\n"
        "file n 12 2712 1795454501 /var/log/glusterfs/glusterd.log\n"
        "file y 13 0 1795454501 /var/log/glusterfs/bricks/bricks d1.log\nfile y 14 10 1795454501 /var/log/syslog\n"
        "rubbish\n"
    )
    logs = parse_logs("node1", Result(0, answer), now, root=False)
    assert [source.id for source in logs.sources] == [
        JOURNAL,
        "glusterfs/glusterd.log",
        "glusterfs/bricks/bricks d1.log",
        "syslog",
    ]
    assert "systemd-journal" in logs.sources[0].why_not
    assert logs.sources[1].why_not
    assert logs.ends["syslog"] == Place("", 14, 10)
    assert logs.utc_offset == 3600
    assert logs.clock_is_off
    assert "node1: clock" in clock_text(logs)
    assert "ahead" in clock_text(logs)
    # without a readable journal the syslog files are usual
    assert [s.id for s in Query(("node1",)).chosen(logs)][-1] == "syslog"
    busybox = parse_logs("node1", Result(0, f"now {int(now)}.%N +0000\njournal s=1;t=5\n"), now, root=True)
    assert not busybox.clock_is_off
    assert busybox.ends[JOURNAL].cursor == "s=1;t=5"
    with pytest.raises(UnexpectedOutput):
        parse_logs("node1", Result(1, "sh: date: not found"), now, root=True)


def test_usual_sources_leave_out_what_this_program_fills() -> None:
    """Its own questions to gluster end up in cli.log."""
    answer = "now 1.0 +0000\njournal s=1\n" + "".join(
        f"file y {n} 1 1 /var/log/{name}\n"
        for n, name in enumerate(["syslog", "glusterfs/cli.log", "glusterfs/a.log"], 1)
    )
    logs = parse_logs("n", Result(0, answer), 0.0, root=True)
    assert [source.id for source in Query(("n",)).chosen(logs)] == [JOURNAL, "glusterfs/a.log"]
    assert [s.id for s in Query(("n",), frozenset({"glusterfs/cli.log"})).chosen(logs)] == ["glusterfs/cli.log"]
    assert [s.id for s in Query(("n",), unit="ssh").chosen(logs)] == [JOURNAL]


def test_commands_ask_for_what_is_wanted() -> None:
    """journalctl refuses --since beside a cursor."""
    query = Query(("n",), unit="glusterd", severity=Severity.ERROR, since=5_000_000, until=6_000_000)
    words = read_journal(query, None, 10, root=True).argv
    assert words[-6:-2] == ("-p", "3", "-u", "glusterd")
    assert words[-2:] == ("--since=@5.000000", "--until=@6.000000")
    assert "--after-cursor=s=1" in read_journal(query, Place("s=1"), 10, root=True).argv
    assert not [w for w in read_journal(query, Place("s=1"), 10, root=True).argv if w.startswith("--since")]
    assert read_file("/var/log/x", Place("", 3, 99), 10, root=False).argv[-4:] == ("/var/log/x", "3", "99", "10")


def test_blocks() -> None:
    """Bytes that aren't UTF-8 count as what they are."""
    block = parse_block(
        Result(0, "@page 7 100 103 /var/log/a b.log.1\n" + b"a\xffb".decode("utf-8", "surrogateescape"))
    )
    assert block is not None
    assert (block.inode, block.start, block.end, block.name, block.data) == (
        7,
        100,
        103,
        "/var/log/a b.log.1",
        b"a\xffb",
    )
    assert parse_block(Result(0, "@none\n")) is None
    lost = parse_block(Result(0, "@lost\n"))
    assert lost is not None
    assert lost.lost


def test_an_entry_as_text() -> None:
    """For files, and for programs."""
    entry = parse_journal("node1", JSON)
    assert entry is not None
    evil = line(entry._replace(text="\x1b]0;evil\x07\tred\n\u202eb"))
    assert evil.endswith(": \\x1b]0;evil\\x07\tred\n    \\u202eb")
    text = line(entry._replace(text="two\nlines"))
    assert text.endswith("node1 info journal ssh.service[112]: two\n    lines")
    assert entry_data(entry)["severity"] == "info"
    assert "origin" not in entry_data(entry)
    assert NodeLogs("n", ()).source("x") is None
