"""Promises of `vendors`."""
