"""Money, words, names and numbers. Pure."""
