"""`gluster volume heal NAME [full | info [summary] | doctor]`: the words; what changes is answered by `cli.gluster`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from nasclustergui.core.i18n import _

FORMS = {(): "", ("full",): "", ("info",): "info", ("info", "summary"): "summary", ("doctor",): "doctor"}
WATCH = 25.0  # seconds: a heal that goes on shows itself within that


class Form(argparse.Action):
    """Sorts the words after the volume's name: gluster's own order, and "doctor"."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Set `full` for the change, `look` and `handler` for what only looks."""
        words = tuple(values or ())
        if words not in FORMS:
            parser.error(_("after the volume comes nothing, “full”, “info”, “info summary” or “doctor”"))
        if words == ("full",):
            namespace.full = "full"
        if FORMS[words]:
            namespace.look, namespace.handler = FORMS[words], "heal_run:run"


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of `heal` after the volume's name."""
    parser.add_argument("form", nargs="*", action=Form, metavar="full | info [summary] | doctor")
    parser.add_argument("--full", dest="full", action="store_const", const="full", help=_("look at every file"))
    parser.add_argument(
        "--watch",
        type=float,
        default=WATCH,
        metavar="SECONDS",
        help=_("with doctor: how long to watch the backlog where no cause is seen at once"),
    )
