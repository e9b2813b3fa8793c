"""Two may sign a letter, and an edition may ask nobody for women or men."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0057_letters_of_thanks'),
    ]

    operations = [
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_ar',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_en',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_es',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_fr',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_ru',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_name_zh_hans',
            field=models.CharField(blank=True, help_text='Where two sign: beneath the first. Mail names them where its text has $second_signatory.', max_length=120, null=True, verbose_name='second signatory'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title',
            field=models.CharField(blank=True, max_length=120, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_ar',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_en',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_es',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_fr',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_ru',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='circular',
            name='second_signatory_title_zh_hans',
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name='second signatory’s title'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='asks_gender',
            field=models.BooleanField(default=True, help_text='Where it is not asked, neither offices nor the board read of women and men.', verbose_name='asks whether delegates are women or men'),
        ),
    ]
