"""A seat at a laptop: the ballot in a notebook, and the server that hands out such notebooks to a room."""

# What the pages for guests have no use for is left out of Jupyter there, so it comes before any part of Jupyter.
import workshop_kit.jupyter  # noqa: F401
