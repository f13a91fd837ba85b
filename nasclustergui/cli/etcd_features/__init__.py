"""`etcd …`: a module for each subject, which adds its words and answers them.

A module has `add(words)`, which must stay cheap: it is called whenever the program starts on the command line.
Its handlers (`run(session, options) -> Exit`) are loaded when they are needed.
"""

from __future__ import annotations

from importlib import import_module

from nasclustergui.cli.words import Words

FEATURES: tuple[str, ...] = ("keys", "changes", "members", "oplock", "coordination", "access")


def add_all(words: Words) -> None:
    """The words of all of them."""
    for name in FEATURES:
        import_module(f"{__name__}.{name}").add(words)
