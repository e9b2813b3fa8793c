from invitations.text.dates import DAY

DATE_FORMAT = DAY["en"]
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT}"
MONTH_DAY_FORMAT = "j F"
# Django's have the month first, as in the United States: 01/10/2027 would be the tenth of January.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"]
