"""Addresses of the design system's own pages."""

from __future__ import annotations

from django.urls import path

from madoguchi.ui import views

app_name = "ui"
urlpatterns = [path("gallery/", views.gallery, name="gallery")]
