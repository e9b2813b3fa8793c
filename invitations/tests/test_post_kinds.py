"""What the migration makes of missions, editions and waiting changes that were there before it."""

from importlib import import_module

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from invitations.models import HeldChange, Mission
from invitations.tests.factories import EditionFactory, MissionFactory

pytestmark = pytest.mark.django_db
NAME = "0011_notes_name_their_mission"
MIGRATION = import_module(f"invitations.migrations.{NAME}")


@pytest.fixture
def then():
    """Return the models as the migration has them."""
    return MigrationLoader(connection).project_state([("invitations", NAME)]).apps


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Consulate General of Ruritania", "consulate"),
        ("Генеральное консульство Руритании", "consulate"),
        ("Ministère des affaires étrangères", "ministry"),
        ("Embassy of Ruritania", "embassy"),
        ("Ruritania in Berlin", "embassy"),
    ],
)
def test_another_post_becomes_what_its_name_says(then, name, kind):
    post = MissionFactory(name=name)
    Mission.objects.filter(pk=post.pk).update(kind="post")

    MIGRATION.load(then, None)

    post.refresh_from_db()
    assert post.kind == kind


def test_the_contact_keeps_the_name_and_the_union_gets_its_secretariat(then):
    words = {code: name for code, (name, _secretariat) in MIGRATION.SECRETARIATS.items()}
    edition = EditionFactory(secretariat="", contact_name="Fritz")
    then.get_model("invitations", "ForumEdition").objects.filter(pk=edition.pk).update(
        contact_name="Fritz",
        contact_name_en=None,
        **{f"organization_{code}": name for code, name in words.items()},
    )
    other = EditionFactory(secretariat="")

    MIGRATION.load(then, None)

    edition.refresh_from_db()
    assert edition.contact_name_en == "Fritz"
    assert edition.secretariat_fr.startswith("Le Secrétariat de l’Union")
    other.refresh_from_db()
    assert not other.secretariat_en


def test_a_change_that_waits_keeps_the_released_contact_in_the_new_columns(then):
    edition, post = EditionFactory(), MissionFactory()
    changes = [
        HeldChange.objects.create(
            content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk), before=was
        )
        for row, was in (
            (edition, {"contact_name": "Sapt"}),
            (post, {"kind": "post", "name": "Embassy"}),
        )
    ]

    MIGRATION.load(then, None)

    for change in changes:
        change.refresh_from_db()
    assert changes[0].before["contact_name_en"] == "Sapt"
    assert "contact_name" not in changes[0].before
    assert changes[1].before["kind"] == "embassy"
