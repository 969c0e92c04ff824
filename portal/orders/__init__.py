"""A vendor's orders: what came in, what is to be sent, and where the money of each went."""
