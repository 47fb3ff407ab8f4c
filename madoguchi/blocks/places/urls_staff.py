"""Addresses of the pages of places, under /office/."""

from __future__ import annotations

from django.urls import include, path

from madoguchi.blocks.places import views, views_changing

app_name = "places"
pages = [
    path("", views.areas, name="areas"),
    path("address/", views.address, name="address"),
    path("add/", views_changing.add, name="area_add"),
    path("areas/<str:key>/", views.area, name="area"),
    path("areas/<str:key>/rename/", views_changing.rename, name="area_rename"),
    path("areas/<str:key>/end/", views_changing.end, name="area_end"),
    path("areas/<str:key>/place/", views_changing.place, name="area_place"),
]
urlpatterns = [path("places/", include(pages))]
