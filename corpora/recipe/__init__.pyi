from .building import Step as Step
from .building import build_datasets as build_datasets
from .building import plan_datasets as plan_datasets
from .schema import Recipe as Recipe
from .schema import read_recipe as read_recipe
from .text import recipe_text as recipe_text
