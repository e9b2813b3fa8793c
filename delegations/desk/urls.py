"""Pages of the desk that belong to no single list."""

from django.urls import URLPattern

app_name = "desk"
urlpatterns: list[URLPattern] = []
