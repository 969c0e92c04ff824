"""Discount codes: of a vendor or of the marketplace, what they take off, and who has used them."""
