from django.urls import path

from madoguchi.blocks.measures import views_staff as views

app_name = "measures"
urlpatterns = [
    path("plan/", views.edition_list, name="list"),
    path("plan/<slug:key>/", views.item_list, name="edition"),
    path("plan/<slug:key>/<str:no>/", views.item_page, name="item"),
    path("plan/<slug:key>/<str:no>/actual/<int:indicator_id>/", views.actual_page, name="actual"),
    path("plan/<slug:key>/<str:no>/grade/", views.grade_page, name="grade"),
    path("plan/<slug:key>/<str:no>/rows/<int:indicator_id>/", views.rows_page, name="rows"),
]
