"""Helps the subjects of `etcd …` and `node …` to add their words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Finish = Callable[[argparse.ArgumentParser, bool], None]  # adds the options that all commands have; True for a change


class Words:
    """The parsers below one word of the command line. `package` is where the handlers live."""

    def __init__(self, parsers: Any, package: str, finish: Finish) -> None:
        """`parsers`: argparse's own sub-parser object, which has no public type."""
        self._parsers, self._package, self._finish = parsers, package, finish
        self._groups: dict[str, Any] = {}

    def word(self, name: str, text: str, handler: str, *, change: bool = False) -> argparse.ArgumentParser:
        """`etcd get`. `handler`: "module:function" in the package, called with (session, options)."""
        return self._add(self._parsers, name, text, handler, change)

    def under(
        self, group: str, name: str, text: str, handler: str, *, change: bool = False, group_text: str = ""
    ) -> argparse.ArgumentParser:
        """`etcd member add`: a word below a word. `group_text` explains the upper one where it comes first."""
        if group not in self._groups:
            parser = self._parsers.add_parser(group, help=group_text or None)
            self._groups[group] = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        return self._add(self._groups[group], name, text, handler, change)

    def _add(self, parent: Any, name: str, text: str, handler: str, change: bool) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = parent.add_parser(name, help=text, description=text)
        self._finish(parser, change)
        parser.set_defaults(handler=f"{self._package}.{handler}")
        return parser
