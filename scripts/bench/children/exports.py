"""A child that takes a list out as a worker does, the whole of it."""

from django.apps import apps

from invitations.admin.taking_out import background
from invitations.models import ListExport
from scripts.bench.children.desk import member_of_staff
from scripts.bench.measuring import measure


def take_out(name: str, kind: str) -> None:
    """Measure one file, from the wish on file to the content that is kept."""
    model = apps.get_model("invitations", name)
    rows = model._default_manager.count()
    wanted = background.ask_for_list(model, "", kind, rows, member_of_staff())
    measure(lambda: made(wanted), f"{model._meta.verbose_name_plural}, {kind}")


def made(wanted: ListExport) -> int:
    done = background.take_out_lists()
    wanted = ListExport.objects.defer("content").get(pk=wanted.pk)
    if wanted.state != ListExport.State.DONE:
        raise RuntimeError(f"{wanted.list_name}: {wanted.state}, {wanted.told}")
    return done
