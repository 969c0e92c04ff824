"""Who sells and buys what: people, vendors, catalogue, baskets, orders, commission, VAT."""
