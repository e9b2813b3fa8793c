"""The address where the mail provider reports on deliveries; that provider's alone is open.

Each view of django-anymail checks its provider's signature, the shared secret, or both.
"""

from typing import Any

from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from invitations.job_errors import ENDS_THE_TICK, job_error_of, note_job_error, place_of_error
from invitations.times.jobs import Job

# Taken one by one: django-anymail's own list of addresses imports each provider's library.
VIEWS = {
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
    "unisender_go": "UnisenderGoTrackingWebhookView",
}


# Django answers a SuspiciousOperation; after the others a provider tries again.
NOT_THE_EVENTS = (SuspiciousOperation, *ENDS_THE_TICK)


class EventsApart(AnymailCoreWebhookView):
    """A mixin for a provider's view: an event that cannot be read does not lose the others.

    If none can be taken the answer is 400; the desk shows what was lost.
    """

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.lost: list[str] = []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.run_validators(request)
        except NOT_THE_EVENTS:
            raise
        except Exception:  # noqa: BLE001 -- nobody has signed it, so nobody needs to hear of it
            return HttpResponseBadRequest()
        taken = sum(self.is_taken(event) for event in self.readable(request))
        for reason in self.lost:
            note_job_error(job_error_of(Job.HOOKS, self.esp_name), reason, pauses=False)
        return HttpResponseBadRequest() if self.lost and not taken else HttpResponse()

    def readable(self, request: HttpRequest) -> list[Any]:
        try:
            return [event for event in self.parse_events(request) if event]
        except NOT_THE_EVENTS:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a provider says, it is answered
            self.lost.append(place_of_error(error))
            return []

    def esp_to_anymail_event(self, *told: Any) -> Any:
        try:
            return super().esp_to_anymail_event(*told)
        except Exception as error:  # noqa: BLE001 -- the other events are taken
            self.lost.append(place_of_error(error))

    def is_taken(self, event: Any) -> bool:
        try:
            self.signal.send(sender=type(self), event=event, esp_name=self.esp_name)
        except NOT_THE_EVENTS:
            raise
        except Exception as error:  # noqa: BLE001 -- the other events are taken
            self.lost.append(place_of_error(error))
            return False
        return True


def webhook_patterns(provider: str) -> list[URLPattern]:
    """Return the URL of the provider's events; none without a provider."""
    if not provider:
        return []
    theirs = import_string(f"anymail.webhooks.{provider}.{VIEWS[provider]}")
    view: Any = type(VIEWS[provider], (EventsApart, theirs), {})
    return [path(f"{provider}/tracking/", view.as_view(), name=f"{provider}_tracking_webhook")]


urlpatterns = webhook_patterns(settings.MAIL_PROVIDER)
