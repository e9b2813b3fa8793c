"""The public face: what a minister's office and anyone else sees, from the letter's link on."""
