"""Manifests are read with checked types, and a damaged one stops no other version."""

import json
import random
from dataclasses import replace

import pytest

import corpora
from corpora import registry
from corpora.store import Plan, default_store, described


def damage(dataset, change):
    """Change a version's manifest on disk: `change` gets its content as a dict."""
    path = dataset.path / "manifest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


WRONG = {
    "another type": (lambda m: m.update(rows="many"), r"Expected `int`, got `str` - at `\$.rows`"),
    "a negative count": (lambda m: m.update(documents=-1), "documents"),
    "a missing field": (lambda m: m.pop("fingerprint"), "missing required field `fingerprint`"),
    "a plan that is a list": (lambda m: m.update(plan=[]), r"\$.plan"),
    "a summary that is a number": (lambda m: m["statistics"].update(sizes=3), r"\$.statistics"),
    "an accounting of texts": (lambda m: m["accounting"].update(found="all"), r"\$.found"),
    "a checksum that is not one": (lambda m: m["files"]["README.md"].update(sha256="x"), "sha256"),
    "no data file": (lambda m: m.update(files={}), "lists no data file"),
    "another format": (lambda m: m.update(format=9), "its format is 9; this version of transferset reads 1"),
    "another version's fingerprint": (lambda m: m.update(fingerprint="0" * 64), "it describes corpus@000000000000"),
    "a file in the parent folder": (lambda m: m["files"].update({"../x": m["files"]["README.md"]}), "not a plain path"),
    "a file at an absolute path": (
        lambda m: m["files"].update({"/etc/x": m["files"]["README.md"]}),
        "not a plain path",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_field_is_named_in_one_line(corpus, kind):
    change, reason = WRONG[kind]
    damage(corpus, change)
    with pytest.raises(corpora.DatasetDamaged, match=reason) as caught:
        corpora.open("corpus")
    assert "\n" not in str(caught.value) and f"corpora remove {corpus.reference} --force" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"null", b"[" * 100_000, b"\xff\xfe", b'{"format": 1', b'{"format": NaN}'])
def test_a_manifest_that_is_not_json_is_named_in_one_line(corpus, content):
    (corpus.path / "manifest.json").write_bytes(content)
    with pytest.raises(corpora.DatasetDamaged, match="manifest.json is damaged") as caught:
        corpora.open("corpus")
    assert "\n" not in str(caught.value)


def test_changed_bytes_in_a_manifest_never_end_in_another_error(corpus):
    path, chance = corpus.path / "manifest.json", random.Random(7)
    intact = path.read_bytes()
    for _ in range(300):
        content = bytearray(intact)
        for _ in range(chance.choice([1, 1, 3, 40])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        try:
            corpora.open("corpus").verify()
        except corpora.DatasetDamaged as error:
            assert "\n" not in str(error)


def test_list_shows_the_rest_and_marks_the_damaged_version(run, corpus, tokens):
    (tokens.path / "manifest.json").write_text("{")
    listed = run("list")
    assert f"{corpus.reference}*" in listed.out and "damaged" in listed.out
    assert listed.err.count("is damaged") == 1
    facts = {entry["reference"]: entry for entry in json.loads(run("list", "--json").out)}
    assert "damaged" in facts[tokens.reference] and "damaged" not in facts[corpus.reference]


def test_a_missing_manifest_is_damage_too(run, corpus, tokens):
    (tokens.path / "manifest.json").unlink()
    assert f"{tokens.reference}" in run("list").out
    assert "removed" in run("remove", tokens.reference, "--force").out


def test_a_damaged_version_can_be_removed_by_name_or_fingerprint(run, corpus, tokens):
    for dataset in (tokens, corpus):
        (dataset.path / "manifest.json").write_text("null")
    assert "removed" in run("remove", "corpus-tokens", "--force").out
    assert "removed" in run("remove", corpus.reference).out
    assert default_store().survey() == ([], [])


def test_a_parent_with_a_damaged_manifest_is_still_a_parent(corpus, tokens):
    (corpus.path / "manifest.json").write_text("null")
    with pytest.raises(corpora.DatasetInUse, match="is a parent of corpus-tokens@"):
        default_store().remove("corpus")


def test_a_damaged_version_is_built_again_with_the_same_bytes(corpus, texts):
    before = corpus.files[0].read_bytes()
    (corpus.path / "manifest.json").write_text("null")
    again = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    assert again.path == corpus.path and again.files[0].read_bytes() == before
    again.verify()


def test_garbage_keeps_what_a_damaged_current_version_may_need(run, corpus, tokens, texts):
    (texts / "d0.txt").write_text("Something else entirely.")
    corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    (tokens.path / "manifest.json").write_text("null")  # its parent, the older corpus, is not known any more
    collected = run("gc", "--yes")
    assert "is damaged" in collected.err and corpus.path.exists() and tokens.path.exists()


@pytest.mark.parametrize("pointer", [b"", b"\xff\xff", b"../../..", b"nothing"])
def test_a_damaged_current_file_is_not_followed(run, corpus, pointer):
    (corpus.path.parent / "current").write_bytes(pointer)
    run("list")
    assert "Traceback" not in run("verify", "corpus", code=1).err
    run("verify", corpus.reference)


PLAN = Plan(
    action="transform",
    components=({"name": "shuffle", "version": 1},),
    settings={"seed": 42},
    parents=("p1", "p2"),
    inputs=(("a.txt", "00"),),
    recipe={"name": "first"},
)
OTHER = {
    "action": "split",
    "components": ({"name": "shuffle", "version": 2},),
    "settings": {"seed": 43},
    "parents": ("p2", "p1"),
    "inputs": (("a.txt", "01"),),
}


@pytest.mark.parametrize("field", OTHER)
def test_every_field_of_a_plan_but_the_recipe_decides_the_fingerprint(field):
    assert replace(PLAN, **{field: OTHER[field]}).fingerprint != PLAN.fingerprint
    assert replace(PLAN, recipe={"name": "second"}).fingerprint == PLAN.fingerprint


def test_a_fingerprint_is_the_same_in_every_version_of_the_program():
    assert PLAN.fingerprint == "eb6b8bdfe7d51eb03bbcaf249e328185aca5155d2ef1367d0c7e1861fd75c3b2"


def test_a_component_is_recorded_with_its_version_and_the_options_that_decide():
    case = registry.make("datasets", "parquet:folder=/somewhere,text=line")
    recorded = described(case)
    assert (recorded["kind"], recorded["name"], recorded["version"]) == ("datasets", "parquet", type(case).version)
    assert recorded["options"]["text"] == "line" and "folder" not in recorded["options"]
    assert type(case).version > 1


def test_a_component_is_recorded_with_the_distributions_that_decide_its_output():
    assert set(described(registry.make("splitters", "sentencex"))["uses"]) == {"sentencex"}
