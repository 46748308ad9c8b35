from .comparison import diff as diff
from .reports import report as report
from .reports import report_tables as report_tables
