"""Promises of `market`."""
