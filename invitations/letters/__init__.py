"""Letters: whom they address, their words, paper and message, and the two people who approve."""
