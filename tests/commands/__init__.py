"""The command line, settings and starting."""
