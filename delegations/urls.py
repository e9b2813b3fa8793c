from django.urls import path

from delegations import views

app_name = "delegations"
urlpatterns = [
    path("office/<int:invitation_id>/", views.office, name="office"),
    path("office/<int:invitation_id>/thanks/", views.recorded, name="recorded"),
    path("office/<int:invitation_id>/track.ics", views.track, name="track"),
]
