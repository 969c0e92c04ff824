"""VAT on what a vendor sells."""
