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
    path("export/personal/", views.export_personal, name="export_personal"),
    path("add/", views.add, name="add"),
    path("import/", views.file_new, name="import_new"),
    path("imports/<str:key>/", views.file_page, name="import"),
    path("statistics/", views.statistics, name="statistics"),
    path("statistics/<str:table>/<str:form>/", views.statistic_file, name="statistic_file"),
    path("stocktakes/", views.stocktakes, name="stocktakes"),
    path("stocktakes/<str:take>/", views.stocktake, name="stocktake"),
    path("stocktakes/<str:take>/result/<str:form>/", views.stocktake_file, name="stocktake_file"),
    path("stocktakes/<str:take>/<int:office>/", views.stocktake_office, name="stocktake_office"),
    path("stocktakes/<str:take>/<int:office>/<int:line>/", views.stocktake_line, name="stocktake_line"),
    path("sheets/<str:sheet>/<path:number>/", views.sheet, name="sheet"),
    path("requests/", views.requests, name="requests"),
    path("requests/<str:key>/", views.change_request, name="request"),
    path("bulk/", views.bulk, name="bulk"),
    path("lists/save/", views.list_save, name="list_save"),
    path("lists/<str:key>/drop/", views.list_drop, name="list_drop"),
    path("records/<path:number>/", views.record, name="record"),
    path("change/<path:number>/", views.change, name="change"),
    path("correct/<path:number>/", views.correct, name="correct"),
    path("end/<path:number>/", views.retire, name="retire"),
    path("resume/<path:number>/", views.revive, name="revive"),
    path("split/<path:number>/", views.split, name="split"),
    path("merge/", views.merge, name="merge"),
]
urlpatterns = [
    path("registers/", views.registers, name="registers"),
    path("registers/<str:register>/", include(register)),
]
