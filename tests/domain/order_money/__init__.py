"""Promises of `order_money`."""
