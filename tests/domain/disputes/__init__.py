"""Promises of `disputes`."""
