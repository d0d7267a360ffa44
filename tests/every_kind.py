"""A small workshop with one poll of every kind, for tests of what the shipped material does not hold.

Its polls are called after their kinds. Questions in people's own words are allowed by its one plan, so a room needs both::

    with RunningRoom(folder / "room", *arguments(folder / "material")) as room:
        run = room.ask("rank")
"""

from pathlib import Path
from typing import Final

PLAN: Final = "every_kind"
KINDS: Final = ("single", "multi", "scale", "slider", "rank", "text")

OUTLINE: Final = f"""
id: kinds
title: A walk by the sea
sections:
  - {{id: "01", title: Setting out, notebook: 01_setting_out.ipynb, sources: [The way there]}}
  - {{id: "02", title: Coming home, notebook: 02_coming_home.ipynb, sources: [The way back]}}
plans:
  - id: {PLAN}
    title: An afternoon
    meeting_min: 60
    texts: true
    meetings:
      - - {{block: arrival, minutes: 5}}
        - {{block: section, minutes: 15, section: "01", polls: [single, multi, scale]}}
        - {{block: section, minutes: 20, section: "02", polls: [slider, rank, text]}}
        - {{block: slack, minutes: 15}}
        - {{block: closing, minutes: 5}}
"""

POLLS: Final = """
polls:
  - {id: single, section: "01", kind: single, question: "Which part of the walk do you look forward to?", hint: A rough guess is enough.,
     options: [{id: shore, label: The shore}, {id: dunes, label: The dunes},
               {id: wood, label: "The wood behind them, where it is quiet and the path is soft under one's feet"},
               {id: inn, label: The inn}, {id: other, label: Something else}]}
  - {id: multi, section: "01", kind: multi, question: "What do you take along?", hint: Choose as many as you like. None is a fine answer too.,
     options: [{id: coat, label: A coat}, {id: bread, label: Bread and cheese}, {id: book, label: A book}, {id: friend, label: A friend},
               {id: other, label: Something else}]}
  - {id: scale, section: "01", kind: scale, question: "How far would you like to go?",
     options: [Not far, A little way, Some way, Quite far, As far as it goes]}
  - {id: slider, section: "02", kind: slider, question: "How warm are you now?", low: Not at all warm, high: Very warm}
  - {id: rank, section: "02", kind: rank, question: "What did you like best?", hint: "Put all four in order, the best one first.",
     options: [{id: wind, label: The wind}, {id: birds, label: "The birds on the sandbank, and how they all rose at once"},
               {id: talk, label: The talk on the way}, {id: tea, label: The tea afterwards}]}
  - {id: text, section: "02", kind: text, question: "What would you tell a friend about today?", hint: A few words are enough.}
"""


def material_of_every_kind(folder: Path) -> Path:
    """Write the workshop into a folder, made if it is not there, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workshop.yaml").write_text(OUTLINE, encoding="utf-8")
    (folder / "polls.yaml").write_text(POLLS, encoding="utf-8")
    return folder


def arguments(folder: Path) -> list[str]:
    """Write the workshop into a folder and return the server's arguments by which a room is led with it."""
    return ["--material", str(material_of_every_kind(folder)), "--plan", PLAN]
