"""Promises of `vat`."""
