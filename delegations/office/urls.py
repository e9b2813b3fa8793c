from django.urls import path, register_converter

from delegations.office.views import (
    answer,
    delegate_list,
    delegation,
    entry,
    notices,
    person,
    receipts,
    speakers,
    statement,
    statement_files,
    statement_removal,
    states,
    still_valid,
    summary,
)


class Anything:
    """Whatever a mail program made of an address, with breaks of lines."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class SpoiltPage(Anything):
    regex = r"(?i:code|check|states)[/\s]*"


register_converter(Anything, "anything")
register_converter(SpoiltPage, "spoilt_page")

app_name = "office"
urlpatterns = [
    path("", entry.home, name="home"),
    path("code/", entry.enter_code, name="code"),
    path("check/", entry.check, name="check"),
    path("r/<slug:token>/", entry.open_reply_link, name="open"),
    path("r/", entry.open_spoilt_link),
    path("r/<anything:rest>", entry.open_spoilt_link),
    path("R/<anything:rest>", entry.open_spoilt_link),
    path("states/", states.several_states, name="states"),
    path("<spoilt_page:page>", entry.spoilt_page),
    path("notices/<slug:kind>/", notices.notice, name="notice"),
    path("speakers/<slug:symbol>/", speakers.speaker_list, name="speakers"),
    path("programme/<slug:symbol>.ics", speakers.programme, name="programme"),
    path("office/<int:invitation_id>/", answer.office, name="answer"),
    path("office/<int:invitation_id>/change/", answer.change_reply, name="change"),
    path(
        "office/<int:invitation_id>/check/<uuid:form_key>/", summary.reply_summary, name="summary"
    ),
    path("office/<int:invitation_id>/still-valid/", still_valid.still_valid, name="still_valid"),
    path("office/<int:invitation_id>/thanks/", answer.show_recorded, name="recorded"),
    path("office/<int:invitation_id>/record.pdf", answer.record, name="record"),
    path("office/<int:invitation_id>/track.ics", answer.track, name="track"),
    path("office/<int:invitation_id>/delegation/", delegation.delegation, name="delegation"),
    path("office/<int:invitation_id>/delegation/add/", person.add, name="add"),
    path("office/<int:invitation_id>/delegation/list/", delegate_list.whole_list, name="list"),
    path(
        "office/<int:invitation_id>/delegation/list/template.xlsx",
        delegate_list.template,
        name="list_template",
    ),
    path("office/<int:invitation_id>/delegation/<int:pk>/", person.person, name="person"),
    path(
        "office/<int:invitation_id>/delegation/<int:pk>/remove/",
        person.take_off,
        name="take_off",
    ),
    path("office/<int:invitation_id>/statement/", statement.statement, name="statement"),
    path(
        "office/<int:invitation_id>/statement/files/",
        statement_files.take_statement_files,
        name="files",
    ),
    path("office/<int:invitation_id>/statement/photo/", statement_files.photo, name="photo"),
    path("office/<int:invitation_id>/statement/text/<int:pk>/", statement_files.text, name="text"),
    path(
        "office/<int:invitation_id>/statement/text/<int:pk>/remove/",
        statement_removal.text_off,
        name="text_off",
    ),
    path(
        "office/<int:invitation_id>/statement/photo/remove/",
        statement_removal.photo_off,
        name="photo_off",
    ),
    path(
        "office/<int:invitation_id>/statement.pdf",
        receipts.statement_record,
        name="statement_record",
    ),
    path(
        "office/<int:invitation_id>/delegation.pdf",
        receipts.delegation_record,
        name="delegation_record",
    ),
]
