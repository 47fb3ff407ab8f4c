from django.urls import path

from madoguchi.blocks.measures import views_entries as entries
from madoguchi.blocks.measures import views_rounds as rounds
from madoguchi.blocks.measures import views_rounds_sheet as sheet
from madoguchi.blocks.measures import views_staff as views

app_name = "measures"
urlpatterns = [
    path("plan-rounds/", rounds.round_list, name="rounds"),
    path("plan-rounds/new/<slug:key>/", rounds.round_new, name="round_new"),
    path("plan-rounds/line/<int:line_id>/", rounds.line_page, name="line"),
    path("plan-rounds/<int:round_id>/", rounds.round_page, name="round"),
    path("plan-rounds/<int:round_id>/remind/", rounds.round_remind, name="round_remind"),
    path("plan-rounds/<int:round_id>/close/", rounds.round_close, name="round_close"),
    path("plan-rounds/<int:round_id>/<int:request_id>/", rounds.request_page, name="request"),
    path("plan-rounds/<int:round_id>/<int:request_id>/send/", rounds.request_send, name="request_send"),
    path("plan-rounds/<int:round_id>/<int:request_id>/return/", rounds.request_return, name="request_return"),
    path("plan-rounds/<int:round_id>/<int:request_id>/accept/", rounds.request_accept, name="request_accept"),
    path(
        "plan-rounds/<int:round_id>/<int:request_id>/answers.xlsx", sheet.request_sheet, name="request_sheet"
    ),
    path("plan-rounds/<int:round_id>/<int:request_id>/upload/", sheet.request_upload, name="request_upload"),
    path("plan/", views.edition_list, name="list"),
    path("plan/<slug:key>/", views.item_list, name="edition"),
    path("plan/<slug:key>/~publish/", entries.publish_page, name="publish"),
    path("plan/<slug:key>/<str:no>/", views.item_page, name="item"),
    path("plan/<slug:key>/<str:no>/text/<slug:section>/", entries.text_page, name="text"),
    path("plan/<slug:key>/<str:no>/progress/", entries.progress_page, name="progress"),
    path("plan/<slug:key>/<str:no>/check/", entries.check_page, name="check"),
    path("plan/<slug:key>/<str:no>/miss/<int:indicator_id>/", entries.miss_page, name="miss"),
    path("plan/<slug:key>/<str:no>/actual/<int:indicator_id>/", views.actual_page, name="actual"),
    path("plan/<slug:key>/<str:no>/grade/", views.grade_page, name="grade"),
    path("plan/<slug:key>/<str:no>/rows/<int:indicator_id>/", views.rows_page, name="rows"),
]
