"""What a screen reader has of the answer, its summary and the thanks: the tree, word by word."""

import re

import pytest

from delegations.tests.browser import CHECK, RECORD, browser_page, invited
from invitations.models import MemberState

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ANSWER = """\
- main:
  - heading "Reply to the invitation" [level=1]
  - paragraph:
    - strong: Republic of Ruritania
    - text: H.E. Ms. Flavia Elphberg
  - paragraph: "Please reply before DATE: the last day is DATE (Geneva time)."
  - group:
    - group "Answer":
      - text: Answer
      - radio "In person with a statement"
      - strong: In person
      - text: with a statement
      - radio "By a substitute who delivers a statement"
      - strong: By a substitute
      - text: who delivers a statement
      - radio "Attendance only without a statement"
      - strong: Attendance only
      - text: without a statement
      - radio "By video with a statement"
      - strong: By video
      - text: with a statement
      - radio "In writing a written statement only"
      - strong: In writing
      - text: a written statement only
      - radio "Regrets unable to attend"
      - strong: Regrets
      - text: unable to attend
      - radio "Answer to follow the invitation has been transmitted to the capital"
      - strong: Answer to follow
      - text: the invitation has been transmitted to the capital
    - group: Who answers, and remarks (optional)
  - paragraph:
    - text: "You are replying for:"
    - strong: Republic of Ruritania
    - text: H.E. Ms. Flavia Elphberg
  - button "Check the reply"
"""
FOLLOWS = (
    "  - paragraph: A summary follows; nothing is recorded before you confirm it. The answer alone"
    " is enough; everything else may be added later, through the same link.\n"
)
NOTHING_DONE = """\
  - navigation "What is asked, and how far it has come":
    - list:
      - listitem:
        - link "Answer":
          - /url: /office/1/
        - text: to be given
      - listitem: Policy statement after the answer
      - listitem: Delegation after the answer
"""
SUMMARY = """\
- main:
  - heading "Please check the reply" [level=1]
  - paragraph:
    - strong: Republic of Ruritania
    - text: H.E. Ms. Flavia Elphberg
  - paragraph:
    - strong: Nothing has been recorded yet.
  - term: Answer
  - definition: Attends in person and delivers a statement
  - definition:
    - 'button "Change: Answer"': Change
  - paragraph:
    - button "Record the reply"
    - button "Change it"
"""
THANKS = """\
- main:
  - heading "Your reply has been recorded" [level=1]
  - paragraph:
    - strong: Republic of Ruritania
    - text: H.E. Ms. Flavia Elphberg
  - paragraph: We thank you for it.
  - term: Answer
  - definition: Attends in person and delivers a statement
  - term: Received
  - definition: DATE (Geneva time)
  - paragraph:
    - link "Announce the policy statement":
      - /url: /office/1/statement/
    - link "Change the reply":
      - /url: /office/1/change/
    - link "Acknowledgement (PDF)":
      - /url: /office/1/record.pdf
    - link "High-Level Track for your calendar (.ics)":
      - /url: /office/1/track.ics
  - heading "What happens now" [level=2]
  - paragraph:
    - text: Should anything change, open the link in your letter again, or
    - link "change the reply now":
      - /url: /office/1/change/
    - text: .
  - paragraph:
    - text: Do you answer for other States too?
    - link "See them on one page":
      - /url: /states/
    - text: .
  - navigation "What is asked, and how far it has come":
    - list:
      - listitem:
        - link "Answer":
          - /url: /office/1/
        - text: recorded
      - listitem:
        - link "Policy statement":
          - /url: /office/1/statement/
        - text: to be announced
      - listitem:
        - link "Delegation":
          - /url: /office/1/delegation/
        - text: nobody is named yet
"""
ABOUT = """\
  - term: Member State
  - definition: Republic of Ruritania
  - term: Addressed to
  - definition: H.E. Ms. Flavia Elphberg Minister of Communications
  - term: Theme
  - definition: Building bridges
  - term: WSIS Forum 2027
  - definition: Geneva DATE
  - term: High-Level Track
  - definition: DATE
"""


def tree(page):
    """The tree without what differs from day to day."""
    found = page.locator("main").aria_snapshot() + "\n"
    found = re.sub(r"(\d+( \w+( \d{4})? )?– ?)?\d+ \w+ \d{4}(, \d\d:\d\d)?", "DATE", found)
    return re.sub(r"/office/\d+/", "/office/1/", found)


def test_the_tree_of_the_answer_of_its_summary_and_of_the_thanks(chromium, edition):
    _invitation, link = invited(edition, address_gender="f", portfolio="Minister of Communications")
    MemberState.objects.update(short_name_en="Ruritania", formal_name_en="Republic of Ruritania")

    with browser_page(chromium) as page:
        page.goto(link)
        assert tree(page) == ANSWER + FOLLOWS + NOTHING_DONE + ABOUT
        page.check("[value=in_person]")
        page.click(CHECK)
        chosen = NOTHING_DONE.replace("to be given", "chosen, not yet recorded")
        assert tree(page) == SUMMARY + chosen + ABOUT
        page.click(RECORD)
        page.wait_for_url("**/thanks/")
        assert tree(page) == THANKS + ABOUT
