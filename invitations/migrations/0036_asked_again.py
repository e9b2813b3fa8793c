"""Questions that a move has overtaken say so; a way back in person; texts for what follows a move."""

from django.db import migrations, models

from invitations.data import load_shipped

# What moved alone before: the day before which to reply.
DEADLINE = "reply_before"


def overtake(apps, schema_editor):
    """Let each move that asked anew, or postponed, overtake the questions before it."""
    moves = apps.get_model("invitations", "DatesMove").objects.select_related("change")
    questions = apps.get_model("invitations", "Reconfirmation").objects
    for move in moves.filter(released_at__isnull=False).order_by("pk"):
        if move.kind == "postponed" or asks_again(move.change):
            earlier = questions.filter(overtaken_at=None, move__edition=move.edition_id)
            earlier.filter(move__lt=move.pk).update(overtaken_at=move.released_at)


def asks_again(change):
    before, after = change.before or {}, change.after or {}
    return any(before.get(name) != after.get(name) for name in {*before, *after} - {DEADLINE})


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0035_receipts_of_statement_and_delegation'),
    ]

    operations = [
        migrations.AlterField(
            model_name='datesmove',
            name='kind',
            field=models.CharField(choices=[('moved', 'moved to new dates'), ('postponed', 'postponed without a new date'), ('online', 'moved online'), ('in_person', 'back from online to in person')], max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='reconfirmation',
            name='overtaken_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='overtaken at'),
        ),
        migrations.RunPython(overtake, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='reconfirmation',
            constraint=models.UniqueConstraint(condition=models.Q(('overtaken_at', None)), fields=('invitation',), name='one_question_at_a_time'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
