"""Command-line output, progress, errors, and commands for components; the trainer uses it too."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
