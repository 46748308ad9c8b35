"""Recipe files: planned, made, found again, and checked for spelling."""

import pytest

import corpora
from corpora.store.store import default_store

RECIPE = """
[datasets.corpus]
build = "texts"
folder = "texts"
duplicates = "keep"
[datasets.tokens]
tokenize = "corpus"
train = 120
[datasets.ten]
transform = "sample"
from = "tokens"
rate = 0.1
[datasets.rand]
transform = "shuffle"
from = "ten"
[datasets.noisy]
transform = "replace"
from = "ten"
rate = 0.3
[study]
transfer = ["ten", "rand"]
"""


@pytest.fixture
def recipe(texts, home):
    path = texts.parent / "recipe.toml"
    path.write_text(RECIPE)
    return path


def test_a_recipe_makes_its_datasets_and_a_second_run_finds_them(run, recipe):
    first = run("build", "--recipe", recipe).out
    assert [line.split("@")[0] for line in first.splitlines() if "@" in line] == [
        "corpus",
        "tokens",
        "ten",
        "rand",
        "noisy",
    ]
    created = [d.manifest.created for d in default_store().all()]
    run("build", "--recipe", recipe)
    assert [d.manifest.created for d in default_store().all()] == created


def test_a_dry_run_tells_what_is_there_and_builds_nothing(run, recipe):
    assert run("build", "--recipe", recipe, "--dry-run").out.count("to build") == 5
    run("build", "--recipe", recipe)
    assert run("build", "--recipe", recipe, "--dry-run").out.count("there") == 5


def test_a_changed_line_rebuilds_only_what_hangs_on_it(run, recipe):
    run("build", "--recipe", recipe)
    recipe.write_text(RECIPE.replace("rate = 0.1", "rate = 0.2"))
    plan = run("build", "--recipe", recipe, "--dry-run").out
    states = {line.split()[0]: "there" in line for line in plan.splitlines()[1:]}
    assert states == {"corpus": True, "tokens": True, "ten": False, "rand": False, "noisy": False}


def test_the_recipe_of_a_version_makes_it_again(run, recipe, tmp_path):
    run("build", "--recipe", recipe)
    printed = tmp_path / "again" / "printed.toml"
    printed.parent.mkdir()
    printed.write_text(run("recipe", "noisy").out)
    assert run("build", "--recipe", printed, "--dry-run").out.count("there") == 4


def test_a_version_and_an_ancestor_of_one_name_are_two_tables(run, corpus, tmp_path):
    half = corpora.transform(corpus, "sample", rate=0.5, name="corpus")
    again = corpora.concat([corpus, half], name="corpus")
    text = run("recipe", "corpus").out
    assert f'[datasets.corpus]\nconcat = ["corpus-{corpus.path.name}", "corpus-{half.path.name}"]' in text
    (tmp_path / "printed.toml").write_text(text)
    made = {d.name: d.fingerprint for d in corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml"))}
    assert made["corpus"] == again.fingerprint and len(made) == 3


def test_the_recipe_of_a_mix_names_its_parents_by_their_shares(run, corpus, tmp_path):
    half = corpora.transform(corpus, "sample", rate=0.5, name="corpus")
    mixed = corpora.mix({corpus.reference: 0.5, half.reference: 0.5}, rows=100, name="mixed")
    text = run("recipe", "mixed").out
    assert f'mix = ["corpus-{corpus.path.name}:0.5", "corpus:0.5"]' in text
    (tmp_path / "printed.toml").write_text(text)
    assert corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml"))[-1].fingerprint == mixed.fingerprint


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("rate = 0.1", "rat = 0.1", "no key of .datasets.ten. is named rat; did you mean rate"),
        ('transform = "shuffle"', 'transform = "shufle"', "no transform is named shufle; did you mean shuffle"),
        ("[study]", "[studdy]", "no table of a recipe is named studdy; did you mean study"),
        ('tokenize = "corpus"', "", "needs exactly one of build, concat, mix, tokenize, transform, split"),
        ('folder = "texts"', 'folder = "texts', "cannot be read"),
        ('tokenize = "corpus"', 'tokenize = "rand"', "datasets are made from each other"),
    ],
)
def test_mistakes_in_a_recipe_are_named(recipe, before, after, message):
    recipe.write_text(RECIPE.replace(before, after, 1))
    with pytest.raises(corpora.RecipeError, match=message):
        corpora.read_recipe(recipe)


def test_a_missing_recipe_is_one_clear_line(run):
    assert run("build", "--recipe", "nowhere.toml", code=1).err == "error: the recipe nowhere.toml does not exist\n"


def test_a_dry_run_of_books_in_a_folder_tells_what_is_there_and_of_a_catalogue_that_it_cannot(run, recipe):
    recipe.write_text(
        '[datasets.a]\nbuild = "tbc"\nfolder = "texts"\n[datasets.b]\nbuild = "tbc"\ncatalogue = "gutenberg"\n'
    )
    lines = run("build", "--recipe", recipe, "--dry-run").out.splitlines()
    assert "to build" in lines[1] and "needs its inputs" in lines[2]


def test_a_recipe_s_dataset_can_be_tokenized_like_another_that_stands_below_it(run, recipe):
    recipe.write_text('[datasets.a]\ntokenize = "corpus"\nlike = "tokens"\nmax-tokens = 8\n' + RECIPE)
    made = {d.name: d for d in corpora.build_datasets(corpora.read_recipe(recipe))}
    assert made["a"].tokenizer_file.read_bytes() == made["tokens"].tokenizer_file.read_bytes()
    assert made["a"].fingerprint != made["tokens"].fingerprint


def test_a_dry_run_expects_the_rows_of_a_rate_and_not_of_a_noise(tokens, tmp_path):
    table = '[datasets.{}]\nfrom = "{}"\ntransform = '
    text = table.format("half", "corpus-tokens") + '"sample"\nrate = 0.5\n'
    text += table.format("noisy", "half") + '"replace"\nrate = 0.1\n'
    text += table.format("scored", "noisy") + '"surprisal"\n'
    text += table.format("rare", "scored") + '"by-score"\ncolumn = "surprisal"\nmin = 4.0\n'
    (tmp_path / "r.toml").write_text(text)
    recipe = corpora.read_recipe(tmp_path / "r.toml")
    assert [step.rows for step in corpora.plan_datasets(recipe)] == [240, 240, 240, None]
    assert [d.name for d in corpora.build_datasets(recipe)] == ["half", "noisy", "scored", "rare"]


def test_the_recipe_of_a_dataset_tokenized_like_another_holds_that_other(run, recipe, tmp_path):
    recipe.write_text(RECIPE + '[datasets.like]\ntokenize = "corpus"\nlike = "tokens"\nmax-tokens = 8\n')
    made = {d.name: d for d in corpora.build_datasets(corpora.read_recipe(recipe))}
    printed = run("recipe", "like").out
    assert 'like = "tokens"' in printed and "train = 120" in printed and "tokenizer.json" not in printed
    (tmp_path / "printed.toml").write_text(printed)
    assert corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml"))[-1] == made["like"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('without = "corpus"', r"\[datasets.a\] has no of, which without needs"),
        ('split = "corpus"', r"\[datasets.a\] has no held-out, which split needs"),
        ('split = "corpus"\nheld-out = 0.5\nside = "dev"', "side is 'dev'; it must be train or held-out"),
        ('concatenate = ["corpus"]', r"needs exactly one of .*; did you mean concat\?"),
        ('transform = "dsir"\nfrom = "corpus"\ntarget = 5', r"\[datasets.a\] dsir: target is 5; it must be text"),
        ('distinct = "corpus"\nby = "rows"', r"\[datasets.a\] --by is 'rows'; it takes row or document"),
        ('without = "corpus"\nof = ["x.txt"]\nby = "word"', "--by is 'word'; it takes row, document or span"),
        ('transform = "sample"\nfrom = "corpus"\nrate = 0.5\nby = "doc"', "--by is 'doc'; it takes row or document"),
        ('transform = "sample"\nfrom = "corpus"\nrate = 2', r"\[datasets.a\] --rate is 2; it must be above 0"),
        ('mix = ["corpus:0.5"]', r"\[datasets.a\] .*add up to 0.5"),
    ],
)
def test_a_setting_that_an_action_refuses_is_named_with_file_and_dataset(corpus, tmp_path, table, message):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f"[datasets.a]\n{table}\n", encoding="utf-8")
    with pytest.raises(corpora.RecipeError, match=f"recipe.toml: .*{message}"):
        corpora.plan_datasets(corpora.read_recipe(recipe))


def test_a_dry_run_refuses_a_dataset_that_neither_the_recipe_nor_the_store_has(run, corpus, tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[datasets.a]\ndistinct = "corpsu"\n', encoding="utf-8")
    said = run("build", "--recipe", recipe, "--dry-run", code=1).err
    assert said == "error: no dataset is named corpsu; did you mean corpus? (corpora list shows them all)\n"
