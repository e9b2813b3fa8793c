"""Other values in every protected column, as one person types them and no second one approves."""

import datetime as dt
import itertools

from django.db import models
from django.utils import timezone

from delegations.models import Notice
from invitations.audit import acting
from invitations.models import FormOfAddress, Minister, Mission, Rank, Term
from invitations.models.held.holding import HELD
from invitations.models.held.proposals import save_or_propose
from invitations.tests.factories import MinisterFactory, MissionFactory, UserFactory

# Shorter ones may stand on a page by chance.
SHORTEST_MARK = 5
# By these other rows are found: typed as well, they may hide what the words would have shown.
LEADING_ELSEWHERE = {
    "member_state_id", "minister_id", "rank_id", "key", "language", "form", "gender", "iso3",
    "city", "kind", "mission_city",
}  # fmt: skip
PLAIN = {"time_zone": ["Asia/Kathmandu"], "language": ["ru", "es"], "gender": ["m", "f"]}


def type_all(rows, but=()):
    """Change each protected column of the rows ``but`` these; return the marks that were typed."""
    numbers, marks = itertools.count(100), []
    with acting(UserFactory()):
        for row in rows:
            for name in (one for one in HELD[type(row).__name__].names() if one not in but):
                number = next(numbers)
                marks.append(f"{number}zq{number}")
                setattr(row, name, typed(row, name, marks[-1]))
            row.keep_keys()
            save_or_propose(row)
    return marks


def typed(row, name, mark):
    field, value = row._meta.get_field(name), getattr(row, name)
    if field.related_model is Minister:
        words = {"family_name": mark, "portfolio": mark, "to_emails": f"{mark}@example.org"}
        return MinisterFactory(member_state=row.member_state, **words).pk
    if isinstance(field, models.ForeignKey):
        return field.related_model.objects.exclude(pk=value).order_by("-pk").first().pk
    for kind, other in OTHER.items():
        if isinstance(field, kind):
            return other(value, mark)
    if name in PLAIN:
        return next(one for one in PLAIN[name] if one != value)
    if field.choices:
        return next(code for code, _label in field.flatchoices if code and code != value)
    return f"{mark}@example.org" if name.endswith("emails") else mark[: field.max_length]


# By kind of column; an hour is also a day, and an address on the web also words.
OTHER = {
    models.BooleanField: lambda value, _mark: not value,
    models.DateTimeField: lambda _value, _mark: timezone.now() + dt.timedelta(days=300),
    models.DateField: lambda value, _mark: value + dt.timedelta(days=370),
    models.JSONField: lambda value, _mark: value[:1],
    models.URLField: lambda _value, mark: f"https://{mark}.example.org/",
    models.EmailField: lambda _value, mark: f"{mark}@example.org",
}


def rows_behind(invitations, language):
    """Return the rows of each protected model that these offices' pages use in the language."""
    found = {
        "ForumEdition": [one.edition for one in invitations[:1]],
        "Circular": [one.letters.first().circular for one in invitations],
        "MemberState": [one.member_state for one in invitations],
        "Minister": [one.minister for one in invitations],
        "Invitation": invitations,
        "Mission": Mission.objects.all(),
        "Rank": Rank.objects.all(),
        "FormOfAddress": FormOfAddress.objects.filter(language=language, member_state=None),
        "Term": Term.objects.filter(language=language),
        "Notice": Notice.objects.all(),
    }
    for name in HELD:
        for row in found[name]:
            row.refresh_from_db()
            yield row


def add_rows(state, language):
    """Propose a rank, and a form of address and a mission of the State; return their mark."""
    mark = "zqnewzq"
    with acting(UserFactory()):
        words = {f"name_{code}": mark for code in ("en", "fr", "es", "ar", "ru", "zh_hans")}
        save_or_propose(Rank(code="NEW", weight=1, form="MIN", name=mark, **words))
        own = dict.fromkeys(("courtesy", "title", "salutation", "closing"), mark)
        form = FormOfAddress(language=language, form="MIN", gender="f", member_state=state, **own)
        save_or_propose(form)
        mission = MissionFactory.build(name=mark, emails=f"{mark}@example.org")
        save_or_propose(mission, "", [state.pk])
    return mark
