from .plan import plan_search as plan_search
from .results import SearchResult as SearchResult
from .runner import run_search as run_search
