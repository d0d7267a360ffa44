"""Tests of the cockpit and the cards in it: their buttons are pressed in the test, the room that they lead is a real one."""
