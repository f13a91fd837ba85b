"""What stands in the key of the operation lock, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nasclustergui.core.i18n import _
from nasclustergui.core.oplock import Holder
from nasclustergui.remote.etcd_types import KeyValue

KEY = "/cluster/locks/operation"
LAST = "/cluster/operation/last"  # who took it last, without a lease: what a lock that ran out is compared with
_MOST = 4e9
TTL = 15  # seconds after which the lock of a program that was killed frees itself


@dataclass(eq=False)
class Running:
    """A plan that runs under the lock. `started` is Unix time."""

    title: str
    lane: str
    plan: str
    started: float


def written(who: str, instance: str, running: Sequence[Running]) -> str:
    """The key's value: who, instance, and title, lane, plan and start of the plan that runs the longest.

    `more` counts the other plans of the same program.
    """
    oldest = running[0]
    data = {
        "who": who,
        "instance": instance,
        "title": oldest.title,
        "lane": oldest.lane,
        "plan": oldest.plan,
        "started": round(oldest.started, 3),
        "more": len(running) - 1,
    }
    return json.dumps(data, ensure_ascii=False)


def holder_of(kv: KeyValue) -> Holder:
    """Who holds it. Also for a value that another program wrote: whoever it is, the lock is taken."""
    try:
        data = json.loads(kv.value)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return Holder(_("somebody"), "", title=shortened(kv.text), create_revision=kv.create_revision)
    return Holder(
        _text(data, "who") or _("somebody"),
        _text(data, "instance"),
        _text(data, "title"),
        _text(data, "lane"),
        _text(data, "plan"),
        _number(data, "started"),
        int(_number(data, "more")),
        kv.create_revision,
    )


def shortened(text: str) -> str:
    """For a title: one line, 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _number(data: dict[str, Any], key: str) -> float:
    """A time or a count; 0.0 for what can be neither."""
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and 0 <= value < _MOST else 0.0
