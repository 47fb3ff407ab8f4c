"""Addresses of the organisation's pages, under /office/."""

from __future__ import annotations

from django.urls import include, path

from madoguchi.blocks.people.views import offices, posts, staff, workbooks

app_name = "people"
pages = [
    path("", offices.tree, name="tree"),
    path("offices/<str:key>/", offices.office_page, name="office"),
    path("offices/<str:key>/rename/", offices.rename, name="office_rename"),
    path("offices/<str:key>/end/", offices.end, name="office_end"),
    path("posts/<str:key>/", posts.post_page, name="post"),
    path("posts/<str:key>/holders/add/", posts.holder_add, name="holder_add"),
    path("posts/<str:key>/deputies/add/", posts.deputy_add, name="deputy_add"),
    path("holdings/<int:holding_id>/end/", posts.holding_end, name="holding_end"),
    path("deputies/<int:deputy_id>/end/", posts.deputy_end, name="deputy_end"),
    path("vacant/", posts.vacant, name="vacant"),
    path("staff/", staff.staff_list, name="staff"),
    path("staff/<str:key>/", staff.person, name="person"),
    path("staff/<str:key>/account/open/", staff.open_account, name="account_open"),
    path("staff/<str:key>/account/reopen/", staff.reopen_account, name="account_reopen"),
    path("staff/<str:key>/account/close/", staff.close_account, name="account_close"),
    path("workbooks/", workbooks.workbooks, name="workbooks"),
    path("workbooks/download/", workbooks.download, name="workbook_download"),
    path("workbooks/<int:import_id>/", workbooks.workbook, name="workbook"),
    path("workbooks/<int:import_id>/apply/", workbooks.apply, name="workbook_apply"),
]
urlpatterns = [path("organisation/", include(pages))]
