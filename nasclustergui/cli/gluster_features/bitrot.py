"""`gluster volume bitrot NAME …`: the words, in gluster's own order, and `heal`, which gluster itself does not have."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _


def add(words: Words) -> None:
    """The words after `gluster volume bitrot`."""
    parser = words.volume("bitrot", _("find and heal files that changed on a disk"), "bitrot_run:run")
    text = "enable | disable | scrub status|ondemand|pause|resume | scrub-frequency F | scrub-throttle T"
    parser.add_argument("words", nargs="+", metavar="ACTION", help=f"{text} | signing-time SECONDS | heal [PATH …]")
