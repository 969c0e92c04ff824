"""Promises of `overview`."""
