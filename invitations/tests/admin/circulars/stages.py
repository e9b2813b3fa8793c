"""Circulars at the stages of their way, and the addresses of their pages."""

from django.urls import reverse

from invitations.letters.approval import approve_letter
from invitations.tests.desk import composed_letter
from invitations.tests.factories import InvitationFactory, UserFactory


def page(circular, name):
    return reverse(f"admin:invitations_circular_{name}", args=[circular.pk])


def draft(edition, **fields):
    return InvitationFactory(edition=edition, status="draft", issued_at=None, **fields)


def composed_in(circular, **fields):
    return composed_letter(invitation=draft(circular.edition), circular=circular, **fields)


def approved_in(circular, **fields):
    letter = composed_in(circular, **fields)
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
