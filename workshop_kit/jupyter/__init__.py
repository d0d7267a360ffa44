"""The Jupyter server on its lead: which kernels it starts, what it refuses to expose, what it never saves."""

import sys
from types import ModuleType

# Jupyter checks what it writes down by schemas. For addresses in all the world's letters, which no schema of its own names, a
# grammar would be worked out before anything else, and take half of the time until the first page.
sys.modules.setdefault("rfc3987_syntax", ModuleType("rfc3987_syntax"))
