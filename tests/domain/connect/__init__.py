"""Promises of `connect`."""
