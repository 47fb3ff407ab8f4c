"""Addresses beside the sign-in package's own, under /account/."""

from __future__ import annotations

from django.urls import path

from madoguchi.office.views import account

urlpatterns = [
    path("account/", account.account_home, name="account_home"),
    path("account/ended/", account.ended, name="account_ended"),
]
