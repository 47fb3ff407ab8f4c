"""Addresses of the organisation's pages, under /office/."""

from __future__ import annotations

from django.urls import include, path

from madoguchi.blocks.people.views import offices, posts, resident_account, staff, workbooks
from madoguchi.blocks.people.views.oversight import emergencies, readings, reviews, rights
from madoguchi.blocks.people.views.residents import (
    changing,
    duty,
    feeds,
    mandates,
    organisations,
    pairs,
    persons,
    protections,
    searching,
)

app_name = "people"
pages = [
    path("", offices.tree, name="tree"),
    path("offices/<str:key>/", offices.office_page, name="office"),
    path("offices/<str:key>/rename/", offices.rename, name="office_rename"),
    path("offices/<str:key>/end/", offices.end, name="office_end"),
    path("posts/<str:key>/", posts.post_page, name="post"),
    path("posts/<str:key>/holders/add/", posts.holder_add, name="holder_add"),
    path("posts/<str:key>/deputies/add/", posts.deputy_add, name="deputy_add"),
    path("posts/<str:key>/roles/add/", posts.grant_add, name="grant_add"),
    path("holdings/<int:holding_id>/end/", posts.holding_end, name="holding_end"),
    path("deputies/<int:deputy_id>/end/", posts.deputy_end, name="deputy_end"),
    path("grants/<int:grant_id>/end/", posts.grant_end, name="grant_end"),
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
oversight = [
    path("", rights.rights, name="rights"),
    path("list.csv", rights.rights_csv, name="rights_csv"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<str:quarter>/", reviews.review, name="review"),
    path("reviews/<str:quarter>/list.csv", reviews.review_csv, name="review_csv"),
    path("reviews/<str:quarter>/close/", reviews.close, name="review_close"),
    path("emergencies/", emergencies.emergencies, name="emergencies"),
    path("emergencies/begin/", emergencies.begin, name="emergency_begin"),
    path("emergencies/<int:emergency_id>/", emergencies.emergency, name="emergency"),
    path("reading/", readings.reports, name="reports"),
    path("reading/<str:month>/", readings.report, name="report"),
    path("reading/<str:month>/<int:finding_id>/", readings.finding, name="finding"),
    path("reading/<str:month>/report.<str:form>", readings.report_file, name="report_file"),
]
accounts = [
    path("", resident_account.resident_account, name="resident_account"),
    path("link/", resident_account.resident_account_link, name="resident_account_link"),
    path("sheet/", resident_account.resident_account_sheet, name="resident_account_sheet"),
    path("end/", resident_account.resident_account_end, name="resident_account_end"),
]
acting = [
    path("", mandates.mandates, name="mandates"),
    path("add/", mandates.mandate_add, name="mandate_add"),
    path("<str:mandate_key>/end/", mandates.mandate_close, name="mandate_close"),
]
# A person's key begins with a letter and holds hyphens (kit.check_characters): none of these words is one.
residents = [
    path("", searching.residents, name="residents"),
    path("duty/", duty.duty, name="duty"),
    path("duty/end/", duty.duty_end, name="duty_end"),
    path("new/", changing.resident_enter, name="resident_enter"),
    path("households/<str:key>/", persons.household, name="household"),
    path("pairs/", pairs.pairs, name="pairs"),
    path("pairs/<int:pair_id>/", pairs.pair, name="pair"),
    path("merges/<int:merge_id>/undo/", pairs.merge_undo, name="merge_undo"),
    path("protections/", protections.protections, name="protections"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/list.csv", organisations.organisations_csv, name="organisations_csv"),
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/<str:key>/", organisations.organisation_page, name="organisation_page"),
    path("organisations/<str:key>/name/", organisations.organisation_name, name="organisation_name"),
    path("organisations/<str:key>/seat/", organisations.organisation_seat, name="organisation_seat"),
    path("organisations/<str:key>/members/add/", organisations.member_add, name="member_seat"),
    path(
        "organisations/<str:key>/members/<str:kind>/<str:member>/end/",
        organisations.member_end,
        name="member_leave",
    ),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<int:delivery_id>/", feeds.feed, name="feed"),
    path("feeds/<int:delivery_id>/apply/", feeds.feed_put, name="feed_apply"),
    path("feeds/<int:delivery_id>/problems.csv", feeds.feed_problems, name="feed_problems"),
    path("<str:key>/", persons.resident, name="resident"),
    path("<str:key>/name/", changing.name, name="resident_name"),
    path("<str:key>/address/", changing.address, name="resident_address"),
    path("<str:key>/birth/", changing.birth, name="resident_birth"),
    path("<str:key>/protection/", changing.protection, name="protection_begin"),
    path("<str:key>/protection/end/", changing.protection_finish, name="protection_end"),
]
urlpatterns = [
    path("residents/", include(residents)),
    path("residents/<str:key>/mandates/", include(acting)),
    path("residents/<str:key>/account/", include(accounts)),
    path("organisation/", include(pages)),
    path("rights/", include(oversight)),
]
