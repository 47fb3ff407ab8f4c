from django.urls import path

from madoguchi.blocks.measures.public import views as views

app_name = "plan"
urlpatterns = [
    path("plan/", views.edition_list, name="list"),
    path("plan/<slug:key>/", views.edition_page, name="edition"),
    path("plan/<slug:key>/~diff/", views.diff_page, name="diff"),
    path("plan/<slug:key>/report.<str:kind>", views.report_download, name="report"),
    path("plan/<slug:key>/<str:no>/", views.item_page, name="item"),
]
