"""Addresses of the pages of registers, under /office/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from madoguchi.blocks.registers import views

app_name = "registers"
one: list[URLPattern] = [
    path("", views.record, name="record"),
]
register: list[URLPattern | URLResolver] = [
    path("", views.records, name="list"),
    path("records/<path:number>/", include(one)),
]
urlpatterns = [
    path("registers/", views.registers, name="registers"),
    path("registers/<str:register>/", include(register)),
]
