"""Files: what one is, by its content; and each that is kept, under the name of its hash."""
