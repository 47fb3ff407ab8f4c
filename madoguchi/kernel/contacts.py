"""Whom to ask: from the city's bindings, else in general words."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Contact:
    """A desk that answers; what the city did not bind is empty."""

    name: str
    phone: str = ""
    mail: str = ""


def accounts_contact() -> str:
    """Name the desk that opens accounts and resets passwords."""
    contact = contact_bound("accounts")
    if contact is None:
        return _("人事担当（アカウントの係）")
    return f"{contact.name} {contact.phone}".strip()


def contact_bound(key: str) -> Contact | None:
    """
    Give a contact of ``site.contacts`` in the city's ``bindings.yaml``; None where the city bound none.

    :param key: ``accounts`` (for staff), ``general``, ``accessibility``, ``security``.
    """
    site = settings.ENVIRONMENT.site.values.get("site")
    contacts = site.get("contacts") if isinstance(site, dict) else None
    found = contacts.get(key) if isinstance(contacts, dict) else None
    if not isinstance(found, dict):
        return None
    return Contact(str(found.get("name") or ""), str(found.get("phone") or ""), str(found.get("mail") or ""))
