"""The database of a real etcd: filled up and rescued, compacted, defragmented, saved and proved."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.command import Command
from nasclustergui.core.errors import Cancelled, InvalidInput, NasError, PlanOutdated, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_snapshot import verify_snapshot, write_snapshot
from nasclustergui.subsystems.etcd.commands import machine
from nasclustergui.subsystems.etcd.features.members.rescue import plan_nospace
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import (
    plan_compact,
    plan_defragment,
    plan_disarm,
    plan_snapshot,
    worth_it,
)
from nasclustergui.subsystems.etcd.manager import EtcdManager
from nasclustergui.subsystems.etcd.model import EtcdState
from tests.unit.etcd_cluster import EtcdCluster, Pki, require_etcd, wait_for

QUOTA = 4 << 20


class Etcd:
    """A cluster of one, with a small quota."""

    def __init__(self, cluster: EtcdCluster) -> None:
        self.cluster = cluster
        pki = cluster.pki
        profile = EtcdProfile(cluster.endpoints, pki.path("ca.crt"), pki.path("server.crt"), pki.path("server.key"))
        self.client = EtcdClient(profile)
        self.manager = EtcdManager(self.client, {})

    def state(self) -> EtcdState:
        return self.manager.read()

    def carry_out(self, plan: Plan, job: Job | None = None) -> str:
        """As the executor does it."""
        job, out = job or Job("test"), ""
        for step in plan.steps:
            self.manager.check(step, job)
            out += self.manager.run(step.node, step.command, job).stdout
            if step.follow:
                self.manager.follow(step, job)
        return out

    def fill(self) -> None:
        """Write until etcd takes no more."""

        def write() -> None:
            for _n in range(100):
                self.client.put("/big", os.urandom(200_000))

        with pytest.raises(StoreError, match="full"):
            write()


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    require_etcd()
    folder = tmp_path_factory.mktemp("upkeep")
    cluster = EtcdCluster(folder / "etcd", Pki(folder / "pki"), size=1, extra=(f"--quota-backend-bytes={QUOTA}",))
    cluster.start_all()
    made = Etcd(cluster)
    try:
        wait_for(lambda: made.client.status(cluster.endpoint(0)).leader_id)
        yield made
    finally:
        made.client.close()
        cluster.stop()


def test_a_member_tells_its_revision_and_how_fast_it_answers(etcd: Etcd) -> None:
    revision = etcd.client.put("/a", "1")
    member = etcd.state().members[0]
    assert member.revision == revision
    assert member.seconds is not None
    assert 0 < member.seconds < 10


def test_a_full_database_takes_changes_again(etcd: Etcd) -> None:
    etcd.fill()
    state = etcd.state()
    assert [alarm.kind for alarm in state.alarms] == ["NOSPACE"]
    with pytest.raises(NasError, match="came back"):
        etcd.carry_out(_disarmed_only(etcd, state))
    out = etcd.carry_out(plan_nospace(etcd.state(), "lab", QUOTA, keep=2))
    assert "compacted revision" in out
    assert "MiB → " in out
    assert "alarm:NOSPACE" in out
    after = etcd.state()
    assert after.alarms == ()
    assert (after.members[0].db_size or 0) < (state.members[0].db_size or 0)
    assert etcd.client.get("/cluster/selftest") is None
    etcd.client.put("/a", "2")


def _disarmed_only(etcd: Etcd, state: EtcdState) -> Plan:
    """Disarming alone: etcd takes a small write or refuses it, and raises the alarm again either way."""
    etcd.carry_out(plan_disarm(state, "lab"))
    with contextlib.suppress(StoreError):
        etcd.client.put("/big", os.urandom(200_000))
    assert etcd.client.alarms()
    plan = plan_nospace(state, "lab")
    follow = [step for step in plan.steps if step.follow == "members.no_alarm"]
    etcd.manager.follow(follow[0], Job("test"))
    return plan


def test_history_is_forgotten_but_for_the_window(etcd: Etcd) -> None:
    for n in range(30):
        etcd.client.put("/history", str(n))
    state = etcd.state()
    newest = state.members[0].revision or 0
    out = etcd.carry_out(plan_compact(state, "lab", keep=5))
    assert f"compacted revision {newest - 5}" in out
    assert "was gone already" in etcd.carry_out(plan_compact(state, "lab", keep=6))
    with pytest.raises(InvalidInput, match="There are only"):
        plan_compact(state, "lab", keep=newest)


def test_what_gains_nothing_is_left_out(etcd: Etcd) -> None:
    chosen = etcd.state().members
    etcd.carry_out(plan_defragment(etcd.state(), "lab", chosen))
    state = etcd.state()
    assert not worth_it(state.members[0])
    with pytest.raises(InvalidInput, match="No member would gain"):
        plan_defragment(state, "lab")


def test_a_snapshot_is_saved_whole_and_proved(etcd: Etcd, tmp_path: Path) -> None:
    path = tmp_path / "etcd.db"
    plan = plan_snapshot(etcd.state(), "lab", etcd.state().members[0], str(path))
    out = etcd.carry_out(plan)
    assert "sha256" in out
    assert "revision" in out  # etcdctl read it too
    info = verify_snapshot(path)
    assert (info.bytes, info.path) == (path.stat().st_size, path)
    with pytest.raises(PlanOutdated, match="is not overwritten"):
        etcd.carry_out(plan)
    assert [p.name for p in tmp_path.iterdir()] == ["etcd.db"]
    data = path.read_bytes()
    for damaged in (data[:-1], data[:5000] + b"x" + data[5001:], b"", data[:32]):
        path.write_bytes(damaged)
        with pytest.raises(NasError, match="damaged"):
            verify_snapshot(path)


def test_a_snapshot_that_is_cancelled_or_cut_leaves_no_file(etcd: Etcd, tmp_path: Path) -> None:
    path = tmp_path / "etcd.db"
    job = Job("test")
    job.cancel()
    with pytest.raises(Cancelled):
        etcd.client.snapshot(etcd.cluster.endpoint(0), path, job=job)
    with pytest.raises(StoreError, match="can be reached"):
        etcd.client.snapshot("https://127.0.0.1:9", path)
    with pytest.raises(NasError, match="damaged"):
        write_snapshot(path, [(b"half", 100)], lambda _written, _left: None)
    assert list(tmp_path.iterdir()) == []


def test_a_member_that_falls_silent_in_the_middle_is_given_up(
    etcd: Etcd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasclustergui.remote.etcd_admin._QUIET", 0.4)
    etcd.cluster.freeze(0)
    try:
        with pytest.raises(StoreError, match=r"in time|reached"):
            etcd.client.snapshot(etcd.cluster.endpoint(0), tmp_path / "etcd.db")
    finally:
        etcd.cluster.thaw(0)
    assert list(tmp_path.iterdir()) == []


def run(command: Command) -> None:
    subprocess.run(command.argv, check=True, timeout=20)


def test_a_data_directory_is_set_aside_and_put_back(tmp_path: Path) -> None:
    data, aside = tmp_path / "default", tmp_path / "default.lost-1"
    run(machine.set_aside(str(data), str(aside), ""))  # lost: nothing to set aside
    assert (data.is_dir(), aside.exists()) == (True, False)
    (data / "member").mkdir()
    run(machine.set_aside(str(data), str(aside), ""))
    assert (list(data.iterdir()), (aside / "member").is_dir()) == ([], True)
    run(machine.put_back(str(data), str(aside)))
    assert (data / "member").is_dir()
    assert (tmp_path / "default.lost-1.new").is_dir()


@pytest.mark.parametrize("before", ["A=1\nETCD_X=old\nB=2\n", "A=1\nB=2\nETCD_X=old", "A=1\nB=2\n"])
def test_settings_are_changed_and_the_old_ones_kept(tmp_path: Path, before: str) -> None:
    file = tmp_path / "etcd"
    file.write_text(before)
    values = {"ETCD_X": "n=https://a:1,m=https://b:2", "ETCD_X_STATE": "existing"}
    run(machine.change_settings(str(file), values, ".before"))
    lines = file.read_text().splitlines()
    assert sorted(lines) == sorted(["A=1", "B=2", *(f"{name}={value}" for name, value in values.items())])
    run(machine.settings_back(str(file), ".before"))
    assert file.read_text() == before
