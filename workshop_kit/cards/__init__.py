"""What the cards of every scene share: how they look, what they offer to choose from, and how they follow a room."""
