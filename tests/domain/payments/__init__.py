"""Promises of `payments`."""
