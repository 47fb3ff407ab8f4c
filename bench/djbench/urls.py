from django.urls import path

from bench.djbench.views import listing

urlpatterns = [path("list", listing)]
