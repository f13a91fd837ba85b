"""The command line itself: words, exit statuses, Ctrl-C, commands on files; and that it never loads Qt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from nasclustergui import __main__ as program
from nasclustergui.cli import cluster, main, terminal
from nasclustergui.cli.arguments import build_parser, language_of
from nasclustergui.cli.exit_codes import Exit, exit_code
from nasclustergui.cli.working import Interrupted, work
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import (
    AuditFailed,
    Cancelled,
    CommandFailed,
    InvalidInput,
    LockBusy,
    LoginRefused,
    NasError,
    NotConfirmed,
    OutcomeUnknown,
    PlanOutdated,
    ReadOnly,
    ServiceDown,
    StoreError,
    Unreachable,
)
from nasclustergui.core.job import Job
from nasclustergui.core.questions import Question, QuestionKind
from nasclustergui.remote import inventory
from nasclustergui.remote.audit import AuditLog, Entry

GOOD = 'name = "lab"\n[[nodes]]\nname = "node1"\nhost = "10.0.0.1"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of its own, so that nobody's real profiles and audit log are touched."""
    for name in ("config_dir", "data_dir"):
        monkeypatch.setattr(f"nasclustergui.remote.paths.{name}", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [["--cluster", "x", "status"], ["status", "--cluster", "x"]])
def test_global_options_stand_before_or_after_the_command(words: list[str]) -> None:
    options = build_parser().parse_args([*words, "--json"])
    assert (options.command, options.cluster, options.json) == ("status", "x", True)


@pytest.mark.parametrize(
    "words",
    [
        ["gluster", "volume", "set", "data"],
        ["gluster", "volume", "nonsense"],
        ["gluster", "volume", "quota", "data", "limit-usage", "/home", "-5MB"],
    ],
)
def test_wrong_words_are_told_as_json_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        program.main([*words, "--json"])
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert set(json.loads(told.out)) == {"error", "hint", "details"}
    assert told.err == ""


def test_options_may_stand_among_the_words_of_a_list() -> None:
    parse = build_parser().parse_args
    removal = parse(["gluster", "volume", "remove-brick", "data", "replica", "2", "--yes", "n3:/b", "force"])
    assert removal.words == ["replica", "2", "n3:/b", "force"]
    late = parse(["gluster", "volume", "remove-brick", "data", "--json", "n3:/b", "--dry-run", "start"])
    assert late.words == ["n3:/b", "start"]
    resolve = parse(["gluster", "volume", "split-brain", "data", "resolve", "--policy", "bigger-file", "/a", "/b"])
    assert resolve.paths == ["/a", "/b"]


@pytest.mark.parametrize(
    "words", [["gluster", "volume", "list", "x"], ["gluster", "volume", "split-brain", "d", "list", "--y", "/a"]]
)
def test_words_without_a_list_are_too_many(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(words)


def test_the_later_one_wins_and_defaults_do_not_overrule() -> None:
    parser = build_parser()
    assert parser.parse_args(["--cluster", "x", "gluster", "volume", "list"]).cluster == "x"
    assert parser.parse_args(["--cluster", "x", "gluster", "volume", "list", "--cluster", "y"]).cluster == "y"
    assert parser.parse_args(["gluster", "volume", "list"]).cluster == ""


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["gluster"],
        ["gluster", "volume"],
        ["gluster", "volume", "create", "x"],
        ["gluster", "volume", "stop", "x", "--yes", "--dry-run"],
        ["--language", "xx"],
        ["audit", "show", "-n", "x"],
    ],
)
def test_wrong_words_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(words)
    assert ended.value.code == Exit.INVALID
    assert "usage:" in capsys.readouterr().err


def test_language_is_found_before_parsing() -> None:
    assert language_of(["status", "--language", "de"]) == "de"
    assert language_of(["--language=en"]) == "en"
    assert language_of(["--language"]) is None
    assert language_of([]) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandFailed("n", "c", 1, "no"), 1),
        (LockBusy("n", "c", 1, "no"), 1),
        (PlanOutdated("x"), 1),
        (InvalidInput("x"), 2),
        (Unreachable("n"), 3),
        (LoginRefused("n", "x"), 3),
        (ServiceDown("x"), 3),
        (StoreError("x"), 3),
        (ReadOnly("x"), 4),
        (NotConfirmed("x"), 4),
        (AuditFailed("x"), 4),
        (Cancelled(), 5),
        (OutcomeUnknown("x"), 6),
    ],
)
def test_exit_statuses(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(options: Any) -> Exit:
        raise error

    monkeypatch.setattr(cluster, "status", fail)


def test_errors_are_sentences_on_the_error_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, Unreachable("node1", "no route", hint="Check the cable.", details="errno 113"))
    assert program.main(["status"]) == Exit.UNREACHABLE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "node1: no route\n  Check the cable.\n  | errno 113\n"
    assert program.main(["status", "--json"]) == Exit.UNREACHABLE
    assert json.loads(capsys.readouterr().out) == {
        "error": "node1: no route",
        "hint": "Check the cable.",
        "details": "errno 113",
    }


def test_a_mistake_of_ours_is_called_a_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(monkeypatch, ZeroDivisionError("oops"))
    assert program.main(["status"]) == Exit.BUG
    said = capsys.readouterr().err
    assert "This is a bug" in said
    assert "ZeroDivisionError: oops" in said


@pytest.mark.parametrize(
    ("error", "code"),
    [(Interrupted(Exit.TERMINATED), 143), (KeyboardInterrupt(), 130), (Cancelled(), 5)],
)
def test_interruptions_are_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    fail_with(monkeypatch, error)
    assert program.main(["status"]) == code
    assert capsys.readouterr().err == ""


def test_which_cluster(home: Path) -> None:
    with pytest.raises(InvalidInput, match="Which cluster"):
        cluster.chosen_file("")
    inventory.save(inventory.load(_profile(home / "a.toml")))
    assert inventory.load(cluster.chosen_file("")).name == "lab"
    assert inventory.load(cluster.chosen_file("lab")).name == "lab"
    assert inventory.load(cluster.chosen_file(str(home / "a.toml"))).name == "lab"
    inventory.save(inventory.load(home / "a.toml"))
    with pytest.raises(InvalidInput) as error:
        cluster.chosen_file("")
    assert "lab, lab" in error.value.hint


def _profile(path: Path, text: str = GOOD) -> Path:
    path.write_text(text)
    return path


def test_profile_check(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = _profile(home / "good.toml")
    assert program.main(["profile", "check", str(good)]) == Exit.OK
    assert "lab, 1 node, no problem" in capsys.readouterr().out
    bad = _profile(home / "bad.toml", GOOD.replace("10.0.0.1", "a b") + 'role = "king"')
    assert program.main(["profile", "check", str(bad)]) == Exit.INVALID
    out = capsys.readouterr().out
    assert "nodes[0].host: “a b” cannot be a host" in out
    assert "nodes[0].role" in out
    assert program.main(["profile", "check", str(bad), "--json"]) == Exit.INVALID
    fields = [p["field"] for p in json.loads(capsys.readouterr().out)["problems"]]
    assert fields == ["nodes[0].host", "nodes[0].role"]
    assert program.main(["profile", "check", str(home / "none")]) == Exit.INVALID
    assert "There is no file" in capsys.readouterr().err


def test_profile_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "clusters").mkdir()
    _profile(home / "clusters" / "a.toml")
    _profile(home / "clusters" / "b.toml", "x")
    assert program.main(["profile", "list", "--json"]) == Exit.OK
    listed = json.loads(capsys.readouterr().out)
    assert [entry["cluster"] for entry in listed] == ["lab", None]
    assert "not valid TOML" in listed[1]["error"]
    program.main(["profile", "list"])
    assert "a.toml" in capsys.readouterr().out


def test_audit_verify_and_show(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = AuditLog(home / "audit.jsonl")
    for n, name in enumerate(("lab", "other", "lab")):
        log.write(Entry("result", name, "p", "Stop", n, 3, "node1", command=f"gluster stop v{n}", undo=n == 2))
    assert program.main(["audit", "verify"]) == Exit.OK
    assert "3 entries, intact" in capsys.readouterr().out
    assert program.main(["audit", "show", "--cluster", "lab", "-n", "1"]) == Exit.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("node1  result  undo  $ gluster stop v2")
    program.main(["audit", "show", "--json", "--cluster", "other"])
    assert [entry["step"] for entry in json.loads(capsys.readouterr().out)] == [1]
    log.path.write_text(log.path.read_text().replace("v1", "v9"))
    assert program.main(["audit", "verify"]) == Exit.FAILED
    assert "line 2: The line was changed" in capsys.readouterr().out
    assert program.main(["audit", "verify", "--json", "--file", str(log.path)]) == Exit.FAILED
    assert json.loads(capsys.readouterr().out)["broken_line"] == 2


def test_audit_of_a_crash_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = AuditLog(home / "audit.jsonl")
    log.path.write_text('{"half":')
    log.write(Entry("start", "lab"))
    assert program.main(["audit", "verify"]) == Exit.OK
    assert "1 line was cut short" in capsys.readouterr().out


def test_work_returns_and_raises_what_the_task_does() -> None:
    assert work(Job("x"), lambda job: job.title) == "x"

    def fail(job: Job) -> None:
        raise NasError("no")

    with pytest.raises(NasError, match="no"):
        work(Job("x"), fail)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)])
def test_a_signal_cancels_and_waits_for_the_undo(
    number: signal.Signals, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def task(job: Job) -> None:
        os.kill(os.getpid(), number)
        try:
            job.sleep(30.0)
        finally:
            done.append("undone")

    with pytest.raises(Interrupted) as stopped:
        work(Job("x"), task)
    assert stopped.value.code is code
    assert done == ["undone"]
    assert "Cancelling" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
def test_the_second_ctrl_c_leaves_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    never = threading.Event()

    def stubborn(job: Job) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            job.sleep(30.0)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            never.wait(30.0)

    with pytest.raises(Interrupted):
        work(Job("x"), stubborn)
    never.set()
    assert "Left in the middle" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
def test_work_that_ended_well_in_spite_of_ctrl_c_is_done() -> None:
    def task(job: Job) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        while not job.cancelled:
            threading.Event().wait(0.01)
        return "done"

    assert work(Job("x"), task) == "done"


def test_steps_are_told_once_each(capsys: pytest.CaptureFixture[str]) -> None:
    def task(job: Job) -> None:
        job.step_number, job.step_count = 1, 1
        job.report("Stop volume data", 0.5)

    work(Job("x"), task)
    assert capsys.readouterr().err == "Step 1 of 1: Stop volume data\n"
    work(Job("x", quiet=True), task)
    assert capsys.readouterr().err == ""


def test_passwords_are_asked_for_at_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question(QuestionKind.PASSWORD, "Password of a on b", "a@b")
    monkeypatch.setattr(terminal, "interactive", lambda: False)
    assert terminal.ask_secret(question) is None
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    asked: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: (asked.append(prompt), "pw")[1])
    answer = terminal.ask_secret(question)
    assert answer is not None
    assert isinstance(answer.secret, Secret)
    assert (answer.secret.reveal(), answer.remember, asked) == ("pw", False, ["Password of a on b: "])
    monkeypatch.setattr("getpass.getpass", lambda prompt: "")
    assert terminal.ask_secret(question) is None


def test_end_of_input_is_no_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def end() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    assert terminal.ask_line("Type x: ") == ""
    assert capsys.readouterr().err == "Type x: "


def python(code: str, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, encoding="utf-8", **more
    )


def test_the_command_line_never_loads_qt_and_files_need_no_network() -> None:
    code = (
        "import sys, nasclustergui.__main__, nasclustergui.cli.files\n"
        "print([m for m in ('PySide6', 'paramiko', 'grpc', 'keyring', 'numpy', 'pyqtgraph') if m in sys.modules])\n"
        "import nasclustergui.cli.cluster, nasclustergui.cluster.session, nasclustergui.cli.gluster\n"
        "print([m for m in ('PySide6', 'paramiko', 'grpc', 'keyring', 'numpy', 'pyqtgraph') if m in sys.modules])\n"
    )
    assert python(code).stdout.split("\n")[:2] == ["[]", "[]"]


def test_names_that_the_terminal_cannot_show_do_not_end_it() -> None:
    code = (
        "from nasclustergui.cli import terminal\nterminal.prepare()\n"
        "terminal.say('n\\udcff \\U0001f5c4')\nterminal.say_json({'a': 'n\\udcff'})"
    )
    done = python(code, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout.splitlines()[0] == r"n\udcff \U0001f5c4"
    assert json.loads("\n".join(done.stdout.splitlines()[1:])) == {"a": "n\udcff"}


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nasclustergui.cli import main, files\nfrom argparse import Namespace\n"
        "def loud(options):\n    for n in range(100000): print(n)\n"
        "files.audit = loud\nsys.exit(main.run(Namespace(command='audit', json=False)))"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.readline()
    reader.stdout.close()
    assert reader.wait() == Exit.FAILED
    assert reader.stderr.read() == ""
    reader.stderr.close()


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nasclustergui", "--cluster", str(tmp_path / "none.toml"), "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LANGUAGE": "en"},
    )
    assert done.returncode == Exit.INVALID
    assert "There is no file" in json.loads(done.stdout)["error"]
    assert main.run  # the same function that the program calls


def test_paramiko_without_invoke_can_still_run_match_exec(tmp_path: Path) -> None:
    code = (
        "import sys, nasclustergui.remote.lean_paramiko, paramiko\n"
        "print('invoke' in sys.modules)\n"
        "config = paramiko.SSHConfig.from_text('Match exec true\\n  User right\\nMatch exec false\\n  Port 1')\n"
        "print(config.lookup('host').get('user'), config.lookup('host').get('port'))\n"
    )
    assert python(code).stdout.split() == ["False", "right", "None"]
