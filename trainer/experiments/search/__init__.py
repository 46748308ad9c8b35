"""Search for the mix of datasets from which a student learns most: draws, proxies, response surface, verification."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
