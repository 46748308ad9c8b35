"""The HTTP client of all sources: robots.txt, crawl delays, retries, resumed downloads, limits on size and time."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
