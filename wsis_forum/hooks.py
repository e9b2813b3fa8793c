"""Where the mail provider tells what became of a delivery: its own address alone is open.

Each view of django-anymail checks its provider's signature, the shared secret, or both.
"""

from django.conf import settings
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

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


def places(provider: str) -> list[URLPattern]:
    """The address that takes the provider's events; none without a provider."""
    if not provider:
        return []
    view = import_string(f"anymail.webhooks.{provider}.{VIEWS[provider]}")
    return [path(f"{provider}/tracking/", view.as_view(), name=f"{provider}_tracking_webhook")]


urlpatterns = places(settings.MAIL_PROVIDER)
