"""Letters that nobody sets in type, for tests that look at no page of them."""

from invitations.letters import pdf


def not_set_in_type(patch):
    """Let the PDF of a letter hold its HTML: it is frozen, hashed and attached as any other."""
    patch.setattr(pdf, "typeset_pdf", lambda html, _pages: f"%PDF {html}".encode())
