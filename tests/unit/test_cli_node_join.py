"""`node add` and `node heartbeat status` where a machine is a node already, and where etcd tells nothing."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.node_features import join_run
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.subsystems.etcd.model import EtcdState, Registration
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat
from tests.recorded.joining import machine, seen, verdict


class Nodes(dict[str, object]):
    """Names only."""

    def connect_all(self) -> None:
        """Nothing to connect."""


class FakeSession:
    """A profile of one node, and an etcd that answers with `etcd`."""

    has_etcd = True

    def __init__(self, etcd: EtcdState | None = None, file: Path | None = None) -> None:
        self.profile = Profile("lab", (NodeProfile("node1", "10.0.0.1"),))
        self.nodes, self.etcd, self.file = Nodes(node1=None), etcd or EtcdState(), file

    def read_etcd(self, _job: object) -> EtcdState:
        """As it was given."""
        return self.etcd


def test_a_second_address_of_a_node_is_not_added(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = verdict(seen(machine=machine("node2", addresses=("10.0.0.2", "10.0.1.2"))))
    monkeypatch.setattr(join_run, "_candidate", lambda *_: found)
    file = tmp_path / "lab.toml"
    file.write_text("as it was")
    options = Namespace(
        name="node6", host="10.0.1.2", user="", port=0, rack="", role="worker", jump="", json=False, unchecked=True
    )
    options.dry_run = False
    with pytest.raises(InvalidInput, match=r"10\.0\.1\.2 is the machine of node2 already"):
        join_run.add(FakeSession(file=file), options)  # type: ignore[arg-type]
    assert file.read_text() == "as it was"
    assert "This machine is node2 already" in capsys.readouterr().out


def told(monkeypatch: pytest.MonkeyPatch, etcd: EtcdState, as_json: bool) -> Exit:
    monkeypatch.setattr(join_run, "heartbeats", lambda *_: {"node1": Heartbeat(version=1, active="active")})
    return join_run.status(FakeSession(etcd), Namespace(name="", json=as_json))  # type: ignore[arg-type]


def test_what_etcd_does_not_tell_is_not_no(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    mute = EtcdState(registrations_error="etcd has no leader.", registrations_hint="Start members.")
    assert told(monkeypatch, mute, False) is Exit.FAILED
    said = capsys.readouterr()
    assert "no" not in said.out.splitlines()[1].split()
    assert said.err == "etcd has no leader. Start members.\n"
    assert told(monkeypatch, mute, True) is Exit.FAILED
    data: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert (data[0]["registered"], data[0]["registered_error"]) == (None, "etcd has no leader.")


def test_what_etcd_tells_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(monkeypatch, EtcdState((), (Registration("node1", "", "worker", "online"),)), True) is Exit.OK
    assert json.loads(capsys.readouterr().out)[0]["registered"] is True
    assert told(monkeypatch, EtcdState(), False) is Exit.OK
    assert "no" in capsys.readouterr().out.splitlines()[1].split()
