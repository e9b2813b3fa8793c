from invitations.text.dates import DAY

DATE_FORMAT = DAY["ru"]
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT}"
