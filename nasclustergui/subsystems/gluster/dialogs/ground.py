"""Looks at the places of bricks while they are being arranged: what lies there, and what that keeps one from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.subsystems.gluster.features.places.model import Site
from nasclustergui.subsystems.gluster.features.places.words import finding, refused
from nasclustergui.subsystems.gluster.model import Volume

SETTLE_MS = 300  # a path is being typed
STATES = {Severity.CRITICAL: "critical", Severity.WARN: "warn"}

Spot = tuple[str, str]  # node, path
Found = Mapping[str, tuple[Site, ...] | NasError]
Look = Callable[[Mapping[str, Sequence[str]], Callable[[Found], object], Callable[[NasError], object]], object]


class Ground(QObject):
    """What is known of the places. Without `set_look` nothing is asked and nothing is said.

    Signals:
        changed: something else is known now.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._volumes: tuple[Volume, ...] = ()
        self._wanted: tuple[Spot, ...] = ()
        self._known: dict[Spot, Site] = {}
        self._failed: dict[str, NasError] = {}
        self._asking: frozenset[Spot] = frozenset()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)

    def set_look(self, look: Look) -> None:
        """How the nodes are asked: `look(wanted, done, failed)` returns at once."""
        self._look = look

    def set_volumes(self, volumes: Iterable[Volume]) -> None:
        """The pool's volumes: an old brick is named after its own, if that still exists."""
        self._volumes = tuple(volumes)

    def forget(self) -> None:
        """What was seen may be different now: look again."""
        self._known.clear()
        self._failed.clear()
        self._later()

    def want(self, spots: Iterable[Spot]) -> None:
        """These places are meant now."""
        wanted = tuple(spots)
        if wanted != self._wanted:
            self._wanted = wanted
            self._later()

    def places(self) -> list[Site]:
        """What was found at the places that are meant, in their order."""
        return [self._known[spot] for spot in self._wanted if spot in self._known]

    def occupied(self) -> list[Site]:
        """Those with something old in them."""
        return [place for place in self.places() if place.occupied]

    def notes(self, aside: bool) -> list[Note]:
        """What there is to say, worst first. `aside`: old directories are set aside."""
        said = [
            Note("info", _("Directories of {node} could not be looked at: {why}").format(node=node, why=error))
            for node, error in self._failed.items()
        ]
        for place in self.places():
            found = finding(place, self._volumes)
            if found is not None and not (aside and place.occupied):
                said.append(Note(STATES[found[0]], found[1]))
        return sorted(said, key=lambda note: ("critical", "warn", "info").index(note.state))

    def missing(self, force: bool, aside: bool) -> str:
        """What keeps the bricks from being made there, "" if nothing does."""
        if self._open():
            return _("Looking at the directories on the nodes…")
        for place in self.places():
            found = finding(place, self._volumes)
            if found is None:
                continue
            if refused(place):
                return found[1]
            if place.needs_force and not force and not (aside and place.occupied):
                return _treatments(place)
        return ""

    def _open(self) -> list[Spot]:
        """Places that nobody has told about yet."""
        if self._look is None:
            return []
        return [spot for spot in self._wanted if spot not in self._known and spot[0] not in self._failed]

    def _later(self) -> None:
        if self._open():
            self._timer.start()

    def _ask(self) -> None:
        wanted = [spot for spot in self._open() if spot not in self._asking]
        if self._look is None or not wanted:
            return
        by_node: dict[str, list[str]] = {}
        for node, path in wanted:
            by_node.setdefault(node, []).append(path)
        self._asking |= set(wanted)
        self._look(by_node, lambda found: self._on_found(wanted, found), lambda error: self._on_failed(wanted, error))

    def _on_found(self, asked: Sequence[Spot], found: Found) -> None:
        self._asking -= set(asked)
        for node, told in found.items():
            if isinstance(told, NasError):
                self._failed[node] = told
            else:
                self._known.update({(place.node, place.path): place for place in told})
        self.changed.emit()

    def _on_failed(self, asked: Sequence[Spot], error: NasError) -> None:
        self._asking -= set(asked)
        self._failed.update({node: error for node, _path in asked})
        self.changed.emit()


def _treatments(place: Site) -> str:
    if place.occupied:
        return _("Old bricks lie there: set them aside, reuse them, or choose another directory")
    return _("{path} on {node} is itself a mount point: choose a directory in it").format(
        path=place.path, node=place.node
    )
