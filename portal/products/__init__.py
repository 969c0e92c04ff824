"""A vendor's products: what is for sale, at what price, and how many are in stock."""
