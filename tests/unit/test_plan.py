"""Plans as data: grades, JSON and back, which name must be typed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.confirm import check_confirmed, is_confirmed, required_confirmation
from nasclustergui.core.errors import InvalidInput, NotConfirmed
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.plan_json import from_json, plan_id, to_json
from nasclustergui.core.profile import Environment, NodeProfile, Profile

texts = st.text(st.characters(exclude_categories=()), max_size=12)
seconds = st.none() | st.floats(0, 1e9)
commands = st.builds(
    Command,
    st.lists(texts, min_size=1, max_size=4).filter(lambda words: bool(words[0])).map(tuple),
    seconds,
    st.booleans(),
    texts,
)
steps = st.builds(
    Step,
    title=texts,
    node=texts,
    command=commands,
    driver=texts,
    risk=st.sampled_from(Risk),
    undo_text=texts,
    undo=st.none() | commands,
    check=texts,
    follow=texts,
    prompts=st.lists(texts, max_size=2).map(tuple),
    args=st.dictionaries(texts, texts, max_size=2),
    expect=texts,
)
plans = st.builds(
    Plan,
    title=texts,
    cluster=texts,
    steps=st.lists(steps, min_size=1, max_size=3).map(tuple),
    meaning=st.lists(st.builds(Meaning, st.sampled_from(Severity), texts, texts), max_size=2).map(tuple),
    undo=texts,
    confirm=texts,
    lane=texts,
    seconds=seconds,
    cancel_effect=texts,
    created=st.floats(0, 1e12),
    by=texts,
    rollback=st.booleans(),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STEP = Step("Stop volume scratch", "node1", Command(("gluster", "volume", "stop", "scratch")), "gluster")


def plan_with(risk: Risk, confirm: str = "scratch") -> Plan:
    return Plan("Stop volume scratch", "lab", (replace(STEP, risk=risk),), confirm=confirm, created=1.0)


def profile(environment: Environment) -> Profile:
    return Profile("lab", (NodeProfile("node1", "10.0.0.1"),), environment=environment)


@given(plans)
def test_json_and_back(plan: Plan) -> None:
    assert from_json(to_json(plan)) == plan
    assert plan_id(from_json(to_json(plan))) == plan_id(plan)


@given(plans, st.data())
def test_damaged_json_is_refused_or_a_plan(plan: Plan, data: st.DataObject) -> None:
    tree = json.loads(to_json(plan))
    node: Any = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans())):
            break
        node = node[key]
    node[key] = data.draw(json_values)
    try:
        read = from_json(json.dumps(tree))
    except InvalidInput:
        return
    assert from_json(to_json(read)) == read


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"format": 2}', "[" * 100_000, '{"format": 1}', "1" * 5000, '{"format": 1, "steps": 3}'],
)
def test_other_text_is_no_plan(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a plan"):
        from_json(text)


@pytest.mark.parametrize(
    "command", [Command(("mount", Secret("hunter2"))), Command(("tee", "/x"), stdin=b"hunter2")], ids=["word", "input"]
)
def test_secrets_are_not_stored_and_such_a_plan_is_not_run_again(command: Command) -> None:
    text = to_json(Plan("x", "lab", (replace(STEP, command=command),)))
    assert "hunter2" not in text
    with pytest.raises(InvalidInput, match="never stored"):
        from_json(text)


def test_different_plans_have_different_ids() -> None:
    assert plan_id(plan_with(Risk.SAFE)) == plan_id(plan_with(Risk.SAFE))
    assert plan_id(plan_with(Risk.SAFE)) != plan_id(plan_with(Risk.CAUTION))
    assert len(plan_id(plan_with(Risk.SAFE))) == 12


def test_gravest_risk_counts_and_questions_come_once() -> None:
    asked = replace(STEP, prompts=("Sure?",))
    plan = Plan("x", "lab", (asked, replace(asked, node="node2", risk=Risk.DESTRUCTIVE), asked))
    assert plan.risk is Risk.DESTRUCTIVE
    assert plan.nodes == ("node1", "node2")
    assert plan.prompts == ("Sure?",)
    assert Plan("empty", "lab", ()).risk is Risk.SAFE


@pytest.mark.parametrize(
    ("risk", "environment", "name"),
    [
        (Risk.SAFE, Environment.PROD, ""),
        (Risk.CAUTION, Environment.PROD, "scratch"),
        (Risk.CAUTION, Environment.TEST, ""),
        (Risk.CAUTION, Environment.LAB, ""),
        (Risk.DESTRUCTIVE, Environment.PROD, "scratch"),
        (Risk.DESTRUCTIVE, Environment.LAB, "scratch"),
    ],
)
def test_name_to_type(risk: Risk, environment: Environment, name: str) -> None:
    assert required_confirmation(plan_with(risk), profile(environment)) == name


def test_cluster_name_where_the_plan_has_none() -> None:
    assert required_confirmation(plan_with(Risk.DESTRUCTIVE, confirm=""), profile(Environment.LAB)) == "lab"


def test_only_the_exact_name_confirms() -> None:
    plan, lab = plan_with(Risk.DESTRUCTIVE), profile(Environment.LAB)
    assert is_confirmed(plan, lab, " scratch\n")
    for typed in ("", "Scratch", "scratc", "scratch2", "yes"):
        assert not is_confirmed(plan, lab, typed)
        with pytest.raises(NotConfirmed) as error:
            check_confirmed(plan, lab, typed)
        assert "scratch" in error.value.hint
    check_confirmed(plan_with(Risk.SAFE), lab, "")
