"""Every row of the database, to see that nothing changed."""

from django.apps import apps


def all_rows():
    """What stands in every table."""
    models = apps.get_models()
    return {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in models}
