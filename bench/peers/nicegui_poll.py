"""The poll in NiceGUI: a radio whose choice is the vote, kept in memory. Runs in the environment of its own, with its port as argument."""

# mypy: ignore-errors
import sys

from nicegui import app, ui

OPTIONS = ["one", "two", "three", "four"]
VOTES = {}


@ui.page("/")
def poll():
    """Show the question and say that a vote was taken."""
    client = ui.context.client.id

    def vote(event):
        VOTES[client] = event.value
        thanks.set_text(f"Thanks, {event.value}.")

    ui.label("Which one?")
    ui.radio(OPTIONS, on_change=vote)
    thanks = ui.label("")


@app.get("/healthz")
def health():
    """Say that the server is well."""
    return {"votes": len(VOTES)}


ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False, title="Poll")
