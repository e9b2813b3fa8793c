"""Pages of the desk that belong to no single list."""

from django.urls import path

from delegations.desk.board import board

app_name = "desk"
urlpatterns = [
    path("board/", board, name="board"),
]
