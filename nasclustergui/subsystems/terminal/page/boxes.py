"""Lines and blocks of U+2500 to U+259F, painted to the edges of their cells so that they join at any size."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

# arms to the left, up, right, down: 1 light, 2 heavy, 3 double
_ARMS = {
    "─": "1010", "│": "0101", "┌": "0011", "┐": "1001", "└": "0110", "┘": "1100", "├": "0111", "┤": "1101",
    "┬": "1011", "┴": "1110", "┼": "1111", "╭": "0011", "╮": "1001", "╰": "0110", "╯": "1100",
    "╴": "1000", "╵": "0100", "╶": "0010", "╷": "0001",
    "━": "2020", "┃": "0202", "┏": "0022", "┓": "2002", "┗": "0220", "┛": "2200", "┣": "0222", "┫": "2202",
    "┳": "2022", "┻": "2220", "╋": "2222", "╸": "2000", "╹": "0200", "╺": "0020", "╻": "0002",
    "═": "3030", "║": "0303", "╔": "0033", "╗": "3003", "╚": "0330", "╝": "3300", "╠": "0333", "╣": "3303",
    "╦": "3033", "╩": "3330", "╬": "3333",
}  # fmt: skip
# quarters: upper left, upper right, lower left, lower right
_QUARTERS = {
    "▖": "0010", "▗": "0001", "▘": "1000", "▙": "1011", "▚": "1001", "▛": "1110", "▜": "1101", "▝": "0100",
    "▞": "0110", "▟": "0111",
}  # fmt: skip
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
BLOCKS = frozenset("▀▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▐▔▕") | _QUARTERS.keys() | _SHADES.keys()
DRAWN = frozenset(_ARMS) | BLOCKS


def draw(p: QPainter, character: str, cell: QRectF, color: QColor, pixel: float) -> None:
    """Paint one character of `DRAWN`; `pixel` is the size of the screen's pixel in the painter's units."""
    if character in _ARMS:
        _lines(p, _ARMS[character], cell, color, pixel)
    elif character in _QUARTERS:
        w, h = cell.width() / 2, cell.height() / 2
        for n, filled in enumerate(_QUARTERS[character]):
            if filled == "1":
                p.fillRect(QRectF(cell.x() + n % 2 * w, cell.y() + n // 2 * h, w, h), color)
    elif character in _SHADES:
        shade = QColor(color)
        shade.setAlphaF(_SHADES[character])
        p.fillRect(cell, shade)
    else:
        p.fillRect(_block(character, cell), color)


def _block(character: str, cell: QRectF) -> QRectF:
    x, y, w, h = cell.x(), cell.y(), cell.width(), cell.height()
    code = ord(character)
    if character == "▀":
        return QRectF(x, y, w, h / 2)
    if character == "▐":
        return QRectF(x + w / 2, y, w / 2, h)
    if character == "▔":
        return QRectF(x, y, w, h / 8)
    if character == "▕":
        return QRectF(x + 7 * w / 8, y, w / 8, h)
    if code <= 0x2588:  # lower eighths
        share = (code - 0x2580) / 8
        return QRectF(x, y + h * (1 - share), w, h * share)
    return QRectF(x, y, w * (0x2590 - code) / 8, h)  # left eighths


def _lines(p: QPainter, arms: str, cell: QRectF, color: QColor, pixel: float) -> None:
    light = max(pixel, round(cell.width() / 9 / pixel) * pixel)
    x = cell.x() + round((cell.width() - light) / 2 / pixel) * pixel
    y = cell.y() + round((cell.height() - light) / 2 / pixel) * pixel
    for way, weight in enumerate(arms):
        for shift, thick in {"0": (), "1": ((0, 1),), "2": ((-0.5, 2),), "3": ((-1, 1), (1, 1))}[weight]:
            p.fillRect(_arm(way, cell, x, y, light, shift * light, thick * light), color)


def _arm(way: int, cell: QRectF, x: float, y: float, light: float, shift: float, thick: float) -> QRectF:
    """From the centre to one edge; a little over the centre so that corners close."""
    over = abs(shift) + thick - light if shift else 0.0
    if way == 0:
        return QRectF(cell.x(), y + shift, x - cell.x() + light + over, thick)
    if way == 1:
        return QRectF(x + shift, cell.y(), thick, y - cell.y() + light + over)
    if way == 2:
        return QRectF(x - over, y + shift, cell.right() - x + over, thick)
    return QRectF(x + shift, y - over, thick, cell.bottom() - y + over)
