"""What the heartbeat consists of on a node: a script, a systemd unit, settings."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[4] / "resources" / "heartbeat"
UNIT = "nascluster-heartbeat"
SCRIPT_PATH = "/usr/local/lib/nascluster/heartbeat.sh"
UNIT_PATH = f"/etc/systemd/system/{UNIT}.service"
SETTINGS_PATH = "/etc/nascluster/heartbeat.env"
CA_PATH = "/etc/nascluster/etcd-ca.crt"
_VERSION = re.compile(r"^# nascluster-heartbeat (\d+)$", re.MULTILINE)


@cache
def script_text() -> str:
    """The script that comes with this program."""
    return _text("heartbeat.sh")


@cache
def unit_text() -> str:
    """Its systemd unit."""
    return _text(f"{UNIT}.service")


@cache
def version() -> int:
    """Of the script that comes with this program: the number in its second line."""
    found = _VERSION.search(script_text())
    assert found is not None
    return int(found[1])


@cache
def digests() -> tuple[str, str]:
    """SHA-256 of script and unit, as `sha256sum` prints them."""
    script, unit = (hashlib.sha256(text.encode()).hexdigest() for text in (script_text(), unit_text()))
    return script, unit


def _text(name: str) -> str:
    return (RESOURCES / name).read_text(encoding="utf-8")
