"""What helps a delivery that did not arrive: on its own page, and only where it can succeed."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.confirming import confirmation_page, submitted
from invitations.admin.list_columns import change_url, list_url, state_url, text_link, text_links
from invitations.forms.corrections import CorrectedAddressForm
from invitations.letters.approval import reason_not_to_compose_again
from invitations.models import Delivery, HeldChange, Letter
from invitations.outbox.another_address import (
    addresses_tried,
    reason_not_to_repeat_mail,
    reason_not_to_send_elsewhere,
)
from invitations.outbox.corrections.addresses import (
    MAY_BE_CORRECTED,
    addresses_added,
    correct_address,
    places_of,
    reason_not_to_correct,
)
from invitations.outbox.corrections.notes import NOT_PROVEN, reason_not_to_forward_again
from invitations.outbox.decisions import reason_not_to_resend, reason_not_to_send_again
from invitations.text.dates import comma_list, keep_own_order, labelled
from invitations.text.lines import isolated

State = Delivery.State
NOT_ARRIVED = Delivery.NOT_ARRIVED


class Help(NamedTuple):
    """A list action for this delivery or its letter, which asks before it acts; or a page."""

    title: Any
    row: Delivery | Letter
    action: str = ""
    url: str = ""

    @property
    def list_url(self) -> str:
        return list_url(type(self.row))


class CorrectingMixin(ModelAdmin):
    """The page of a delivery, with what may be done about it and whom it is about."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.correct_view)
        own = path("<int:pk>/correct/", view, name="invitations_delivery_correct")
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if delivery := kwargs.get("obj"):
            may = request.user.has_perms(MAY_CORRECT)
            found = [*(helps(delivery) if may else []), *for_its_letter(request, delivery)]
            waits = what_waits(request, delivery.letter)
            if delivery.state in NOT_ARRIVED and may and not found:
                waits += filter(None, [reason_not_to_repeat_mail(delivery.letter)])
            context |= {"helps": found, "about": about(request, delivery), "waits": waits}
        return super().render_change_form(request, context, *args, **kwargs)

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the address that takes the old one's place, and why."""
        if not request.user.has_perms(MAY_CORRECT):
            raise PermissionDenied
        delivery = get_object_or_404(with_office(self.get_queryset(request)), pk=pk)
        if why := reason_not_to_correct(delivery):
            messages.error(request, why)
            return redirect(change_url(delivery))
        form = CorrectedAddressForm(submitted(request))
        if form.is_valid() and self._corrected(request, delivery, form):
            return redirect(change_url(delivery))
        old = labelled(_("Old address"), isolated(delivery.address))
        at = labelled(_("It stands at"), comma_list(place.row for place in places_of(delivery)))
        return confirmation_page(
            self,
            request,
            self.get_queryset(request).filter(pk=pk),
            form,
            action="",
            title=_("Correct the address and send again"),
            explanation=f"{old} · {at}",
            button=_("Correct it"),
            describe=lambda row: keep_own_order(row.server_words),
        )

    def _corrected(
        self, request: HttpRequest, delivery: Delivery, form: CorrectedAddressForm
    ) -> bool:
        said = form.cleaned_data
        try:
            correct_address(delivery, user_of(request), said["email"], said["reason"])
        except ValidationError as refusal:
            form.add_error("email", refusal.messages)
            return False
        messages.success(request, once_released(said["email"]))
        return True


MAY_CORRECT = ("invitations.change_delivery", "invitations.change_minister")


def with_office(deliveries: Any) -> Any:
    return deliveries.select_related(
        "letter__mission",
        "letter__invitation__edition",
        "letter__invitation__member_state",
        "letter__invitation__minister__member_state",
    )


def helps(delivery: Delivery) -> list[Help]:
    """Return what may be done about the delivery, the likeliest help first."""
    found = []
    if delivery.state in NOT_ARRIVED and not reason_not_to_correct(delivery):
        url = reverse("admin:invitations_delivery_correct", args=[delivery.pk])
        found.append(Help(_("Correct the address and send again"), delivery, url=url))
    if delivery.state == State.UNCERTAIN:
        found.append(Help(_("It went"), delivery, "it_went"))
    if not reason_not_to_send_again(delivery):
        found.append(Help(_("Send again"), delivery, "send_again"))
    if not reason_not_to_resend(delivery):
        found.append(Help(_("Send anew to this address"), delivery, "resend_selected"))
    if delivery.state in MAY_BE_CORRECTED and not reason_not_to_send_elsewhere(delivery.letter):
        found.append(Help(_("Send to another address"), delivery, "send_to_another"))
    return found


def for_its_letter(request: HttpRequest, delivery: Delivery) -> list[Help]:
    """Return what may be done about a letter that is kept back, or a note that did not arrive."""
    letter = delivery.letter
    if not request.user.has_perm("invitations.change_letter"):
        return []
    if delivery.state == State.MISSED and not reason_not_to_compose_again(letter):
        return [Help(_("Compose the letter anew"), letter, "compose_again")]
    if delivery.state in NOT_PROVEN and not reason_not_to_forward_again(letter):
        return [Help(_("Forward anew what remains"), letter, "forward_again")]
    return []


def what_waits(request: HttpRequest, letter: Letter) -> list[Any]:
    """Return where the letter goes once a second person has released a corrected address."""
    may_read = request.user.has_perm("invitations.view_heldchange")
    changes = HeldChange.objects.waiting().filter(letters=letter).order_by("pk")
    return [
        text_link(change_url(change), told) if may_read else told
        for change in changes
        for told in map(once_released, sorted(addresses_added(change) - addresses_tried(letter)))
    ]


def once_released(email: str) -> str:
    told = _("The letter goes to %(email)s as soon as a second person has released it.")
    return told % {"email": isolated(email)}


def about(request: HttpRequest, delivery: Delivery) -> Any:
    """Return links to the State, the minister and the invitation, for who may read them."""
    invitation = delivery.letter.invitation
    state = invitation.member_state
    if not request.user.has_perm("invitations.view_invitation"):
        return ""
    return text_links(
        [
            (state_url(invitation.edition, state), state.listed_as),
            (change_url(invitation.minister), str(invitation.minister)),
            (change_url(invitation), _("The invitation")),
        ]
    )
