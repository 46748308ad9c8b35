"""The plug-in contract: components and their options, the kinds, hooks, records, and how plugins are found."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
