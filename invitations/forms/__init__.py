"""Forms of the secretariat: shape is checked here, meaning by the verbs."""
