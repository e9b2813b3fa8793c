"""The desk of circulars."""
