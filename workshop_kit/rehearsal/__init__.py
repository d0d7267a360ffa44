"""An evening with nobody there: a simulated group, a room that leaves nothing behind, and one led without a hand."""
