"""A room: one live run of a workshop with one group, and everything that can be done in it.

The room is where the rules meet: polls say what an answer is, the memory holds answers while a poll is open, disclosure says
what may be shown, the disk remembers it. Whoever speaks HTTP, draws charts or shows widgets does so around `Room`.

`runs` is the life of an answer, `evening` the plan, the section and the stage around it, `door` who comes in and how many they are.
`opening` says where a room goes on. What must not happen at once happens at the next `Room.tick`, which the server
calls every second: counters move in coarse steps and never in step with anybody's thumb; a pause reaches the facilitator
after a while that nobody can predict. Whatever is kept on the disk may take its time, so acts are done aside, one after the other;
what answers touch is touched on the server's loop alone (`Act.seals`).
"""
