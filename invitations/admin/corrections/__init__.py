"""The pages on which staff put right what has left already."""
