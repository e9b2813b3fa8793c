"""A list is understood as people write it; what is not understood is asked about."""
# ruff: noqa: RUF001 -- words of other scripts

import csv
import io
import re
import uuid
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from delegations.models import Delegate
from delegations.nominations import WORDS_FILE, words_on_file
from delegations.office.forms.list_words import (
    COLUMNS,
    delegate_column,
    delegate_columns,
    values_by_word,
)
from delegations.tests.offices import browser, coming, page_of, text
from invitations.files.spreadsheets import comparable_words
from invitations.minister_import.headings import heading_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return coming("Ruritania")


def sent(invitation, lines="", **more):
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines} | more
    return browser(invitation).post(page_of(invitation, "list"), words)


def shown(invitation, lines="", **more):
    return text(sent(invitation, lines, step="preview", **more))


# Headings


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Full name|Job title|Institution|E-mail address", "name function organization email"),
        ("Nom complet|Fonction|Ministère|Adresse électronique", "name function organization email"),
        ("Nombre y apellidos|Cargo|Correo", "name function email"),
        ("№ п/п|ФИО|Должность|Эл. почта|Пол", "number name function email gender"),
        ("م|الاسم الكامل|المسمى الوظيفي|الإيميل", "number name function email"),
        ("序号|姓名|职务|工作单位|邮箱|性别", "number name function organization email gender"),
        ("Surname|First name|Date of arrival|Visa", "family_name given_name arrives_on needs_visa_letter"),  # noqa: E501
        ("NAME / NOM|Gender – Genre|Diet", "name gender needs"),
    ],
)  # fmt: skip
def test_headings_are_known_as_lists_of_each_language_have_them(headings, columns):
    assert delegate_columns(headings.split("|")) == columns.split()


def test_no_heading_and_no_word_means_two_things():
    headings = Counter(
        key
        for column, value, words in words_on_file()
        if not value
        for key in {heading_key(word) for word in words}
    )
    values = Counter(
        (column, key)
        for column, value, words in words_on_file()
        if value
        for key in {comparable_words(word) for word in words}
    )

    assert [key for key, times in (headings + values).items() if times > 1] == []
    assert "" not in headings


def test_each_column_has_words_in_each_language():
    with WORDS_FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["column"] in COLUMNS]

    assert {row["column"] for row in rows if not row["value"]} == set(COLUMNS)
    assert all(
        row[language] for row in rows for language in ("en", "fr", "es", "ru", "ar", "zh-hans")
    )


def test_a_name_in_two_columns_is_put_together(invitation):
    sent(invitation, "Nom;Prénom;Courriel\nElphberg;Flavia;", step="add")
    sent(invitation, "Фамилия;Имя;Отчество\nШтракенц;Карл;Фёдорович", step="add")

    names = list(Delegate.objects.values_list("name", flat=True))
    assert names == ["Flavia Elphberg", "Карл Фёдорович Штракенц"]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("Full name;First name;Last name\nFritz Tarlenheim;Fritz;Tarlenheim", "Fritz Tarlenheim"),
        ("First name;Last name;Name on badge\nRudolf;Rassendyll;Rudi of Zenda", "Rudi of Zenda"),
        ("First name;Last name;Name on badge\nRudolf;Rassendyll;", "Rudolf Rassendyll"),
        ("Nom;Prénom\nOuld Mohamed;Mohamed", "Mohamed Ould Mohamed"),
    ],
)
def test_a_whole_name_beside_its_parts_is_not_said_twice(invitation, lines, name):
    sent(invitation, lines, step="add")

    assert Delegate.objects.get().name == name


def test_lines_above_the_headings_are_named_and_not_read(invitation):
    page = shown(invitation, "Delegation of Ruritania;\n;\nName;E-mail\nFlavia;")

    assert "Lines above the headings, not read: 1." in page
    assert "Add 1 person" in page


def test_headings_among_which_no_one_holds_the_names_are_refused(invitation):
    page = shown(invitation, "Badge holder;E-mail;Role\nFlavia;;")

    assert "No column of this list is known to hold the names: please head it “Name as on" in page


# Columns that are not known


def test_a_column_that_is_not_known_is_asked_about_before_anybody_is_added(invitation):
    lines = "Name;Remarks;E-mail;Passport\nFlavia;Vegetarian;;\nFritz;;;"

    page = text(sent(invitation, lines, step="add"))

    assert page.count("These columns are not known, and would be left out: “Remarks”.") == 2
    assert "“Name as on the badge”, “Function”" in page
    assert "Add 2 people without these columns" in page
    assert not Delegate.objects.exists()


def test_who_was_told_of_a_column_goes_on_without_it(invitation):
    lines = "Name;Remarks\nFlavia;Vegetarian"

    sent(invitation, lines, step="add", without="“Diet”")
    assert not Delegate.objects.exists()
    sent(invitation, lines, step="add", without="“Remarks”")

    assert Delegate.objects.get().name == "Flavia"


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("Name;;Role\nFlavia;Vegetarian;", "column 2, without a heading"),
        ("Name;E-mail;E-mail\nFlavia;flavia@example.org;f@example.org", "“E-mail”"),
        ("Flavia;;;;;;;;;;Vegetarian", "column 11, without a heading"),
    ],
)
def test_nothing_that_stands_in_a_list_is_dropped_in_silence(invitation, lines, named):
    assert f"These columns are not known, and would be left out: {named}." in shown(
        invitation, lines
    )


def test_a_file_is_shown_before_anybody_in_it_is_added(invitation):
    file = SimpleUploadedFile("list.csv", b"Name\nFlavia")

    page = text(sent(invitation, file=file, step="add"))

    assert "Add 1 person" in page
    assert not Delegate.objects.exists()


# Values


@pytest.mark.parametrize(
    ("column", "words", "means"),
    [
        ("gender", "ж f female femme 女 Mujer أنثى F. Г-жа", "f"),
        ("gender", "м m male homme 男 Hombre ذكر M.", "m"),
        ("gender", "- n/a", ""),
        ("needs_visa_letter", "x ✓ yes oui sí да نعم 是 1", "on"),
        ("needs_visa_letter", "- no non нет لا 否 0", ""),
        ("role", "head HoD chef jefa глава رئيس 团长", "head"),
        ("role", "advisor délégué member советник 顾问", "adviser"),
    ],
)
def test_values_are_known_as_people_write_them(column, words, means):
    known = values_by_word()[column]

    assert {known.get(comparable_words(word)) for word in words.split()} == {means}


@pytest.mark.parametrize(
    ("heading", "said", "read"),
    [
        ("Sexo", "H M", "Man Woman"),
        ("m/h", "M", "Woman"),
        ("Sexo (h/m)", "m h", "Woman Man"),
        ("Sexo", "F M", "Woman Man"),
        ("Sex", "M", "Man"),
        ("Sexe", "H F", "Man Woman"),
    ],
)
def test_m_is_a_woman_where_men_are_called_hombre(invitation, heading, said, read):
    lines = "".join(f"\nDelegate {word};{word}" for word in said.split())

    page = shown(invitation, f"Nombre;{heading}{lines}")

    assert re.findall(r"<bdi>(Woman|Man)</bdi>", page) == read.split()


@pytest.mark.parametrize(("heading", "said"), [("Género", "M"), ("Sexe", "H M")])
def test_an_m_that_may_be_either_is_asked_for(invitation, heading, said):
    lines = "".join(f"\nDelegate {word};{word}" for word in said.split())

    page = shown(invitation, f"Nombre;{heading}{lines}")

    assert "is not known here. Please write one of these: Woman, Man, Not stated." in page
    assert "Add 1 person" not in page


def test_the_preview_speaks_in_words(invitation):
    page = shown(invitation, "Name;Sex;Visa;Arrival;Role\nFlavia;ж;да;05/03/2027;HoD\nFritz;;нет;;")

    for words in ("Woman", "yes", "5 March 2027", "Head of delegation", "Adviser"):
        assert f"<bdi>{words}</bdi>" in page
    assert "True" not in page


@pytest.mark.parametrize(
    "said",
    [
        "2027-05-10", "10.5.2027", "10/05/2027", "10-05-2027", "2027/5/10", "2027.05.10",
        "2027年5月10日", "١٠/٠٥/٢٠٢٧", "\u200f10\u200f/05/2027", "۲۰۲۷/۵/۱۰", "2027-05-10 00:00:00",
    ],
)  # fmt: skip
def test_days_are_known_as_programs_of_each_language_write_them(invitation, said):
    assert "<bdi>10 May 2027</bdi>" in shown(invitation, f"Name;Arrival\nFlavia;{said}")


@pytest.mark.parametrize("said", ["10/5/27", "May 10", "2027-05-10 2027-05-14", "05/14/2027"])
def test_a_day_that_may_mean_two_is_asked_for(invitation, said):
    assert f"“{said}” is not read as a date" in shown(invitation, f"Name;Arrival\nFlavia;{said}")


@pytest.mark.parametrize(
    ("column", "said", "told"),
    [
        ("Gender", "100%", "not known here. Please write one of these: Woman, Man, Not stated."),
        ("Visa", "perhaps", "not known here. Please write one of these: Yes, No."),
        ("Role", "king", "not known here. Please write one of these: Head of delegation, Deputy"),
        ("Arrival", "in spring", "not read as a date: please write it like 20"),
        ("Name", "=1+1", "no name: please write it in letters."),
        ("Name", "+41 22 555 01 00", "no name: please write it in letters."),
        ("Name", "42", "no name: please write it in letters."),
    ],
)
def test_what_is_refused_says_what_is_allowed(invitation, column, said, told):
    page = shown(invitation, f"{column};Surname\n{said};{'Flavia' * (column != 'Name')}")

    assert f"“{said}” is {told}" in page
    assert "Add 1 person" not in page


def test_words_of_the_list_keep_their_order_in_an_arabic_sentence(invitation):
    client = browser(invitation)
    client.cookies["django_language"] = "ar"
    lines = "Name;Arrival;Remarks\nFlavia;soon (?);x"
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines}

    page = text(client.post(page_of(invitation, "list"), words))

    assert "\u2068soon (?)\u2069" in page
    assert "\u20682027-" not in page
    assert "\u20662027-" in page
    assert "«\u2068Remarks\u2069»" in page


# Files


@pytest.mark.parametrize(
    ("codec", "encoding", "lines", "name"),
    [
        ("cp1251", "Windows-1251", "ФИО;Должность\nФлавия Эльфберг;посланник", "Флавия Эльфберг"),
        ("cp1252", "Windows-1252", "Nom;Fonction\nHélène de Zenda;chargée d’affaires", "Hélène"),
        ("cp1256", "Windows-1256", "الاسم;الوظيفة\nفلافيا;سفيرة", "فلافيا"),
        ("gbk", "GBK", "姓名,职务\n埃尔夫贝格,大使", "埃尔夫贝格"),
    ],
)
def test_a_list_in_a_code_page_of_windows_is_read_and_said_to_be_a_guess(
    invitation, codec, encoding, lines, name
):
    page = shown(invitation, file=SimpleUploadedFile("list.csv", lines.encode(codec)))

    assert name in page
    assert "Add 1 person" in page
    assert f"Read as text in {encoding}, divided by" in page
    assert "The encoding is a guess: look whether all letters are right." in page


def test_a_list_in_unicode_without_its_mark_is_read_and_no_guess(invitation):
    file = SimpleUploadedFile("list.csv", "Name;Function\nFlavia;Envoy".encode("utf-16-le"))

    page = shown(invitation, file=file)

    assert "Add 1 person" in page
    assert "guess" not in page


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh-hans"])
def test_the_template_has_headings_that_are_known_in_the_language_of_the_page(invitation, language):
    client = browser(invitation)
    client.cookies["django_language"] = language

    response = client.get(page_of(invitation, "list_template"))

    sheet = load_workbook(io.BytesIO(response.content)).active
    with translation.override(language):
        headings = [cell.value for cell in sheet[1]]
        assert [delegate_column(heading) for heading in headings] == list(COLUMNS)
    offered = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    for column, cells in (
        ("role", "E2:E201"),
        ("gender", "F2:F201"),
        ("needs_visa_letter", "I2:I201"),
    ):
        words = offered[cells].strip('"').split(",")
        assert {values_by_word()[column].get(comparable_words(word)) for word in words} >= {
            "role": {"head", "deputy", "alternate", "adviser"},
            "gender": {"f", "m", ""},
            "needs_visa_letter": {"on", ""},
        }[column]
    assert sheet.sheet_view.rightToLeft is (language == "ar")
    assert all(len(formula) <= 255 for formula in offered.values())


def test_the_template_filled_in_is_taken(invitation):
    client = browser(invitation)
    filled = load_workbook(io.BytesIO(client.get(page_of(invitation, "list_template")).content))
    filled.active.append(["Flavia", "Envoy", "", "", "Head of delegation", "Woman"])
    file = io.BytesIO()
    filled.save(file)

    page = shown(invitation, file=SimpleUploadedFile("list.xlsx", file.getvalue()))

    assert "Add 1 person" in page
    assert "not known" not in page
    assert "not read" not in page
