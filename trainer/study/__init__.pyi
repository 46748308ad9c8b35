from .plan import Step as Step
from .plan import plan_study as plan_study
from .reports.page import report as report
from .runner import Watching as Watching
from .runner import report_study as report_study
from .runner import run_study as run_study
from .stored_answers import StoredAnswer as StoredAnswer
from .stored_answers import study_answers as study_answers
