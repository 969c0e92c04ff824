"""The marketplace's categories."""
