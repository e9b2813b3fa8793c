"""States, their missions, ranks and forms of address."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold import admin as unfold
from unfold.decorators import action, display

from invitations.admin.base import WHY_IT_CHANGES, Menu, ModelAdmin, language_tabs
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import leads_on, list_url, listed_state, text_link
from invitations.admin.setup.invited_by_default import (
    do_not_invite_by_default,
    invite_by_default,
)
from invitations.admin.state_names import Called
from invitations.forms.fields import COLUMN_FORM_FIELDS
from invitations.forms.model_forms import (
    FormOfAddressForm,
    HeldRowForm,
    MemberStateForm,
    MissionForm,
    SpellingsFormSet,
    WholeRowForm,
)
from invitations.letters.addressing import propose_greetings
from invitations.models import (
    FormOfAddress,
    ForumEdition,
    HeldChange,
    Invitation,
    MemberState,
    Mission,
    OrderOfStates,
    Rank,
    StateAlias,
)
from invitations.models.held.proposals import save_or_propose
from invitations.models.states import alphabetical
from invitations.text.dates import comma_list

# The lists of the desk search States by it.
MemberState._meta.get_field("iso3").register_lookup(Called)


class AliasesOfState(unfold.TabularInline):
    model = StateAlias
    form = WholeRowForm
    formset = SpellingsFormSet
    formfield_overrides: Any = COLUMN_FORM_FIELDS
    fields = ["spelling", "language"]
    extra = 0
    template_before = "admin/seen_in_rows.html"
    hide_title = True
    tab = True


@admin.register(MemberState)
class MemberStateAdmin(TakenOutMixin, ModelAdmin):
    form = MemberStateForm
    menu = (Menu.ADDRESSEES, 2, "flag")
    instead_of_deleting = gettext_lazy("Change it, or take “invited by default” away.")
    when_empty = gettext_lazy("Run “manage.py load_member_states”: it brings the States.")
    list_display = [
        "iso2",
        "short_name",
        "list_name_fr",
        "region",
        "language",
        "invited_by_default",
        "invited",
    ]
    list_display_links = ["iso2", "short_name"]
    # What another organization changes of many States at once.
    list_editable = ["language", "invited_by_default"]
    actions = [invite_by_default, do_not_invite_by_default]
    list_filter = ["region", "itu_region", "language", "status", "invited_by_default"]
    search_fields = ["iso3__called"]
    inlines = [AliasesOfState]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("iso2", "iso3"),
                    "m49",
                    ("status", "invited_by_default"),
                    ("region", "itu_region"),
                    ("language", "language_confidence"),
                    "language_alt",
                    "time_zone",
                    ("list_name_fr", "sort_key_fr"),
                    "sources",
                ]
            },
        ),
        WHY_IT_CHANGES,
        *language_tabs("short_name", "formal_name"),
    ]

    @leads_on
    @display(description=gettext_lazy("invitations"))
    def invited(self, state: MemberState) -> str:
        return text_link(list_url(Invitation, member_state__id__exact=state.pk), _("invitations"))


@admin.register(StateAlias)
class StateAliasAdmin(ModelAdmin):
    menu = (Menu.ADDRESSEES, 6, "spellcheck")
    when_empty = gettext_lazy("Run “manage.py load_member_states”: it brings the usual spellings.")
    list_display = ["spelling", listed_state, "language"]
    list_filter = ["language", "member_state__region"]
    list_select_related = ["member_state"]
    search_fields = ["spelling", "member_state__iso3__called"]
    autocomplete_fields = ["member_state"]

    fieldsets = [
        (
            None,
            {
                "fields": ["member_state", "spelling", "language"],
                "description": gettext_lazy(
                    "A list of ministers that has this spelling means this State. It is printed "
                    "nowhere."
                ),
            },
        )
    ]


@admin.register(Mission)
class MissionAdmin(TakenOutMixin, ModelAdmin):
    form = MissionForm
    menu = (Menu.ADDRESSEES, 3, "apartment")
    when_empty = gettext_lazy("Add the permanent missions: they get the copies of letters.")
    list_display = ["name", "kind", "city", "serves", "phone", "emails", "language"]
    list_filter = ["kind", "city", "language"]
    search_fields = ["name", "city", "emails", "states__iso3__called"]
    autocomplete_fields = ["states"]
    actions = ["propose_greetings"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", ("kind", "city"), "states", "language"],
                "description": gettext_lazy(
                    "Permanent missions in the edition’s city get the copies of letters; other "
                    "posts do not. Which of them get a note verbale, its circular says."
                ),
            },
        ),
        (gettext_lazy("Notes verbales"), {"fields": ["greeted_as"]}),
        (gettext_lazy("Addresses"), {"fields": ["postal_address", "phone", "emails"]}),
        WHY_IT_CHANGES,
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the city of the edition at hand: missions elsewhere get no copies."""
        edition = ForumEdition.objects.current()
        proposed = {"city": edition.mission_city} if edition else {}
        return proposed | super().get_changeform_initial_data(request)

    def save_proposed(self, obj: Mission, form: Any) -> HeldChange | None:
        states = [one.pk for one in form.cleaned_data["states"]]
        proposal = save_or_propose(obj, obj.why_changed, states)
        # What Django saves of the relation afterwards are the States in force.
        form.cleaned_data["states"] = obj.states.all()
        return proposal

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mission]:
        return super().get_queryset(request).prefetch_related("states")

    @display(description=gettext_lazy("States"))
    def serves(self, mission: Mission) -> str:
        return comma_list(
            state.listed_as for state in alphabetical(mission.states.all(), OrderOfStates.FRENCH)
        )

    @action(
        description=gettext_lazy("Propose how notes verbales greet them"), permissions=["change"]
    )
    def propose_greetings(self, request: HttpRequest, queryset: QuerySet[Mission]) -> None:
        """Write the greetings that are missing and certain; say how many are left to a person."""
        written = propose_greetings(queryset.prefetch_related("states"))
        told = ngettext(
            "%(count)s greeting written: read it.",
            "%(count)s greetings written: read them.",
            written,
        )
        messages.success(request, told % {"count": written})
        if left := queryset.filter(greeted_as="").count():
            told = ngettext(
                "%(count)s mission still lacks its greeting: its grammar is not certain. Write it "
                "on its page.",
                "%(count)s missions still lack their greeting: the grammar is not certain. Write "
                "it on their pages.",
                left,
            )
            messages.warning(request, told % {"count": left})


@admin.register(Rank)
class RankAdmin(ModelAdmin):
    form = HeldRowForm
    menu = (Menu.ADDRESSEES, 4, "military_tech")
    instead_of_deleting = gettext_lazy("Change it, or give those people another one first.")
    list_display = ["code", "name", "weight", "form"]
    list_filter = ["form"]
    search_fields = ["code", "name_en", "name_fr"]
    fieldsets = [
        (None, {"fields": ["code", "weight", "form"]}),
        WHY_IT_CHANGES,
        *language_tabs("name"),
    ]


@admin.register(FormOfAddress)
class FormOfAddressAdmin(ModelAdmin):
    form = FormOfAddressForm
    menu = (Menu.ADDRESSEES, 5, "waving_hand")
    list_display = [
        "form",
        "gender",
        "language",
        listed_state,
        "courtesy",
        "title",
        "salutation",
        "confidence",
        "notes",
    ]
    list_filter = ["language", "form", "gender", "confidence"]
    list_select_related = ["member_state"]
    search_fields = [
        "form",
        "courtesy",
        "title",
        "salutation",
        "closing",
        "notes",
        "=member_state__iso3",
        "member_state__iso3__called",
    ]
    autocomplete_fields = ["member_state"]
    fieldsets = [
        (None, {"fields": [("language", "form", "gender")]}),
        (
            gettext_lazy("Where it serves"),
            {
                "fields": ["member_state", "unfit_in"],
                "description": gettext_lazy(
                    "A State’s own form goes before the one for all. Heads of State and of "
                    "government, crowns and princes are addressed by no form that does not fit."
                ),
            },
        ),
        (
            gettext_lazy("As it is printed"),
            {
                "fields": [
                    ("courtesy", "title"),
                    ("courtesy_dative", "title_dative"),
                    "salutation",
                    "closing",
                ],
                "description": gettext_lazy(
                    "Opening and closing may name the person: $title, $name, $family_name. The "
                    "address of a Russian letter has courtesy and title in the dative. Letters "
                    "already composed keep the words they have."
                ),
            },
        ),
        (
            gettext_lazy("Third person"),
            {
                "fields": ["style", ("styled", "government")],
                "description": gettext_lazy(
                    "Who has a style gets the text “crown” of each kind of letter. The words stand "
                    "within its sentences: Your Majesty; Votre Majesté; Ваше Величество."
                ),
            },
        ),
        (gettext_lazy("How sure it is"), {"fields": ["confidence", "notes"]}),
        WHY_IT_CHANGES,
    ]
