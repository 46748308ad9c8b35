from .executors import Executor as Executor
from .executors import make_executor as make_executor
from .garbage import collect_rarely as collect_rarely
from .progress import Progress as Progress
from .progress import reported as reported
from .progress import silent as silent
from .sandbox import Sandbox as Sandbox
from .sandbox import run_in_sandbox as run_in_sandbox
