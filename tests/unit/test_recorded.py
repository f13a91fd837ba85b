"""Every recorded answer of the gluster CLI means what it should, and the checking tool says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorded import check as tool
from tests.recorded.fake_gluster import FOLDER
from tests.recorded.folder import recordings, words

# Failures that neither the exit status nor an opRet tells (docs/design/gluster.md)
SILENT_FAILURES = {
    "glusterd-hung-volume-info-from-itself-timeout5",
    "heal-info-with-split-brain",
    "prompt-peer-detach-no-script-mode",
    "quota-disable-prompt",
    "remove-brick-force-prompt",
    "snapshot-deactivate-prompt",
    "volume-stop-prompt-no-script-mode",
    "volume-status-lock-conflict",
}


def test_all_recordings_match_their_expected_verdicts() -> None:
    expected = dict(
        line.split("\t", 1) for line in (FOLDER / tool.EXPECTED).read_text(encoding="utf-8").splitlines() if line
    )
    assert tool.check("gluster", FOLDER) == expected
    assert len(expected) > 380


def test_no_refusal_is_a_success_and_no_success_an_error() -> None:
    wrong = []
    for recording in recordings(FOLDER):
        op_ret = recording.listed["opRet/opErrno/opErrstr"].split(" / ")[0]
        refused = recording.result.status != 0 or op_ret not in ("", "0") or recording.name in SILENT_FAILURES
        verdict = tool.verdict("gluster", recording)
        if verdict.startswith("error: ") is not refused:
            wrong.append((recording.name, verdict))
    assert wrong == []


def test_sentences_are_short_and_one_line() -> None:
    for name, verdict in tool.check("gluster", FOLDER).items():
        assert "\n" not in verdict, name
        assert len(verdict) < 260, name


def test_the_tool_prints_name_tab_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["gluster", str(FOLDER)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "volume-list\tok" in lines
    assert "glusterd-down-pool-list\terror: ServiceDown: node2: glusterd does not run" in lines


def test_a_crash_is_told_and_ends_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_recording: object) -> object:
        raise KeyError("oops")

    (tmp_path / "a.txt").write_text("command: gluster volume list\nexit: 0\n")
    monkeypatch.setitem(tool.SUBSYSTEMS, "gluster", broken)
    assert tool.main(["gluster", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "a\tCRASH: KeyError: 'oops'\n"


def test_a_folder_without_index_is_read_by_its_texts(tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text(
        "command: gluster --mode=script --xml volume rebalance data details\nnode: nas1\nexit: 1\nstderr:\nno way\n"
    )
    (tmp_path / "new.out").write_bytes(b"")
    (tmp_path / "only-output.xml").write_bytes(b"\xff\xfe<cliOutput>")
    verdicts = tool.check("gluster", tmp_path)
    assert verdicts["new"] == "error: CommandFailed: nas1: no way"
    assert verdicts["only-output"].startswith("error: UnexpectedOutput: ")


def test_record_writes_the_expected_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("command: gluster --version\nexit: 0\n")
    (tmp_path / "a.out").write_text("glusterfs 11.1\n")
    assert tool.main(["gluster", str(tmp_path), "--record"]) == 0
    assert (tmp_path / tool.EXPECTED).read_text() == capsys.readouterr().out == "a\tok\n"


def test_a_missing_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tool.main(["gluster", "no/such/folder"])
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 parallel 'gluster --xml volume status v' from 4 nodes", ("gluster", "--xml", "volume", "status", "v")),
        ("sudo gluster volume info", ("gluster", "volume", "info")),
        (
            "gluster volume quota v limit-usage '/a b' 5MB",
            ("gluster", "volume", "quota", "v", "limit-usage", "/a b", "5MB"),
        ),
        ("gluster volume 'unbalanced", ("gluster", "volume", "'unbalanced")),
        ("", ("",)),
    ],
)
def test_command_lines_are_found_in_sentences(line: str, expected: tuple[str, ...]) -> None:
    assert words(line) == expected
