"""Who did what: the whole trail for the marketplace's staff, a vendor's own for its people."""
