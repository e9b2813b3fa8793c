"""Days and hours: calendars with days off, clocks of several servers, and timed jobs."""
