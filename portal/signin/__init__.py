"""Joining, signing in and signing out of the portal."""
