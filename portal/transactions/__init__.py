"""Every payment of a vendor with what became of it."""
