"""A domain that only a test adds: points for whoever buys."""
