"""Addresses of the public pages."""

from django.urls import reverse

CODE_PAGE, CHECK_PAGE = "/code/", "/check/"


def address_of(invitation):
    return reverse("office:open", args=[invitation.links.latest("version").token])


def office_of(invitation):
    return reverse("office:answer", args=[invitation.pk])


def offices_of(client):
    """The invitations to which the browser holds a link."""
    names = [name for name, morsel in client.cookies.items() if morsel.value]
    return sorted(int(name.removeprefix("office-")) for name in names if "office-" in name)
