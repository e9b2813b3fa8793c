"""The ministers' import: how a row of a list becomes a minister with a draft invitation."""
