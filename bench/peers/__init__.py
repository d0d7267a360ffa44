"""The peers: the same poll in NiceGUI, Streamlit and Voilà, visited by the same visitors as ours.

Each peer lives in an environment of its own under `.venv-peers`, made from its list of requirements beside this file, so that the kit
never depends on it. Their polls keep votes in memory and nothing else; ours does all that it does in an evening.
"""
