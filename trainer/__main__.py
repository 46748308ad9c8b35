"""`python -m trainer`, for launchers such as torchrun."""

from trainer.cli import main

main()
