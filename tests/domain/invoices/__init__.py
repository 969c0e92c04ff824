"""What invoices and credit notes promise."""
