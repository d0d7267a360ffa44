"""A seat at a laptop: the ballot in a notebook, and the server that hands out such notebooks to a room."""
