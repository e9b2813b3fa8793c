from django.urls import path

from delegations.views import answer, delegation, speakers, statement

app_name = "delegations"
urlpatterns = [
    path("speakers/<slug:symbol>/", speakers.speakers, name="speakers"),
    path("office/<int:invitation_id>/", answer.office, name="office"),
    path("office/<int:invitation_id>/thanks/", answer.recorded, name="recorded"),
    path("office/<int:invitation_id>/record.pdf", answer.record, name="record"),
    path("office/<int:invitation_id>/track.ics", answer.track, name="track"),
    path("office/<int:invitation_id>/delegation/", delegation.delegation, name="delegation"),
    path("office/<int:invitation_id>/delegation/add/", delegation.add, name="add"),
    path("office/<int:invitation_id>/delegation/list/", delegation.whole_list, name="list"),
    path("office/<int:invitation_id>/delegation/<int:pk>/", delegation.person, name="person"),
    path(
        "office/<int:invitation_id>/delegation/<int:pk>/remove/",
        delegation.take_off,
        name="take_off",
    ),
    path("office/<int:invitation_id>/statement/", statement.statement, name="statement"),
    path("office/<int:invitation_id>/statement/files/", statement.files, name="files"),
    path("office/<int:invitation_id>/statement/photo/", statement.photo, name="photo"),
    path("office/<int:invitation_id>/statement/text/<int:pk>/", statement.text, name="text"),
]
