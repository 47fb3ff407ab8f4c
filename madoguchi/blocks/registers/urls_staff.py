"""
Addresses of the pages of registers, under /office/.

What is done with a record stands before its number: a number may hold anything, a slash too.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from madoguchi.blocks.registers import views

app_name = "registers"
register: list[URLPattern | URLResolver] = [
    path("", views.records, name="list"),
    path("export/", views.export, name="export"),
    path("add/", views.add, name="add"),
    path("import/", views.file_new, name="import_new"),
    path("imports/<str:key>/", views.file_page, name="import"),
    path("records/<path:number>/", views.record, name="record"),
    path("change/<path:number>/", views.change, name="change"),
    path("correct/<path:number>/", views.correct, name="correct"),
    path("end/<path:number>/", views.retire, name="retire"),
    path("resume/<path:number>/", views.revive, name="revive"),
]
urlpatterns = [
    path("registers/", views.registers, name="registers"),
    path("registers/<str:register>/", include(register)),
]
