"""Errors of files that could not be deleted belong to the job that deletes them now."""

from django.db import migrations
from django.db.models import Q


def hand_on(apps, schema_editor):
    kept = Q(item="drafts") | Q(item__startswith="file ")
    setbacks = apps.get_model("invitations", "Setback").objects
    setbacks.filter(kept, job="take_out_lists").update(job="delete_expired")


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0071_acknowledgements_by_answer"),
    ]

    operations = [
        migrations.RunPython(hand_on, migrations.RunPython.noop),
    ]
