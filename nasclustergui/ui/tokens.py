"""Design tokens: colours, type, spacing, sizes. Pure data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colors:
    """One theme. Every role is an opaque #RRGGBB."""

    # surfaces, from the back to the front
    canvas: str  # window behind cards
    sidebar: str  # navigation
    surface: str  # cards, tables, dialogs
    inset: str  # table header, code, wells, drop zones
    raised: str  # menus, tool tips, toasts
    hover: str  # row or button under the pointer (on surface)
    selected: str  # selected row, current page
    # lines
    line: str  # dividers, card outline (decoration, no minimum)
    control: str  # outline of inputs, check boxes, slots: 3:1
    button: str  # outline of buttons (their label identifies them, no minimum)
    # text
    text: str  # values, names
    text2: str  # labels, secondary
    text3: str  # captions, units, placeholders (still 4.5:1)
    disabled: str  # disabled text (exempt)
    # interaction: blue is what you can click
    accent: str  # focus ring, current marker, chart 1 (graphics, 3:1)
    accent_text: str  # links, selected text (4.5:1)
    accent_fill: str  # primary button
    on_fill: str  # text on accent_fill, critical_fill, band colours
    # states: foreground (icon, word) and tint (badge, banner)
    ok: str
    ok_bg: str
    warn: str
    warn_bg: str
    critical: str
    critical_bg: str
    critical_fill: str  # destructive button
    busy: str  # the cluster works by itself: heal, rebalance, sync
    busy_bg: str
    unknown: str  # unknown, stale, stopped on purpose
    unknown_bg: str
    # cluster band (never a state hue)
    band_prod: str
    band_test: str
    band_lab: str


LIGHT = Colors(
    canvas="#F3F4F6",
    sidebar="#EAECF0",
    surface="#FFFFFF",
    inset="#F7F8FA",
    raised="#FFFFFF",
    hover="#F1F4F8",
    selected="#DCEBFF",
    line="#E1E4E9",
    control="#868E9B",
    button="#C3CAD4",
    text="#111827",
    text2="#434C5A",
    text3="#5A6373",
    disabled="#9AA2AE",
    accent="#007AFF",
    accent_text="#0059BF",
    accent_fill="#0066D6",
    on_fill="#FFFFFF",
    ok="#136C31",
    ok_bg="#E3F5E8",
    warn="#8A4A00",
    warn_bg="#FFF1DB",
    critical="#B81C14",
    critical_bg="#FDE9E7",
    critical_fill="#C5221A",
    busy="#7A2EA6",
    busy_bg="#F4EAFB",
    unknown="#525C6B",
    unknown_bg="#E9ECF0",
    band_prod="#A3154F",
    band_test="#0B6E68",
    band_lab="#4B5563",
)

DARK = Colors(
    canvas="#10151D",
    sidebar="#0C1017",
    surface="#191F29",
    inset="#141A23",
    raised="#252D3A",
    hover="#212936",
    selected="#17365C",
    line="#2B3442",
    control="#707B8C",
    button="#424D5E",
    text="#F3F4F6",
    text2="#C3CAD5",
    text3="#9BA5B3",
    disabled="#667080",
    accent="#0A84FF",
    accent_text="#6DB3FF",
    accent_fill="#0B6AD1",
    on_fill="#FFFFFF",
    ok="#4CD471",
    ok_bg="#12301D",
    warn="#FFB04A",
    warn_bg="#38270E",
    critical="#FF8078",
    critical_bg="#421A1A",
    critical_fill="#C9302A",
    busy="#D39BF5",
    busy_bg="#2F1D3D",
    unknown="#A7B0BD",
    unknown_bg="#29313D",
    band_prod="#C02A6C",
    band_test="#0E7A73",
    band_lab="#5A6575",
)

# High contrast: text 7:1 everywhere, outlines 4.5:1, no tints (badges become outlines).
CONTRAST_LIGHT = Colors(
    canvas="#FFFFFF",
    sidebar="#FFFFFF",
    surface="#FFFFFF",
    inset="#FFFFFF",
    raised="#FFFFFF",
    hover="#EEF2F7",
    selected="#CFE3FF",
    line="#5A6373",
    control="#2F3742",
    button="#2F3742",
    text="#000000",
    text2="#1B222C",
    text3="#2F3742",
    disabled="#5A6373",
    accent="#0050B3",
    accent_text="#003E8C",
    accent_fill="#003E8C",
    on_fill="#FFFFFF",
    ok="#0A4A1F",
    ok_bg="#FFFFFF",
    warn="#5E3200",
    warn_bg="#FFFFFF",
    critical="#8C0F09",
    critical_bg="#FFFFFF",
    critical_fill="#8C0F09",
    busy="#571C7A",
    busy_bg="#FFFFFF",
    unknown="#2F3742",
    unknown_bg="#FFFFFF",
    band_prod="#7D0C3A",
    band_test="#064A46",
    band_lab="#2F3742",
)
CONTRAST_DARK = Colors(
    canvas="#000000",
    sidebar="#000000",
    surface="#000000",
    inset="#000000",
    raised="#0B0F15",
    hover="#1C2430",
    selected="#08305F",
    line="#8F99A8",
    control="#C3CAD5",
    button="#C3CAD5",
    text="#FFFFFF",
    text2="#EEF1F5",
    text3="#D3D9E2",
    disabled="#8F99A8",
    accent="#6DB3FF",
    accent_text="#9CCBFF",
    accent_fill="#0B4E9C",
    on_fill="#FFFFFF",
    ok="#7DF09C",
    ok_bg="#000000",
    warn="#FFC880",
    warn_bg="#000000",
    critical="#FFADA8",
    critical_bg="#000000",
    critical_fill="#8C0F09",
    busy="#E5C2FA",
    busy_bg="#000000",
    unknown="#D3D9E2",
    unknown_bg="#000000",
    band_prod="#C02A6C",
    band_test="#0E7A73",
    band_lab="#5A6575",
)

THEMES = {"light": LIGHT, "dark": DARK, "contrast-light": CONTRAST_LIGHT, "contrast-dark": CONTRAST_DARK}

# Chart series, told apart by colour, by dash and by the label at the line's end.
SERIES = {
    "light": ("#0066D6", "#B45309", "#0F766E", "#7A2EA6", "#A3154F", "#434C5A"),
    "dark": ("#4DA3FF", "#F2A33A", "#34C3B2", "#C084F5", "#F472A8", "#C3CAD5"),
}

# Type: family, pixel size (device independent), weight.  Everything scales with the user's text size (90–150 %).
SANS, MONO = "Inter", "JetBrains Mono"
TYPE = {
    "display": (26, 600),  # the number on a tile
    "title": (20, 600),  # page title, dialog title
    "heading": (15, 600),  # card title, verdict
    "body": (13, 400),
    "strong": (13, 600),
    "medium": (13, 500),  # buttons, navigation
    "caption": (12, 400),  # labels, secondary lines
    "label": (12, 500),  # badge, table header
    "tick": (11, 400),  # chart axes only: the smallest text there is
    "mono": (12, 400),  # commands, paths, ids, log lines
}

# Spacing: 4 px grid
SPACE = {"xs": 4, "s": 8, "m": 12, "l": 16, "xl": 24, "xxl": 32}
RADIUS = {"badge": 4, "control": 6, "card": 10, "dialog": 12}
SIZE = {
    "row": 30,
    "row_two_line": 44,
    "header": 30,
    "nav": 34,
    "button": 32,
    "button_small": 26,
    "input": 32,
    "badge": 20,
    "icon": 16,
    "icon_nav": 18,
    "icon_hero": 28,
    "sidebar": 224,
    "sidebar_narrow": 56,
    "page_header": 60,
    "status_bar": 28,
    "band": 4,
    "focus": 2,
    "focus_gap": 1,
    "indent": 20,
    "meter": 6,
    "hit": 24,  # no target smaller than this
}
MOTION = {"fast": 90, "normal": 140, "spinner": 1200}  # ms; all 0 with "reduce motion"


def luminance(color: str) -> float:
    """Relative luminance of #RRGGBB, WCAG 2.2."""

    def channel(v: int) -> float:
        c = v / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    r, g, b = (channel(int(color[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    hi, lo = sorted((luminance(a), luminance(b)), reverse=True)
    return (hi + 0.05) / (lo + 0.05)


SURFACES = ("canvas", "sidebar", "surface", "inset", "raised", "hover", "selected")


def pairs() -> list[tuple[str, str, float]]:
    """(foreground, background, minimum) of everything the app draws."""
    out = [(t, s, 4.5) for t in ("text", "text2") for s in SURFACES]
    out += [("text3", s, 4.5) for s in SURFACES]
    out += [("accent_text", s, 4.5) for s in SURFACES]
    out += [(st, s, 4.5) for st in ("ok", "warn", "critical", "busy", "unknown") for s in (*SURFACES, f"{st}_bg")]
    out += [(t, f"{st}_bg", 4.5) for t in ("text", "text2") for st in ("ok", "warn", "critical", "busy", "unknown")]
    out += [("on_fill", f, 4.5) for f in ("accent_fill", "critical_fill", "band_prod", "band_test", "band_lab")]
    out += [("control", s, 3.0) for s in ("surface", "inset", "canvas")]
    out += [("accent", s, 3.0) for s in ("surface", "inset", "canvas", "sidebar")]
    out += [(b, "canvas", 3.0) for b in ("band_prod", "band_test", "band_lab")]
    return out


def failures() -> list[str]:
    """Every pair below its minimum, as a sentence; empty when all is well. High contrast asks for 7:1."""
    out = []
    for name, theme in THEMES.items():
        floor = 7.0 if name.startswith("contrast") else 4.5
        for fg, bg, low in pairs():
            need = floor if low == 4.5 and not fg.startswith("on_") else low
            ratio = contrast(getattr(theme, fg), getattr(theme, bg))
            if ratio < need:
                out.append(f"{name}: {fg} on {bg} is {ratio:.2f}, needs {need}")
    for name, colors in SERIES.items():
        for color in colors:
            ratio = contrast(color, THEMES[name].surface)
            if ratio < 3:
                out.append(f"{name}: series {color} is {ratio:.2f}, needs 3")
    return out
