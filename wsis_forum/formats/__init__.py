"""Days and hours on the desk: the day as letters print it, and the hour of 24."""
