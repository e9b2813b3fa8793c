"""What stands between an edition and its first letters: a list on its page, each item a link."""

from collections import Counter
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from invitations.admin.list_columns import change_url, list_url
from invitations.audit import Act
from invitations.letters.checks.missing_words import LAST_DAY, Lack, lacking_in, lacking_words
from invitations.letters.checks.own_names import ranks_of_another, texts_of_another
from invitations.letters.context import edition_words
from invitations.models import (
    Arming,
    Circular,
    ForumEdition,
    Invitation,
    Language,
    LetterKind,
    LetterTemplate,
    MemberState,
    Minister,
    Mission,
    Rank,
    ReminderStep,
)
from invitations.outbox.arming import reason_sending_is_off
from invitations.text.dates import bracketed, comma_list, format_date, running_text


class Item(NamedTuple):
    """Something to be done before letters leave: whether it is, what to say of it, where to go."""

    title: Any
    is_done: bool
    words: str
    url: str


def checklist(edition: ForumEdition, reader: User) -> list[Item]:
    """Return the items in the order in which a secretariat comes to them.

    An item leads nowhere where its reader may not go.
    """
    return [
        dates(edition),
        texts_item(edition),
        own_words_item(edition),
        circular_of(edition, reader),
        steps(edition),
        ministers_item(edition, reader),
        test_letter(edition),
        sending_item(reader),
    ]


def dates(edition: ForumEdition) -> Item:
    language = get_language()
    days = edition.forum_days(language)
    if not edition.has_last_day:
        if not edition.postponed_at:
            days = _("%(days)s; no last day to reply is set.") % {"days": days}
        return Item(_("Dates"), False, days, f"{change_url(edition)}#id_reply_before")
    last_day = bracketed(format_date(edition.last_day, language), edition.time_zone_name)
    is_ahead = not edition.is_late(timezone.now())
    told = (
        _("%(days)s; the last day to reply is %(day)s.")
        if is_ahead
        else _("%(days)s; the last day to reply was %(day)s.")
    )
    words = told % {"days": days, "day": last_day}
    return Item(_("Dates"), is_ahead, words, f"{change_url(edition)}#id_reply_before")


def texts_item(edition: ForumEdition) -> Item:
    """Say in how many languages that are read the edition has all its texts; what others lack."""
    read = languages_read(edition)
    newest = LetterTemplate.objects.for_letter(LetterKind.INVITATION, "")
    letters = {template.language: template for template in reversed(newest)}
    lacking = {
        code: found
        for code in read
        if (found := lacks_of_language(edition, code, letters.get(code)))
    }
    words = _("Complete in %(number)s of %(all)s languages.") % {
        "number": len(read) - len(lacking),
        "all": len(read),
    }
    url = change_url(edition)
    if lacking:
        words = running_text([words, lacking_sentence(lacking)])
        url += f"#id_{next(iter(lacking.values()))[0].column}"
    return Item(_("Texts"), not lacking, words, url)


def lacks_of_language(
    edition: ForumEdition, code: str, letter: LetterTemplate | None
) -> list[Lack]:
    """Return what other languages have and this one lacks, and what its letter would wait for."""
    model = ForumEdition._meta.model_name
    lacks = [
        Lack(code, str(model), build_localized_fieldname(field, code))
        for field in lacking_in(edition, code)
    ]
    if letter:
        with override(code):
            words = edition_words(edition, code)
        needed = lacking_words(letter.kind, code, letter, words)
        lacks += [one for one in needed if one.model == model and one[1:] != LAST_DAY]
    return list(dict.fromkeys(lacks))


def languages_read(edition: ForumEdition) -> list[str]:
    """Return the languages of the States that are invited, and of whoever gets a letter.

    Before there are any, all six.
    """
    live = edition.invitations.exclude(status=Invitation.Status.WITHDRAWN).order_by()
    of_states = MemberState.objects.invited().order_by().values_list("language")
    of_letters = [
        live.values_list("minister__language"),
        live.values_list("minister__second_language"),
        Mission.objects.filter(city=edition.mission_city).order_by().values_list("language"),
    ]
    found = {language for (language,) in of_states.union(*of_letters)}
    return [code for code in Language.values if code in found] or Language.values


def lacking_sentence(lacking: dict[str, list[Lack]]) -> str:
    """Name what is missing, the languages together that lack the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for code, lacks in lacking.items():
        titles = dict.fromkeys(lack.title for lack in lacks)
        alike.setdefault(tuple(titles), []).append(str(Language(code).label))
    told = _("Missing in %(language)s: %(texts)s.")
    return running_text(
        told % {"language": comma_list(languages), "texts": comma_list(titles)}
        for titles, languages in alike.items()
    )


def own_words_item(edition: ForumEdition) -> Item:
    """Say how many texts, and which ranks, speak of another organization, summit or meeting."""
    title = _("Words of your own")
    found, ranks = texts_of_another(edition), ranks_of_another(edition)
    if not found and not ranks:
        words = _("No text speaks of another organization or calls this edition otherwise.")
        return Item(title, True, words, list_url(LetterTemplate))
    told = []
    if found:
        told = [
            ngettext(
                "%(number)s text names another organization, the Forum or the High-Level Track: "
                "%(texts)s.",
                "%(number)s texts name another organization, the Forum or the High-Level Track: "
                "%(texts)s.",
                len(found),
            )
            % {"number": len(found), "texts": count_by_language(found)}
        ]
    if ranks:
        named = comma_list([rank.code for rank in ranks])
        told.append(_("Ranks that name another organization: %(ranks)s.") % {"ranks": named})
    url = list_url(LetterTemplate, language__exact=found[0].language) if found else list_url(Rank)
    return Item(title, False, running_text(told), url)


def count_by_language(found: list[LetterTemplate]) -> str:
    """Say how many of the texts there are in each language."""
    counted = Counter(text.language for text in found)
    return comma_list(
        bracketed(str(Language(code).label), counted[code])
        for code in Language.values
        if counted[code]
    )


def circular_of(edition: ForumEdition, reader: User) -> Item:
    title = _("Circular of invitation")
    circular = edition.circulars.filter(kind=Circular.Kind.INVITATION).first()
    if circular is None:
        may_add = reader.has_perm("invitations.add_circular")
        url = f"{reverse('admin:invitations_circular_add')}?edition={edition.pk}"
        words = _("There is none yet: it has reference and signatory.")
        return Item(title, False, words, url if may_add else "")
    dated = _("dated %(day)s") % {"day": format_date(circular.dated_on, get_language())}
    return Item(title, True, comma_list([circular.reference, dated]), change_url(circular))


def steps(edition: ForumEdition) -> Item:
    """Say how many of the steps two people have approved."""
    counted = edition.reminder_steps.aggregate(
        all=Count("pk"), number=Count("pk", filter=Q(second_approver__isnull=False))
    )
    title = _("Reminder steps")
    if not counted["all"]:
        words = _("There are none: nobody is reminded.")
        return Item(title, False, words, f"{change_url(edition)}#reminder_steps")
    words = _("%(number)s of %(all)s approved by two people.") % counted
    url = list_url(ReminderStep, edition__id__exact=edition.pk)
    return Item(title, counted["number"] == counted["all"], words, url)


def ministers_item(edition: ForumEdition, reader: User) -> Item:
    """Say how many of the States that are invited have an invitation, drafted or in force."""
    live = edition.invitations.principal().exclude(status=Invitation.Status.WITHDRAWN)
    states = MemberState.objects.invited().aggregate(
        all=Count("pk"), number=Count("pk", filter=Q(pk__in=live.values("member_state")))
    )
    words = _("%(number)s of %(all)s States have an invitation, drafted or in force.") % states
    is_done = states["number"] == states["all"] > 0
    url = list_url(Invitation, edition__id__exact=edition.pk) if is_done else list_url(Minister)
    if not is_done and reader.has_perm("invitations.add_invitation"):
        url = reverse("admin:invitations_forumedition_draft", args=[edition.pk])
    return Item(_("Ministers"), is_done, words, url)


def test_letter(edition: ForumEdition) -> Item:
    tests = LogEntry.objects.get_for_object(edition).filter(additional_data__act=Act.TESTED)
    title, last = _("Test letter"), tests.order_by("-timestamp").first()
    if last:
        day = format_date(edition.local_date(last.timestamp), get_language())
        words = _("%(person)s had one sent to themselves on %(day)s.")
        said = words % {"person": last.additional_data["named"], "day": day}
        return Item(
            title, True, said, reverse("admin:invitations_forumedition_history", args=[edition.pk])
        )
    words = _("Nobody has had one sent to themselves yet.")
    return Item(title, False, words, list_url(LetterTemplate, kind="invitation"))


def sending_item(reader: User) -> Item:
    mute = reason_sending_is_off()
    words = mute or _("Letters leave once they are approved.")
    url = list_url(Arming) if reader.has_perm("invitations.view_arming") else ""
    return Item(_("Sending"), not mute, words, url)


def remaining(items: list[Item]) -> str:
    """Say how many items are left."""
    number = sum(not item.is_done for item in items)
    told = ngettext("%(number)s item is open.", "%(number)s items are open.", number)
    return told % {"number": number} if number else _("Everything is ready.")
