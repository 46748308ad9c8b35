from .executors import Executor as Executor
from .executors import make_executor as make_executor
from .progress import Progress as Progress
from .progress import reported as reported
from .progress import silent as silent
from .reference_cycles import collect_rarely as collect_rarely
from .sandbox import Sandbox as Sandbox
from .sandbox import run_in_sandbox as run_in_sandbox
