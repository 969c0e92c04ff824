"""Who a vendor is by law."""
