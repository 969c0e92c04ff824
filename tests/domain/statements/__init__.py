"""Promises of `statements`."""
