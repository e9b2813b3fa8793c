from django.db import migrations, models


def keep_the_last(apps, schema_editor):
    """One arming is left, without a key: nothing leaves by it, and the site says what to run."""
    Arming = apps.get_model("invitations", "Arming")
    last = Arming.objects.order_by("armed_at", "pk").last()
    if last is None:
        return
    Arming.objects.all().delete()
    Arming.objects.create(
        pk=1, deployment=last.deployment, database=last.database, armed_at=last.armed_at
    )


class Migration(migrations.Migration):
    dependencies = [("invitations", "0013_outages")]

    operations = [
        migrations.RemoveConstraint(model_name="arming", name="armed_once_per_place"),
        migrations.AddField(
            model_name="arming",
            name="key_sha256",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(keep_the_last, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="arming",
            constraint=models.CheckConstraint(
                name="one_arming", condition=models.Q(("pk", 1))
            ),
        ),
    ]
