"""Checks the relative links and anchors of all Markdown files that git knows. Asks no network."""
import os
import re
import subprocess
import sys
from urllib.parse import unquote

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)")
HTML = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"", re.I)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
ANCHOR = re.compile(r"<[^>]+\b(?:id|name)=\"([^\"]+)\"", re.I)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:|^//", re.I)


def lines(path):
    """The lines outside of code blocks, with their numbers."""
    fence = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            found = FENCE.match(line)
            if fence is None and found:
                fence = found.group(1)
            elif fence is not None:
                if found and found.group(1).startswith(fence):
                    fence = None
            else:
                yield number, line


def slug(heading):
    """The anchor that GitHub gives to a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"<[^>]+>", "", text).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors(path, known={}):
    if path not in known:
        found, counts = set(), {}
        for _, line in lines(path):
            found.update(ANCHOR.findall(line))
            heading = HEADING.match(line)
            if heading:
                base = slug(heading.group(1))
                count = counts.get(base, 0)
                counts[base] = count + 1
                found.add(base if count == 0 else f"{base}-{count}")
        known[path] = found
    return known[path]


def links(path):
    for number, line in lines(path):
        text = re.sub(r"(`+)(?:(?!\1).)+\1", "``", line)
        reference = REFERENCE.match(text)
        for link in LINK.findall(text) + HTML.findall(text) + ([reference.group(1)] if reference else []):
            if not ELSEWHERE.match(link):
                yield number, link


def main():
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard", "*.md"], check=True, capture_output=True)
    documents = sorted(name for name in listed.stdout.decode().split("\0") if name and os.path.exists(name))
    wrong, count, targets = [], 0, {}
    for document in documents:
        for number, link in links(document):
            count += 1
            file, _, anchor = unquote(link).partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(document), file)) if file else document
            targets.setdefault(document, set()).add(target)
            if target.startswith("..") or not os.path.exists(target):
                wrong.append(f"{document}:{number}: there is no {link}")
            elif anchor and target.endswith(".md") and anchor not in anchors(target):
                wrong.append(f"{document}:{number}: {target} has no #{anchor}")
    for document in documents:
        in_docs = os.path.dirname(document) == "docs" and document != "docs/README.md"
        if in_docs and document not in targets.get("docs/README.md", ()):
            wrong.append(f"docs/README.md does not name {document}")
    print("\n".join(wrong) if wrong else f"{count} links in {len(documents)} documents")
    return 1 if wrong or count == 0 else 0


sys.exit(main())
