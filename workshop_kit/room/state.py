"""What every page of a room may know at any moment."""

from dataclasses import dataclass

from workshop_kit.disk.rooms import Phase


@dataclass(frozen=True, slots=True)
class RunState:
    """Where one run stands; `step` says in coarse words how many have answered while it is open."""

    run: int
    phase: Phase
    step: str | None


@dataclass(frozen=True, slots=True)
class State:
    """What every page of a room may know at any moment.

    `boot` changes when the server was restarted. `current` are the runs that were asked last, by one act; none before the first poll.
    `stage` is one of `evening.SCENES`; `ends_at` is when the timer ends, in seconds since 1970; `locked` says whether the door is.
    `seats` is how many there are, told only behind a locked door, and `heads` how many people were counted there; `counts_heads` says
    whether any are to be. `round` grows when every seat was freed.
    """

    boot: str
    section: str | None
    current: tuple[RunState, ...] = ()
    stage: str = "follow"
    ends_at: int | None = None
    locked: bool = False
    seats: int | None = None
    heads: int | None = None
    counts_heads: bool = True
    round: int = 0
