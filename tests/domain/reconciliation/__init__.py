"""Promises of `reconciliation`."""
