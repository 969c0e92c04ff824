"""What a shopper may ask of their own data: a copy of it, and its deletion. It has no tables."""
