"""Icons: small outlines drawn for this house, coloured by the text around them."""

from __future__ import annotations

from django.utils.safestring import SafeString

from madoguchi.ui.components.markup import esc, safe

_PATHS: dict[str, str] = {
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7v.5"/>',
    "success": '<circle cx="12" cy="12" r="9"/><path d="m7.5 12.5 3 3 6-6.5"/>',
    "warning": '<path d="M12 3.5 22 20.5H2z"/><path d="M12 10v5M12 17.5v.5"/>',
    "error": '<path d="M8 2.8h8L21.2 8v8L16 21.2H8L2.8 16V8z"/><path d="M12 7v6M12 16v.5"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "close": '<path d="m5 5 14 14M19 5 5 19"/>',
    "menu": '<path d="M3.5 6.5h17M3.5 12h17M3.5 17.5h17"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c6 6 6 12 0 18M12 3c-6 6-6 12 0 18"/>',
    "print": '<path d="M7 8.5V3.5h10v5M7 17H3.5V8.5h17V17H17"/><path d="M7 14h10v6.5H7z"/>',
    "download": '<path d="M12 3.5v12M6.5 10.5l5.5 5.5 5.5-5.5M4 20.5h16"/>',
    "external": '<path d="M13.5 4h6.5v6.5M20 4l-9 9M10 5H4.5v14.5H19V14"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "previous": '<path d="m15 5-7 7 7 7"/>',
    "down": '<path d="m5 9 7 7 7-7"/>',
    "up": '<path d="m5 15 7-7 7 7"/>',
    "sort": '<path d="m8 9.5 4-4 4 4M8 14.5l4 4 4-4"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "edit": '<path d="M4 20h4L20 8l-4-4L4 16z"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c1-5 4-7 8-7s7 2 8 7"/>',
    "home": '<path d="M4 11v9.5h5.5V14h5v6.5H20V11M2 12.5 12 3.5l10 9"/>',
    "calendar": '<path d="M4 6h16v14.5H4zM4 10.5h16M8.5 3v5M15.5 3v5"/>',
    "file": '<path d="M6 3h8l5 5v13H6zM13.5 3v5.5H19"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 6.5V12l4 2.5"/>',
    "phone": '<path d="M5 4h4l1.5 5-2.5 1.5c1 2.5 3 4.5 5.5 5.5L15 13.5l5 1.5v4c-8 2-17-7-15-15z"/>',
    "mail": '<path d="M3 5.5h18v13H3zM3 6l9 7.5L21 6"/>',
    "chart": '<path d="M4 3.5v17h17M8.5 16.5v-5M13 16.5v-9M17.5 16.5v-12"/>',
}

NAMES = tuple(_PATHS)


def icon(name: str, *, label: str = "", size: str = "") -> SafeString:
    """
    Draw an icon; without a label it is decoration and hidden from screen readers.

    :param size: "", "large".
    :raises KeyError: there is no such icon.
    """
    css = f"mg-icon mg-icon--{size}" if size else "mg-icon"
    role = f'role="img" aria-label="{esc(label)}"' if label else 'aria-hidden="true"'
    return safe(f'<svg class="{css}" viewBox="0 0 24 24" focusable="false" {role}>{_PATHS[name]}</svg>')
