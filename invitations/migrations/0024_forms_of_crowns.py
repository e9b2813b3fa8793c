"""Forms of address of crowns, governors-general and ministres d’État, and the texts to them."""

import sys

from django.db import migrations, models

from invitations.data import correct_shipped, load_shipped
from invitations.models.edition import validate_zone_name

ZONES = (
    "As printed: Geneva time; heure de Genève; hora de Ginebra; по женевскому времени; 日内瓦时间. "
    "Arabic without the letter that joins it to the hour: توقيت جنيف."
)


def load(apps, schema_editor):
    load_shipped(apps)
    if left := correct_shipped(apps):
        sys.stdout.write(f" Not corrected, since staff have changed them: {', '.join(left)}.")


class Migration(migrations.Migration):
    dependencies = [("invitations", "0023_acknowledgements_name_their_answer")]

    operations = [
        migrations.AlterField(
            model_name="formofaddress",
            name="style",
            field=models.CharField(
                blank=True,
                choices=[
                    ("majesty", "Majesty"), ("highness", "Highness"), ("holiness", "Holiness"),
                    ("eminence", "Eminence"), ("excellency", "Excellency"),
                ],
                help_text="The text then speaks of the person; without it, it says “you”.",
                max_length=10,
                verbose_name="spoken of as",
            ),
        ),
        *[
            migrations.AlterField(
                model_name="forumedition",
                name=f"time_zone_name{suffix}",
                field=models.CharField(
                    help_text=ZONES,
                    max_length=60,
                    null=bool(suffix),
                    validators=[validate_zone_name],
                    verbose_name="name of the time zone",
                ),
            )
            for suffix in ("", "_ar", "_en", "_es", "_fr", "_ru", "_zh_hans")
        ],
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
