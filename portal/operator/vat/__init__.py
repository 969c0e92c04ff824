"""VAT registrations and rates."""
