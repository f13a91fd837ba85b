"""What etcd says about nodes that are being drained."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue, visible
from nasclustergui.subsystems.etcd.features.store import Store
from nasclustergui.subsystems.etcd.model import Drain

NODES = "/cluster/nodes/"
LONGEST = 500  # letters of a reason


@dataclass(frozen=True)
class DrainKey:
    """A node's key "drain" as it is now: None and 0 if there is none. `text`: its value."""

    drain: Drain | None = None
    revision: int = 0
    text: str = ""


def drain_key(node: str) -> str:
    """The key of that node."""
    return f"{NODES}{node}/drain"


def drain_text(drain: Drain) -> str:
    """The value: JSON with who, when (UTC) and why."""
    when = datetime.fromtimestamp(drain.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if drain.at is not None else ""
    return json.dumps({"who": drain.who, "when": when, "why": drain.why}, ensure_ascii=False)


def parse_drain(node: str, text: str) -> Drain:
    """Any value drains the node: one that is not ours (a plain text) counts as the reason.

    Anybody may have written it: who and why are one line each, without what a terminal would obey.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Drain(node, why=one_line(text))
    if not isinstance(found, Mapping):
        return Drain(node, why=one_line(text))
    who, when, why = (str(found.get(name) or "") for name in ("who", "when", "why"))
    return Drain(node, one_line(who), _time(when), one_line(why))


def one_line(text: str) -> str:
    """The text without line ends and control characters, cut where nobody reads on."""
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _time(when: str) -> float | None:
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def drains(items: Iterable[KeyValue]) -> dict[str, Drain]:
    """Node → its drain, from the keys below /cluster/nodes/."""
    found = {}
    for kv in items:
        name, _slash, field = kv.name.removeprefix(NODES).partition("/")
        if field == "drain":
            found[name] = parse_drain(name, kv.text)
    return found


def read_drain(store: Store, node: str, job: Job) -> DrainKey:
    """The node's key now. Raises StoreError."""
    found = store.client.get(drain_key(node), job=job)
    if found is None:
        return DrainKey()
    return DrainKey(parse_drain(node, found.text), found.mod_revision, found.text)
