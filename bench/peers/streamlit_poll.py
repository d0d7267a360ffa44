"""The poll in Streamlit: a radio and a button, votes kept in memory. Runs in the environment of its own."""

# mypy: ignore-errors
import streamlit as st

OPTIONS = ["one", "two", "three", "four"]


@st.cache_resource
def votes():
    """Return the votes, the same dictionary for every visitor."""
    return []


choice = st.radio("Which one?", OPTIONS)
if st.button("Send"):
    votes().append(choice)
    st.write("Thanks.")
