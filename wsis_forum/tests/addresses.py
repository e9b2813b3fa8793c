"""The addresses of the desk, as the list of addresses has them, each with a row to open."""

from django.contrib import admin
from django.urls import get_resolver, reverse

from invitations.models import Invitation

OF_DJANGO = {"index", "login", "logout", "password_change", "password_change_done", "search",
             "autocomplete", "jsi18n", "view_on_site", "app_list"}  # fmt: skip


def addresses():
    """The name of each address of the desk, with the values it takes."""
    found = {one.app_name: one for one in get_resolver().url_patterns if hasattr(one, "app_name")}
    yield from addresses_under(found["admin"])
    for name, converters in addresses_under(found["desk"]):
        yield f"desk:{name}", converters


def addresses_under(branch):
    for one in branch.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from addresses_under(one)
        elif one.name and one.name not in OF_DJANGO:
            yield one.name, one.pattern.converters


def url_of(name, converters):
    """The address of the first row there is; of pages of both apps, that of its edition."""
    if name.startswith("desk:"):
        one = Invitation.objects.select_related("edition", "member_state").first()
        said = {"symbol": one.edition.symbol, "iso3": one.member_state.iso3, "pk": one.pk}
        said["of"] = "invitation"
        return reverse(name, kwargs={kind: said[kind] for kind in converters})
    row = page_named(name).model.objects.first()
    first = row.pk if row else 1
    return reverse(f"admin:{name}", args=[first, 1][: len(converters)])


def page_named(name):
    pages = admin.site._registry.values()
    return next(
        page for page in pages if name.startswith(f"{page.opts.app_label}_{page.opts.model_name}_")
    )
