"""The one recipe file: `[datasets.NAME]` tables say what to build; the trainer reads the others."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
