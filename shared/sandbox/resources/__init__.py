"""One module per Stripe resource: its object's fields, and what its routes do."""
