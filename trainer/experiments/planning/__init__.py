"""How much data a student needs: short runs, fitted curves, and what they predict for longer runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
