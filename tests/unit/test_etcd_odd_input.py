"""Keys, values and files that nobody expects: what terminals would obey, what editors lose, what is no text at all."""

import json
import os
from pathlib import Path

import pytest

from nasclustergui.cli.exit_codes import Exit, exit_code
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.plan import Plan, Step
from nasclustergui.core.profile import Profile
from nasclustergui.core.script import to_script
from nasclustergui.remote.etcd_errors import Circumstances, RpcFailed, explain
from nasclustergui.remote.etcd_types import KeyValue, printable
from nasclustergui.subsystems.etcd.commands import keys
from nasclustergui.subsystems.etcd.features.changes import files
from nasclustergui.subsystems.etcd.features.changes.archive import Archive, parse
from nasclustergui.subsystems.etcd.features.changes.diff import short
from nasclustergui.subsystems.etcd.features.keys.plans import excerpt, plan_save
from nasclustergui.subsystems.etcd.features.keys.values import LONGEST_LINE, Form, bytes_of, form_of, shown
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import compact_step
from nasclustergui.subsystems.etcd.model import EtcdState, Member


def test_what_a_terminal_would_obey_is_shown_as_an_escape() -> None:
    assert printable(b"/a\x1b[2J\nb\xff") == r"/a\x1b[2J\nb\xff"
    assert printable("/a\u202egpj.exe") == r"/a\u202egpj.exe"
    assert printable("/ünï/日本 x") == "/ünï/日本 x"
    assert excerpt(b"v\x1b[2J") == short(b"v\x1b[2J") == r"v\x1b[2J"
    assert KeyValue(b"k", b"a\nb").text == "a\nb"


@pytest.mark.parametrize("value", ["\ufeffhello\n".encode(), b"x" * 300_000, b'{"a":"' + b"y" * 300_000 + b'"}'])
def test_what_an_editor_loses_or_chokes_on_is_shown_as_bytes(value: bytes) -> None:
    assert shown(value, form_of(b"k", value)).form is Form.BINARY


def test_values_in_a_plan_stand_in_quotes() -> None:
    titles = [line.title for line in plan_save(b"/a", KeyValue(b"/a", b"one two", 1, 7), b"\xff", "lab").meaning]
    assert "“one two” becomes binary data, 1\u00a0B" in titles


def test_the_last_changes_that_stay_are_not_fewer_than_none() -> None:
    member = Member(id=1, name="node1", leader=True, revision=90)
    with pytest.raises(InvalidInput, match="below 0"):
        compact_step(EtcdState(members=(member,)), -1)


def test_long_json_in_one_line_is_still_shown_as_json() -> None:
    value = json.dumps(list(range(LONGEST_LINE)), separators=(",", ":")).encode()
    like = shown(value, Form.JSON)
    assert like.form is Form.JSON
    assert bytes_of(like.text, like) == value


HEAD = {"format": "nasclustergui-etcd-keys", "version": 1, "prefix": "/a/"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps(HEAD | {"keys": [{"key": "/a/b", "value": "\ud800"}]}), "x.json"),
        (json.dumps(HEAD | {"keys": [], "leased": [{"key": "/a/b", "value": "", "lease": "soon"}]}), "x.json"),
        ("[" * 50_000, "x.yaml"),
    ],
)
def test_damaged_files_are_refused(text: str, name: str) -> None:
    with pytest.raises(InvalidInput, match="not a file of exported keys"):
        parse(text, name)


def test_an_infinite_revision_is_none() -> None:
    text = json.dumps(HEAD | {"keys": [], "revision": float("inf")})
    assert parse(text, "x.json").revision == 0


def test_an_export_replaces_no_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInput, match="device or a pipe"):
        files.save(pipe, Archive(b"/a/", (), (), "c", 1, 0.0))
    assert pipe.is_fifo()


def test_a_script_ends_where_a_condition_does_not_hold() -> None:
    step = Step("Save /a", "", keys.save("/a", "1", 7), "etcd")
    text = to_script(Plan("Save /a", "lab", (step,)), Profile("lab", ()))
    assert "*SUCCESS*) ;;" in text  # etcdctl says FAILURE with exit status 0


def test_what_etcd_refuses_is_no_lost_connection() -> None:
    denied = RpcFailed("https://a", "PERMISSION_DENIED", "etcdserver: permission denied")
    gone = RpcFailed("https://a", "UNAVAILABLE", "failed to connect to all addresses")
    login = RpcFailed("https://a", "INVALID_ARGUMENT", "etcdserver: authentication failed, invalid user ID or password")
    codes = [exit_code(explain([one], Circumstances("u", "/a"))) for one in (denied, gone, login)]
    assert codes == [Exit.FAILED, Exit.UNREACHABLE, Exit.UNREACHABLE]
