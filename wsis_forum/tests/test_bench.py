"""The bench refuses to compare letters and mails that are unlike."""

from email.message import EmailMessage

import pytest
from weasyprint import HTML

from scripts.bench.measuring import Cost, refuse_unlike_work
from scripts.bench.same_work import refuse_unlike_mails, refuse_unlike_pdfs

SIGNED = "<p>Original signed</p><p>Rudolf Rassendyll, Secretary-General</p>"
REPLY = '<a href="https://forum.example.org/r/abc/">Reply</a>'


def letter(*parts: str, margin: str = "20mm") -> bytes:
    words = "<p>I have the honour to invite you to the Forum.</p>"
    style = f"<style>@page {{ margin: {margin} }}</style>"
    return HTML(string="".join([style, words, *parts])).write_pdf()


def mail(pdf: bytes, subject: str = "Invitation", html: str = "") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("The letter is attached.")
    if html:
        message.add_alternative(html, subtype="html")
    message.add_attachment(pdf, "application", "pdf", filename="letter.pdf")
    return message.as_bytes()


def test_the_same_words_in_another_layout_are_compared():
    refuse_unlike_pdfs("naive", letter(SIGNED, REPLY), letter(SIGNED, REPLY, margin="80mm"))


@pytest.mark.parametrize("parts", [[SIGNED], [REPLY], [SIGNED, "<p>Reply</p>"]])
def test_a_letter_that_lost_a_part_or_a_link_is_not_compared(parts):
    with pytest.raises(SystemExit, match="naive"):
        refuse_unlike_pdfs("naive", letter(SIGNED, REPLY), letter(*parts))


def test_a_mail_may_lack_what_the_comparison_names_and_nothing_else():
    pdf = letter(SIGNED)
    ours = mail(pdf, html="<p>The letter is attached.</p>")

    refuse_unlike_mails("naive", ours, mail(pdf), "text/html")

    with pytest.raises(SystemExit, match="parts"):
        refuse_unlike_mails("naive", ours, mail(pdf))
    with pytest.raises(SystemExit, match="words"):
        refuse_unlike_mails("naive", ours, mail(pdf, subject="Reminder"), "text/html")


@pytest.mark.parametrize("counts", [(193, 192), (0, 0)])
def test_unequal_amounts_and_nothing_at_all_are_not_compared(counts):
    with pytest.raises(SystemExit):
        refuse_unlike_work(
            {name: Cost(done, 0.0, 1.0, 1.0, 1.0) for name, done in zip("ab", counts, strict=True)}
        )
