"""Discount codes: the marketplace’s own, and what vendors give."""
