"""Who is nominated and not registered, and the other way round, by the registration desk's list."""
