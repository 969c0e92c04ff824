"""The marketplace's settings."""
