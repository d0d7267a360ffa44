"""A workshop, as it is written and as it is led: its outline, and the agenda of one evening."""

from workshop_kit.workshop.outline import (
    UNGUIDED_MIN,
    Agreement,
    Block,
    BlockKind,
    Guide,
    Plan,
    Section,
    Step,
    StepName,
    Workshop,
)

__all__ = ["UNGUIDED_MIN", "Agreement", "Block", "BlockKind", "Guide", "Plan", "Section", "Step", "StepName", "Workshop"]
