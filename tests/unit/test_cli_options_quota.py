"""`gluster volume get|set|reset|options|quota` against recorded answers: what is shown, which plan runs."""

from __future__ import annotations

import json
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from nasclustergui.cli import changes
from nasclustergui.cli.arguments import build_parser
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.core.command import Result
from nasclustergui.core.errors import InvalidInput, NotConfirmed
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.executor import Executor
from nasclustergui.subsystems.gluster.manager import GlusterManager
from tests.recorded.fake_gluster import FakeNodes, Reply, ok, recorded, refused

FOLDER = Path(__file__).parent.parent / "recorded" / "gluster_options"
PROFILE = Profile("lab", tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3)), environment=Environment.LAB)


class Script:
    """A pool with the recorded options. Sets and resets are remembered in the volume's information."""

    def __init__(self) -> None:
        self.info = recorded("volume-info-dist-with-quota").stdout

    def __call__(self, _node: str, words: tuple[str, ...]) -> Reply:
        match words:
            case ["pool", "list"]:
                return recorded("pool-list-3nodes")
            case ["volume", "info", *_]:
                return Result(0, self.info)
            case ["volume", "get", "all", *_]:
                return Result(0, (FOLDER / "volume-get-pool.xml").read_text())
            case ["volume", "get", *_]:
                return Result(0, (FOLDER / "volume-get-all.xml").read_text())
            case ["volume", "set", "help-xml"]:
                return Result(0, (FOLDER / "volume-set-help.xml").read_text())
            case ["volume", "set", _, "network.ping-timeout", "-1"]:
                return refused("'-1' in 'option ping-timeout -1' is out of range [0 - 1013]")
            case ["volume", "set", _, name, value]:
                option = f"<option><name>{name}</name><value>{value}</value></option>"
                self.info = self.info.replace("<options>", f"<options>{option}")
            case ["volume", "quota", _, "list", *_]:
                return recorded("quota-list-one-path")
            case ["volume", "quota", _, "list-objects", *_]:
                return recorded("quota-list-objects")
            case ["ps", *_]:
                return Result(0, "glusterfs gluster/quotad")
            case ["sh", *_]:
                return Result(0, (FOLDER / "groups.txt").read_text())
        return ok()


class Audit:
    """Remembers nothing: the log has tests of its own."""

    def write(self, entry: Entry) -> None:
        """Accept it."""


class FakeSession:
    """What the handlers need of a session."""

    def __init__(self) -> None:
        self.nodes_asked = FakeNodes(Script())
        self.profile, self.user, self.nodes = PROFILE, "tester", self
        self.gluster = GlusterManager(self.nodes_asked, {}, "lab")
        self.executor = Executor({"gluster": self.gluster}, Audit(), PROFILE)  # type: ignore[arg-type]

    def connect_all(self) -> None:
        """Nothing to connect to."""

    def changed(self) -> list[str]:
        """The changes that ran."""
        ran = [words for _node, words in self.nodes_asked.ran if words[:2] in (("volume", "set"), ("volume", "reset"))]
        return [" ".join(words[1:]) for words in ran if words[-1] != "help-xml"]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "interactive", lambda: False)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


def parsed(*words: str) -> Namespace:
    return build_parser().parse_args(["gluster", "volume", *words])


def run(session: Any, *words: str) -> Exit:
    options = parsed(*words)
    module, _colon, function = options.handler.partition(":")
    found = getattr(import_module(f"nasclustergui.cli.gluster_features.{module}"), function)
    return Exit(found(session, options))


def test_get(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, "get", "dist", "io-thread-count") is Exit.OK
    assert "performance.io-thread-count" in capsys.readouterr().out
    assert run(session, "get", "all", "cluster.op-version", "--json") is Exit.OK
    assert json.loads(capsys.readouterr().out) == {"cluster.op-version": "100000"}
    run(session, "get", "dist", "--json")
    assert len(json.loads(capsys.readouterr().out)) > 320
    with pytest.raises(InvalidInput, match="lists no option"):
        run(session, "get", "dist", "no.such")
    with pytest.raises(InvalidInput, match="several"):
        run(session, "get", "dist", "eager-lock")


def test_options_are_searched(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    run(session, "options", "dist", "--search", "ping timeout", "--json")
    found = json.loads(capsys.readouterr().out)
    assert "network.ping-timeout" in [option["name"] for option in found]
    run(session, "options", "dist", "--changed")
    shown = capsys.readouterr().out
    assert "features.alert-time" in shown
    assert "ping-timeout" not in shown


def test_set_and_reset(session: FakeSession) -> None:
    assert run(session, "set", "dist", "performance.io-cache", "on", "auth.allow", "*", "--yes") is Exit.OK
    assert session.changed() == ["set dist performance.io-cache on", "set dist auth.allow *"]


def test_a_refused_value_takes_back_what_was_set(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("set", "dist", "performance.io-cache", "on", "network.ping-timeout", "-1", "--yes")
    assert run(session, *words) is not Exit.OK
    assert session.changed()[-1] == "reset dist performance.io-cache"
    assert "ping-timeout takes 0 to 1013, not -1" in capsys.readouterr().err


def test_dry_runs_change_nothing(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    run(session, "set", "dist", "group", "virt", "--dry-run")
    assert "Set the options virt of dist" in capsys.readouterr().out
    run(session, "set", "all", "cluster.server-quorum-ratio", "60%", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["plan"]["steps"][0]["title"].endswith("→ 60%")
    run(session, "reset", "dist", "alert-time", "--dry-run")
    run(session, "reset", "dist", "--dry-run")
    assert session.changed() == []


def test_senseless_words_are_refused(session: FakeSession) -> None:
    for words in (
        ("set", "dist", "auth.allow"),
        ("set", "dist", "group", "nosuch"),
        ("set", "nosuch", "auth.allow", "*"),
        ("reset", "all"),
        ("set", "all", "cluster.op-version", "90000"),
        ("set", "all", "cluster.op-version", "110000", "cluster.server-quorum-ratio", "51"),
        ("quota", "dist", "nonsense"),
        ("quota", "dist", "limit-usage", "/a"),
        ("quota", "dist", "limit-usage", "a", "1GB"),
    ):
        with pytest.raises(InvalidInput):
            run(session, *words, "--yes")


def test_a_mistyped_option_is_not_called_as_it_should_be(session: FakeSession) -> None:
    with pytest.raises(InvalidInput, match="lists no option"):
        run(session, "reset", "dist", "network.pingtimeout", "--yes")
    with pytest.raises(InvalidInput, match="as they should be"):
        run(session, "reset", "dist", "network.ping-timeout", "--yes")


def test_the_list_of_quotas(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(session, "quota", "dist", "list") is Exit.OK
    shown = capsys.readouterr().out.replace("\u00a0", " ")
    assert "/dir00" in shown
    assert "16 %" in shown
    assert "401 / 100" in shown
    run(session, "quota", "dist", "list", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["limits"][0]["size"]["hard"] == 10485760
    assert found["limits"][1]["state"] == "full"


def test_quotas_are_changed_like_in_the_window(session: FakeSession, capsys: pytest.CaptureFixture[str]) -> None:
    for words, command in (
        (("limit-usage", "/dir00", "1GB", "70"), "quota dist limit-usage /dir00 1073741824 70%"),
        (("limit-objects", "/x", "100"), "quota dist limit-objects /x 100"),
        (("remove", "/dir00"), "quota dist remove /dir00"),
        (("remove-objects", "/dir01"), "quota dist remove-objects /dir01"),
        (("soft-timeout", "5s"), "quota dist soft-timeout 5s"),
        (("disable",), "quota dist disable"),
    ):
        run(session, "quota", "dist", *words, "--dry-run")
        assert command in capsys.readouterr().out
    with pytest.raises(NotConfirmed):
        run(session, "quota", "dist", "disable", "--yes")
