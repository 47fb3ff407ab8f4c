"""Addresses of files, under /office/."""

from __future__ import annotations

from django.urls import include, path

from madoguchi.blocks.files import views

app_name = "files"
pages = [
    path("<str:key>/preview/<str:kind>/", views.preview, name="preview"),
    path("<str:key>/<str:name>", views.file, name="file"),
]
urlpatterns = [path("files/", include(pages))]
