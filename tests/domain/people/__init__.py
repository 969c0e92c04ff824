"""Promises of `people`."""
