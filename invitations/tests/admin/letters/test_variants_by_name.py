"""A shipped variant of a text stands under its name, never under the code that is stored."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from invitations.letters.words import template_for_letter
from invitations.models import Letter, LetterTemplate
from invitations.models.kinds import LetterKind
from invitations.tests.desk import composed_letter
from invitations.tests.factories import StepFactory

pytestmark = pytest.mark.django_db
TEXTS = reverse("admin:invitations_lettertemplate_changelist")


def change(row):
    return reverse(f"admin:invitations_{row._meta.model_name}_change", args=[row.pk])


def test_the_list_of_texts_is_filtered_by_the_names_of_variants(admin_client):
    LetterTemplate.objects.create(
        kind="reminder", variant="zenda", language="en", subject="To Zenda", mail="x"
    )

    (spec,) = [
        one
        for one in admin_client.get(TEXTS).context["cl"].filter_specs
        if getattr(one, "lookup_kwarg", "") == "variant"
    ]
    shown = {one["display"]: one for one in spec.choices(admin_client.get(TEXTS).context["cl"])}

    assert {"All", "the usual text", "last day", "in person", "zenda"} <= set(shown)
    assert not {"", "lastday", "inperson"} & set(shown)
    found = admin_client.get(TEXTS + shown["last day"]["query_string"]).context["cl"].queryset
    assert set(found.values_list("variant", flat=True)) == {"lastday"}
    usual = admin_client.get(TEXTS + shown["the usual text"]["query_string"]).context["cl"].queryset
    assert set(usual.values_list("variant", flat=True)) == {""}


@pytest.mark.parametrize(
    ("kind", "variant", "said"),
    [
        ("notice", "lastday", "No approved text: notice of changed dates last day, English."),
        ("notice", "zenda", "No approved text: notice of changed dates zenda, English."),
        ("corrigendum", "", "No approved text: corrigendum, English."),
    ],
)
def test_a_text_that_is_missing_is_called_by_its_name(kind, variant, said):
    LetterTemplate.objects.all().delete()
    letter = Letter(kind=LetterKind(kind))

    with pytest.raises(ValidationError) as refused:
        template_for_letter(letter, "en", variant)

    assert refused.value.messages == [said]


def test_pages_of_texts_letters_and_steps_name_the_variant(admin_client):
    text = LetterTemplate.objects.get(kind="notice", variant="lastday", language="en")
    letter = composed_letter()
    Letter.objects.filter(pk=letter.pk).update(variant="lastday")
    step = StepFactory(variant="lastday", first_approver=None, second_approver=None)
    steps = reverse("admin:invitations_reminderstep_changelist")
    asked = {"action": "approve_selected", "_selected_action": [step.pk]}

    pages = [admin_client.get(page).text for page in (change(text), change(letter), steps)]
    pages.append(admin_client.post(steps, asked).text)

    assert [("last day" in page, "lastday" in page) for page in pages] == [(True, False)] * 4
