"""Addresses of notices, under /office/."""

from django.urls import path

from madoguchi.blocks.messages import views, views_sending

app_name = "messages"
urlpatterns = [
    path("notices/", views.notice_list, name="list"),
    path("notices/new/", views_sending.compose, name="compose"),
    path("notices/sent/", views_sending.sent_list, name="sent"),
    path("notices/drafts/<slug:key>/", views_sending.draft, name="draft"),
    path("notices/drafts/<slug:key>/preview/", views_sending.draft_preview, name="draft_preview"),
    path("notices/drafts/<slug:key>/discard/", views_sending.draft_discard, name="draft_discard"),
    path("notices/<slug:key>/", views.notice_page, name="notice"),
    path("notices/<slug:key>/read/", views.notice_read, name="notice_read"),
    path("notices/<slug:key>/acknowledge/", views.notice_acknowledge, name="notice_acknowledge"),
    path("notices/<slug:key>/progress/", views.progress, name="progress"),
    path("notices/<slug:key>/withdraw/", views_sending.withdraw, name="withdraw"),
    path("notices/<slug:key>/correct/", views_sending.correct, name="correct"),
    path("notices/<slug:key>/remind/", views_sending.remind, name="remind"),
]
