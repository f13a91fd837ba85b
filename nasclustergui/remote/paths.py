"""Where the program keeps its files on this workstation."""

from __future__ import annotations

from pathlib import Path

import platformdirs

APP = "nasclustergui"


def config_dir() -> Path:
    """Settings and cluster profiles: ~/.config/nasclustergui on Linux."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False, roaming=True))


def data_dir() -> Path:
    """What must not be lost: ~/.local/share/nasclustergui on Linux."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def clusters_dir() -> Path:
    """One TOML file per cluster."""
    return config_dir() / "clusters"


def settings_file() -> Path:
    """The person's own settings."""
    return config_dir() / "settings.toml"


def audit_file() -> Path:
    """The record of every change, one JSON object a line."""
    return data_dir() / "audit.jsonl"
