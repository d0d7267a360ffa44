"""What differs between systems: child processes, their tether, addresses, the file by which a room is found."""
