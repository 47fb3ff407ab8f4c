"""Addresses of the office's shell, under /office/."""

from __future__ import annotations

from django.urls import path

from madoguchi.office.views import account, audit, events, health, home, resume

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("account/", account.account, name="account"),
    path("extend/", account.extend, name="extend"),
    path("resume/", resume.resume, name="resume"),
    path("resume/keep/", resume.keep, name="resume_keep"),
    path("resume/<int:kept_id>/send/", resume.send, name="resume_send"),
    path("resume/<int:kept_id>/drop/", resume.drop, name="resume_drop"),
    path("health/", health.health, name="health"),
    path("events/", events.events, name="events"),
    path("events/<int:delivery_id>/retry/", events.retry, name="event_retry"),
    path("events/<int:delivery_id>/skip/", events.skip, name="event_skip"),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
]
