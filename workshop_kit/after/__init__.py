"""What remains once the evening is over: the report, the export, and what goes when it is erased."""
