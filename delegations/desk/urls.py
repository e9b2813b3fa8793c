"""Pages of the desk that belong to no single list."""

from django.urls import path

from delegations.desk.board.page import board
from delegations.desk.board.sheet import board_sheet
from delegations.desk.board.silent import silent
from delegations.desk.board.silent_file import silent_take_out
from delegations.desk.contacts import contacts_page
from delegations.desk.erasure.page import erasure_page
from delegations.desk.erasure.person_page import erase_person_page
from delegations.desk.finding.page import find
from delegations.desk.floor.page import floor
from delegations.desk.floor.paper import paper
from delegations.desk.floor.texts import hand_over_texts, texts_in_writing
from delegations.desk.handing_over import hand_over_page
from delegations.desk.registered import registered_page
from delegations.desk.state import state_page
from delegations.desk.thank_you_letters import thanks

app_name = "desk"
urlpatterns = [
    path("board/", board, name="board"),
    path("state/<slug:symbol>/<str:iso3>/", state_page, name="state"),
    path("circular/<int:pk>/thanks/", thanks, name="thanks"),
    path("invitation/<int:pk>/hand-over/", hand_over_page, name="hand_over"),
    path("state/<slug:symbol>/<str:iso3>/contacts.vcf", contacts_page, name="contacts"),
    path("edition/<slug:symbol>/personal-data/", erasure_page, name="erasure"),
    path("personal-data/<slug:of>/<int:pk>/", erase_person_page, name="erase_person"),
    path("board/sheet.pdf", board_sheet, name="sheet"),
    path("board/silent/", silent, name="silent"),
    path("board/silent/take-out/", silent_take_out, name="silent_take_out"),
    path("registered/", registered_page, name="registered"),
    path("room/", floor, name="room"),
    path("room/<int:pk>/", floor, name="room_of"),
    path("room/<int:pk>/speakers.pdf", paper, name="room_paper"),
    path("room/<slug:symbol>/in-writing.zip", texts_in_writing, name="room_in_writing"),
    path("room/<int:pk>/texts.zip", hand_over_texts, name="room_texts"),
    # In place of django-unfold's own, and found by its name.
    path("search/", find),
]
