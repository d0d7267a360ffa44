"""What remains of a room: report, export, erasing, and that they agree."""
