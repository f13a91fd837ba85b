"""Keys: what a value is, what the product's own keys may hold, merging, plans, reading levels, searching."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.remote.etcd_ranges import Grant
from nasclustergui.remote.etcd_types import Delete, KeyValue, Put
from nasclustergui.subsystems.etcd.commands.txn import parse_txn
from nasclustergui.subsystems.etcd.features.keys import plans, schema, values
from nasclustergui.subsystems.etcd.features.keys.merge import Side, merge
from nasclustergui.subsystems.etcd.features.keys.model import WHOLE, Span, below, child_of
from nasclustergui.subsystems.etcd.features.keys.read import children, counts, joined, list_keys, reach, read_key
from nasclustergui.subsystems.etcd.features.keys.search import Findings, search
from nasclustergui.subsystems.etcd.features.keys.values import Form
from tests.unit.range_client import RangeClient

JOB = Job("test", quiet=True)
CONFIG = b"/cluster/config/"
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=12).map("".join)


def store(client: RangeClient) -> Any:
    class OnlyClient:
        pass

    out = OnlyClient()
    out.client = client  # type: ignore[attr-defined]
    return out


# ---- values


@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_no_value_is_changed_by_looking_at_it(value: bytes) -> None:
    for form in Form:
        shown = values.shown(value, form)
        assert values.bytes_of(shown.text, shown) == value


@pytest.mark.parametrize(
    ("key", "value", "form"),
    [
        (b"k", b"WORKGROUP", Form.TEXT),
        (b"k", b'{"a": 1}', Form.JSON),
        (b"k", b"[1, 2", Form.TEXT),
        (b"k.yaml", b"a: 1\n", Form.YAML),
        (b"k", b"\x00\xff", Form.BINARY),
        (b"k", b"mixed\r\nends\n", Form.BINARY),
        (b"k", "line\u2028separator".encode(), Form.BINARY),
        (b"k", "no\u00a0break".encode(), Form.TEXT),
    ],
)
def test_what_a_value_is(key: bytes, value: bytes, form: Form) -> None:
    assert values.form_of(key, value) is form


def test_json_of_one_line_is_shown_in_many_and_stored_in_one() -> None:
    value = b'{"cpu":1.50,"big":12345678901234567890123,"s":"a, b: {}","e":[]}'
    shown = values.shown(value, Form.JSON)
    assert shown.text.splitlines()[1] == '  "cpu": 1.50,'
    edited = shown.text.replace("1.50", "2.50")
    assert values.bytes_of(edited, shown) == value.replace(b"1.50", b"2.50")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Line 1, column 2"),
        ('{"a": 1, "a": 2}', "occurs twice"),
        ("[NaN]", "NaN is not a number"),
        ("[" * 9999, ""),
    ],
)
def test_wrong_json_is_told_with_its_place(text: str, why: str) -> None:
    assert why in values.fault(text, Form.JSON)
    assert values.fault(text, Form.JSON)


def test_wrong_yaml_is_told_and_objects_are_refused() -> None:
    assert values.fault("a: [1\nb: 2\n", Form.YAML).startswith("Line 2, column ")
    assert values.fault("a: !!python/object/apply:os.system ['true']", Form.YAML)
    assert not values.fault("---\na: 1\n---\nb: 2\n", Form.YAML)


def test_a_long_binary_value_is_shown_in_part_and_cannot_be_saved_so() -> None:
    shown = values.shown(b"\0" * (values.HEX_SHOWN + 1), Form.BINARY)
    assert shown.cut
    with pytest.raises(InvalidInput, match="beginning"):
        values.bytes_of(shown.text, shown)
    with pytest.raises(InvalidInput, match="Line 2"):
        values.hex_read("00\nxy")


# ---- the product's own keys


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("smb/netbios_name", "NAS", ""),
        ("smb/netbios_name", "SIXTEEN-LETTERS!", "16 characters"),
        ("smb/netbios_name", "1234", "taken for an address"),
        ("smb/netbios_name", "", "is empty"),
        ("smb/workgroup", "HOME ", "begins or ends"),
        ("smb/workgroup", "A\\B", "must not contain: \\"),
        ("nfs/version", "4.2", ""),
        ("nfs/version", "4.3", "one of 3, 4"),
        ("global/timezone", "Europe/Berlin", ""),
        ("global/timezone", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("global/timezone", "localtime", "There is no time zone"),
        ("anything/else", "free \n", ""),
    ],
)
def test_values_of_the_products_own_keys(key: str, value: str, why: str) -> None:
    found = schema.fault(CONFIG + key.encode(), value.encode())
    assert (why in found) if why else not found


def test_nodes_and_services() -> None:
    assert schema.by_node(b"/cluster/nodes/n1/status")
    assert schema.heartbeat(b"/cluster/nodes/n1/last_heartbeat")
    assert not schema.by_node(b"/cluster/nodes/n1/status/more")
    assert schema.fault(b"/cluster/nodes/n1/ip", b"10.0.0.256")
    assert schema.fault(b"/cluster/services/web/replicas", b"-1")
    assert not schema.fault(b"/cluster/services/web/replicas", b"3")
    assert schema.field_of(b"cluster/config/smb/workgroup") is None
    assert schema.fault(CONFIG + b"smb/workgroup", b"\xff").endswith("binary data.")


# ---- merging


@given(LINES, LINES)
def test_a_change_of_one_side_is_taken(base: str, changed: str) -> None:
    for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
        merged = merge(base, mine, theirs)
        assert not merged.conflicts
        assert merged.text({}) == changed


@given(LINES, LINES, LINES)
def test_nothing_is_lost_whatever_is_chosen(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    for side, whole in ((Side.MINE, mine), (Side.THEIRS, theirs), (Side.BASE, base)):
        chunks = "".join("".join(getattr(chunk, side.value)) for chunk in merged.chunks)
        assert chunks == whole
    text = merged.text(dict.fromkeys(merged.conflicts, Side.BOTH))
    assert "<<<<<<<" not in text
    assert ("<<<<<<<" in merged.text({})) == bool(merged.conflicts)


def test_a_conflict_is_marked_and_chosen() -> None:
    merged = merge("a\nb\nc\n", "a\nB\nc\nd\n", "a\nb2\nc\n")
    (conflict,) = merged.conflicts
    assert merged.text({conflict: Side.MINE}) == "a\nB\nc\nd\n"
    assert merged.text({conflict: Side.BOTH}) == "a\nB\nb2\nc\nd\n"
    assert "<<<<<<< mine\nB\n||||||| base\nb\n=======\nb2\n>>>>>>> theirs\n" in merged.text({})


# ---- plans

OLD = KeyValue(CONFIG + b"smb/workgroup", b"OLD", 2, 7, 3)


def test_saving_compares_and_can_be_taken_back() -> None:
    plan = plans.plan_save(OLD.key, OLD, b"NEW", "lab")
    (step,) = plan.steps
    assert (step.node, step.driver, plan.risk) == ("", "etcd", Risk.CAUTION)
    wanted = parse_txn(step.command.stdin.decode())
    assert [(c.target.value, c.operand) for c in wanted.compare] == [("mod_revision", 7)]
    assert wanted.success == (Put(OLD.key, b"NEW"),)
    assert step.undo is not None
    undo = parse_txn(step.undo.stdin.decode())
    assert [(c.target.value, c.operand) for c in undo.compare] == [("value", b"NEW")]
    assert undo.success == (Put(OLD.key, b"OLD"),)
    assert 'put -- "/cluster/config/smb/workgroup" "NEW"' in step.line
    with pytest.raises(InvalidInput, match="already"):
        plans.plan_save(OLD.key, OLD, b"OLD", "lab")
    with pytest.raises(InvalidInput, match="16 characters"):
        plans.plan_save(OLD.key, OLD, b"A" * 16, "lab")
    with pytest.raises(InvalidInput, match=r"1\.5.MiB"):
        plans.plan_save(b"free", None, b"x" * (values.LARGEST + 1), "lab")


def test_a_key_on_a_lease_keeps_it_and_a_nodes_own_key_warns() -> None:
    leased = KeyValue(b"/cluster/nodes/n1/status", b"online", 2, 7, 3, lease=0xAB)
    plan = plans.plan_save(leased.key, leased, b"away", "lab", 12)
    assert parse_txn(plan.steps[0].command.stdin.decode()).success == (Put(leased.key, b"away", 0xAB),)
    assert plan.meaning[0].title == "Written by the node"
    assert any("in 12\u00a0s" in meaning.text for meaning in plan.meaning)
    assert [m.severity for m in plan.meaning] == sorted((m.severity for m in plan.meaning), reverse=True)


def test_deleting_renaming_copying() -> None:
    plan = plans.plan_delete(OLD, "lab")
    assert "default: WORKGROUP" in plan.meaning[0].text
    assert plan.meaning[0].severity is Severity.WARN
    free = KeyValue(b"/a", b"1", 2, 7, 3, lease=5)
    renamed = parse_txn(plans.plan_rename(free, b"/b", "lab").steps[0].command.stdin.decode())
    assert [(c.key, c.operand) for c in renamed.compare] == [(b"/a", 7), (b"/b", 0)]
    assert renamed.success == (Put(b"/b", b"1", 5), Delete(b"/a"))
    copied = parse_txn(plans.plan_copy(free, b"/b", "lab").steps[0].command.stdin.decode())
    assert copied.success == (Put(b"/b", b"1"),)
    with pytest.raises(InvalidInput):
        plans.plan_rename(free, b"/a", "lab")


# ---- reading


def test_the_parts_of_the_store() -> None:
    assert child_of(b"", b"/cluster/config/x") == (b"/cluster/", True)
    assert child_of(b"a/", b"a//b") == (b"a//b", False)
    assert child_of(b"a/", b"a//b/c") == (b"a//b/", True)
    assert child_of(b"a/", b"a/") == (b"a/", False)
    assert below(b"\xff\xff") == Span(b"\xff\xff", None)
    assert WHOLE.cut(below(b"a/")) == Span(b"a/", b"a0")
    assert below(b"a/").cut(below(b"b/")) is None
    grants = [Grant(b"b", b"d", True, True), Grant(b"a", b"c", True, False), Grant(b"x", b"y", True, True)]
    assert joined(grants) == (Span(b"a", b"d"), Span(b"x", b"y"))
    assert joined([Grant(b"b", None, True, True), Grant(b"c", b"d", True, True)]) == (Span(b"b", None),)


def tree_of(keys: list[bytes]) -> dict[bytes, set[tuple[bytes, bool]]]:
    """Level → its entries, by the definition."""
    found: dict[bytes, set[tuple[bytes, bool]]] = {}
    for key in keys:
        prefix = b""
        while True:
            path, folder = child_of(prefix, key)
            found.setdefault(prefix, set()).add((path, folder))
            if not folder:
                break
            prefix = path
    return found


def test_levels_are_read_whole_whatever_the_keys_look_like() -> None:
    rng = random.Random(4)
    keys = {bytes(rng.choice(b"a/b\xff") for _ in range(rng.randint(1, 6))) for _ in range(400)}
    client = RangeClient(dict.fromkeys(keys, b"x"))
    for prefix, entries in tree_of(sorted(keys)).items():
        got, start = [], b""
        while True:
            page = children(store(client), prefix, (WHOLE,), JOB, start=start, want=1)
            got += [(child.path, child.folder) for child in page.children]
            if page.after is None:
                break
            start = page.after
        assert len(got) == len(set(got))
        assert set(got) == entries
        assert got == sorted(got, key=lambda entry: (entry[0], not entry[1]))


def whole_level(client: RangeClient, prefix: bytes, want: int) -> list[bytes]:
    """Page by page: how many entries a page has depends on the time it took."""
    found: list[bytes] = []
    start: bytes | None = b""
    while start is not None:
        page = children(store(client), prefix, (WHOLE,), JOB, start=start, want=want)
        found += [child.path for child in page.children]
        start = page.after
    return found


def test_large_folders_are_jumped_over_and_large_levels_take_few_pages() -> None:
    client = RangeClient({f"/big/{n}/k{m:05}".encode(): b"" for n in range(5) for m in range(3000)})
    assert whole_level(client, b"/big/", 1) == [f"/big/{n}/".encode() for n in range(5)]
    assert len(client.calls) <= 10
    assert sum(limit for _start, _end, limit in client.calls) < 15_000
    names = [f"/flat/k{n:05}".encode() for n in range(20_000)]
    client = RangeClient(dict.fromkeys(names, b""))
    page = children(store(client), b"/flat/", (WHOLE,), JOB, want=1)
    assert (len(page.children), len(client.calls)) == (128, 1)  # the first rows cost one short page
    now, later = page.split(100)
    assert later is not None
    assert (len(now.children), now.after, len(later.children)) == (100, later.start, 28)
    assert whole_level(client, b"/flat/", 25_000) == names
    assert len(client.calls) <= 20


def test_who_may_read_a_part_sees_that_part() -> None:
    keys = {b"/cluster/config/a": b"1", b"/cluster/nodes/n1/ip": b"2", b"/secret": b"3", b"/cluster/x": b"4"}
    client = RangeClient(keys, allowed=[(b"/cluster/", b"/cluster0")])
    found = reach(store(client), JOB)
    assert (found.spans, found.whole, found.user) == ((Span(b"/cluster/", b"/cluster0"),), False, "nasadmin")
    top = children(store(client), b"", found.spans, JOB)
    assert [child.path for child in top.children] == [b"/cluster/"]
    assert counts(store(client), [b"/cluster/"], found.spans, JOB)[b"/cluster/"][0] == 3
    narrow = RangeClient(keys, allowed=[(b"/cluster/config/", b"/cluster/config0"), (b"/cluster/x", b"/cluster/x\0")])
    spans = reach(store(narrow), JOB).spans
    level = children(store(narrow), b"/cluster/", spans, JOB)
    assert [child.path for child in level.children] == [b"/cluster/config/", b"/cluster/x"]
    assert reach(store(RangeClient(keys)), JOB).whole
    kv = client.put(b"/cluster/config/a", b"1", lease=7)
    read = read_key(store(client), kv.key, JOB)
    assert (read.kv, read.lease) == (kv, (12, 15))


def test_lists_and_searches_have_limits_that_are_told() -> None:
    client = RangeClient({f"/k/{n:04}".encode(): b"x" * 50 + b"Needle" * (n == 7) for n in range(3000)})
    items, more = list_keys(store(client), [WHOLE], JOB, limit=10)
    assert (len(items), more) == (10, True)
    items, more = list_keys(store(client), [WHOLE], JOB, values=True)
    assert (len(items), more, items[7].value[-6:]) == (3000, False, b"Needle")
    told: list[Findings] = []
    found = search(store(client), "K/00", (WHOLE,), JOB, tell=told.append)
    assert (len(found.hits), found.done, found.limit) == (100, True, "")
    found = search(store(client), "k", (WHOLE,), JOB)
    assert (len(found.hits), found.limit) == (1000, "hits")
    found = search(store(client), "needle", (WHOLE,), JOB, in_values=True)
    assert [hit.kv.key for hit in found.hits] == [b"/k/0007"]
    assert "Needle" in found.hits[0].excerpt
    assert told[-1].total == 3000
