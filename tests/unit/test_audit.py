"""The audit log: chained, private, safe against crashes, full disks and other programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasclustergui.core.errors import AuditFailed
from nasclustergui.remote import audit as audit_module
from nasclustergui.remote.audit import GENESIS, AuditLog, Entry
from nasclustergui.remote.audit_reader import newest, verify
from nasclustergui.remote.files import exclusive

FIELDS = {
    "kind", "cluster", "plan", "title", "step", "steps", "node", "command", "exit_code", "output", "outcome",
    "confirmed", "dry_run", "undo", "at", "local", "who", "prev", "hash",
}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "new" / "folder" / "audit.jsonl")


def entry(n: int = 1, **more: Any) -> Entry:
    return Entry("begin", "lab", "abc", "Stop volume", n, 3, "node1", command=f"gluster volume stop v{n}", **more)


def read(log: AuditLog) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.path.read_text().splitlines()]


def test_a_line_says_who_did_what_where_and_when(log: AuditLog) -> None:
    log.write(entry(login="admin", exit_code=7, output="no\udcff", confirmed="scratch", undo=True))
    (line,) = read(log)
    assert set(line) == FIELDS
    assert line["prev"] == GENESIS
    assert line["who"]["login"] == "admin"
    assert line["who"]["user"]
    assert line["at"].endswith("+00:00")
    assert (line["command"], line["exit_code"], line["output"]) == ("gluster volume stop v1", 7, "no\udcff")
    assert (line["undo"], line["dry_run"], line["confirmed"]) == (True, False, "scratch")


def test_each_line_holds_the_hash_of_the_one_before(log: AuditLog) -> None:
    for n in range(4):
        log.write(entry(n))
    lines = read(log)
    assert [line["prev"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert verify(log.path).intact
    assert verify(log.path).entries == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_only_the_owner_may_read_it(log: AuditLog) -> None:
    log.write(entry())
    assert log.path.stat().st_mode & 0o777 == 0o600
    log.path.chmod(0o644)
    log.write(entry())
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_long_lines_are_found_again(log: AuditLog) -> None:
    for size in (10, 200_000, 70_000, 10):
        log.write(entry(output="x" * size))
    assert verify(log.path).entries == 4
    assert verify(log.path).intact


def change(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (lambda t: change(t, "stop v1", "stop v9"), 2),
        (lambda t: "\n".join(t.split("\n")[:1] + t.split("\n")[2:]), 2),
        (lambda t: "\n".join([t.split("\n")[1], t.split("\n")[0], *t.split("\n")[2:]]), 1),
        (lambda t: change(t, "{", "{ "), None),  # blanks don't change what it says
        (lambda t: t.split("\n")[0] + "\n" + t, 2),
        (lambda t: "rubbish\n" + t, 1),
        (lambda t: "{}\n" + t, 1),
        (lambda t: t + '{"hash": 3}\n', 5),
        (lambda t: t + '{"kind": "segm', 5),
    ],
    ids=["changed", "removed", "swapped", "blanks", "doubled", "rubbish", "empty", "no hash", "cut"],
)
def test_the_first_broken_line_is_named(log: AuditLog, tamper: Any, line: int | None) -> None:
    for n in range(4):
        log.write(entry(n))
    log.path.write_text(tamper(log.path.read_text()))
    found = verify(log.path)
    assert found.broken_line == line
    assert bool(found.reason) is (line is not None)


@pytest.mark.parametrize("cut", [1, 2, 30, 500])
def test_a_crash_in_the_middle_of_a_line_is_noted_and_the_log_goes_on(log: AuditLog, cut: int) -> None:
    for n in range(3):
        log.write(entry(n, output="y" * 600))
    log.path.write_bytes(log.path.read_bytes()[:-cut])
    log.write(entry(3))
    found = verify(log.path)
    assert found.intact, found.reason
    whole = cut == 1  # only the newline was lost
    assert (found.entries, found.repaired) == ((4, 0) if whole else (4, 1))
    assert [e["kind"] for e in newest(log.path, 2)] == (["begin", "begin"] if whole else ["segment", "begin"])


def test_two_crashes_in_a_row(log: AuditLog) -> None:
    log.write(entry())
    for _crash in range(2):
        with log.path.open("ab") as file:
            file.write(b'{"kind":"beg')
    with log.path.open("ab") as file:
        file.write(b'\n\n{"ki\x00\x00')
    log.write(entry(2))
    assert verify(log.path).intact
    assert verify(log.path).repaired == 1


def test_the_noted_crash_cannot_be_changed_either(log: AuditLog) -> None:
    log.write(entry())
    with log.path.open("ab") as file:
        file.write(b'{"kind":"beg')
    log.write(entry(2))
    log.path.write_bytes(log.path.read_bytes().replace(b'{"kind":"beg\n', b'{"kind":"bug\n'))
    assert verify(log.path).broken_line == 2


@given(st.binary(max_size=60), st.integers(0, 3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_end_of_file_can_be_followed(tmp_path: Path, rubbish: bytes, good: int) -> None:
    path = tmp_path / "audit.jsonl"
    path.unlink(missing_ok=True)
    log = AuditLog(path)
    for n in range(good):
        log.write(entry(n))
    with path.open("ab") as file:
        file.write(rubbish)
    log.write(entry(9))
    assert newest(path, 1)[0]["step"] == 9
    assert verify(path).intact or b"{" in rubbish


def test_threads_do_not_break_the_chain(log: AuditLog) -> None:
    logs = [AuditLog(log.path) for _ in range(4)]
    threads = [threading.Thread(target=lambda a=a: [a.write(entry(n)) for n in range(8)]) for a in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(log.path).intact
    assert verify(log.path).entries == 32


def test_two_programs_do_not_break_the_chain(log: AuditLog) -> None:
    code = (
        "import sys, pathlib; from nasclustergui.remote.audit import AuditLog, Entry\n"
        "log = AuditLog(pathlib.Path(sys.argv[1]))\n"
        "for n in range(15): log.write(Entry('begin', 'lab', step=n))"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, str(log.path)]) for _ in range(2)]
    for n in range(15):
        log.write(entry(n))
    assert [other.wait() for other in others] == [0, 0]
    assert verify(log.path).intact
    assert verify(log.path).entries == 45


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditFailed, match="cannot be written") as error:
        AuditLog(tmp_path / "file" / "audit.jsonl").write(entry())
    assert "Nothing is changed without a record" in error.value.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").symlink_to("/dev/full")
    with pytest.raises(AuditFailed, match="No space left"):
        AuditLog(tmp_path / "audit.jsonl").write(entry())


def test_nothing_is_left_of_a_line_that_did_not_fit(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write(entry())
    before = log.path.read_bytes()

    def half(handle: int, data: bytes) -> None:
        os.write(handle, data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit_module, "_write_all", half)
    with pytest.raises(AuditFailed):
        log.write(entry())
    assert log.path.read_bytes() == before


def test_a_lock_that_is_never_given_back_is_explained(log: AuditLog) -> None:
    log.write(entry())
    with (
        exclusive(log.path.with_name("audit.jsonl.lock")),
        pytest.raises(AuditFailed, match="locked by another program"),
    ):
        AuditLog(log.path, lock_seconds=0.0).write(entry())
    log.write(entry())
    assert verify(log.path).entries == 2


def test_missing_and_unreadable_logs(tmp_path: Path) -> None:
    assert verify(tmp_path / "none").entries == 0
    assert newest(tmp_path / "none", 5) == ()
    with pytest.raises(AuditFailed, match="cannot be read"):
        verify(tmp_path)
