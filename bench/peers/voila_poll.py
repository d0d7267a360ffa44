"""The poll in Voilà: the one cell of the notebook that `bench.peers` writes. Votes are kept in the visitor's own kernel."""

# mypy: ignore-errors
import ipywidgets
from IPython.display import display

options = ["one", "two", "three", "four"]
votes = []
choice = ipywidgets.RadioButtons(options=options, description="Which?")
send = ipywidgets.Button(description="Send")
send.on_click(lambda _: votes.append(choice.value))
display(choice, send)
