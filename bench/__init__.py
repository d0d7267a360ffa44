"""The bench: how fast the kit is, told as ratios within one run, because machines are noisy."""
