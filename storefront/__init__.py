"""Pages for shoppers, signed out by default."""
