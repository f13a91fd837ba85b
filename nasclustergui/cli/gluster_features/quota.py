"""Words of `gluster volume quota`."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """Add them."""
    parser = words.volume("quota", _("limits on directories"), "quota_run:run")
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="enable | disable | list | limit-usage PATH SIZE [PERCENT] | limit-objects PATH NUMBER [PERCENT] | "
        "remove PATH | remove-objects PATH | default-soft-limit PERCENT | alert-time|soft-timeout|hard-timeout TIME",
    )
