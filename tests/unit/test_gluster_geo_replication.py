"""Geo-replication: real recordings, "none" that looks like a failure, plans."""

from __future__ import annotations

import pytest

from nasclustergui.core.errors import CommandFailed, InvalidInput
from nasclustergui.core.plan import Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.features.geo_replication import commands, plans
from nasclustergui.subsystems.gluster.features.geo_replication.commands import NotInstalled
from nasclustergui.subsystems.gluster.features.geo_replication.model import (
    Ready,
    Session,
    Status,
    Target,
    Worker,
    parse_target,
)
from tests.recorded.fake_gluster import answer, said
from tests.recorded.pools import state, volume

TARGET = Target("node4", "gs")
READY = (Ready("node1", True, True, False, "Permission denied"), Ready("node2", True, True, True))


def session(*statuses: Status) -> Session:
    return Session("data", TARGET, tuple(Worker(f"node{i}", "/b", one) for i, one in enumerate(statuses, 1)))


RUNNING, STOPPED = session(Status.ACTIVE, Status.PASSIVE), session(Status.STOPPED, Status.STOPPED)


def lines(plan: object) -> list[str]:
    assert from_json(to_json(plan)) == plan  # type: ignore[arg-type]
    return [" ".join(step.command.argv[1:]).split("data node4::gs ")[-1] for step in plan.steps]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["georep-status-all", "georep-status-detail", "georep-status-started"])
def test_status(name: str) -> None:
    (found,) = commands.parse_sessions(answer(name)) or ()
    assert (found.volume, found.target) == ("gm", TARGET)
    assert [worker.status for worker in found.workers] == [Status.ACTIVE, Status.PASSIVE]
    active, passive = found.workers
    assert (active.crawl, active.last_synced, active.failures) == ("Changelog Crawl", "2026-11-23 06:19:35", 0)
    assert (passive.crawl, passive.last_synced, passive.failures) == ("", "", None)
    assert found.last_synced == "2026-11-23 06:19:35"
    assert found.started
    assert not found.paused


def test_none_looks_like_a_failure_and_is_asked_again() -> None:
    assert commands.parse_sessions(answer("georep-status-none")) is None
    line = "gluster --mode=script volume geo-replication data status"
    text = "No active geo-replication sessions for data\ngeo-replication command failed\n"
    assert commands.parse_none(said(line, text, 1))
    # the XML fails so too while another client holds the lock; the text then lists the sessions
    assert not commands.parse_none(said(line, "PRIMARY NODE    PRIMARY VOL\n----\nnode1           data\n"))
    with pytest.raises(CommandFailed):
        commands.parse_none(said(line, "geo-replication command failed\n", 1, "Commit failed on node2"))


def test_not_installed_is_told() -> None:
    with pytest.raises(NotInstalled, match="not installed"):
        commands.parse_sessions(answer("georep-create-not-installed"))


def test_config() -> None:
    found = commands.parse_config(answer("georep-config"))
    assert found["change_interval"] == "5"
    assert found["allow_network"] == ""


@pytest.mark.parametrize("text", ["node4", "node4:gs", "::gs", "node4::", "a b::c", "-x@node4::gs", "-node4::gs"])
def test_senseless_targets(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_target(text)


def test_targets() -> None:
    assert parse_target("ssh://node4::gs") == parse_target("root@node4::gs") == TARGET
    assert str(TARGET) == "node4::gs"
    assert str(parse_target("geo@node4::gs")) == "geo@node4::gs"


def test_create_uses_the_node_that_can_log_in() -> None:
    plan = plans.plan_create(volume(), TARGET, READY, (), state(volume()), "lab")
    assert {step.node for step in plan.steps} == {"node2"}
    assert lines(plan)[1:] == ["create push-pem", "start"]
    assert plan.rollback
    assert str(plan.steps[1].undo).endswith("delete")
    without = (Ready("node1", True, False, True),)
    assert "config sync-method tarssh" in lines(
        plans.plan_create(volume(), TARGET, without, (), state(volume()), "lab")
    )
    later = plans.plan_create(volume(), TARGET, READY, (), state(volume()), "lab", start=False)
    assert lines(later)[-1] == "create push-pem"


def test_create_is_refused() -> None:
    for ready, sessions, text in (
        (READY[:1], (), "without a password"),
        ((Ready("node1", False, True, True),), (), "not installed"),
        (READY, (RUNNING,), "already"),
    ):
        with pytest.raises(InvalidInput, match=text):
            plans.plan_create(volume(), TARGET, ready, sessions, state(volume()), "lab")


def test_start_stop_pause_resume_delete() -> None:
    pool, paused = state(volume()), session(Status.PAUSED, Status.PAUSED)
    assert lines(plans.plan_start(STOPPED, pool, "lab")) == ["start"]
    assert lines(plans.plan_stop(RUNNING, pool, "lab")) == ["stop"]
    assert plans.plan_stop(RUNNING, pool, "lab").risk is Risk.CAUTION
    assert lines(plans.plan_pause(RUNNING, pool, "lab")) == ["pause"]
    assert lines(plans.plan_resume(paused, pool, "lab")) == ["resume"]
    delete = plans.plan_delete(RUNNING, pool, "lab")
    assert (lines(delete), delete.risk, delete.confirm) == (["stop", "delete"], Risk.DESTRUCTIVE, "data")
    assert lines(plans.plan_delete(STOPPED, pool, "lab", reset_sync_time=True)) == ["delete reset-sync-time"]
    for call in (
        lambda: plans.plan_start(RUNNING, pool, "lab"),
        lambda: plans.plan_stop(STOPPED, pool, "lab"),
        lambda: plans.plan_pause(STOPPED, pool, "lab"),  # gluster would call it a success
        lambda: plans.plan_pause(paused, pool, "lab"),
        lambda: plans.plan_resume(RUNNING, pool, "lab"),
        lambda: plans.plan_config(RUNNING, "log_level", "INFO", "INFO", pool, "lab"),
        lambda: plans.plan_config(RUNNING, "--bad", "1", "", pool, "lab"),
    ):
        with pytest.raises(InvalidInput):
            call()
    assert lines(plans.plan_config(RUNNING, "log_level", "DEBUG", "INFO", pool, "lab")) == ["config log_level DEBUG"]
