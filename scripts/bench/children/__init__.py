"""Children in folders of their own: what they measure is named by their module."""
