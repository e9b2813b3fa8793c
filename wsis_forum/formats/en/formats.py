from invitations.text.dates import DAY

DATE_FORMAT = DAY["en"]
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT}"
MONTH_DAY_FORMAT = "j F"
