"""Every row of the database, to see that nothing changed."""

from django.apps import apps

from invitations.models import SavedPage


def all_rows():
    """What stands in every table, but for pages that were shown, which are kept for a day."""
    models = {*apps.get_models()} - {SavedPage}
    return {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in models}
