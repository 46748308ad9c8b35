from .executors import Executor as Executor
from .executors import make_executor as make_executor
from .progress import Progress as Progress
from .progress import reported as reported
from .progress import silent as silent
from .sandbox import Guard as Guard
from .sandbox import guarded as guarded
