"""The upload of a skill: files of one directory with a SKILL.md that names and describes it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

import msgspec

from claudeflare.simulator.errors import invalid
from claudeflare.simulator.resources.multipart import FormPart

MAX_UPLOAD_BYTES = 30 * 1024 * 1024
MAX_DISPLAY_NAME = 255
_FIELD = re.compile(r"^(name|description)\s*:\s*(.+?)\s*$", re.MULTILINE)
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class SkillUpload(msgspec.Struct, frozen=True, kw_only=True):
    """What one version is made of."""

    name: str
    """In kebab case."""
    description: str
    files: dict[str, bytes]
    """By path below the skill's directory."""

    def archive(self) -> bytes:
        """The files as a zip archive, below a directory of the skill's name; the same files give the same bytes."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            for path, content in sorted(self.files.items()):
                written.writestr(zipfile.ZipInfo(f"{self.name}/{path}"), content)
        return archive.getvalue()


def read_upload(parts: Sequence[FormPart]) -> SkillUpload:
    """The skill in a form. Raises ApiError 400 when it is none."""
    uploaded = [part for part in parts if part.name in ("files[]", "files") and part.filename is not None]
    if not uploaded:
        raise invalid("files: Field required")
    directories, files = set(), {}
    for part in uploaded:
        directory, _, path = (part.filename or "").replace("\\", "/").partition("/")
        if not path or not directory or ".." in path.split("/"):
            raise invalid("files: All files must be in the same top-level directory")
        directories.add(directory)
        files[path] = part.data
    if len(directories) > 1:
        raise invalid("files: All files must be in the same top-level directory")
    if "SKILL.md" not in files:
        raise invalid("files: SKILL.md file must be at the root of the skill's directory")
    name, description = _front_matter(files["SKILL.md"], directories.pop())
    return SkillUpload(name=name, description=description, files=files)


def display_name(parts: Sequence[FormPart], default: str) -> str:
    """The form's `display_name`. Raises ApiError 400 when it is too long."""
    given = next((part.data.decode("utf-8", "replace") for part in parts if part.name == "display_name"), "")
    if len(given) > MAX_DISPLAY_NAME or "\n" in given:
        raise invalid(f"display_name: Input should be one line of at most {MAX_DISPLAY_NAME} characters")
    return given or default


def _front_matter(content: bytes, directory: str) -> tuple[str, str]:
    """Name and description at the head of SKILL.md; the name is the directory's where the head has none."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    if not text.startswith("---\n") or "\n---" not in text[4:]:
        raise invalid("files: SKILL.md must start with YAML frontmatter (---)")
    head = text[4 : text.index("\n---", 3)]
    fields = {name: value.strip("\"'") for name, value in _FIELD.findall(head)}
    name = fields.get("name") or directory
    if not _SLUG.fullmatch(name):
        raise invalid("files: Skill name in SKILL.md must be at most 64 lower-case letters, digits and hyphens")
    if not fields.get("description"):
        raise invalid("files: SKILL.md frontmatter must have a description")
    return name, fields["description"]
