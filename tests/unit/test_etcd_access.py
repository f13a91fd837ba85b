"""What users and roles amount to, in words; the plans that change them; certificates that end. No etcd needed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Risk
from nasclustergui.core.plan_json import plan_id
from nasclustergui.subsystems.etcd.commands import users as commands
from nasclustergui.subsystems.etcd.expiry import DAY
from nasclustergui.subsystems.etcd.features.access import plans
from nasclustergui.subsystems.etcd.features.access.auth_plans import Switch, plan_disable, plan_enable
from nasclustergui.subsystems.etcd.features.access.expiry_watch import HOUR, ExpiryWatch
from nasclustergui.subsystems.etcd.features.access.model import (
    FAIR,
    STRONG,
    WEAK,
    Role,
    Survey,
    User,
    in_sum,
    permission,
    permission_text,
    strength,
    sum_text,
)
from nasclustergui.subsystems.etcd.health import problems
from nasclustergui.subsystems.etcd.model import EtcdState

ALL = permission("readwrite", "prefix", "/cluster/")
SEEN = Survey(
    True,
    (User("nasadmin", ("nas",)), User("root", ("root",)), User("spare", ())),
    (Role("nas", (ALL,)), Role("root")),
    own="nasadmin",
)
SECRET = Secret("a-Secret-of-17-ch")


def titles(plan: object) -> list[str]:
    return [step.title for step in plan.steps]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "scope", "key", "end", "text"),
    [
        ("readwrite", "prefix", "/cluster/", "", "read and write everything below /cluster/"),
        ("read", "prefix", "/clu", "", "read every key that begins with /clu"),
        ("write", "key", "/one", "", "write the key /one"),
        ("read", "range", "/a", "/c", "read the keys from /a to before /c"),
        ("readwrite", "all", "", "", "read and write every key"),
    ],
)
def test_a_permission_in_words_and_back_from_its_command(kind: str, scope: str, key: str, end: str, text: str) -> None:
    made = permission(kind, scope, key, end)
    assert permission_text(made) == text
    assert commands.parse_permission(commands.role_allow("nas", made).argv) == ("nas", made)
    role, taken = commands.parse_permission(commands.role_revoke("nas", made).argv)
    assert (role, taken.key, taken.end) == ("nas", made.key, made.end)


def test_what_another_permission_includes_is_left_out() -> None:
    narrow, other = permission("read", "key", "/cluster/x"), permission("read", "prefix", "/logs/")
    assert in_sum([Role("a", (narrow, other)), Role("b", (ALL,)), None]) == (other, ALL)
    assert sum_text(User("x", ("nas", "gone")), SEEN) == "read and write everything below /cluster/"
    assert sum_text(User("x"), SEEN) == "nothing"
    assert sum_text(User("x", ("root",)), SEEN) == "everything, and administrate etcd"


def test_strength_is_a_hint() -> None:
    found = [strength(text) for text in ("short", "aaaaaaaaaaaa", "abcdefgh1", "abcdefghij-K1", "abcdefghijklmnop")]
    assert found == [WEAK, WEAK, FAIR, STRONG, STRONG]


@pytest.mark.parametrize(("key", "end", "scope"), [("", "", "key"), ("/b", "/a", "range")])
def test_a_range_that_is_none(key: str, end: str, scope: str) -> None:
    with pytest.raises(InvalidInput):
        permission("read", scope, key, end)


def test_a_user_is_made_with_roles_and_its_password_is_nowhere_in_the_plan() -> None:
    plan = plans.plan_add_user(SEEN, "lab", "backup", SECRET, ("nas",))
    assert [str(step.command) for step in plan.steps] == [
        "etcdctl user add --interactive=false backup",
        "etcdctl user grant-role backup nas",
    ]
    assert plan.rollback
    assert SECRET.reveal() not in repr(plan) + plan_id(plan) + "".join(step.line for step in plan.steps)
    weak = plans.plan_add_user(SEEN, "lab", "backup", Secret("abc"))
    assert weak.meaning[0].severity is Severity.WARN
    by_certificate = plans.plan_add_user(SEEN, "lab", "backup", None)
    assert str(by_certificate.steps[0].command) == "etcdctl user add --no-password backup"


def test_nobody_is_locked_out_by_a_plan() -> None:
    for make in (
        lambda: plans.plan_delete_user(SEEN, "lab", "nasadmin"),
        lambda: plans.plan_revoke_role(SEEN, "lab", "nasadmin", "nas"),
        lambda: plans.plan_delete_role(SEEN, "lab", "nas"),
    ):
        with pytest.raises(InvalidInput, match="lock itself out"):
            make()
    for make in (
        lambda: plans.plan_delete_user(SEEN, "lab", "root"),
        lambda: plans.plan_revoke_role(SEEN, "lab", "root", "root"),
        lambda: plans.plan_delete_role(SEEN, "lab", "root"),
    ):
        with pytest.raises(InvalidInput, match="While authentication is on"):
            make()
    assert plans.plan_delete_user(replace(SEEN, auth=False), "lab", "nasadmin").risk is Risk.CAUTION
    told = plans.plan_disallow(SEEN, "lab", "nas", ALL).meaning
    assert told[0].severity is Severity.CRITICAL


def test_a_permission_that_replaces_another_is_put_back_by_undo() -> None:
    plan = plans.plan_allow(SEEN, "lab", "nas", permission("read", "prefix", "/cluster/"))
    assert "replaces" in plan.meaning[0].title
    assert plan.steps[0].undo == commands.role_allow("nas", ALL)
    with pytest.raises(InvalidInput, match="already"):
        plans.plan_allow(SEEN, "lab", "nas", ALL)
    with pytest.raises(InvalidInput, match="no role"):
        plans.plan_grant_role(SEEN, "lab", "spare", "none")


def test_switching_on_makes_what_is_missing() -> None:
    bare = Survey(False, own="nasadmin", by_certificate=True)
    assert [str(step.command) for step in plan_enable(bare, "lab", Switch(SECRET)).steps] == [
        "etcdctl user add --interactive=false root",
        "etcdctl role add root",
        "etcdctl user grant-role root root",
        "etcdctl user add --no-password nasadmin",
        "etcdctl role add nasadmin",
        "etcdctl role grant-permission --prefix=true nasadmin readwrite /cluster/",
        "etcdctl user grant-role nasadmin nasadmin",
        "etcdctl auth enable",
    ]
    whole = plan_enable(replace(SEEN, auth=False), "lab", Switch(SECRET))
    assert [step.command.argv[1:3] for step in whole.steps] == [("user", "passwd"), ("auth", "enable")]
    with pytest.raises(InvalidInput, match="nobody could log in"):
        plan_enable(Survey(False), "lab", Switch(SECRET))
    with pytest.raises(InvalidInput, match="password of nasadmin"):
        plan_enable(Survey(False, own="nasadmin"), "lab", Switch(SECRET))


def test_switching_off_says_what_it_opens_and_wants_the_cluster_s_name() -> None:
    plan = plan_disable(SEEN, "lab", demands=False)
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "lab")
    assert "Whoever reaches etcd's client port" in plan.meaning[0].title
    assert "certificate of etcd's CA" in plan_disable(SEEN, "lab", demands=True).meaning[0].title


def test_a_certificate_that_ends_soon_is_a_problem() -> None:
    ends = (("https://node1:2379", 13.5 * DAY), ("https://node2:2379", -1.0), ("/ca.crt", 400 * DAY))
    found = problems(EtcdState(read_at=0.0, certificates=ends))
    mine = {p.subject: (p.severity, p.title) for p in found if p.key.startswith("etcd/certificate")}
    assert mine == {
        "https://node1:2379": (Severity.WARN, "The certificate of https://node1:2379 ends in 13 days"),
        "https://node2:2379": (Severity.CRITICAL, "The certificate of https://node2:2379 has expired"),
    }


def test_certificates_are_looked_at_once_an_hour_and_nobody_waits() -> None:
    now, seen, go = [1.0], [], threading.Event()

    def look() -> tuple[tuple[str, float], ...]:
        go.wait(10)
        seen.append(now[0])
        return (("x", 1.0),)

    watch = ExpiryWatch(look, lambda: now[0])
    assert watch() == ()
    assert watch() == ()
    go.set()
    assert watch._thread is not None
    watch._thread.join()
    assert watch() == (("x", 1.0),)
    now[0] += HOUR
    watch()
    watch._thread.join()
    assert seen == [1.0, 1.0 + HOUR]
