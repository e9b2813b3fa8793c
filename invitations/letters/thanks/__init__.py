"""Letters of thanks, once an event is over."""
