from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invitations", "0005_list_imports")]

    operations = [
        migrations.AlterModelOptions(
            name="minister",
            options={
                "ordering": ["member_state", "rank", "family_name"],
                "permissions": [
                    ("export_minister", "Can take ministers and their addresses out as a file")
                ],
                "verbose_name": "minister",
                "verbose_name_plural": "ministers",
            },
        )
    ]
