"""How the tests of these pages look at them: who is signed in, what a person reads, what a browser would send back."""

from __future__ import annotations

import html
import json
import re

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import staff_client
from madoguchi.kernel.models import AuditRow

VIEW, EDIT, IMPORT = "registers.view", "registers.edit", "registers.import"
PERSONAL = "registers.personal_view"
HOME = "/office/registers/"
LIST = f"{HOME}test.things/"


def keeper(office: Office, *more: str, scope: str = "own") -> Client:
    return staff_client(VIEW, EDIT, IMPORT, *more, office=office, scope=scope, service="city_hall")


def words(response: HttpResponse) -> str:
    """What a person reads: without marks, blanks made one."""
    text = re.sub(r"<(style|script).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return html.unescape(re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", text)))


def inputs(response: HttpResponse) -> dict[str, str]:
    """What a browser would send back of a form: hidden, typed, chosen."""
    page = response.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        parts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in parts or parts.get("type") in ("submit", "file"):
            continue
        if parts.get("type") in ("radio", "checkbox") and not re.search(r"\schecked(?![\w-])", tag):
            continue
        found[parts["name"]] = html.unescape(parts.get("value", ""))
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, flags=re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\sselected', body)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def url(name: str, number: str = "", register: str = "test.things") -> str:
    return reverse(f"registers:{name}", args=[register, number] if number else [register])


def looks() -> list[tuple[str, str]]:
    """What pages have written down of looks at personal values: the page and the record."""
    rows = AuditRow.objects.filter(event="registers.records_looked_at").order_by("pk")
    return [(json.loads(row.detail)["page"], row.subject_key) for row in rows]
