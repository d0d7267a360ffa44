"""All that the kit ever writes: rooms with what was published, and the journal of a person who studies alone."""
