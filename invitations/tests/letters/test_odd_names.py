"""Names as nobody expects them, from the minister's row to what leaves."""

import page
import pytest

from invitations.files.frozen import thaw
from invitations.tests.reading import message_of, printed, text_of

pytestmark = pytest.mark.django_db

NAMES = [
    "<script>alert(1)</script>", "a]]>b", "**Sapt** _x_ `y`", "[[Sapt]] $deadline ${x}",
    "--> <!-- Sapt", "&amp; &lt;b&gt;", "\\Sapt\\", "W" * 100,
]  # fmt: skip


def squeezed(words):
    return "".join(words.split())


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_and_sent_as_it_is_written(composed, name, language):
    letter = composed(family_name=name, salutation_as_printed=name, language=language)

    assert letter.waiting_reason == ""
    assert name in text_of(letter)
    assert language == "ar" or squeezed(name) in squeezed(printed(letter))
    html = message_of(letter).get_body(("html",)).get_content()
    assert "<script" not in html
    assert "<!--" not in html
    pdf = thaw(letter.pdf.name, letter.sha256)
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(pdf, profile=profile).failures == []
