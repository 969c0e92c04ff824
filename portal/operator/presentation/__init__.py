"""The marketplace's name, logo and legal texts."""
