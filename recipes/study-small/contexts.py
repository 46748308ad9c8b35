"""SQuAD v1.1's training contexts as documents: python contexts.py TRAIN.json OUT.jsonl

The contexts of the dev questions are left out, so that students can be evaluated on them.
"""

import json
import sys
from pathlib import Path

train, out = map(Path, sys.argv[1:])
articles = json.loads(train.read_text(encoding="utf-8"))["data"]
out.parent.mkdir(parents=True, exist_ok=True)
with out.open("w", encoding="utf-8") as file:
    for article in articles:
        contexts = dict.fromkeys(" ".join(paragraph["context"].split()) for paragraph in article["paragraphs"])
        for number, context in enumerate(contexts):
            document = {"id": f"{article['title']}/{number}", "title": article["title"], "text": context}
            file.write(json.dumps(document, ensure_ascii=False) + "\n")
print(f"{out}: {len(articles):,} articles")
