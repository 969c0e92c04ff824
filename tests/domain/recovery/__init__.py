"""Promises of `recovery`."""
