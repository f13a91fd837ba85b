"""`gluster volume quorum NAME …`: the rules, what one more loss would do, and changing the rules."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _

METAVAR = "auto|fixed N|none|default|server on|server off|ratio PERCENT"


def add(words: Words) -> None:
    """The word `quorum`."""
    text = _("the rules of quorum, what one more loss would do; or a new rule")
    words.volume("quorum", text, "quorum_run:quorum").add_argument("words", nargs="*", metavar=METAVAR)
