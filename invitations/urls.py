from django.urls import path

from invitations import views

app_name = "invitations"
urlpatterns = [
    path("", views.home, name="home"),
    path("code/", views.enter_code, name="code"),
    path("check/", views.check, name="check"),
    path("r/<slug:token>/", views.open_link, name="open"),
]
