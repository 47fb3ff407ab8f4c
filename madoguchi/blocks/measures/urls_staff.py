from django.urls import path

from madoguchi.blocks.measures.bodies import views as bodies
from madoguchi.blocks.measures.bodies import views_meetings as meetings
from madoguchi.blocks.measures.rounds import views as rounds
from madoguchi.blocks.measures.rounds import views_sheet as sheet
from madoguchi.blocks.measures.sheets import views as sheets
from madoguchi.blocks.measures.staff import views as views
from madoguchi.blocks.measures.staff import views_entries as entries

app_name = "measures"
urlpatterns = [
    path("plan-bodies/", bodies.body_list, name="bodies"),
    path("plan-bodies/new/", bodies.body_new, name="body_new"),
    path("plan-bodies/members/<int:member_id>/leave/", bodies.member_leave, name="member_leave"),
    path("plan-bodies/<slug:key>/", bodies.body_page, name="body"),
    path("plan-bodies/<slug:key>/edit/", bodies.body_edit, name="body_edit"),
    path("plan-bodies/<slug:key>/end/", bodies.body_end, name="body_end"),
    path("plan-bodies/<slug:key>/members/new/", bodies.member_add, name="member_add"),
    path("plan-bodies/<slug:key>/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("plan-bodies/~meetings/agenda/<int:item_id>/", meetings.agenda_edit, name="agenda_edit"),
    path("plan-bodies/~meetings/agenda/<int:item_id>/move/", meetings.agenda_move, name="agenda_move"),
    path("plan-bodies/~meetings/agenda/<int:item_id>/decision/", meetings.decision_page, name="decision"),
    path("plan-bodies/~meetings/agenda/<int:item_id>/done/", meetings.follow_up_page, name="follow_up_done"),
    path("plan-bodies/~meetings/<int:meeting_id>/", meetings.meeting_page, name="meeting"),
    path("plan-bodies/~meetings/<int:meeting_id>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("plan-bodies/~meetings/<int:meeting_id>/minutes/", meetings.minutes_page, name="minutes"),
    path("plan-bodies/~meetings/<int:meeting_id>/agenda/new/", meetings.agenda_new, name="agenda_new"),
    path("plan-bodies/~meetings/<int:meeting_id>/pack.pdf", meetings.meeting_pdf, name="meeting_pdf"),
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
    path("plan/~import/", sheets.import_page, name="imports"),
    path("plan/~import/template.xlsx", sheets.template_file, name="import_template"),
    path("plan/~import/<int:import_id>/", sheets.import_preview, name="import"),
    path("plan/~import/<int:import_id>/apply/", sheets.import_apply, name="import_apply"),
    path("plan/<slug:key>/", views.item_list, name="edition"),
    path("plan/<slug:key>/~lint/", sheets.lint_page, name="lint"),
    path("plan/<slug:key>/~publish/", entries.publish_page, name="publish"),
    path("plan/<slug:key>/<str:no>/", views.item_page, name="item"),
    path("plan/<slug:key>/<str:no>/text/<slug:section>/", entries.text_page, name="text"),
    path("plan/<slug:key>/<str:no>/progress/", entries.progress_page, name="progress"),
    path("plan/<slug:key>/<str:no>/coordinator/", entries.coordinator_page, name="coordinator"),
    path("plan/<slug:key>/<str:no>/check/", entries.check_page, name="check"),
    path("plan/<slug:key>/<str:no>/miss/<int:indicator_id>/", entries.miss_page, name="miss"),
    path("plan/<slug:key>/<str:no>/actual/<int:indicator_id>/", views.actual_page, name="actual"),
    path("plan/<slug:key>/<str:no>/grade/", views.grade_page, name="grade"),
    path("plan/<slug:key>/<str:no>/rows/<int:indicator_id>/", views.rows_page, name="rows"),
]
