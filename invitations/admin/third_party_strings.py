"""Words of the admin's libraries, whose own catalogues lack some of our languages.

django-unfold comes without any translation, django-auditlog with two, django-import-export with
gaps. Named here, their words are collected with ours, and our catalogue goes before theirs.
Nothing reads this module.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

UNFOLD = [
    _("Add row"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("All applications"),
    _("Apply Filters"),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Dark"),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("False"),
    _("Filters"),
    _("Forgotten your password or username?"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Image preview"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Previous"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can "
        'change the password using <a href="{}" class="text-primary-600 dark:text-primary-500">'
        "this form</a>."
    ),
    _("Recent searches"),
    _("Record picture"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select format"),
    _("Select record"),
    _("Select value"),
    _("System"),
    _("This exporter will export the following fields"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Value"),
    _("Welcome back to"),
    _("You have been successfully logged out from the administration"),
    ngettext_lazy(
        "\n                    Export %(len)s selected item.\n                ",
        "\n                    Export %(len)s selected items.\n                ",
    ),
    ngettext_lazy(
        "\n                Found %(counter)s result in %(time)s seconds\n            ",
        "\n                Found %(counter)s results in %(time)s seconds\n            ",
    ),
]
AUDITLOG = [
    _("Audit log"),
    _("Changes"),
    _("Click to filter by records with this correlation id"),
    _("Correlation ID"),
    _("Created"),
    _("Created {repr:s}"),
    _("Deleted {repr:s}"),
    _("Field"),
    _("No field changes"),
    _("Resource Type"),
    _("Updated {repr:s}"),
    _("action"),
    _("actor"),
    _("actor email"),
    _("additional data"),
    _("create"),
    _("delete"),
    _("object pk"),
    _("object representation"),
    _("remote address"),
    _("remote port"),
    _("system"),
    _("timestamp"),
    _("update"),
]
IMPORT_EXPORT = [
    _("%(exc_name)s encountered while trying to read file. "
      "Ensure you have chosen the correct format for the file."),
    _("Import finished: {} new, {} updated, {} deleted and {} skipped {}."),
    _("No valid data to import. Ensure your file has the correct headers or data for import."),
    _("Non field specific"),
    _("Please correct these errors in your data where possible, "
      "then reupload it using the form above."),
    _("Resource"),
    _("Row"),
    _("Select all"),
    _("Some rows failed to validate"),
    _("Value could not be parsed."),
    _("You must select an export format."),
]  # fmt: skip
