"""Statements as offices announce them, and their files."""

import datetime as dt
import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from delegations.models import HighLevelSession, PolicyStatement
from delegations.tests.offices import invited, page_of
from invitations.replies import record_reply


def speaking(state, answer="in_person", **words):
    invitation = invited(state)
    record_reply(invitation, {"answer": answer, **words})
    return invitation


def session_of(invitation, title="Dialogues", seats=20):
    return HighLevelSession.objects.create(
        edition=invitation.edition,
        segment="dialogues",
        title=title,
        starts_at=dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, 10, tzinfo=dt.UTC),
        seats=seats,
    )


def words_of(invitation, **words):
    own = {"invitation": invitation.pk, "speaker_name": "Flavia Elphberg", "mode": "in_person"}
    return own | words


def announced(client, invitation, **words):
    client.post(page_of(invitation, "statement"), words_of(invitation, **words))
    return PolicyStatement.objects.get(delegation__member_state=invitation.member_state)


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def seen_by(client, invitation):
    page = client.get(page_of(invitation, "statement")).content.decode()
    return re.search(r'name="seen"(?: value="(\w+)")?', page)[1] or ""


def file(content, name="speech"):
    return SimpleUploadedFile(name, content)


def photo(colour="navy"):
    content = io.BytesIO()
    Image.new("RGB", (40, 50), colour).save(content, "PNG")
    return file(content.getvalue(), "photo.png")


def send(client, invitation, *texts, **words):
    data = {"invitation": invitation.pk, "texts": list(texts), **words}
    return client.post(page_of(invitation, "files"), data)


def text_url(invitation, filed):
    return reverse("office:text", args=[invitation.pk, filed.pk])
