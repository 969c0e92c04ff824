"""Promises of `payment_methods`."""
