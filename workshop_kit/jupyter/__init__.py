"""The Jupyter server on its lead: which kernels it starts, what it refuses to expose, what it never saves."""
