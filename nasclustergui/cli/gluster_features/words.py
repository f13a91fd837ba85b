"""Helps a subject to add its words to `gluster volume …` or to have a word of its own (`gluster peer …`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Finish = Callable[[argparse.ArgumentParser, bool], None]  # adds the options that all commands have; True for a change


class Words:
    """The parsers below `gluster`."""

    def __init__(self, kinds: Any, volume_actions: Any, finish: Finish) -> None:
        """`kinds`, `volume_actions`: argparse's own sub-parser objects, which have no public type."""
        self._kinds, self._volume, self._finish = kinds, volume_actions, finish
        self._own: dict[str, Any] = {}

    def volume(self, name: str, text: str, handler: str, *, change: bool = True) -> argparse.ArgumentParser:
        """`gluster volume NAME VOLUME …`; the volume's name arrives as `options.name`.

        `handler`: "module:function" in this package, called with (session, options).
        """
        return self._add(self._volume, name, text, handler, change, volume=True)

    def kind(self, kind: str, name: str, text: str, handler: str, *, change: bool = True) -> argparse.ArgumentParser:
        """`gluster KIND NAME …`, for instance `gluster peer probe`."""
        if kind not in self._own:
            self._own[kind] = self._kinds.add_parser(kind).add_subparsers(
                dest="action", required=True, metavar="ACTION"
            )
        return self._add(self._own[kind], name, text, handler, change, volume=False)

    def _add(
        self, parent: Any, name: str, text: str, handler: str, change: bool, *, volume: bool
    ) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = parent.add_parser(name, help=text)
        if volume:
            parser.add_argument("name", metavar="NAME")
        self._finish(parser, change)
        parser.set_defaults(handler=handler)
        return parser
