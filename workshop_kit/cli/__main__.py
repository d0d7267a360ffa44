"""The command line where no script of it is installed: ``python -m workshop_kit.cli``."""

from workshop_kit.cli import main

main()
