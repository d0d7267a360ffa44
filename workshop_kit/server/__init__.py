"""The room server: a public app for phones, a control app for whoever leads, one room between them.

It knows nothing of Jupyter. People on the Wi-Fi reach only the public app, and the public app can do nothing but what
its few routes say.
"""
