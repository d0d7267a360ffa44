"""workshop_kit: lead a group through a workshop, poll it anonymously, show what the group said."""

__version__ = "0.1.0"
