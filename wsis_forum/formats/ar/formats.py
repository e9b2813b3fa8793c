from invitations.text.dates import DAY

DATE_FORMAT = DAY["ar"]
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT}، {TIME_FORMAT}"
# Django has none for Arabic, and takes those of the United States, with the month first.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"]
