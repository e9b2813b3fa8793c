from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from delegations.desk.erasure.erasing import erase_personal_data


class Command(BaseCommand):
    help = "Go on with each erasure that is asked for, and at night with each that is due."

    def handle(self, **options: Any) -> str:
        erased = erase_personal_data()
        told = ngettext("%(count)s row erased.", "%(count)s rows erased.", erased)
        return told % {"count": erased}
