"""A circular to all ministers alike, in the layout of the organization's circulars."""

import datetime as dt
import re

import pytest
import time_machine
from django.conf import settings

from delegations.tests.test_demo import CIRCULAR_2020, demo
from invitations.files.frozen import thaw
from invitations.letters.circulars import pass_on_to_planned, plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, ForumEdition, Letter
from invitations.tests.factories import MemberStateFactory
from invitations.tests.reading import ask, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def circular(monkeypatch):
    """Give the circular of 2020, to France, Senegal and Haiti, to all their ministers alike."""
    monkeypatch.setenv("DEMO_PASSWORD", "of-the-tests-alone")
    with time_machine.travel(CIRCULAR_2020, tick=False):
        for iso2, name in (("FR", "France"), ("SN", "Sénégal"), ("HT", "Haïti")):
            MemberStateFactory(iso2=iso2, short_name=name, short_name_fr=name, language="fr")
        demo("--edition", "2020")
        circular = Circular.objects.get()
        circular.variant, circular.shows_contact = "circular", True
        circular.service_fr = "Secrétariat général (SG)"
        circular.addressed_to_fr = "Aux ministres des États Membres de l’UIT"
        circular.save()
        yield circular


def lines_of(letter):
    """The lines of the PDF, without the keys that belong to its invitation alone."""
    text = ask(thaw(letter.pdf.name, letter.sha256), "pdftotext", "-", "-")
    text = re.sub("[\u2066-\u2069]", "", text.replace("\u00a0", " "))
    keys = (r"http\S+/r/\S+", r"\w{4}-\w{4}-\w{4}", r"\d{4} \d{4} \d{4} \d{4}")
    lines = (re.sub("|".join(keys), "…", line).strip() for line in re.split(r"[\n\f]", text))
    return [line.replace(settings.SITE_URL, "…") for line in lines if line]


def test_three_states_get_it_line_by_line(circular):
    plan_circular(circular)
    compose_planned()

    letters = list(Letter.objects.all())
    assert [letter.state for letter in letters] == ["composed"] * 3
    for letter in letters:
        assert "\n".join(lines_of(letter)) == PRINTED.strip()


def test_the_mail_names_the_last_day_and_nobody(circular):
    plan_circular(circular)
    compose_planned()

    for letter in Letter.objects.select_related("invitation__minister"):
        assert "avant le 15 janvier 2020, soit au plus tard le 14 janvier 2020" in text_of(letter)
        assert letter.invitation.minister.family_name not in text_of(letter)
        _whom, opening, *_rest = text_of(letter).split("\r\n\r\n")
        assert opening == "Madame, Monsieur,"


def test_it_waits_in_each_language_in_which_nobody_is_addressed(circular):
    minister = circular.edition.invitations.first().minister
    minister.language = "es"
    minister.save()

    plan_circular(circular)
    compose_planned()

    waiting = Letter.objects.planned().get()
    assert waiting.language == "es"
    assert waiting.waiting_reason == "Missing in Spanish: addressed to, service."


def test_planned_letters_follow_the_text_that_is_chosen_later(circular):
    Circular.objects.update(variant="")
    circular.refresh_from_db()
    plan_circular(circular)
    circular.variant = "circular"
    circular.save()

    pass_on_to_planned(circular)

    assert set(Letter.objects.values_list("variant", flat=True)) == {"circular"}


def test_an_event_of_one_day_is_held_on_that_day(circular):
    days = ("opens_on", "closes_on", "track_opens_on", "track_closes_on")
    ForumEdition.objects.update(**dict.fromkeys(days, dt.date(2020, 4, 7)))

    plan_circular(circular)
    compose_planned()

    assert "qui se tiendra à Genève (Suisse) le 7 avril 2020." in Letter.objects.first().paper


PRINTED = """\
Union internationale des télécommunications (UIT)
Place des Nations, 1211 Genève 20, Suisse
Tél. +41 22 555 00 00 · Télécopie +41 22 555 00 01 · mail@example.org · https://www.example.org
Secrétariat général (SG)
Lettre circulaire
Réf. : CL-19/58
Contact : Mme Antoinette de Mauban
Tél. +41 22 555 01 00
Télécopie +41 22 555 01 01
Courriel : wsis-forum@example.org
Genève, le 6 décembre 2019
Aux ministres des États Membres de l’UIT
Objet : Forum 2020 du SMSI : déclarations de politique générale
Madame, Monsieur,
J’ai l’honneur de vous convier au Forum 2020 du Sommet mondial sur la société de
l’information (SMSI), organisé conjointement par l’UIT, l’UNESCO, la CNUCED et le PNUD, qui se
tiendra à Genève (Suisse) du 6 au 9 avril 2020. Il aura pour thème : « Promouvoir la
transformation numérique et les partenariats au niveau mondial : les grandes orientations du
SMSI au service de la réalisation des ODD ».
Dans sa résolution 70/125, l’Assemblée générale des Nations Unies a reconnu la nécessité de
tenir le Forum chaque année et a appelé à aligner étroitement le processus du SMSI sur le
Programme de développement durable à l’horizon 2030. Quinze ans après le Sommet (SMSI+15),
le Forum fera le bilan des grandes orientations. La programmation du Forum est le fruit d’un
processus de consultation ouverte auquel participent toutes les parties prenantes.
Chaque année, le Forum réunit autour d’une même table des gouvernements, des entreprises,
des chercheurs et des associations. Ensemble, ils mesurent le chemin parcouru dans la mise en
œuvre des grandes orientations du SMSI et choisissent les tâches des années à venir. Vos
propositions pour son programme sont les bienvenues à l’adresse
https://forum.example.org/consultation.
La Partie de haut niveau (7 et 8 avril 2020) donnera la parole aux Gouvernements. Elle
comprend : segment inaugural, dialogues stratégiques interactifs, table ronde ministérielle,
cérémonie de remise des prix du SMSI et programme de mise en relation de haut niveau. En y
prononçant une déclaration de politique générale, vous feriez connaître à toutes les délégations
les choix de votre Gouvernement et les partenariats qu’il recherche pour atteindre les objectifs
de développement durable ; les modalités en sont exposées à l’adresse
https://forum.example.org/statements.
Je vous saurais gré de votre réponse avant le 15 janvier 2020. Elle peut être adressée par
correspondance à la personne dont le nom figure en tête de cette lettre, ou donnée en ligne, à
l’aide de l’adresse ou du code imprimés ci\u2011dessous. Les membres de votre délégation s’inscriront
eux-mêmes à l’adresse https://forum.example.org/registration.
Fidèle à la politique de l’UIT en faveur de l’égalité entre les femmes et les hommes, je saisis cette
occasion pour vous encourager à inclure des femmes dans votre délégation et parmi les
personnes qui s’exprimeront en son nom.
Les États et les institutions qui souhaitent soutenir le Forum trouveront les offres de partenariat
à l’adresse https://forum.example.org/partnership. Tout autre renseignement figure à l’adresse
https://forum.example.org.
CL-19/58
Code de vérification de cette lettre …
Vérifier cette lettre à l’adresse …/check/
page 1 sur 2
Je forme le vœu de vous y accueillir et attache un grand intérêt à votre participation.
Veuillez agréer, Madame, Monsieur, l’expression de ma très haute considération.
Votre réponse en ligne
(original signé)
Rudolf Rassendyll
Secrétaire général
au plus tard le 14 janvier 2020 à 23 h 59,
heure de Genève
Code pour votre réponse
…
…/code/
…
CL-19/58
Code de vérification de cette lettre …
Vérifier cette lettre à l’adresse …/check/
page 2 sur 2
"""  # noqa: E501 -- lines of the paper
