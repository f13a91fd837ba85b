"""What all tests share: no screen, the user's own files out of reach, the source language."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
OUTPUT = Path(__file__).resolve().parent / "output"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Profiles, known hosts, audit log and settings go to a directory of the test's own."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="session")
def output() -> Path:
    """Where tests leave their screenshots; CI keeps them."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    return OUTPUT
