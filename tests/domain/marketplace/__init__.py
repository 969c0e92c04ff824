"""Promises of `marketplace`."""
