"""Options: what the lists mean, which plan a change becomes, what is refused and warned of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.options import commands, driver, profiles, read
from nasclustergui.subsystems.gluster.features.options.model import POOL, Option, Options
from nasclustergui.subsystems.gluster.features.options.plans import (
    plan_op_version,
    plan_options,
    plan_reset_all,
    resettable,
    stays,
)
from nasclustergui.subsystems.gluster.features.options.shapes import Kind, doubt, hint, shape_of
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import Volume
from tests.recorded.fake_gluster import FakeNodes, ok, recorded, refused, said
from tests.recorded.pools import state, volume

FOLDER = Path(__file__).parent.parent / "recorded" / "gluster_options"
BEGIN = "gluster --mode=script --timeout=60 --xml "


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def with_options(**more: str) -> Volume:
    given = {name.replace("__", ".").replace("_", "-"): value for name, value in more.items()}
    return replace(volume(), options=given)


VALUES = commands.parse_values(said("gluster --xml volume get rep all", text("volume-get-all.xml")))


def pool_script(node: str, words: tuple[str, ...]) -> Result:
    """A pool whose volume rep3 has the recorded options."""
    match words:
        case ["pool", "list"]:
            return recorded("pool-list-3nodes")
        case ["volume", "info", *_]:
            return recorded("volume-info-with-options")
        case ["volume", "get", "all", "all"]:
            return Result(0, text("volume-get-pool.xml"))
        case ["volume", "get", "all", name]:
            value = "60%" if name.endswith("ratio") else "on"
            opt = f"<volGetopts><count>1</count><Opt><Option>{name}</Option><Value>{value}</Value></Opt></volGetopts>"
            return ok(opt)
        case ["volume", "get", "gone", *_]:
            return refused("Volume gone does not exist")
        case ["volume", "get", *_]:
            return Result(0, text("volume-get-all.xml"))
        case ["volume", "set", "help-xml"]:
            return Result(0, text("volume-set-help.xml"))
        case ["sh", "-c", *_]:
            return Result(0, text("groups.txt")) if node == "node2" else Result(1, "", "cd: no such directory")
    return ok()


@pytest.fixture
def manager() -> GlusterManager:
    return GlusterManager(FakeNodes(pool_script), {}, "lab")


def options(*given: str) -> Options:
    found = {name: read.option(name, VALUES, {}, dict.fromkeys(given, "x")) for name in VALUES}
    return Options("data", found, 1.0)


def lines(plan: Plan) -> list[str]:
    assert from_json(to_json(plan)) == plan
    assert all(step.expect and step.check.endswith("option_unchanged") for step in plan.steps)
    return [str(step.command).removeprefix(BEGIN) for step in plan.steps]


# ---- reading


def test_values_know_whether_they_are_defaults() -> None:
    assert len(VALUES) == 336  # six of the 342 are listed twice
    assert VALUES["performance.cache-size"] == ("32MB", True)  # of the two translators that have it, the first
    assert VALUES["performance.client-io-threads"] == ("off", False)
    assert VALUES["cluster.subvols-per-directory"] == ("", True)
    one = commands.parse_values(Answer(Command(("gluster",)), recorded("volume-get-one-option")))
    assert one == {"performance.cache-size": ("64MB", False)}


def test_a_list_that_is_not_whole_is_not_believed() -> None:
    cut = text("volume-get-all.xml").replace("<count>342</count>", "<count>343</count>")
    with pytest.raises(UnexpectedOutput):
        commands.parse_values(said("gluster --xml volume get rep all", cut))
    empty = "<cliOutput><opRet>0</opRet><volGetopts><count>0</count></volGetopts></cliOutput>"
    with pytest.raises(UnexpectedOutput):
        commands.parse_values(said("gluster --xml volume get rep all", empty))


def test_options_of_a_volume_join_values_help_and_what_is_set(manager: GlusterManager) -> None:
    found = read.read_options(manager.pool, "rep3", {"performance.io-cache": "off", "user.mine": "x"}, Job("read"))
    cache = found.get("performance.cache-size")
    assert cache is not None
    assert (cache.value, cache.default, cache.is_set) == ("32MB", "32MB", False)
    assert cache.description.startswith("Deprecated option.")
    mine, set_one = found.get("user.mine"), found.get("performance.io-cache")
    assert (mine.is_set, mine.is_user) == (True, True)  # type: ignore[union-attr]
    assert (set_one.value, set_one.default, set_one.is_set) == ("off", "off", True)  # type: ignore[union-attr]
    assert found.get("cluster.server-quorum-ratio") is None  # of the pool
    assert found.full_name("cache-size") == ("performance.cache-size",)
    assert found.full_name("read-ahead") == ("performance.read-ahead",)
    assert len(found.by_name) > 320


def test_options_of_the_pool(manager: GlusterManager) -> None:
    found = read.read_options(manager.pool, POOL, {}, Job("read"))
    version, ratio = found.get("cluster.op-version"), found.get("cluster.server-quorum-ratio")
    assert version is not None
    assert version.value == "100000"
    assert ratio is not None
    assert (ratio.value, ratio.is_set) == ("51", False)


def test_group_files_are_read_from_a_node_that_has_them(manager: GlusterManager) -> None:
    found = {profile.id: profile for profile in read.read_profiles(manager.pool, Job("read"))}
    assert list(found)[:3] == ["virt", "small-files", "samba"]
    assert found["virt"].source == "node2:/var/lib/glusterd/groups/virt"
    assert found["virt"].values["features.shard"] == "on"
    assert found["small-files"].values.keys() == (found["metadata-cache"].values | found["nl-cache"].values).keys()  # type: ignore[operator]
    assert "gluster-block" in found


def test_without_group_files_our_own_list_says_so() -> None:
    found = {profile.id: profile for profile in profiles.profiles({}, "")}
    assert "built in" in found["virt"].source
    assert list(found) == ["virt", "small-files", "samba", "metadata-cache", "nl-cache"]


def test_our_own_list_is_what_gluster_ships() -> None:
    shipped = commands.parse_groups(Result(0, text("groups.txt")))
    for name, values in profiles.BUILT_IN.items():
        assert list(values.items()) == list(shipped[name].items()), name


def test_group_files_cut_short_are_not_believed() -> None:
    for result in (Result(0, "== virt\na.b=on\n"), Result(1, "=="), Result(0, "")):
        with pytest.raises(UnexpectedOutput):
            commands.parse_groups(result)


# ---- shapes


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("performance.cache-size", Kind.SIZE),
        ("performance.quick-read", Kind.SWITCH),
        ("network.remote-dio", Kind.SWITCH),
        ("cluster.quorum-type", Kind.CHOICE),
        ("diagnostics.client-log-level", Kind.CHOICE),
        ("network.ping-timeout", Kind.NUMBER),
        ("cluster.min-free-disk", Kind.PERCENT),
        ("auth.allow", Kind.TEXT),
    ],
)
def test_the_kind_of_an_option_is_derived(name: str, kind: Kind) -> None:
    assert shape_of(read.option(name, VALUES, {}, {})).kind is kind


def test_doubts_are_only_words() -> None:
    ping = shape_of(read.option("network.ping-timeout", VALUES, {}, {}))
    assert doubt(ping, "5000") == "It should be from 0 to 1013."
    assert doubt(ping, "abc") == "This is no number."
    assert doubt(ping, "30") == ""
    assert hint(ping) == "A number from 0 to 1013."
    switch = shape_of(read.option("performance.quick-read", VALUES, {}, {}))
    assert switch.choices == ("on", "off")
    assert doubt(switch, "YES") == ""
    assert doubt(switch, "maybe")
    threads = Option("cluster.shd-max-threads", "1", "1", False, "Minimum value is 1, maximum value is 64.")
    assert (shape_of(threads).low, shape_of(threads).high) == (1, 64)
    assert doubt(shape_of(read.option("cluster.min-free-disk", VALUES, {}, {})), "10GB") == ""
    plan = plan_options(volume(), {"network.ping-timeout": "5000"}, options(), state(), "lab")
    assert any("may refuse" in meaning.title for meaning in plan.meaning)


# ---- plans


def test_each_option_is_a_step_with_its_way_back() -> None:
    mine = with_options(performance__cache_size="64MB")
    wanted = {"performance.cache-size": "128MB", "network.ping-timeout": "30", "performance.read-ahead": "off"}
    plan = plan_options(mine, wanted, options(), state(), "lab")
    assert lines(plan) == [
        "volume set data performance.cache-size 128MB",
        "volume set data network.ping-timeout 30",
        "volume set data performance.read-ahead off",
    ]
    assert [str(step.undo).removeprefix(BEGIN) for step in plan.steps] == [
        "volume set data performance.cache-size 64MB",
        "volume reset data network.ping-timeout",
        "volume reset data performance.read-ahead",
    ]
    assert plan.steps[0].title == "performance.cache-size: 64MB → 128MB"
    assert plan.steps[1].title == "network.ping-timeout: 42 (default) → 30"
    assert plan.rollback
    assert plan.risk is Risk.SAFE
    assert plan.title == "Change 3 options of data"


def test_a_reset_goes_back_to_the_old_value() -> None:
    mine = with_options(performance__cache_size="64MB")
    plan = plan_options(mine, {"performance.cache-size": None}, options(), state(), "lab")
    assert lines(plan) == ["volume reset data performance.cache-size"]
    assert str(plan.steps[0].undo).endswith("volume set data performance.cache-size 64MB")
    assert plan.steps[0].title == "performance.cache-size: 64MB → 32MB (default)"


def test_what_is_as_it_should_be_is_left_out() -> None:
    mine = with_options(performance__cache_size="64MB")
    with pytest.raises(InvalidInput, match="as they should be"):
        plan_options(mine, {"performance.cache-size": "64MB", "auth.allow": None}, options(), state(), "lab")


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("user.x", "a\nb", "keeps glusterd from starting"),
        ("user.x", "x" * 4100, "4,000 bytes"),
        ("user.x", "lat\udce9n", "glusterd"),
        ("auth.allow", " ", "Reset"),
        ("features.quota", "on", "volume quota"),
        ("features.bitrot", None, "volume bitrot"),
        ("cluster.granular-entry-heal", "off", "granular-entry-heal"),
        ("user.x", None, "all others"),
        ("nfs.disable", None, "Set the value"),
        ("help", "x", ""),
        ("bad name", "x", ""),
        ("cluster.op-version", "1", ""),
    ],
)
def test_what_would_hurt_gluster_is_refused(name: str, value: str | None, hint: str) -> None:
    mine = with_options(user__x="1", nfs__disable="on", features__bitrot="on")
    with pytest.raises(InvalidInput) as caught:
        plan_options(mine, {name: value}, options(), state(), "lab")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "risk", "severity"),
    [
        ("features.shard", "on", Risk.CAUTION, Severity.WARN),
        ("cluster.quorum-type", "none", Risk.DESTRUCTIVE, Severity.CRITICAL),
        ("cluster.quorum-type", "fixed", Risk.DESTRUCTIVE, Severity.CRITICAL),
        ("cluster.quorum-count", "1", Risk.CAUTION, Severity.CRITICAL),
        ("cluster.server-quorum-type", "server", Risk.CAUTION, Severity.WARN),
        ("network.ping-timeout", "3", Risk.CAUTION, Severity.WARN),
        ("network.ping-timeout", "120", Risk.SAFE, Severity.WARN),
        ("storage.reserve", "0", Risk.CAUTION, Severity.WARN),
        ("storage.reserve", "80", Risk.CAUTION, Severity.CRITICAL),
        ("storage.reserve", "2TB", Risk.CAUTION, Severity.CRITICAL),
        ("auth.allow", "10.0.0.1", Risk.CAUTION, Severity.CRITICAL),
        ("auth.reject", "10.0.0.1", Risk.CAUTION, Severity.CRITICAL),
        ("nfs.disable", "off", Risk.CAUTION, Severity.WARN),
        ("cluster.force-migration", "on", Risk.CAUTION, Severity.CRITICAL),
        ("features.read-only", "on", Risk.CAUTION, Severity.CRITICAL),
        ("cluster.self-heal-daemon", "off", Risk.CAUTION, Severity.CRITICAL),
        ("config.transport", "rdma", Risk.CAUTION, Severity.CRITICAL),
        ("diagnostics.client-log-level", "TRACE", Risk.SAFE, Severity.WARN),
        ("cluster.favorite-child-policy", "mtime", Risk.CAUTION, Severity.WARN),
        ("storage.health-check-interval", "0", Risk.CAUTION, Severity.WARN),
        ("debug.error-gen", "client", Risk.CAUTION, Severity.CRITICAL),
    ],
)
def test_dangerous_values_are_explained(name: str, value: str, risk: Risk, severity: Severity) -> None:
    plan = plan_options(volume(), {name: value}, options(), state(), "lab")
    assert plan.risk is risk
    assert plan.meaning[0].severity is severity


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("storage.reserve", "200"),  # bytes
        ("storage.reserve", "2GB"),
        ("auth.allow", "*"),
        ("cluster.quorum-type", "auto"),
        ("cluster.quorum-count", "2"),
        ("network.ping-timeout", "20"),
        ("storage.health-check-interval", "10"),
    ],
)
def test_harmless_values_are_not_warned_of(name: str, value: str) -> None:
    plan = plan_options(with_options(auth__allow="10.1.1.1"), {name: value}, options(), state(), "lab")
    assert plan.risk is Risk.SAFE
    assert all(meaning.severity is Severity.INFO for meaning in plan.meaning)


def test_questions_that_script_mode_swallows_are_shown() -> None:
    plan = plan_options(volume(), {"nfs.disable": "off"}, options(), state(), "lab")
    assert plan.prompts[0].startswith("Gluster NFS is being deprecated")


def test_switching_sharding_off_must_be_typed() -> None:
    mine = with_options(features__shard="on")
    for wanted in ("off", None):
        found = Options("data", {"features.shard": Option("features.shard", "on", "off", True)}, 1.0)
        plan = plan_options(mine, {"features.shard": wanted}, found, state(), "lab")
        assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")


@pytest.mark.parametrize(
    "wanted",
    [
        {"cluster.quorum-type": "none"},
        {"cluster.quorum-type": "fixed"},  # without a count one brick is enough
        {"cluster.quorum-type": "fixed", "cluster.quorum-count": "1"},
        {"cluster.quorum-count": "1", "cluster.quorum-type": "fixed"},
    ],
)
def test_a_quorum_that_allows_split_brain_must_be_typed_as_on_the_page_quorum(wanted: dict[str, str]) -> None:
    plan = plan_options(volume(), wanted, options(), state(), "lab")
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")


def test_no_quorum_is_told_also_where_gluster_wrongly_shows_that_it_is_none_already() -> None:
    found = Options("data", {"cluster.quorum-type": Option("cluster.quorum-type", "none", "none")}, 1.0)
    assert plan_options(volume(), {"cluster.quorum-type": "none"}, found, state(), "lab").risk is Risk.DESTRUCTIVE


def test_server_quorum_that_stops_bricks_at_once_must_be_typed() -> None:
    low = replace(state(), peers=tuple(replace(p, connected=n == 0) for n, p in enumerate(state().peers)))
    plan = plan_options(volume(), {"cluster.server-quorum-type": "server"}, options(), low, "lab")
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")
    assert "stop at once" in plan.meaning[0].text


def test_the_worst_comes_first() -> None:
    wanted = {"network.ping-timeout": "3", "cluster.quorum-type": "none", "storage.owner-uid": "36"}
    plan = plan_options(volume(), wanted, options(), state(), "lab")
    assert [meaning.severity for meaning in plan.meaning] == [Severity.CRITICAL, Severity.WARN, Severity.INFO]


def test_unknown_options_are_left_to_gluster() -> None:
    plan = plan_options(volume(), {"features.new-one": "1"}, options(), state(), "lab")
    assert any("Not in gluster's list" in meaning.title for meaning in plan.meaning)


def test_resetting_all_keeps_what_gluster_gave() -> None:
    mine = with_options(
        cluster__granular_entry_heal="on",
        performance__client_io_threads="off",
        storage__fips_mode_rchecksum="on",
        nfs__disable="on",
        features__quota="on",
        features__quota_deem_statfs="on",
        user__x="1",
        performance__cache_size="64MB",
        cluster__quorum_type="fixed",
    )
    assert resettable(mine) == ("performance.cache-size", "cluster.quorum-type")
    plan = plan_reset_all(mine, options(), state(), "lab")
    assert lines(plan) == ["volume reset data performance.cache-size", "volume reset data cluster.quorum-type"]
    assert "created" in stays("performance.client-io-threads", "off")
    assert stays("performance.client-io-threads", "on") == ""
    with pytest.raises(InvalidInput, match="No option"):
        plan_reset_all(with_options(nfs__disable="on"), options(), state(), "lab")


def test_options_of_the_pool_are_planned_likewise() -> None:
    ratio = "cluster.server-quorum-ratio"
    now = Options(POOL, {ratio: Option(ratio, "60%", "51", True)}, 1.0)
    plan = plan_options(None, {ratio: "50"}, now, state(), "lab")
    assert lines(plan) == [f"volume set all {ratio} 50"]
    assert str(plan.steps[0].undo).endswith(f"volume set all {ratio} 60%")
    assert "same_volume" not in plan.steps[0].check
    assert plan.meaning[0].title == "Half of the pool is no majority"
    assert plan.title == f"Set {ratio} of the pool"


def test_a_ratio_that_stops_bricks_at_once_must_be_typed() -> None:
    ratio = "cluster.server-quorum-ratio"
    now = Options(POOL, {ratio: Option(ratio, "51", "51")}, 1.0)
    held = state(with_options(cluster__server_quorum_type="server"))
    low = replace(held, peers=tuple(replace(p, connected=n == 0) for n, p in enumerate(held.peers)))
    plan = plan_options(None, {ratio: "90"}, now, low, "lab")
    assert plan.risk is Risk.DESTRUCTIVE
    assert plan_options(None, {ratio: "90"}, now, held, "lab").risk is Risk.SAFE


def test_the_op_version_only_goes_up() -> None:
    now = Options(
        POOL,
        {n: Option(n, v) for n, v in (("cluster.op-version", "90000"), ("cluster.max-op-version", "100000"))},
        1.0,
    )
    plan = plan_op_version("100000", now, state(), "lab")
    assert lines(plan) == ["volume set all cluster.op-version 100000"]
    assert plan.risk is Risk.DESTRUCTIVE
    assert "peers_connected" in plan.steps[0].check
    for wrong in ("90000", "80000", "110000", "ten"):
        with pytest.raises(InvalidInput):
            plan_op_version(wrong, now, state(), "lab")


# ---- checks


def test_the_check_sees_what_somebody_else_changed(manager: GlusterManager) -> None:
    (plan_step,) = plan_options(volume(), {"network.ping-timeout": "30"}, options(), state(), "lab").steps
    args = {**plan_step.args, "volume": "rep3"}
    assert driver.option_unchanged(manager.pool, replace(plan_step, args=args), Job("check")) == ""
    args["option"] = "performance.cache-size"
    found = driver.option_unchanged(manager.pool, replace(plan_step, args=args), Job("check"))
    assert "was changed to" in found
    args |= {"was_set": "yes", "old": "1", "option": "auth.allow"}
    assert "was reset" in driver.option_unchanged(manager.pool, replace(plan_step, args=args), Job("check"))
    pool_args = {"volume": POOL, "option": "cluster.server-quorum-ratio", "was_set": "yes", "old": "60%", "new": ""}
    assert driver.option_unchanged(manager.pool, replace(plan_step, args=pool_args), Job("check")) == ""


def test_a_success_without_effect_is_a_failure(manager: GlusterManager) -> None:
    (step,) = plan_options(volume(), {"network.ping-timeout": "30"}, options(), state(), "lab").steps
    with pytest.raises(NasError, match="but it has"):
        driver.option_applied(manager.pool, replace(step, args={**step.args, "volume": "rep3"}), Job("follow"))
    good = {**step.args, "volume": "rep3", "option": "performance.cache-size"}
    good["new"] = manager.pool.now(Job("x")).volume("rep3").options["performance.cache-size"]  # type: ignore[union-attr]
    driver.option_applied(manager.pool, replace(step, args=good), Job("follow"))
