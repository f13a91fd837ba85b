"""Where the set editor's boxes and slots lie for a given width: pure geometry, used to paint and to hit-test."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place
from nasclustergui.ui import theme

GAP, INSET = 8, 12
BETWEEN = 12
MIN_SLOT, SLOT_HEIGHT, HEAD, FOOT, START = 150, 66, 38, 14, 44


@dataclass(frozen=True)
class Slot:
    """One place and its rectangle."""

    place: Place
    rect: QRectF

    @property
    def remove(self) -> QRectF:
        """The target of the ✕, 24 × 24."""
        side = theme.px(24)
        return QRectF(self.rect.right() - side - 5, self.rect.y() + 5, side, side)


@dataclass(frozen=True)
class Box:
    """A set: its number, its outline, its slots. Where files are only distributed one box holds all bricks."""

    number: int
    rect: QRectF
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Geometry:
    """All rectangles. `start` is where a new set begins, None where the box itself has room for one more."""

    boxes: tuple[Box, ...]
    start: QRectF | None
    height: int

    @property
    def slots(self) -> list[Slot]:
        """All slots in reading order."""
        return [slot for box in self.boxes for slot in box.slots]

    def place_at(self, at: QPointF, draft: Draft) -> Place | None:
        """The place under the pointer. Beside the slots of a set its first empty slot is meant."""
        for slot in self.slots:
            if slot.rect.contains(at):
                return slot.place
        for box in self.boxes:
            if box.rect.contains(at):
                return next((slot.place for slot in box.slots if draft.disk(slot.place) is None), None)
        if self.start is not None and self.start.contains(at):
            return Place(len(draft.sets), 0)
        return None

    def rect_of(self, place: Place) -> QRectF | None:
        """The rectangle of a place, or of the start of a new set."""
        for slot in self.slots:
            if slot.place == place:
                return slot.rect
        return self.start


def lay_out(draft: Draft, width: int) -> Geometry:
    """The rectangles for that width, in device independent pixels and the user's text size."""
    if draft.shape.size == 1:
        places = [Place(n, 0) for n in range(len(draft.sets)) if draft.members(n)]
        places.append(Place(len(places), 0))
        box = _box(0, places, 0.0, width, columns=max(1, min(3, _fitting(width))))
        return Geometry((box,), None, round(box.rect.bottom()))
    boxes: list[Box] = []
    y = 0.0
    for number in range(len(draft.sets)):
        places = [Place(number, i) for i in range(draft.shape.size)]
        box = _box(number, places, y, width, _columns(draft.shape.size, width))
        boxes.append(box)
        y = box.rect.bottom() + BETWEEN
    start = QRectF(0, y, width, theme.px(START)) if draft.may_grow and any(draft.sets[-1]) else None
    return Geometry(tuple(boxes), start, round(y + theme.px(START) if start is not None else y - BETWEEN))


def _fitting(width: int) -> int:
    return int((width - 2 * INSET + GAP) // (theme.px(MIN_SLOT) + GAP))


def _columns(size: int, width: int) -> int:
    """As many as fit, rows evenly filled: 6 slots where 5 fit stand 3 and 3."""
    fit = max(1, min(size, _fitting(width)))
    rows = -(-size // fit)
    return -(-size // rows)


def _box(number: int, places: list[Place], y: float, width: int, columns: int) -> Box:
    head, slot_height = theme.px(HEAD), theme.px(SLOT_HEIGHT)
    slot_width = (width - 2 * INSET - (columns - 1) * GAP) / columns
    slots = tuple(
        Slot(
            place,
            QRectF(
                INSET + (k % columns) * (slot_width + GAP),
                y + head + (k // columns) * (slot_height + GAP),
                slot_width,
                slot_height,
            ),
        )
        for k, place in enumerate(places)
    )
    return Box(number, QRectF(0, y, width, slots[-1].rect.bottom() + FOOT - y), slots)
