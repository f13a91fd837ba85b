"""Telling screen readers what changed without a key press."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str = "") -> None:
    """Say that something important changed: a verdict, a banner, a toast. `text` becomes the widget's name."""
    if text:
        widget.setAccessibleName(text)
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))
