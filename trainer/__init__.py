"""Distil BERT on any registered dataset, evaluate the student, and run whole studies.

The public names are listed in `__init__.pyi`, each with the module that defines it. They are imported on
first use, so `import trainer` does not load torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
