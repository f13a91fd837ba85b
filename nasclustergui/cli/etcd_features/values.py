"""Keys and values in the command line's JSON: text as text, anything else as base64."""

from __future__ import annotations

import base64

from nasclustergui.subsystems.etcd.features.changes.diff import is_text


def value_data(name: str, value: bytes) -> dict[str, str]:
    """{"value": "text"} or {"value_base64": "…"}."""
    if is_text(value):
        return {name: value.decode()}
    return {f"{name}_base64": base64.b64encode(value).decode("ascii")}
