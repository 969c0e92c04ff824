"""Promises of `orders`."""
