"""What a notebook imports: a section, and from it the cards to lead it with.

::

    from workshop_kit.notebook import section

    fears = section("06")
    fears.poll()
"""

from workshop_kit.notebook.sections import section

__all__ = ["section"]
