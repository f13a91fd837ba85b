"""Plans as JSON text and back, so that one can be stored, shown again and resumed after a crash."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step

FORMAT = 1


def to_json(plan: Plan) -> str:
    """The plan as JSON text (format 1), field names as in the classes.

    Secrets are written as "***" and what a command reads on its standard input is left out; the text then
    says `"complete": false` and `from_json` refuses it: such a plan can be looked at, not run again.
    """
    return json.dumps(plan_data(plan), ensure_ascii=True, indent=2)


def plan_id(plan: Plan) -> str:
    """Twelve hexadecimal digits that name this plan in the audit log: equal for equal plans."""
    text = json.dumps(plan_data(plan), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def plan_data(plan: Plan) -> dict[str, Any]:
    """The plan as plain lists, dictionaries, texts and numbers."""
    return {
        "format": FORMAT,
        "complete": not any(_left_out(c) for step in plan.steps for c in (step.command, step.undo) if c),
        "title": plan.title,
        "cluster": plan.cluster,
        "steps": [_step_data(step) for step in plan.steps],
        "meaning": [{"severity": m.severity.name.lower(), "title": m.title, "text": m.text} for m in plan.meaning],
        "undo": plan.undo,
        "confirm": plan.confirm,
        "lane": plan.lane,
        "seconds": plan.seconds,
        "cancel_effect": plan.cancel_effect,
        "icon": plan.icon,
        "created": plan.created,
        "by": plan.by,
        "rollback": plan.rollback,
        "guarded": plan.guarded,
    }


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "title": step.title,
        "node": step.node,
        "command": _command_data(step.command),
        "driver": step.driver,
        "risk": step.risk.value,
        "undo_text": step.undo_text,
        "undo": _command_data(step.undo) if step.undo else None,
        "check": step.check,
        "follow": step.follow,
        "prompts": list(step.prompts),
        "args": dict(step.args),
        "expect": step.expect,
    }


def _command_data(command: Command) -> dict[str, Any]:
    words = [str(word) for word in command.argv]
    return {"argv": words, "timeout": command.timeout, "root": command.root, "lock": command.lock}


def _left_out(command: Command) -> bool:
    return bool(command.stdin) or command.secret is not None or any(isinstance(word, Secret) for word in command.argv)


def from_json(text: str) -> Plan:
    """The plan that `to_json` wrote. Raises InvalidInput if it is anything else."""
    try:
        data = json.loads(text)
        if _dict(data)["format"] != FORMAT:
            raise ValueError("format")
        complete = _get(data, "complete", bool)
        plan = _plan(data)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidInput(_("This is not a plan of this program."), details=repr(error)) from error
    if not complete:
        raise InvalidInput(
            _("This plan held a password or a file's content, which are never stored."),
            hint=_("Make the plan again."),
        )
    return plan


def _plan(data: Mapping[str, Any]) -> Plan:
    texts = {key: _get(data, key, str) for key in ("title", "cluster", "undo", "confirm", "lane", "icon", "by")}
    steps = tuple(_step(_dict(step)) for step in _get(data, "steps", list))
    if not steps:
        raise ValueError("steps")
    return Plan(
        **texts,
        steps=steps,
        meaning=tuple(_meaning(_dict(m)) for m in _get(data, "meaning", list)),
        seconds=_seconds(data["seconds"]),
        cancel_effect=_get(data, "cancel_effect", str),
        created=_number(data["created"]),
        rollback=_get(data, "rollback", bool),
        guarded=_get(data, "guarded", bool) if "guarded" in data else True,  # plans written before there was a lock
    )


def _meaning(data: Mapping[str, Any]) -> Meaning:
    return Meaning(Severity[_get(data, "severity", str).upper()], _get(data, "title", str), _get(data, "text", str))


def _step(data: Mapping[str, Any]) -> Step:
    texts = {key: _get(data, key, str) for key in ("title", "node", "driver", "undo_text", "check", "follow", "expect")}
    return Step(
        **texts,
        command=_command(_dict(data["command"])),
        risk=Risk(data["risk"]),
        undo=None if data["undo"] is None else _command(_dict(data["undo"])),
        prompts=_words(data["prompts"]),
        args={key: _get(data["args"], key, str) for key in _dict(data["args"])},
    )


def _command(data: Mapping[str, Any]) -> Command:
    words = _words(data["argv"])
    if not words or not words[0]:
        raise ValueError("argv")
    return Command(words, _seconds(data["timeout"]), _get(data, "root", bool), _get(data, "lock", str))


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError("words")
    return tuple(value)


def _get(data: Mapping[str, Any], key: str, kind: type) -> Any:
    value = data[key]
    if not isinstance(value, kind):
        raise TypeError(key)
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("object")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("number")
    return float(value)


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    seconds = _number(value)
    if seconds < 0:
        raise ValueError("seconds")
    return seconds
