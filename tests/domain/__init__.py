"""Each domain of `shared/trade` and `shared/finance` has a folder with its own promises."""
