"""For whoever connects their own software: API tokens of this vendor."""
