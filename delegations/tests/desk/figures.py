"""What each place says of an edition at one moment: the desk, its lists, the binder, the API."""

from django.apps import apps
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from delegations.desk.binder.printing import binder_context
from delegations.desk.board.genders import gender_counts
from delegations.desk.board.standings import INVITED, standings_of
from delegations.models import Delegate, PolicyStatement
from delegations.tests.api.published import V1
from delegations.tests.api.tokens import released, with_token
from invitations.admin.list_columns import list_url, state_url
from invitations.models import CallListEntry, Delivery, Invitation, PartnershipInterest, Reply
from invitations.outbox import monitoring
from invitations.reminders.forecast import forecast_of
from invitations.tests.factories import UserFactory

PUBLIC = Client()


class Figures:
    """The pages as somebody sees them who may see all; each rule yields where two differ."""

    def __init__(self, edition):
        edition.refresh_from_db()
        self.edition, self.person = edition, UserFactory(is_superuser=True)
        self.client = Client()
        self.client.force_login(self.person)
        self.here = {"edition__id__exact": edition.pk}
        self.of_invitations = {"invitation__edition__id__exact": edition.pk}
        self.first = self.page(reverse("admin:index"))
        self.board = self.page(reverse("desk:board"))
        self.silent = self.page(reverse("desk:silent"))
        self.binder = binder_context(edition, timezone.now())
        self.standings = standings_of(edition, edition.order_of_states)

    def page(self, address):
        answer = self.client.get(address, {"edition": self.edition.symbol})
        assert answer.status_code == 200, address
        return answer.context

    def listed(self, url):
        """How many rows stand in the list of the desk to which a count leads."""
        request = RequestFactory().get(url)
        request.user = self.person
        _admin, app, model = request.path.strip("/").split("/")
        page = admin.site.get_model_admin(apps.get_model(app, model))
        return page.get_changelist_instance(request).result_count

    def published(self, path):
        return PUBLIC.get(f"{V1}/editions/{self.edition.symbol}/{path}").json()

    def by_token(self, scope):
        _token, words = released(self.edition, scope)
        address = f"{V1}/editions/{self.edition.symbol}/{scope}"
        return PUBLIC.get(address, **with_token(words)).json()["items"]

    def differences(self):
        yield from self.of_counts_and_their_lists()
        yield from self.of_answered_and_silent()
        yield from self.of_each_state()
        yield from self.of_who_is_silent()
        yield from self.of_persons()
        yield from self.of_speakers()
        yield from self.of_the_outbox()

    def of_counts_and_their_lists(self):
        for name, count, url in self.counts_that_lead():
            if count != (found := self.listed(url)):
                yield f"{name}: {count}, and {found} in {url}"

    def counts_that_lead(self):
        """Yield what each count is called, the count, and the list to which it leads."""
        for part in ("to_do", "invitations", "answers", "outbox"):
            for item in self.first[part]:
                yield f"first page, {item['title']}", item["count"], item["url"]
        if mails := self.first["coming"]["outbox"]:
            yield "what goes out next", mails["count"], mails["url"]
        for row in self.board["table"]["rows"]:
            for cell in row["cells"]:
                if cell["url"]:
                    yield f"board, {row['name']}", cell["count"], cell["url"]
        for row in self.board.get("reconfirmed", []):
            yield f"board, {row['words']}", row["count"], row["url"]

    def of_answered_and_silent(self):
        on_board = {"answered": self.board["answered"], "silent": self.board["silent"]}
        totals = self.published("totals")
        silent, *answers = (one["count"] for one in self.first["answers"])
        told = {
            "first page": {"answered": sum(answers), "silent": silent},
            "its regions": {"silent": sum_of(self.first["silent"]["regions"])},
            "list of the silent": {"silent": self.silent["all"]},
            "its regions, too": {"silent": sum_of(self.silent["regions"])},
            "binder": {"answered": self.binder["answered"], "silent": self.binder["silent"]},
            "curve": {"answered": self.board["curve"]["total"]},
            "API": {"answered": totals["answered"], "silent": totals["silent"]},
        }
        for place, figures in told.items():
            if figures != {name: on_board[name] for name in figures}:
                yield f"{place}: {figures}, and on the board {on_board}"
        for row in self.board["legend"]:
            code = row["kind"].code
            if totals.get(code, row["count"]) != row["count"]:
                yield f"API: {code} {totals[code]}, and on the board {row['count']}"

    def of_each_state(self):
        by_api = {one["state"]: one["answer"] for one in self.by_token("answers")}
        silent = {row["state"] for row in self.silent["rows"]}
        for one in self.standings:
            kind, state = one.kind, one.state
            shown = self.client.get(state_url(self.edition, state)).context["invitations"]
            own = [item for item in shown if item["invitation"].pk == one.invitation]
            words = [str(item["answer"][1]).split(": ")[-1] for item in own if item["answer"]]
            expected = [str(kind.words)] if kind.code in INVITED else []
            if words != expected:
                yield f"page of {state}: {words}, and on the board {kind.words}"
            if by_api.get(state.iso2) != (kind.code if kind.code in INVITED else None):
                yield f"API, {state}: {by_api.get(state.iso2)}, and on the board {kind.code}"
            if (kind.code == "silent") != (state.listed_as in silent):
                yield f"list of the silent, {state}: on the board {kind.words}"

    def of_who_is_silent(self):
        for region in self.first["silent"]["regions"]:
            rows = self.client.get(region["url"]).context["rows"]
            if len(rows) != region["count"]:
                yield f"silent, {region['name']}: {region['count']}, and {len(rows)} in its list"
        unreached = sum(one["unreached"] for one in self.first["silent"]["regions"])
        url = list_url(Invitation, **self.here, reached="yet", answer="silent")
        if unreached != (found := self.listed(url)):
            yield f"no letter arrived: {unreached}, and {found} have reached nobody yet"
        in_binder = [
            row for of in self.binder["replies"] for row in of.rows if row[1:2] == [SILENT]
        ]
        if len(in_binder) != self.board["silent"]:
            yield f"binder: {len(in_binder)} rows are silent, and {self.board['silent']} States"
        plan = forecast_of(self.edition, timezone.now())
        told = {one.invitation.pk for one in [*plan.mails, *plan.calls]}
        told |= {one.pk for found in plan.none.values() for one in found}
        for one in self.edition.invitations.silent().principal():
            if one.pk not in told and not plan.reason:
                yield f"{one}: neither reminded nor told why not"
        to_call = [one.invitation_id for one in CallListEntry.objects.to_call()]
        if len(to_call) != len(set(to_call)):
            yield f"to call: {len(to_call)}, and {len(set(to_call))} offices"

    def of_persons(self):
        named = {
            "API": len(self.by_token("delegates")),
            "board": sum(gender_counts(self.edition)["delegates"]),
            "list": self.listed(
                list_url(Delegate, delegation__edition__id__exact=self.edition.pk, stands="yes")
            ),
        }
        if len(set(named.values())) != 1:
            yield f"delegates: {named}"
        in_force = {"status__exact": "standing", "of": "issued", **self.of_invitations}
        listed, respondents = self.listed(list_url(Reply, **in_force)), self.by_token("respondents")
        if listed != len(respondents):
            yield f"replies in force: {listed} listed, and {len(respondents)} by the API"
        for one in PartnershipInterest.objects.select_related("invitation"):
            if one.invitation.status != "issued":
                yield f"partnership: {one.invitation} is {one.invitation.status}"

    def of_speakers(self):
        page = PUBLIC.get(reverse("office:speakers", args=[self.edition.symbol])).context
        public = [
            [str(slot.position), slot.delegation.member_state.listed_as]
            for _session, _hour, slots in page["sessions"]
            for slot, _language in slots
        ]
        binder = [[row[0][0], row[1][0]] for one in self.binder["sessions"] for row in one.speakers]
        if binder != public:
            yield f"speakers: {public} for everybody, and {binder} in the binder"
        if len(public) != (told := len(self.published("speakers")["items"])):
            yield f"speakers: {len(public)} for everybody, and {told} by the API"
        announced = PolicyStatement.objects.standing().filter(delegation__edition=self.edition)
        placed = {state for _position, state in binder}
        for part in ("without_place", "in_writing"):
            placed |= {row[0][0] for row in self.binder[part]}
        for statement in announced:
            if statement.delegation.member_state.listed_as not in placed:
                yield f"binder: nowhere {statement}"

    def of_the_outbox(self):
        """Compare the figures for machines, which know one edition here, with the desk's list."""
        for state, found in monitoring.count_queues(timezone.now()).items():
            url = list_url(Delivery, state__exact=state, channel__exact="email")
            if found.total != (listed := self.listed(url)):
                yield f"mails, {state}: {found.total} measured, and {listed} listed"


SILENT = ["Silent"]


def sum_of(rows):
    return sum(row["count"] for row in rows)
