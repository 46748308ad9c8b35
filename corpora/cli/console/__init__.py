"""Command-line output, progress and errors, and one command per component; the trainer uses it too."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
