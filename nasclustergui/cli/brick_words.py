"""The words of `gluster volume create` and `add-brick`, read as gluster itself reads them."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _

_COUNTS = ("replica", "arbiter", "disperse", "disperse-data", "redundancy", "stripe")


@dataclass(frozen=True)
class BrickWords:
    """What the words say; 0 for a count that isn't given.

    Attributes:
        bricks: "node1:/bricks/d1/data", in order.
        force: the last word was `force`.
    """

    bricks: tuple[str, ...]
    replica: int = 0
    arbiter: int = 0
    disperse: int = 0
    redundancy: int = 0
    force: bool = False


def read_words(words: list[str]) -> BrickWords:
    """Understand `[replica N [arbiter N]] [disperse N] [disperse-data N] [redundancy N] BRICK… [force]`.

    Raises InvalidInput: an unknown word, a count that is none, no bricks, counts that don't go together.
    """
    rest, counts, force = list(words), dict[str, int](), False
    if rest and rest[-1] == "force":
        rest.pop()
        force = True
    while rest and ":" not in rest[0]:
        word = rest.pop(0)
        if word in _COUNTS:
            counts[word] = _count(word, rest.pop(0) if rest else "", counts)
        elif word == "transport" and rest[:1] == ["tcp"]:
            rest.pop(0)
        elif word != "distribute":
            raise InvalidInput(
                _("“{word}” is not understood here.").format(word=_shown(word)),
                hint=_(
                    "After the name come replica, arbiter, disperse or redundancy, each with a number, then bricks."
                ),
            )
    bricks = tuple(rest)
    if not bricks:
        raise InvalidInput(_("No brick is named."), hint=_("Write bricks as NODE:/PATH, separated by blanks."))
    for brick in bricks:
        if ":/" not in brick:
            raise InvalidInput(
                _("“{brick}” is not a brick.").format(brick=_shown(brick)), hint=_("Write bricks as NODE:/PATH.")
            )
    return _checked(bricks, counts, force)


def _count(word: str, number: str, counts: dict[str, int]) -> int:
    if word == "stripe":
        raise InvalidInput(_("Striped volumes no longer exist in GlusterFS."), hint=_("Use disperse instead."))
    if word in counts:
        raise InvalidInput(_("“{word}” is given twice.").format(word=word))
    if not number.isascii() or not number.isdigit() or len(number) > 4:
        raise InvalidInput(_("After “{word}” comes a number, not “{found}”.").format(word=word, found=_shown(number)))
    if not int(number) and word != "arbiter":  # as if it were not given would be another kind of volume
        raise InvalidInput(_("The number after “{word}” must be at least 1.").format(word=word))
    return int(number)


def _checked(bricks: tuple[str, ...], counts: dict[str, int], force: bool) -> BrickWords:
    data = counts.get("disperse-data", 0)
    disperse, redundancy = counts.get("disperse", 0), counts.get("redundancy", 0)
    if data and not disperse:
        disperse = data + redundancy if redundancy else len(bricks)
    if data and not redundancy:
        redundancy = disperse - data
    if data and (redundancy < 1 or data + redundancy != disperse):
        raise InvalidInput(_("disperse-data and redundancy do not add up to disperse."))
    if redundancy and not disperse:
        disperse = len(bricks)
    if disperse and counts.get("replica"):
        raise InvalidInput(_("A volume is replicated or dispersed, not both."))
    if counts.get("arbiter") and not counts.get("replica"):
        raise InvalidInput(_("An arbiter needs a replica count."), hint=_("Write replica 3 arbiter 1."))
    return BrickWords(bricks, counts.get("replica", 0), counts.get("arbiter", 0), disperse, redundancy, force)


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
