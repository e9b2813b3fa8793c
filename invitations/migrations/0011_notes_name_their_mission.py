"""Notes verbales name their mission; signatory and contact are called as each language has them."""

import re

import invitations.models.circular
from django.db import migrations, models

from invitations.data import load_shipped

# What was one kind, by the words of its name.
CONSULATE = re.compile("consul|консул|قنصل|领事", re.IGNORECASE)
MINISTRY = re.compile("minist|министерств|وزارة|外交部", re.IGNORECASE)
# The organization as the demonstration names it, and its secretariat at the head of a sentence.
SECRETARIATS = {
    "en": (
        "International Telecommunication Union (ITU)",
        "The secretariat of the International Telecommunication Union (ITU)",
    ),
    "fr": (
        "Union internationale des télécommunications (UIT)",
        "Le Secrétariat de l’Union internationale des télécommunications (UIT)",
    ),
    "es": (
        "Unión Internacional de Telecomunicaciones (UIT)",
        "La secretaría de la Unión Internacional de Telecomunicaciones (UIT)",
    ),
    "ru": (
        "Международный союз электросвязи (МСЭ)",
        "Секретариат Международного союза электросвязи (МСЭ)",
    ),
    "zh_hans": ("国际电信联盟（国际电联）", "国际电信联盟（国际电联）秘书处"),
    "ar": ("الاتحاد الدولي للاتصالات", "أمانة الاتحاد الدولي للاتصالات"),
}
# The columns that are held from now on, by the model of their row.
HELD_NOW = {
    "forumedition": ("contact_name", "secretariat"),
    "circular": ("signatory_honorific",),
}


def load(apps, schema_editor):
    name_secretariats(apps.get_model("invitations", "ForumEdition"))
    tell_posts_apart(apps.get_model("invitations", "Mission"))
    complete_what_waits(apps.get_model("invitations", "HeldChange"))
    load_shipped(apps)


def name_secretariats(model):
    for edition in model.objects.all():
        edition.contact_name_en = edition.contact_name
        words = [
            (f"secretariat_{code}", secretariat)
            for code, (organization, secretariat) in SECRETARIATS.items()
            if getattr(edition, f"organization_{code}") == organization
        ]
        if len(words) == len(SECRETARIATS):
            for column, secretariat in words:
                setattr(edition, column, secretariat)
            edition.secretariat = edition.secretariat_en
        edition.save()


def tell_posts_apart(model):
    for post in model.objects.filter(kind="post"):
        post.kind = kind_of(post.name)
        post.save(update_fields=["kind"])


def kind_of(name):
    if CONSULATE.search(name):
        return "consulate"
    return "ministry" if MINISTRY.search(name) else "embassy"


def complete_what_waits(model):
    """Give the values that wait for a second person the columns and kinds of today."""
    for change in model.objects.filter(state="waiting").select_related("content_type"):
        for values in filter(None, (change.before, change.after)):
            complete(values, change.content_type.model)
        change.save(update_fields=["before", "after"])


def complete(values, model):
    for text in HELD_NOW.get(model, ()):
        was = values.pop(text, None)
        for code in SECRETARIATS:
            values.setdefault(f"{text}_{code}", was if code == "en" else None)
    if model == "mission" and values.get("kind") == "post":
        values["kind"] = kind_of(values["name"])


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0010_circular_to_all'),
    ]

    operations = [
        migrations.AddField(
            model_name='circular',
            name='note_kinds',
            field=models.JSONField(blank=True, default=invitations.models.circular.permanent_missions, validators=[invitations.models.circular.validate_note_kinds], verbose_name='who gets notes verbales'),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_ar',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_en',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_es',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_fr',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_ru',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='circular',
            name='signatory_honorific_zh_hans',
            field=models.CharField(blank=True, help_text='As in running text: Mr., M., el Sr., г-н, 先生, السيد.', max_length=40, null=True, verbose_name="signatory's honorific"),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_ar',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_en',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_es',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_fr',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_ru',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='contact_name_zh_hans',
            field=models.CharField(max_length=120, null=True, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_ar',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_en',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_es',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_fr',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_ru',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='secretariat_zh_hans',
            field=models.CharField(blank=True, help_text='With its article and the organization’s name, as it opens a note verbale: The secretariat of the …; Le Secrétariat de l’…', max_length=240, null=True, verbose_name='secretariat'),
        ),
        migrations.AddField(
            model_name='mission',
            name='greeted_as',
            field=models.CharField(blank=True, help_text='In its language, with State and seat, as it follows “presents its compliments”: to the Permanent Mission of … to the United Nations Office … in Geneva. Russian: in the dative. Chinese: the name alone.', max_length=300, verbose_name='greeting in a note verbale'),
        ),
        migrations.AlterField(
            model_name='mission',
            name='kind',
            field=models.CharField(choices=[('mission', 'permanent mission'), ('embassy', 'embassy'), ('consulate', 'consulate'), ('ministry', 'ministry of foreign affairs'), ('regional', 'regional office')], default='mission', max_length=10, verbose_name='kind'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
