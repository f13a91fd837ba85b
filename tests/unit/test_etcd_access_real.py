"""Users, roles and authentication of a real etcd, with TLS: over gRPC as etcdctl would do it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_certs import common_name, endpoint_states, own_files
from nasclustergui.subsystems.etcd.commands import users as commands
from nasclustergui.subsystems.etcd.features.access import auth_plans, plans
from nasclustergui.subsystems.etcd.features.access.auth_plans import Switch, plan_disable, plan_enable
from nasclustergui.subsystems.etcd.features.access.model import Survey, permission
from nasclustergui.subsystems.etcd.features.access.read import survey
from nasclustergui.subsystems.etcd.manager import EtcdManager
from tests.unit.etcd_cluster import EtcdCluster, Pki, require_etcd

ROOT = Secret("the-root-password")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[EtcdCluster]:
    """One member that demands client certificates."""
    require_etcd()
    made = EtcdCluster(tmp_path, Pki(tmp_path / "pki"), size=1)
    try:
        made.start(0)
        yield made
    finally:
        made.stop()


def manager(cluster: EtcdCluster, certificate: str, user: str = "", password: Secret | None = None) -> EtcdManager:
    pki = cluster.pki
    if not Path(pki.path(f"{certificate}.crt")).exists():
        pki.sign(certificate)
    files = {"ca": pki.path("ca.crt"), "cert": pki.path(f"{certificate}.crt"), "key": pki.path(f"{certificate}.key")}
    return EtcdManager(EtcdClient(EtcdProfile(cluster.endpoints, **files, user=user), password), {})


def carry_out(etcd: EtcdManager, plan: Plan) -> None:
    """As the executor does it."""
    for step in plan.steps:
        etcd.check(step, Job("test"))
        etcd.run(step.node, step.command, Job("test"))


def look(etcd: EtcdManager) -> Survey:
    return survey(etcd.store, Job("look"))


def test_authentication_is_switched_on_by_certificate_and_nobody_is_locked_out(cluster: EtcdCluster) -> None:
    etcd = manager(cluster, "nasadmin")
    try:
        seen = look(etcd)
        assert (seen.auth, seen.own, seen.by_certificate, seen.users) == (False, "nasadmin", True, ())
        with pytest.raises(StoreError, match="asks for no login"):
            etcd.store.sign_in("root", ROOT)
        carry_out(etcd, plan_enable(seen, "lab", Switch(ROOT)))
        seen = look(etcd)
        assert seen.auth
        assert seen.error is not None
        assert seen.error.denied
        with pytest.raises(StoreError, match="does not accept user root") as refused:
            etcd.store.sign_in("root", Secret("wrong"))
        assert refused.value.login
        assert etcd.store.login.user == ""
        etcd.store.sign_in("root", ROOT)
        seen = look(etcd)
        assert [(user.name, user.roles) for user in seen.users] == [("nasadmin", ("nasadmin",)), ("root", ("root",))]
        etcd.store.client.put("/cluster/x", "1")
        with pytest.raises(StoreError, match="does not allow"):
            etcd.store.client.put("/other", "1")
        with pytest.raises(InvalidInput, match="lock itself out"):
            plans.plan_delete_user(seen, "lab", "nasadmin")
        carry_out(etcd, plan_disable(seen, "lab"))
        assert look(etcd).auth is False
        etcd.store.client.put("/other", "1")
    finally:
        etcd.store.login.close()
        etcd.store.client.close()


def test_it_is_switched_off_again_where_the_profile_s_password_is_wrong(cluster: EtcdCluster) -> None:
    etcd = manager(cluster, "workstation", "nas", Secret("wrong"))
    try:
        carry_out(etcd, plans.plan_add_user(look(etcd), "lab", "nas", Secret("right"), ()))
        with pytest.raises(StoreError, match="could not read") as told:
            carry_out(etcd, plan_enable(look(etcd), "lab", Switch(ROOT)))
        assert "nobody is locked out" in told.value.hint
        assert look(etcd).auth is False
        etcd.store.client.use_password(Secret("right"))
        carry_out(etcd, plan_enable(look(etcd), "lab", Switch(ROOT)))
        etcd.store.client.put("/cluster/x", "1")
        etcd.store.sign_in("root", ROOT)
        carry_out(etcd, plans.plan_password(look(etcd), "lab", "nas", Secret("newer")))
        etcd.store.client.put("/cluster/x", "2")
    finally:
        etcd.store.login.close()
        etcd.store.client.close()


def test_roles_and_permissions_as_etcd_keeps_them(cluster: EtcdCluster) -> None:
    etcd = manager(cluster, "server")
    wanted = (
        permission("readwrite", "prefix", "/cluster/"),
        permission("read", "key", "/one"),
        permission("write", "range", "/a", "/b"),
        permission("read", "all", ""),
    )
    try:
        carry_out(etcd, plans.plan_add_role(look(etcd), "lab", "nas", wanted))
        assert set(look(etcd).roles[0].permissions) == set(wanted)
        for each in wanted:
            carry_out(etcd, plans.plan_disallow(look(etcd), "lab", "nas", each))
        assert look(etcd).roles[0].permissions == ()
        odd = permission("read", "prefix", "/b\udcff")
        carry_out(etcd, plans.plan_allow(look(etcd), "lab", "nas", odd))
        assert look(etcd).roles[0].permissions == (odd,)
        with pytest.raises(InvalidInput, match="not plain text"):
            carry_out(etcd, plans.plan_disallow(look(etcd), "lab", "nas", odd))
        carry_out(etcd, plans.plan_add_user(look(etcd), "lab", "certificate", None, ("nas",)))
        assert look(etcd).users_of("nas") == ("certificate",)
        carry_out(etcd, plans.plan_revoke_role(look(etcd), "lab", "certificate", "nas"))
        carry_out(etcd, plans.plan_delete_user(look(etcd), "lab", "certificate"))
        carry_out(etcd, plans.plan_delete_role(look(etcd), "lab", "nas"))
        assert (look(etcd).users, look(etcd).roles) == ((), ())
        with pytest.raises(StoreError, match="no such user"):
            etcd.run("", commands.user_delete("nobody"), Job("test"))
    finally:
        etcd.store.client.close()


def test_how_an_endpoint_is_protected(cluster: EtcdCluster) -> None:
    etcd = manager(cluster, "nasadmin")
    try:
        (state,) = endpoint_states(etcd.store.client)
        assert (state.encrypted, state.demands, state.fault) == (True, True, "")
        assert state.certificate is not None
        assert "127.0.0.1" in state.certificate.names
        profile = etcd.store.client.profile
        assert common_name(profile) == "nasadmin"
        assert [(f.kind, bool(f.certificate)) for f in own_files(profile)] == [("cert", True), ("ca", True)]
    finally:
        etcd.store.client.close()


def test_what_an_endpoint_without_client_certificates_shows(tmp_path: Path) -> None:
    require_etcd()
    made = EtcdCluster(tmp_path, Pki(tmp_path / "pki"), size=1, client_auth=False)
    made.start(0)
    etcd = manager(made, "nasadmin")
    try:
        (state,) = endpoint_states(etcd.store.client)
        assert (state.encrypted, state.demands) == (True, False)
    finally:
        etcd.store.client.close()
        made.stop()


def test_a_password_is_never_among_the_words() -> None:
    made = (commands.user_add("x", ROOT), commands.user_password("x", ROOT), commands.auth_enable(ROOT))
    assert all(str(ROOT.reveal()) not in f"{one} {one!r}" for one in made)
    assert auth_plans.LANE == plans.LANE
    assert isinstance(made[0], Command)
