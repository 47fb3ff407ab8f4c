"""The gallery's place in the house: open to everybody, it shows nothing but samples."""

from madoguchi.ui.urls import app_name, urlpatterns

__all__ = ["app_name", "urlpatterns"]
