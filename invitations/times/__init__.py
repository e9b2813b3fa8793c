"""Days and hours: calendars that know quiet days, clocks of several servers."""
